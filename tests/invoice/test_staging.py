"""The statements over the staging file: their headers are true, as those of the dialer's database are."""

import re
from pathlib import Path

import pytest

from ingress.invoice.staging import CACHE, INVOICE_STATEMENTS, open_staging
from ingress.sql import SQL

SCRIPTS = {"create_tables", "create_findings"}

statements = pytest.mark.parametrize("name", sorted(set(INVOICE_STATEMENTS) - SCRIPTS))


def read_header(name):
    """Purpose, parameters and columns that a file says of itself."""
    text = (SQL / "invoice" / f"{name}.sql").read_text()
    lines = [line for line in text.splitlines() if line.startswith("-- ")]
    *purpose, takes, returns = [line.removeprefix("-- ") for line in lines]
    return " ".join(purpose), read_names("takes", takes), read_names("returns", returns)


def read_names(word, line):
    assert line.startswith(f"{word}: ")
    names = line.removeprefix(f"{word}: ")
    return [] if names == "nothing" else names.split(", ")


@pytest.mark.parametrize("name", sorted(INVOICE_STATEMENTS))
def test_each_statement_says_what_for(name):
    assert re.match(r"[A-Z].*\.$", read_header(name)[0])


@statements
def test_the_header_names_the_parameters_and_the_columns(name):
    _, takes, returns = read_header(name)
    body = re.sub("--.*", "", INVOICE_STATEMENTS[name])

    with open_staging() as staging:
        cursor = staging.rows(name, **dict.fromkeys(takes, 1))

        assert sorted(takes) == sorted(set(re.findall(r":(\w+)", body)))
        assert returns == [column[0] for column in cursor.description or []]


def test_the_staging_file_has_no_name_so_that_nothing_remains_of_a_killed_process():
    with open_staging() as staging:
        staging.connection.execute("CREATE TABLE large AS SELECT ZEROBLOB(?) AS filler", [(CACHE + 1024) * 1024])
        opened = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]

    (staged,) = [target for target in opened if "etilqs" in target]  # SQLite's name for what is temporary
    assert staged.endswith("(deleted)")
