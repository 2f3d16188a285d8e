"""The export into the staging file, row by row; what is no call is counted and left out."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path

from ..intake.fields import LATEST
from .amounts import money
from .columns import ColumnOptions, read_cells
from .day_order import DayOrder
from .exports import Texts
from .files import open_tables
from .moments import Reading, join_clock, parse_moment
from .plain_rows import PlainRow, read_plain_rows
from .progress import show_progress
from .rows import NOT_OWED, StagedRow, read_row
from .sheets import LeftSheet, TakenSheet, choose_sheets
from .staging import Staging
from .tables import UnusableFile
from .totals import Totals, amount_or_none, is_average, is_summary, may_be_call

NO_OPTIONS = ColumnOptions()
BATCH = 1_000  # rows that are read and staged together

AnyRow = PlainRow | StagedRow


@dataclass
class Intake:
    """What was taken in: how many rows are staged and left out, from which sheets, and what the file says of itself.

    `not_owed` counts the rows whose status says so, by its first word.
    """

    taken: list[TakenSheet]
    left: list[LeftSheet]
    order: DayOrder
    rows: int = 0
    left_out: int = 0
    rows_of_sheet: Counter[str] = field(default_factory=Counter)
    not_owed: Counter[str] = field(default_factory=Counter)
    sums: Totals = field(default_factory=Totals)

    def disagrees(self) -> bool:
        return self.sums.wrong() is not None

    def totals(self) -> tuple[Decimal, Decimal]:
        """Return the file's own total and the sum of its rows."""
        return money(self.sums.wrong()), money(self.sums.added_up)


def take_in(path: Path, staging: Staging, reading: Reading, options: ColumnOptions = NO_OPTIONS) -> Intake:
    """Stage all rows of the file that `options.only` lets through; return the Intake. Raises UnusableFile.

    If the dates show on the way that the day comes first, the file is read once more.
    """
    with open_tables(path) as sheets:
        taken, left = choose_sheets(sheets, options)
        order = DayOrder((reading.now + LATEST).date(), reading.order.told)
        intake = stage(staging, reading, Intake(taken, left, order))
        if corrected := order.corrected():
            staging.run("delete_rows")
            intake = stage(staging, reading, Intake(taken, left, corrected))
    if not intake.rows:
        which = " that --only lets through" if options.only else ""
        raise UnusableFile(f"has no row of a call below its header{which}")
    return intake


def stage(staging: Staging, reading: Reading, intake: Intake) -> Intake:
    reading = reading._replace(order=intake.order, hours={})
    lines = [sheet.table.lines for sheet in intake.taken]
    length = None if None in lines else sum(filter(None, lines))
    with show_progress("Rows", read_sheets(reading, intake), length, step=1000) as rows:
        found = filter(None, rows)
        while batch := list(islice(found, BATCH)):
            staging.run_for_each("insert_plain_row", [row for row in batch if isinstance(row, PlainRow)])
            staging.run_for_each("insert_row", [row for row in batch if isinstance(row, StagedRow)])
    return intake


def read_sheets(reading: Reading, intake: Intake) -> Iterator[AnyRow | None]:
    """Yield the rows of all sheets, None for a line that is no row. Those of the second sheet count on."""
    behind = 0
    for sheet in intake.taken:
        reading = reading._replace(epoch=sheet.table.epoch)
        place = f"{{}} of {sheet.name}" if len(intake.taken) > 1 else None
        behind += yield from read_rows(sheet.table.read(strict=True), sheet, reading, intake, behind, place)


def read_rows(
    lines: Iterable[list[str]], sheet: TakenSheet, reading: Reading, intake: Intake, behind: int, place: str | None
) -> Generator[AnyRow | None, None, int]:
    """Yield for each line the row to be staged, if it is one; count them all in the Intake, and return the lines."""
    remaining, columns, number = map(read_cells, lines), sheet.columns, sheet.header
    yield from (None for _ in islice(remaining, sheet.header))
    while batch := list(islice(remaining, BATCH)):
        plain = [None] * len(batch) if place else read_plain_rows(batch, behind + number + 1, columns, reading)
        for cells, plain_row in zip(batch, plain, strict=True):
            number += 1
            row: AnyRow | None = plain_row
            if plain_row:
                intake.sums.add(plain_row.cost, plain_row.cost)
            elif any(cells) and cells != columns.header:
                row = read_special_row(behind + number, cells, place and place.format(number), sheet, reading, intake)
            yield row and count_row(row, cells, sheet, intake)
    return number


def read_special_row(
    number: int, cells: list[str], place: str | None, sheet: TakenSheet, reading: Reading, intake: Intake
) -> StagedRow | None:
    """Return a row that takes a closer look, or None for one that is no call; add it to the sums."""
    texts = sheet.columns.pick(cells)
    if not is_call(cells, texts, reading, intake.sums):
        return None
    row, stated = read_row(number, texts, reading, sheet.columns.names, place)
    intake.sums.add(stated or 0, row.cost or 0)
    if texts.status and sheet.columns.are_wanted(cells) and (not_owed := NOT_OWED.fullmatch(texts.status)):
        intake.not_owed[not_owed[1].capitalize()] += 1
    return row


def is_call(cells: list[str], texts: Texts, reading: Reading, totals: Totals) -> bool:
    """Return False for a row of totals and the like, of which the Totals take note."""
    if may_be_call(texts) or not is_summary(cells, texts, has_date(texts, reading), totals):
        return True
    if not is_average(cells):
        totals.check(amount_or_none(texts.cost))
    return False


def has_date(texts: Texts, reading: Reading) -> bool:
    try:
        parse_moment(join_clock(texts.call_date, texts.call_time, reading.epoch) or texts.date_billed, reading)
    except ValueError:
        return False
    return True


def count_row(row: AnyRow, cells: list[str], sheet: TakenSheet, intake: Intake) -> AnyRow | None:
    """Count the row; return it, or None where `--only` leaves it out."""
    if not sheet.columns.are_wanted(cells):
        intake.left_out += 1
        return None
    intake.rows += 1
    intake.rows_of_sheet[sheet.name] += 1
    return row
