"""The deliveries that an operator means: one by its id or request id, or all that match filters."""

import re
from collections.abc import Iterator
from typing import Any

import click

from ..database import queries
from ..database.connection import Connection
from ..database.queries import ListedDelivery
from .delivery_filters import read_asked

LISTED_AT_ONCE = 500  # in a statement, which may take 1.5 s


def find_delivery_id(connection: Connection, wanted: str) -> int:
    """Return the id of the delivery that is meant by its id or its request id; only the latter is looked up."""
    if re.fullmatch(r"[0-9]{1,20}", wanted):
        return int(wanted)
    if not re.fullmatch(r"[0-9a-f]{32}", wanted):
        raise click.UsageError(f"{wanted} is neither the id of a delivery nor an X-Request-ID, 32 hexadecimal digits.")
    found = queries.list_deliveries(connection, **read_asked(connection, request_id=wanted), at_most=1)
    if not found:
        raise click.ClickException(f"There is no delivery of request {wanted}.")
    return found[0].delivery_id


def list_all_deliveries(connection: Connection, filters: dict[str, Any]) -> Iterator[ListedDelivery]:
    """Yield all deliveries that match, newest first; the log may be read in several statements."""
    while listed := queries.list_deliveries(connection, **filters, at_most=LISTED_AT_ONCE):
        yield from listed
        filters = filters | {"before": listed[-1].received, "before_id": listed[-1].delivery_id}
