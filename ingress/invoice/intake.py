"""The export into the staging file, row by row; what is no call is counted and left out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from .amounts import money, parse_amount
from .columns import ColumnOptions, Columns, find_table
from .files import open_tables
from .moments import Reading
from .progress import show_progress
from .rows import StagedRow, is_total, read_row
from .staging import Staging
from .tables import UnusableFile

NO_OPTIONS = ColumnOptions()


@dataclass
class Intake:
    """How many rows are staged and left out, and the file's own total in ten-thousandths beside the rows' sum."""

    rows: int = 0
    left_out: int = 0
    stated_total: int | None = None
    added_up: int = 0

    def disagrees(self) -> bool:
        return self.stated_total is not None and self.stated_total != self.added_up

    def totals(self) -> tuple[Decimal, Decimal]:
        """Return the file's own total and the sum of its rows."""
        return money(self.stated_total), money(self.added_up)


def take_in(path: Path, staging: Staging, reading: Reading, options: ColumnOptions = NO_OPTIONS) -> Intake:
    """Stage all rows of the file that `options.only` lets through; return the Intake. Raises UnusableFile."""
    intake = Intake()
    with open_tables(path) as tables:
        table, columns, header = find_table(tables, options)
        reading = reading._replace(epoch=table.epoch)
        with show_progress("Rows", table.read(strict=True), table.lines, step=1000) as lines:
            staging.run_for_each("insert_row", read_rows(lines, header, columns, reading, intake))
    if not intake.rows:
        which = " that --only lets through" if options.only else ""
        raise UnusableFile(f"has no row of a call below its header{which}")
    return intake


def read_rows(
    lines: Iterable[list[str]], header: int, columns: Columns, reading: Reading, intake: Intake
) -> Iterator[StagedRow]:
    """Yield the rows below the header that are to be staged, and count them all in the Intake."""
    for number, cells in enumerate(lines, start=1):
        if number <= header or not any(cell.strip() for cell in cells) or cells == columns.header:
            continue
        texts = columns.pick(cells)
        if is_total(cells, texts):
            intake.stated_total = amount_or_none(texts.cost)
            continue
        intake.added_up += amount_or_none(texts.cost) or 0
        if not columns.are_wanted(cells):
            intake.left_out += 1
            continue
        intake.rows += 1
        yield read_row(number, texts, reading)


def amount_or_none(text: str) -> int | None:
    try:
        return parse_amount(text)
    except ValueError:
        return None
