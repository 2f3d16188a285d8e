"""`ingress watch`: look for what goes wrong in silence, and tell people of it."""

import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from ..clock import dialer_now
from ..watch.alarm import Findings
from ..watch.looking import look
from ..watch.memory import Memory, MemoryInUse, open_memory
from ..watch.telling import InvalidAddress, News, Recipient, read_recipients, tell
from .match import END_SIGNALS, check_pause, deferred_signals

MEMORY_FILE = Path("/var/lib/ingress/alarms.json")  # systemd makes the folder for the service's user


@click.command("watch", short_help="Tell people what goes wrong in silence.")
@click.option("--every", "pause", metavar="DURATION", callback=check_pause, help="Repeat after this pause: 60s.")
@click.option("--no-senders", is_flag=True, help="Only this machine: another one watches the senders.")
@click.option(
    "--state",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=MEMORY_FILE,
    show_default=True,
    help="File that keeps what was told, from run to run.",
)
@with_appcontext
def watch(pause: timedelta | None, no_senders: bool, path: Path) -> None:
    """Look for senders that are silent, refused, unmatched or use wrong keys, at the spool and the database.

    Each address of INGRESS_NOTIFY is told once when an alarm starts and once when it is over; what could not be told is
    told at the next run. Run it as the service's user, from a timer or with --every (docs/oncall.md). Without
    INGRESS_NOTIFY the alarms are printed.

    Exit codes: 0 all is well or told; 1 an alarm could not be told, or is printed; 2 wrong options or settings.
    """
    recipients = load_recipients()
    look_once: Callable[[], bool] = partial(print_all, not no_senders)
    if recipients:
        look_once = partial(tell_all, path, recipients, not no_senders)
    with deferred_signals(END_SIGNALS):
        if pause is None:
            raise SystemExit(0 if look_once() else 1)
        watch_on(look_once, pause.total_seconds())


def load_recipients() -> list[Recipient]:
    try:
        return read_recipients(current_app.config["NOTIFY"]) if current_app.config["NOTIFY"] else []
    except InvalidAddress as error:
        raise click.UsageError(str(error)) from None


def watch_on(look_once: Callable[[], bool], seconds: float) -> None:
    """Look after each pause until a signal ends it; an error is printed, and the next look tries again."""
    while True:
        try:
            look_once()
        except click.ClickException as problem:
            problem.show()
        if signal.sigtimedwait(END_SIGNALS, seconds):
            return


def print_all(with_senders: bool) -> bool:
    """Print the alarms that are on; return True if there is none."""
    alarms = look(None, with_senders).alarms
    click.echo("\n\n".join(alarm.describe() for alarm in alarms) or "All is well.")
    return not alarms


def tell_all(path: Path, recipients: list[Recipient], with_senders: bool) -> bool:
    """Tell each address what it does not know; return True if that worked."""
    try:
        with open_memory(path) as memory:
            memory.forget_others([recipient.mark for recipient in recipients])
            findings = look(memory.away, with_senders)
            if any(alarm.name == "database" for alarm in findings.alarms):
                memory.away = dialer_now()
            return all([tell_one(recipient, findings, memory) for recipient in recipients])
    except MemoryInUse:
        raise click.ClickException(f"Another run is under way: {path} is in use.") from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be used ({error.strerror}): name another with --state.") from None


def tell_one(recipient: Recipient, findings: Findings, memory: Memory) -> bool:
    news, problem = tell(recipient, findings, memory)
    if problem:
        click.echo(f"{recipient.name} was not told: {problem}", err=True)
        return False
    print_news(recipient, news)
    return True


def print_news(recipient: Recipient, news: News) -> None:
    for alarm in news.started:
        click.echo(f"{recipient.name} was told: {alarm.title}")
    for title in news.ended.values():
        click.echo(f"{recipient.name} was told that this is over: {title}")
