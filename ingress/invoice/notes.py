"""What a reader should know of how the file was read: its sheets, dates, columns of its own, and its totals."""

from collections.abc import Iterator

from .amounts import format_amount
from .day_order import DayOrder, Order
from .intake import Intake
from .sheets import TakenSheet


def list_notes(intake: Intake) -> Iterator[str]:
    """Yield a sentence for each thing that was decided while the file was read."""
    yield from list_sheets(intake)
    yield from list_columns(intake)
    yield from list_statuses(intake)
    yield from list_orders(intake.order)
    if intake.disagrees():
        stated, added_up = (format_amount(total) for total in intake.totals())
        yield f"The file states a total of {stated}, but its rows add up to {added_up}."


def list_sheets(intake: Intake) -> Iterator[str]:
    if len(intake.taken) == 1 and not intake.left and not intake.taken[0].is_hidden:
        return
    for sheet in intake.taken:
        yield f"Read: {describe_sheet(sheet.name, sheet.is_hidden)}, {intake.rows_of_sheet[sheet.name]:,} rows."
    for left in intake.left:
        yield f"Not read: {describe_sheet(left.name, left.is_hidden)}: it {left.reason}."


def describe_sheet(name: str, is_hidden: bool) -> str:
    return f"{'hidden ' if is_hidden else ''}sheet {name!r}"


def list_columns(intake: Intake) -> Iterator[str]:
    for sheet in intake.taken:
        names = sheet.columns.names
        where = describe_place(sheet, intake)
        if names.call_time:
            yield f"Times are those of column {names.call_time!r}, beside {names.call_date!r}{where}."
        if names.adjustment:
            yield (f"Column {names.adjustment!r} is added to {names.cost!r}{where}; --map adjustment= leaves it out.")


def describe_place(sheet: TakenSheet, intake: Intake) -> str:
    return f" in sheet {sheet.name!r}" if len(intake.taken) > 1 else ""


def list_statuses(intake: Intake) -> Iterator[str]:
    if intake.not_owed:
        counts = ", ".join(f"{status} {number:,}" for status, number in intake.not_owed.items())
        names = " and ".join({repr(sheet.columns.names.status) for sheet in intake.taken if sheet.columns.names.status})
        yield f"Not owed, and counted as 0, by column {names}: {counts}; --map status= counts them in full."


def list_orders(order: DayOrder) -> Iterator[str]:
    if order.found is Order.DAY_FIRST:
        shown = order.evidence[Order.DAY_FIRST]
        yield f"Dates are read day first, as {shown} shows; --month-first reads them otherwise."
    elif order.found is Order.MIXED:
        yield f"Dates that may have either first are not read. {order.describe_contradiction()}."
    elif order.is_open():
        yield (
            f"Dates are read month first, but nothing in the file shows that {order.either} is not day first;"
            " --day-first reads it so, --month-first says that it is right."
        )
