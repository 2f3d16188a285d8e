"""Asking a person before much is changed."""

import sys

import click


def confirm(question: str) -> None:
    """Go on only if the person at the terminal says yes; where there is none, --yes is needed."""
    if not is_terminal():
        raise click.UsageError("There is no terminal to ask: add --yes if it shall be done.")
    click.confirm(question, abort=True, err=True)


def is_terminal() -> bool:
    return sys.stdin.isatty()
