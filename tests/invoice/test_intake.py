"""Each kind of file that a platform, or Excel after it, makes of the same calls: the same rows come out of it."""

import sqlite3
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from ingress.invoice.amounts import money, parse_amount
from ingress.invoice.columns import ColumnOptions, find_table, parse_map
from ingress.invoice.exports import EXPORTS
from ingress.invoice.files import open_tables
from ingress.invoice.intake import take_in
from ingress.invoice.moments import Reading, wall_time
from ingress.invoice.staging import open_staging
from ingress.invoice.tables import UnusableFile
from tests.conftest import ROOT
from tests.invoice.exports import COLUMNS, as_csv, row, write_xlsx

NOW = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
CALLED = datetime(2024, 3, 5, 14, 21, 9)
EXCEL_DATES = ["yyyy-mm-dd hh:mm:ss", "m/d/yyyy h:mm AM/PM", "General"]


@pytest.fixture
def read(tmp_path):
    """Read a file, or its text or bytes; returns its rows and what was left out as `read.intake`."""

    def read(content, given=None, **options):
        path = tmp_path / "export"
        if isinstance(content, str):
            content = content.encode()
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path = content
        reading = Reading(ZoneInfo("UTC"), ZoneInfo("UTC"), NOW)
        with open_staging() as staging:
            read.intake = take_in(path, staging, reading, ColumnOptions(given or {}, **options))
            staging.connection.row_factory = sqlite3.Row
            return read.keep and [dict(row) for row in staging.connection.execute("SELECT * FROM invoice ORDER BY row")]

    read.keep = True
    return read


def is_the_call(rows):
    (only,) = rows
    assert only["problem"] is None
    assert (only["did"], only["cid"], money(only["cost"])) == ("8005550142", "7205550134", Decimal("12.5"))
    return wall_time(only["since"]) == wall_time(only["until"]) == CALLED


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"], ids="{} file".format
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter(read, encoding, delimiter):
    export = as_csv([(*row(), "café")], (*COLUMNS, "Buyer"), delimiter)

    assert is_the_call(read(export.encode(encoding)))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line(read, end):
    assert is_the_call(read(as_csv([row()]).replace("\r\n", end)))


def test_quoted_newlines_and_delimiters_belong_to_their_cell(read):
    export = as_csv([(*row(), 'said "no",\nthen, yes'), (*row("RGB2"), "")], (*COLUMNS, "Comment"))

    assert [(row["row"], row["call_id"]) for row in read(export)] == [(2, "RGB1"), (3, "RGB2")]


def test_a_title_and_the_note_for_excel_may_stand_above_the_header(read):
    export = as_csv([row()], delimiter=";", before="sep=;\r\nCalls of March\r\n\r\n")

    assert is_the_call(read(export))
    assert read(export)[0]["row"] == 5


def test_empty_lines_and_repeated_headers_are_no_rows(read):
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
def test_a_row_of_totals_is_no_call_but_is_held_against_the_others(read, total):
    assert is_the_call(read(as_csv([row(), total])))
    assert not read.intake.disagrees()
    assert is_the_call(read(as_csv([row(), (*total[:4], "99")])))
    assert read.intake.disagrees()


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("2024-03-05T14:21:09Z", CALLED),
        ("2024-03-05 09:21:09 -0500", CALLED),
        ("3/5/2024 2:21:09 PM", CALLED),
        ("03/05/2024 14:21", CALLED.replace(second=0)),
        ("Mar 5, 2024 2:21:09 PM", CALLED),
        ("5 Mar 2024 14:21:09", CALLED),
        ("1709648469", CALLED),
        ("45356.59802083333", CALLED),
    ],
)
def test_any_sensible_time(read, text, called):
    (only,) = read(as_csv([row(call_date=text)]))

    assert (only["problem"], wall_time(only["since"]), wall_time(only["until"])) == (None, called, called)


@pytest.mark.parametrize("text", ["2024-03-05", "3/5/2024", "20240305", "45356"])
def test_a_day_without_a_clock_may_be_any_time_of_it(read, text):
    (only,) = read(as_csv([row(call_date=text)]))

    assert (wall_time(only["since"]), wall_time(only["until"])) == (
        datetime(2024, 3, 5),
        datetime(2024, 3, 5, 23, 59, 59),
    )


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.5", "12.5"),
        ("$1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("12,50", "12.5"),
        ("1,250", "1250"),
        ("0.00125", "0.0013"),
        ("-12.50", "-12.5"),
        ("\u221212.50", "-12.5"),
        ("($2.50)", "-2.5"),
        ("-$2.50", "-2.5"),
        ("$ -2.50", "-2.5"),
        ("USD 12.50", "12.5"),
        ("12.50 USD", "12.5"),
    ],
)
def test_any_sensible_amount_is_exact(text, amount):
    assert money(parse_amount(text)) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["1e3", "NaN", "12.50 EUR", "1.2.3", "(12.50", "12.50)", "1,2,3", "--1", "", "100000000"]
)
def test_a_doubtful_amount_is_refused(text):
    with pytest.raises(ValueError, match=r"amount|large"):
        parse_amount(text)


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904], ids=["1900", "1904"])
@pytest.mark.parametrize("date_format", EXCEL_DATES)
def test_a_workbook_of_either_calendar_with_numbers_as_numbers(read, tmp_path, epoch, date_format):
    cells = [CALLED, "RGB1", 17205550134.0, 8005550142, 12.500000000000002]

    path = write_xlsx(tmp_path / "export.xlsx", [cells], epoch=epoch, date_format=date_format)

    assert is_the_call(read(path))


def test_a_workbook_with_everything_as_text(read, tmp_path):
    assert is_the_call(
        read(write_xlsx(tmp_path / "export.xlsx", [row(call_date="3/5/2024 2:21:09 PM", cost="$12.50")]))
    )


def test_a_workbooks_day_without_a_clock_may_be_any_time_of_it(read, tmp_path):
    path = write_xlsx(tmp_path / "export.xlsx", [row(call_date=datetime(2024, 3, 5))])

    assert wall_time(read(path)[0]["until"]) == datetime(2024, 3, 5, 23, 59, 59)


def test_many_rows_need_no_memory(read, tmp_path):
    export = as_csv([row(f"RGB{number}", cid=f"720555{number:04}") for number in range(10_000)])

    tracemalloc.start()
    read.keep = False
    read(export)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read.intake.rows == 10_000
    assert peak < 6_000_000  # bytes; as a list the rows need twice that


class TestColumns:
    @pytest.mark.parametrize("platform", EXPORTS)
    def test_each_known_platform_is_recognised_by_its_columns(self, read, platform):
        export = EXPORTS[platform]
        columns = [export.columns[field][0].upper() for field in ("call_date", "call_id", "cid", "did", "cost")]

        assert is_the_call(read(as_csv([row()], columns)))

    def test_a_vendors_account_has_our_cost_in_another_column(self, read):
        export = as_csv([(*row(cost="9"), "12.50")], (*COLUMNS, "Revenue"))

        assert is_the_call(read(export, vendor=True))

    def test_any_other_file_is_mapped(self, read):
        export = as_csv([row()], ("When", "Id", "From, whom", "To", "Price"))
        given = parse_map('call_date=When, cid="From, whom",did=To,cost=price,call_id=Id')

        assert is_the_call(read(export, given))

    def test_the_number_called_may_be_given_for_all(self, read):
        export = as_csv([row()], ("Call Date", "Id", "Caller ID", "Agent", "Payout"))

        assert is_the_call(read(export, did="8005550142"))

    def test_the_day_of_billing_does_where_there_is_none_of_the_call(self, read):
        export = as_csv([row()], ("date_billed", "id", "cid", "did", "cost"))

        assert is_the_call(read(export))

    def test_names_that_no_vendor_documents_are_marked(self):
        for export in EXPORTS.values():
            names = {name for columns in (*export.columns.values(), export.vendor_cost) for name in columns}
            assert set(export.unverified) <= names

    @pytest.mark.parametrize("platform", ["ringba", "retreaver"])
    def test_the_guide_names_all_columns(self, platform):
        guide = (ROOT / "docs" / "invoice.md").read_text()

        export = EXPORTS[platform]
        for columns in (*export.columns.values(), export.vendor_cost):
            assert [name for name in columns if f"`{name}`" not in guide] == []

    def test_retreavers_campaign_id_is_no_caller(self, tmp_path):
        path = tmp_path / "export.csv"
        path.write_text("start_time,uuid,cid,dialed_number,payout\n")

        with open_tables(path) as tables, pytest.raises(UnusableFile, match="no column known to be the cid"):
            find_table(tables, ColumnOptions())
