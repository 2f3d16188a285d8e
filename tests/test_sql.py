"""The statements of a dialer: chosen by the setting DIALER, its own before the general ones."""

import pytest
from click.testing import CliRunner

from ingress import create_app
from ingress.__main__ import main
from ingress.config import SettingsError
from ingress.sql import SQL, compose, list_dialers, load_statements, read_statement


def test_a_dialers_own_file_counts_before_the_general_one():
    vicidial, general = load_statements("vicidial").texts, load_statements().texts

    assert vicidial["find_call"] == read_statement(SQL / "vicidial" / "find_call.sql") != general["find_call"]
    assert vicidial["insert_cost"] == general["insert_cost"]
    assert vicidial.keys() >= general.keys()


def test_what_a_statement_includes_is_the_dialers_too():
    vicidial, general = load_statements("vicidial").texts, load_statements().texts

    assert "INSERT INTO leads" in vicidial["bill_at_once"]
    assert "INSERT INTO leads" not in general["bill_at_once"]


def test_a_dialers_schema_includes_the_general_one():
    assert load_statements().texts["schema"] in load_statements("vicidial").texts["schema"]


def test_a_limit_is_read_from_the_header():
    assert dict(load_statements().limits) == {}
    assert dict(load_statements("vicidial").limits) == {"find_call": 4, "list_calls": 5}


def test_a_placeholder_that_is_no_statement_stays():
    assert (
        compose("GRANT SELECT ON {database}.x; {insert}", {"insert": "INSERT"})
        == "GRANT SELECT ON {database}.x; INSERT"
    )


def test_the_dialers_are_the_general_one_and_those_with_a_schema():
    assert list_dialers() == ["tldialer", "vicidial"]


@pytest.mark.parametrize("dialer", ["asterisk", "migrations", "invoice", "VICIDIAL", ""])
def test_an_unknown_dialer_is_refused_with_all_that_is_wrong(monkeypatch, dialer):
    monkeypatch.setenv("DIALER", dialer)
    monkeypatch.setenv("TLDIALER_TIMEZONE", "Mars")

    with pytest.raises(SettingsError) as raised:
        create_app()

    assert "  DIALER: Must be one of: tldialer, vicidial.\n" in str(raised.value)
    assert "  TLDIALER_TIMEZONE: " in str(raised.value)


def test_the_dialer_may_be_set_in_an_env_file(monkeypatch, tmp_path):
    monkeypatch.setenv("DIALER", "")  # so that it is as before in the end
    monkeypatch.delenv("DIALER")
    file = tmp_path / "vicidial.env"
    file.write_text("DIALER=asterisk\n")

    result = CliRunner().invoke(main, ["--env-file", str(file), "keys", "list"])

    assert (result.exit_code, "DIALER: Must be one of" in result.output) == (2, True)


def test_no_python_knows_which_dialer_it_is():
    names = set(list_dialers()) - {"tldialer"}

    for path in (SQL.parent / "ingress").rglob("*.py"):
        assert not [name for name in names if name in path.read_text().lower()], path
