"""Tables on a terminal, lines of JSON in a pipe: the same records, and nothing of a sender moves the terminal."""

import json
import os
import pty
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingress.commands import output
from ingress.commands.output import lay_out, print_record, print_records, write_cell

RECORDS = [
    {"id": 1, "name": "ringba", "cost": Decimal("12.5000"), "sent": {"a": 1}},
    {"id": 20, "name": None, "cost": None, "sent": {}},
]


@pytest.fixture
def terminal(monkeypatch):
    """Standard output is a terminal of 60 columns."""
    monkeypatch.setattr(output, "wants_json", lambda as_json: as_json)
    monkeypatch.setenv("COLUMNS", "60")


def test_records_in_a_pipe_are_lines_of_json_with_all_that_they_hold(capsys):
    print_records(RECORDS, ("id", "name"), False, "None.")

    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"id": 1, "name": "ringba", "cost": "12.5000", "sent": {"a": 1}},
        {"id": 20, "name": None, "cost": None, "sent": {}},
    ]


def test_records_on_a_terminal_are_a_table(terminal, capsys):
    print_records(RECORDS, ("id", "name", "cost"), False, "None.")

    assert capsys.readouterr().out == "id  name    cost\n1   ringba  12.5000\n20\n"


def test_json_can_be_had_on_a_terminal_too(terminal, capsys):
    print_records(RECORDS, ("id",), True, "None.")

    assert json.loads(capsys.readouterr().out.splitlines()[0])["name"] == "ringba"


def test_nothing_is_said_on_a_terminal_and_silent_in_a_pipe(capsys, monkeypatch):
    print_records([], ("id",), False, "None.")
    monkeypatch.setattr(output, "wants_json", lambda as_json: as_json)
    print_records([], ("id",), False, "None.")

    assert capsys.readouterr().out == "None.\n"


def test_one_record_on_a_terminal_is_a_line_for_each_value(terminal, capsys):
    print_record(RECORDS[0], False)

    assert capsys.readouterr().out == 'id    1\nname  ringba\ncost  12.5000\nsent  {\n        "a": 1\n      }\n'


def test_one_record_in_a_pipe_is_one_line(capsys):
    print_record(RECORDS[0], False)

    assert capsys.readouterr().out.count("\n") == 1


def test_a_line_is_cut_at_the_width_of_the_terminal():
    assert lay_out([["id", "error"], ["1", "x" * 30]], 20) == ["id  error", "1   " + "x" * 15 + "…"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (["a", "b"], "a, b"),
        (datetime(2026, 3, 5, 14, 21, 9), "2026-03-05 14:21:09"),
        ("\x1b[2Jgone\nbelow\x9b1m\u202e", "\ufffd[2Jgone\ufffdbelow\ufffd1m\ufffd"),
    ],
)
def test_a_cell_is_plain_text(value, cell):
    assert write_cell(value) == cell


@pytest.mark.slow
def test_a_real_terminal_gets_a_table_in_any_encoding(dialer, create_key):
    key = create_key(name="t\u20acst")
    master, slave = pty.openpty()
    ingress = Path(sys.executable).with_name("ingress")
    environment = {name: os.environ[name] for name in ("TLDIALER_DATABASE_URL",)} | {
        "COLUMNS": "120",
        "PYTHONIOENCODING": "latin-1",
    }

    subprocess.run([ingress, "keys", "list"], stdout=slave, env=environment, check=True)
    os.close(slave)

    printed = os.read(master, 10_000).decode().replace("\r\n", "\n")
    assert printed.startswith("api_id  name  scope    enabled")
    assert f"\n{key['tld-api-id']:6}  t?st  ingress  yes" in printed
