"""The service with a bug that tells all it knows: gunicorn serves it as tests.buggy:app."""

from flask import g, request

from ingress.database import queries
from wsgi import app

__all__ = ["app"]


def bill_badly(connection, bill, milliseconds):
    sent = g.delivery.parameters
    raise ZeroDivisionError(f"no cost for {bill.cost.call_from}: {request.url} {dict(request.headers)} {sent.body}")


queries.bill_at_once = bill_badly
