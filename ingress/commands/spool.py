"""`flask --app wsgi spool ...`: what was kept while the database was away, and how to bill it by hand."""

from contextlib import contextmanager

import click
from flask.cli import AppGroup

from ..spool.drainer import FAILING, drain
from ..spool.file import AlreadyDraining
from ..spool.queue import SpoolError, get_spool
from .connection import command_errors

spool = AppGroup("spool", help="What is kept until the database is back. Run these as the service's user.")


@contextmanager
def spool_errors():
    """What the spool says, as one line instead of a traceback."""
    if get_spool() is None:
        raise click.ClickException("INGRESS_SPOOL is not set.")
    try:
        yield
    except AlreadyDraining:
        raise click.ClickException("The service is draining it at this moment.") from None
    except SpoolError as error:
        raise click.ClickException(str(error)) from None


@spool.command("list")
def list_spool():
    """Print what waits, in order of arrival: request id, arrival, API id, failed tries and their last error."""
    with spool_errors():
        entries = get_spool().list_all()
    for entry in entries:
        click.echo(f"{entry.request_id}  {entry.received}  {entry.api_id}  {entry.tries}  {entry.error or ''}".rstrip())


@spool.command("drain")
def drain_spool():
    """Bill now what waits, also what rests because it failed; stops where the database is away."""
    with spool_errors(), command_errors():
        outcomes = drain(now=float("inf"))
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()) or "Nothing waits.")
    if outcomes[FAILING]:
        raise click.ClickException("See `spool list` and the log.")
