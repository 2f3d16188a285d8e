"""Each kind of file that holds a table, whatever its name says."""

import gzip
import json
from zipfile import ZipFile

import pytest

from ingress.invoice.tables import UnusableFile
from tests.invoice.exports import COLUMNS, as_csv, is_the_call, row

CALL = dict(zip(COLUMNS, row(), strict=True))


def as_html(rows):
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in rows)
    return f'<html><meta charset="windows-1252"><table><tr><td colspan=5>Café &amp; Co</table><table>{lines}</table>'


def as_xml(rows):
    cells = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells) + "</Row>"
        for cells in rows
    )
    return f'<?xml version="1.0"?><Workbook><Worksheet ss:Name="Calls"><Table>{cells}</Table></Worksheet></Workbook>'


def pack(path, files):
    with ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_an_archive_of_one_table_is_read(read, tmp_path):
    files = {"export/": "", "export/calls.csv": as_csv([row()]), "__MACOSX/export/._calls.csv": "x"}

    assert is_the_call(read(pack(tmp_path / "calls.zip", files)))
    assert is_the_call(read(gzip.compress(as_csv([row()]).encode())))


def test_an_archive_of_two_tables_is_refused_by_their_names(read, tmp_path):
    with pytest.raises(UnusableFile, match=r"'a\.csv', 'b\.csv'"):
        read(pack(tmp_path / "calls.zip", {"a.csv": as_csv([row()]), "b.csv": as_csv([row()])}))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_an_html_table_is_read(read, encoding):
    assert is_the_call(read(as_html([COLUMNS, row()]).encode(encoding)))


def test_the_xml_of_excel_2003_is_read(read):
    assert is_the_call(read(as_xml([COLUMNS, row()])))


@pytest.mark.parametrize(
    "value",
    [
        [CALL],
        {"data": {"calls": [CALL]}, "total": 1},
        [{"call": CALL}, {"call": {"Call Date": "", "Note": "no call"}}],
        [{**CALL, "Payout": 12.5, "Caller ID": 17205550134, "Tags": [1], "Live": True, "Buyer": None}],
    ],
    ids=["list", "within an object", "wrapped", "other types"],
)
def test_a_list_of_calls_in_json_is_read(read, value):
    assert is_the_call(read(json.dumps(value)))


def test_a_line_of_json_for_each_call_is_read(read):
    assert [call["call_id"] for call in read(f"{json.dumps(CALL)}\n{json.dumps(CALL)}\n")] == ["RGB1", "RGB1"]


def test_money_in_json_is_not_rounded(read):
    (only,) = read(json.dumps([CALL]).replace('"12.50"', "90071992.5475"))

    assert only["cost"] == 900719925475


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[{"Call Date": "x",]', "is broken JSON at line 1, column 20"),
        ('{"error": "not found"}', "JSON without a list of calls"),
        ("<html><p>Please log in</p></html>", "has no table"),
    ],
)
def test_a_file_without_a_table_says_so(read, content, reason):
    with pytest.raises(UnusableFile, match=reason):
        read(content)


def test_the_delimiter_that_the_first_line_tells_excel_is_used(read):
    assert is_the_call(read(as_csv([row()], delimiter="^", before="sep=^\r\n")))
