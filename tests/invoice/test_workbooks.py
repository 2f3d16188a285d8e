"""Workbooks, whatever Excel has made of the numbers and dates in them."""

from datetime import datetime

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from ingress.invoice.moments import wall_time
from tests.invoice.exports import CALLED, is_the_call, row, write_xlsx

EXCEL_DATES = ["yyyy-mm-dd hh:mm:ss", "m/d/yyyy h:mm AM/PM", "General"]


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904], ids=["1900", "1904"])
@pytest.mark.parametrize("date_format", EXCEL_DATES)
def test_a_workbook_of_either_calendar_with_numbers_is_read(read, tmp_path, epoch, date_format):
    cells = [CALLED, "RGB1", 17205550134.0, 8005550142, 12.500000000000002]

    path = write_xlsx(tmp_path / "export.xlsx", [cells], epoch=epoch, date_format=date_format)

    assert is_the_call(read(path))


def test_a_workbook_with_everything_as_text_is_read(read, tmp_path):
    assert is_the_call(
        read(write_xlsx(tmp_path / "export.xlsx", [row(call_date="3/5/2024 2:21:09 PM", cost="$12.50")]))
    )


def test_a_day_in_a_workbook_may_be_any_time_of_it(read, tmp_path):
    path = write_xlsx(tmp_path / "export.xlsx", [row(call_date=datetime(2024, 3, 5))])

    assert wall_time(read(path)[0]["until"]) == datetime(2024, 3, 5, 23, 59, 59)
