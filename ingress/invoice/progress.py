"""A progress bar beside a command's output, and nothing where no terminal shows it."""

import sys

import click


def show_progress(label, items=None, length=None, step=1):
    """click's bar as a context, to iterate over or to `update`; drawn every `step` items, since drawing takes its time.

    Without a length it only shows that something moves.
    """
    hidden = not sys.stderr.isatty()
    return click.progressbar(items, length=length, label=label, file=sys.stderr, hidden=hidden, update_min_steps=step)
