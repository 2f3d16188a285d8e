"""The nouns of an invoice, which these tests share with those of its room."""

from tests.invoice.conftest import api_id, import_, log, receive, reconcile

__all__ = ["api_id", "import_", "log", "receive", "reconcile"]
