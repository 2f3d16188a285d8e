"""`ingress spool ...`: what was kept while the database was away, and how to bill it by hand."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from ..spool.drainer import BUSY, FAILING, drain
from ..spool.file import AlreadyDraining, SpoolError
from ..spool.queue import Spool, get_spool
from .database import command_errors
from .output import json_option, print_records

SPOOL_COLUMNS = ("request_id", "received", "api_id", "tries", "error")

spool = AppGroup("spool", help="What waits for the database. Run as the service's user.")


@contextmanager
def open_spool() -> Iterator[Spool]:
    """Yield the spool; its errors become one line instead of a traceback."""
    opened = get_spool()
    if opened is None:
        raise click.ClickException("INGRESS_SPOOL is not set.")
    try:
        yield opened
    except AlreadyDraining:
        raise click.ClickException("The service is draining it at this moment.") from None
    except SpoolError as error:
        raise click.ClickException(str(error)) from None


@spool.command("list", short_help="List what waits, in order of arrival.")
@json_option
def list_spool(as_json: bool) -> None:
    """List what waits, in order of arrival: request id, arrival, API id, number of failed tries, last error."""
    with open_spool() as opened:
        entries = opened.list_all()
    records = ({name: getattr(entry, name) for name in SPOOL_COLUMNS} for entry in entries)
    print_records(records, SPOOL_COLUMNS, as_json, "Nothing waits.")


@spool.command("drain", short_help="Bill what waits now.")
def drain_spool() -> None:
    """Bill what waits now, without the pause after a failed try; stops when the database is away."""
    with open_spool(), command_errors():
        outcomes = drain(now=float("inf"))
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()) or "Nothing waits.")
    if outcomes[FAILING] or outcomes[BUSY]:
        raise click.ClickException("Some could not be billed: see `ingress spool list` and the log.")
