"""The command `pixel`, and the nouns of an invoice, which these tests share with those of its room."""

import pytest
from click.testing import CliRunner

from ingress.__main__ import main
from tests.invoice.conftest import api_id, import_, log, receive, reconcile

__all__ = ["api_id", "import_", "log", "receive", "reconcile"]

BASE_URL = "https://calls.example.com"


@pytest.fixture
def pixel():
    """Run `ingress pixel` and return its result."""

    def run(*arguments, base_url=BASE_URL, **options):
        return CliRunner().invoke(main, ["pixel", *arguments, "--base-url", base_url], **options)

    return run
