"""An export as it is staged: what is a call, and what is counted and left out."""

import tracemalloc

import pytest

from tests.invoice.exports import COLUMNS, as_csv, is_the_call, row


def test_titles_and_the_note_for_excel_may_precede_the_header(read):
    export = as_csv([row()], delimiter=";", before="sep=;\r\nCalls of March\r\n\r\n")

    assert is_the_call(read(export))
    assert read(export)[0]["row"] == 5


def test_empty_lines_and_repeated_headers_are_not_rows(read):
    export = as_csv([row(), ("",) * 5, COLUMNS, ()], after="\r\n\r\n")

    assert is_the_call(read(export))


@pytest.mark.parametrize(
    "total",
    [
        ("Total", "", "", "", "$12.50"),
        ("", "", "", "", "12.5"),
        ("", "Grand Total:", "", "", "12.50"),
        ("", "", "totals", "", "12.5"),
        ("Total: 1 call", "", "", "", "12.5"),
    ],
)
def test_a_row_of_totals_is_not_a_call_but_checks_the_others(read, total):
    assert is_the_call(read(as_csv([row(), total])))
    assert not read.intake.disagrees()
    assert is_the_call(read(as_csv([row(), (*total[:4], "99")])))
    assert read.intake.disagrees()


@pytest.mark.slow
def test_many_rows_need_little_memory(read, tmp_path):
    export = as_csv([row(f"RGB{number}", cid=f"720555{number:04}") for number in range(10_000)])

    tracemalloc.start()
    read.keep = False
    read(export)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read.intake.rows == 10_000
    assert peak < 6_000_000  # bytes; as a list the rows need twice that
