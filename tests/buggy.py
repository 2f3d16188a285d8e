"""The service with a bug that tells all it knows: gunicorn serves it as tests.buggy:app."""

from flask import g, request

from ingress.billing import bill
from wsgi import app

__all__ = ["app"]


def bill_badly(connection, delivery, is_dry_run, to_bill, known):
    sent = g.delivery.parameters
    raise ZeroDivisionError(f"no cost for {to_bill.cost.call_from}: {request.url} {dict(request.headers)} {sent.body}")


bill.bill_once = bill_badly
