"""The export into the staging file, row by row; what is no call is counted and left out."""

from dataclasses import dataclass

from .columns import find_table
from .files import UnusableFile, open_tables
from .findings import money
from .progress import show_progress
from .rows import Reading, is_total, parse_amount, read_row


@dataclass
class Intake:
    """What was left out, and the file's own total in ten-thousandths, with what its rows add up to."""

    rows: int = 0
    others: int = 0
    stated_total: int | None = None
    added_up: int = 0

    def disagrees(self):
        return self.stated_total is not None and self.stated_total != self.added_up

    def totals(self):
        return money(self.stated_total), money(self.added_up)


def take_in(path, staging, reading, given, only=None, vendor=False):
    """Stage all rows of the file that `only` wants; return the Intake. Raises UnusableFile."""
    intake = Intake()
    with open_tables(path) as tables:
        table, columns, header = find_table(tables, given, only, reading.did, vendor)
        reading = reading._replace(epoch=table.epoch)
        with show_progress("Rows", table.read(), table.lines, step=1000) as lines:
            staging.run_for_each("insert_row", read_rows(lines, header, columns, reading, intake))
    if not intake.rows:
        raise UnusableFile("has no row of a call below its header" + (" that --only lets through" if only else ""))
    return intake


def read_rows(lines, header, columns, reading: Reading, intake):
    for number, cells in enumerate(lines, start=1):
        if number <= header or not any(cell.strip() for cell in cells) or cells == columns.header:
            continue
        text = columns.pick(cells)
        if is_total(cells, text):
            intake.stated_total = amount_of(text)
            continue
        intake.added_up += amount_of(text) or 0
        if not columns.are_wanted(cells):
            intake.others += 1
            continue
        intake.rows += 1
        yield read_row(number, text, reading)


def amount_of(text):
    try:
        return parse_amount(text["cost"])
    except ValueError:
        return None
