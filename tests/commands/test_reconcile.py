"""`reconcile` as it is typed: its options, what it prints, and its exit codes."""

import pytest

from tests.invoice.exports import COLUMNS, as_csv, row


def test_an_invoice_agrees_when_all_that_is_billed_came_in(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1")])

    assert (result.exit_code, result.findings) == (0, [])
    assert "rows agree" in result.output


def test_rows_of_other_vendors_are_left_out(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")
    export = as_csv([(*row("RGB1"), "Acme"), (*row("RGB2"), "Other"), (*row("RGB3"), "")], (*COLUMNS, "Buyer"))

    result = reconcile(export, "--only", "buyer=acme")

    assert result.exit_code == 0
    assert "Left out by --only: 2" in result.output


class TestCannotRun:
    def test_a_missing_column_is_named_with_those_there_are(self, reconcile):
        result = reconcile("When,Caller ID,Payout\n2024-03-05,7205550134,1\n")

        assert result.exit_code == 2
        assert "no column known to be the did and no column known to be the call_date" in result.output
        assert "'When', 'Caller ID', 'Payout'" in result.output

    def test_a_mapped_column_that_is_missing_is_named(self, reconcile):
        result = reconcile([row()], "--map", "cost=Price")

        assert result.exit_code == 2
        assert "no column 'Price'" in result.output

    def test_a_column_that_appears_twice_is_named(self, reconcile):
        result = reconcile(as_csv([(*row(), "1")], (*COLUMNS, "payout")))

        assert result.exit_code == 2
        assert "'Payout' (cost) more than once" in result.output

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "its columns are: none"),
            (b"PK\x03\x04 not a workbook", "no readable workbook"),
            (b"\xd0\xcf\x11\xe0", "old or encrypted Excel"),
            (b"\x1f\x8b\x08", "gunzip"),
            (b"\xff\xfeC\x00a", "begins like utf-16, but is not"),
            (",".join(COLUMNS).encode() + b"\n", "no row of a call"),
            (as_csv([row()]).encode() + b'2024-03-05,"RGB2', "is broken at line 3"),
        ],
    )
    def test_an_unusable_file_is_refused_with_the_reason(self, app, api_id, tmp_path, content, reason):
        path = tmp_path / "export"
        path.write_bytes(content)

        result = app.test_cli_runner().invoke(args=["reconcile", str(path), "--key", api_id])

        assert result.exit_code == 2
        assert reason in result.output

    @pytest.mark.parametrize(
        "options",
        [
            ["--key", "999999"],
            ["--map", "price=Payout"],
            ["--map", "cost"],
            ["--map", "cost='Payout"],
            ["--only", "=x"],
            ["--tolerance", "soon"],
            ["--did", "123"],
            ["--time-zone", "Mars"],
            ["--from", "yesterday"],
            ["--from", "2024-03-06", "--to", "2024-03-05"],
            ["--html", "/nowhere/report.html"],
        ],
    )
    def test_wrong_options_have_exit_code_two(self, reconcile, options):
        assert reconcile([row()], *options).exit_code == 2

    def test_a_key_that_sends_no_costs_has_exit_code_two(self, reconcile, dialer):
        dialer.execute("UPDATE api_keys SET scope = 'admin'")

        result = reconcile([row()])

        assert result.exit_code == 2
        assert "not one that sends costs" in result.output

    def test_a_database_that_is_away_has_exit_code_two(self, reconcile, broken_connection):
        broken_connection()

        result = reconcile([row()])

        assert result.exit_code == 2
        assert "TLDialer Connection Error" in result.output
