"""The columns of an export: recognised for known platforms, mapped for any other."""

import pytest

from ingress.invoice.columns import ColumnOptions, find_table, parse_map
from ingress.invoice.exports import EXPORTS
from ingress.invoice.files import open_tables
from ingress.invoice.tables import UnusableFile
from tests.conftest import ROOT
from tests.invoice.exports import COLUMNS, as_csv, is_the_call, row


@pytest.mark.parametrize("platform", EXPORTS)
def test_each_known_platform_is_recognised_by_its_columns(read, platform):
    export = EXPORTS[platform]
    columns = [export.columns[field][0].upper() for field in ("call_date", "call_id", "cid", "did", "cost")]

    assert is_the_call(read(as_csv([row()], columns)))


def test_a_vendors_account_has_our_cost_in_another_column(read):
    export = as_csv([(*row(cost="9"), "12.50")], (*COLUMNS, "Revenue"))

    assert is_the_call(read(export, vendor=True))


def test_any_other_file_can_be_mapped(read):
    export = as_csv([row()], ("When", "Id", "From, whom", "To", "Price"))
    given = parse_map('call_date=When, cid="From, whom",did=To,cost=price,call_id=Id')

    assert is_the_call(read(export, given))


def test_the_number_called_may_be_given_for_all_rows(read):
    export = as_csv([row()], ("Call Date", "Id", "Caller ID", "Agent", "Payout"))

    assert is_the_call(read(export, did="8005550142"))


def test_date_billed_suffices_without_a_call_date(read):
    export = as_csv([row()], ("date_billed", "id", "cid", "did", "cost"))

    assert is_the_call(read(export))


def test_names_that_no_vendor_documents_are_marked():
    for export in EXPORTS.values():
        names = {name for columns in (*export.columns.values(), export.vendor_cost) for name in columns}
        assert set(export.unverified) <= names


@pytest.mark.parametrize("platform", ["ringba", "retreaver"])
def test_the_guide_names_all_columns_of_each_platform(platform):
    guide = (ROOT / "docs" / "invoice.md").read_text()

    export = EXPORTS[platform]
    for columns in (*export.columns.values(), export.vendor_cost):
        assert [name for name in columns if f"`{name}`" not in guide] == []


def test_the_campaign_id_of_retreaver_is_not_a_caller(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("start_time,uuid,cid,dialed_number,payout\n")

    with open_tables(path) as (sheet,), pytest.raises(UnusableFile, match="no column known to be the cid"):
        find_table(sheet.tables, ColumnOptions())
