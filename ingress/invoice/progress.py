"""A progress bar beside a command's output, and nothing where no terminal shows it."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:  # click has no public name for it
    from click._termui_impl import ProgressBar

Item = TypeVar("Item")


def show_progress(label: str, items: Iterable[Item], length: int | None = None, step: int = 1) -> "ProgressBar[Item]":
    """Return click's bar as a context to iterate over; it is drawn every `step` items, since drawing takes its time.

    Without a length it only shows that something moves.
    """
    hidden = not sys.stderr.isatty()
    return click.progressbar(items, length=length, label=label, file=sys.stderr, hidden=hidden, update_min_steps=step)


def open_bar(label: str, length: int) -> "ProgressBar[int]":
    """Return click's bar as a context, to `update` with the number of steps done."""
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())
