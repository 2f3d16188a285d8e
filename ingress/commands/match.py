"""`ingress match`: look again for the calls that were not in the call log when their cost came."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import click
from flask.cli import with_appcontext

from ..billing.match import Finding, match_calls
from ..clock import dialer_now
from ..invoice.progress import open_bar
from .database import command_errors
from .options import check_duration, check_since, since_moment

END_SIGNALS = {signal.SIGINT, signal.SIGTERM}
LEFT_LIMIT = 10  # in one round; with so many it is not a single lead that is locked, and each was tried for seconds


def check_pause(context: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    pause = check_duration(context, parameter, value)
    if value is not None and not pause:
        raise click.BadParameter("the pause must be longer than 0.")
    return pause


@click.command("match", short_help="Find calls that came into the call log after their cost.")
@click.option(
    "--since",
    default="7d",
    show_default=True,
    metavar="DAY or DURATION",
    callback=check_since,
    help="Only costs received within this time, or since this day.",
)
@click.option(
    "--every",
    metavar="DURATION",
    callback=check_pause,
    help="Repeat after this pause, such as 60s or 5m, until SIGTERM or Ctrl-C.",
)
@with_appcontext
def match_late_calls(since: date | timedelta, every: timedelta | None) -> None:
    """Look again for calls that were not in the call log when their cost came, and set the cost of their leads."""
    with deferred_signals(END_SIGNALS):
        if every is None:
            match_once(since)
        else:
            match_every(since, every.total_seconds())


@contextmanager
def deferred_signals(signals: set[signal.Signals]) -> Iterator[None]:
    """Hold signals back until the end of the block, where they take effect; code in the block may ask for them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def match_every(since: date | timedelta, seconds: float) -> None:
    """Run a round after each pause until a signal ends it; an error is printed, and the next round tries again."""
    while True:
        try:
            match_once(since)
        except click.ClickException as problem:
            problem.show()
        if signal.sigtimedwait(END_SIGNALS, seconds):
            return


def match_once(since: date | timedelta) -> None:
    """Run one round, and print what was done however it ends."""
    counts: Counter[Finding] = Counter()
    until = dialer_now()
    try:
        with command_errors():
            count_findings(counts, since_moment(since, until), until)
    finally:
        click.echo(describe_findings(counts))
    if counts[Finding.LEFT]:
        raise click.ClickException("Some costs are left for the next time, see above.")


def count_findings(counts: Counter[Finding], since: datetime, until: datetime) -> None:
    """Match until an END_SIGNAL; the bar shows how much of the time is done, so no count of deliveries is needed."""
    length = int((until - since).total_seconds())
    with open_bar("matching", length) as bar:
        for delivery, finding in match_calls(since, until):
            counts[finding] += 1
            bar.update(int((delivery.received - since).total_seconds()) - bar.pos)
            if signal.sigpending() & END_SIGNALS or counts[Finding.LEFT] == LEFT_LIMIT:
                return
        bar.update(length - bar.pos)


def describe_findings(counts: Counter[Finding]) -> str:
    updated, outdated, leadless = counts[Finding.UPDATED], counts[Finding.OUTDATED], counts[Finding.LEADLESS]
    parts = [
        f"{updated + outdated} matched ({updated} leads updated, {outdated} had a newer cost)",
        f"{leadless} without a lead",
        f"{counts[Finding.UNMATCHED]} still unmatched",
        *([f"{counts[Finding.TAKEN]} matched by another"] if counts[Finding.TAKEN] else []),
        *([f"{counts[Finding.LEFT]} left for the next time"] if counts[Finding.LEFT] else []),
    ]
    return f"looked at {counts.total()}: {', '.join(parts)}"
