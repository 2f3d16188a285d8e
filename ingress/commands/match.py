"""`flask --app wsgi match`: look again for the calls that were not in the call log when their cost came."""

import signal
import sys
from collections import Counter
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from ..billing.match import Finding, match_calls
from ..clock import dialer_now
from .connection import check_duration, command_errors

ENDING = {signal.SIGINT, signal.SIGTERM}
LEFT_LIMIT = 10  # in one round; so many are no single lead's affair, and each has been tried for seconds


def check_pause(context, parameter, value):
    pause = check_duration(context, parameter, value)
    if value is not None and not pause:
        raise click.BadParameter("there must be a pause.")
    return pause


@click.command("match")
@click.option("--since", default="7d", show_default=True, callback=check_duration, help="Of costs received since then.")
@click.option("--every", callback=check_pause, help="Again after such a pause, 60 (seconds) or 5m, until it is ended.")
@with_appcontext
def match(since, every):
    """Look again for calls that were not in the call log when their cost came, and give their leads the cost."""
    with held_back(ENDING):
        if every is None:
            match_once(since)
        else:
            match_every(since, every.total_seconds())


@contextmanager
def held_back(signals):
    """Signals that come meanwhile wait: whoever is busy asks for them where it may stop, and they take effect after."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def match_every(since, seconds):
    """Until a signal ends it; what goes wrong in one round is told and tried again in the next."""
    while True:
        try:
            match_once(since)
        except click.ClickException as problem:
            problem.show()
        if signal.sigtimedwait(ENDING, seconds):
            return


def match_once(since):
    """One round; what was done is told however it ends."""
    counts, now = Counter(), dialer_now()
    try:
        with command_errors():
            count_findings(counts, now - since, now)
    finally:
        click.echo(describe(counts))
    if counts[Finding.LEFT]:
        raise click.ClickException("Some costs are left for the next time, see above.")


def count_findings(counts, since, until):
    """The bar shows how much of the time is done: nobody need count the deliveries first."""
    length = int((until - since).total_seconds())
    with click.progressbar(length=length, label="matching", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for delivery, finding in match_calls(since, until):
            counts[finding] += 1
            bar.update(int((delivery.received - since).total_seconds()) - bar.pos)
            if signal.sigpending() & ENDING or counts[Finding.LEFT] == LEFT_LIMIT:
                return
        bar.update(length - bar.pos)


def describe(counts):
    updated, outdated, leadless = counts[Finding.UPDATED], counts[Finding.OUTDATED], counts[Finding.LEADLESS]
    parts = [
        f"{updated + outdated} matched ({updated} leads updated, {outdated} had a newer cost)",
        f"{leadless} without a lead",
        f"{counts[Finding.UNMATCHED]} still unmatched",
        *([f"{counts[Finding.TAKEN]} matched by another"] if counts[Finding.TAKEN] else []),
        *([f"{counts[Finding.LEFT]} left for the next time"] if counts[Finding.LEFT] else []),
    ]
    return f"looked at {counts.total()}: {', '.join(parts)}"
