"""The sheets of a file that hold calls, each with its own header, and those that do not, with the reason."""

from typing import NamedTuple

from .columns import AmbiguousColumn, ColumnOptions, Columns, find_table
from .tables import Sheet, Table, UnusableFile

NAMED_SHEETS = 10  # of which an error says why they hold no calls


class TakenSheet(NamedTuple):
    """A sheet with calls: its Table, its columns and the number of the row that names them."""

    name: str
    is_hidden: bool
    table: Table
    columns: Columns
    header: int


class LeftSheet(NamedTuple):
    """A sheet that is not taken in, and why."""

    name: str
    is_hidden: bool
    reason: str


def choose_sheets(sheets: list[Sheet], options: ColumnOptions) -> tuple[list[TakenSheet], list[LeftSheet]]:
    """Return the sheets that have all columns, and the others; UnusableFile when none has."""
    taken: list[TakenSheet] = []
    left: list[LeftSheet] = []
    for sheet in sheets:
        try:
            taken.append(TakenSheet(sheet.name, sheet.is_hidden, *find_table(sheet.tables, options)))
        except AmbiguousColumn:
            raise
        except UnusableFile as error:
            left.append(LeftSheet(sheet.name, sheet.is_hidden, str(error)))
    if not taken:
        raise UnusableFile(describe_left(left))
    return taken, left


def describe_left(left: list[LeftSheet]) -> str:
    if len(left) == 1:
        return left[0].reason
    reasons = [f"{sheet.name!r} {sheet.reason}" for sheet in left[:NAMED_SHEETS]]
    return f"has no sheet of calls: {'; '.join(reasons) or 'it has none at all'}"
