"""CSV in each form in which platforms and spreadsheets write it."""

import pytest

from tests.invoice.exports import COLUMNS, as_csv, is_the_call, row


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"], ids="{} file".format
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_encoding_and_delimiter_is_read(read, encoding, delimiter):
    export = as_csv([(*row(), "café")], (*COLUMNS, "Buyer"), delimiter)

    assert is_the_call(read(export.encode(encoding)))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_is_read(read, end):
    assert is_the_call(read(as_csv([row()]).replace("\r\n", end)))


def test_quoted_newlines_and_delimiters_belong_to_their_cell(read):
    export = as_csv([(*row(), 'said "no",\nthen, yes'), (*row("RGB2"), "")], (*COLUMNS, "Comment"))

    assert [(row["row"], row["call_id"]) for row in read(export)] == [(2, "RGB1"), (3, "RGB2")]
