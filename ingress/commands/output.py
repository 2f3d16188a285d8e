"""How commands print records: as tables on a terminal, as lines of JSON in a pipe or when asked."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

GAP = "  "
CUT = "…"
# What would move, colour or turn the text of a terminal.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, a line each, as in a pipe.")(command)


def wants_json(as_json: bool) -> bool:
    return as_json or not sys.stdout.isatty()


def print_records(records: Iterable[Mapping[str, Any]], columns: Sequence[str], as_json: bool, none: str) -> None:
    """Print records: all that they hold as JSON, or a table of the columns; `none` says that there are none."""
    if wants_json(as_json):
        for record in records:
            click.echo(json.dumps(record, default=str))
        return
    rows = [[write_cell(record[column]) for column in columns] for record in records]
    for line in lay_out([list(columns), *rows], shutil.get_terminal_size().columns) if rows else [none]:
        click.echo(line)


def print_record(record: Mapping[str, Any], as_json: bool) -> None:
    """Print one record as JSON, or a line for each of its values."""
    if wants_json(as_json):
        click.echo(json.dumps(record, default=str))
        return
    width = max(map(len, record))
    for name, value in record.items():
        first, *others = write_value(value)
        click.echo(f"{name:{width}}{GAP}{first}".rstrip())
        for line in others:
            click.echo(" " * width + GAP + line)


def lay_out(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return a line for each row, in columns; the last column takes what is left of the width, and is cut there."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [GAP.join(f"{cell:{size}}" for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [line if len(line) <= width else line[: width - len(CUT)] + CUT for line in lines]


def write_cell(value: Any) -> str:
    """Return a value as one line of plain text: senders' texts must not reach the terminal as commands."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(write_cell, value))
    return escape_controls(str(value))


def write_value(value: Any) -> list[str]:
    """Return a value of a single record as lines, more than one where it holds others."""
    if not isinstance(value, Mapping):
        return [write_cell(value)]
    return [*map(escape_controls, json.dumps(value, indent=2, ensure_ascii=False, default=str).splitlines())]


def escape_controls(text: str) -> str:
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
