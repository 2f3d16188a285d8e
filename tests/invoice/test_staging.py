"""The statements over the staging file: their headers are true, as those of the dialer's database are."""

import re
from pathlib import Path

import pytest

from ingress.database.queries import Raise, ReceivedCost
from ingress.invoice.booking import Agreement, MissingRow, UnbookedRow
from ingress.invoice.calls import CostCall, LastRow, RowCall, SearchedCall
from ingress.invoice.correcting import RowCorrection
from ingress.invoice.disputes import StagedDispute
from ingress.invoice.findings import StagedFinding
from ingress.invoice.hints import Causes, Exchanged, LateCosts
from ingress.invoice.period import Span
from ingress.invoice.plain_rows import PlainRow
from ingress.invoice.plot import DayDifference
from ingress.invoice.received import StagedDelivery
from ingress.invoice.rows import StagedRow
from ingress.invoice.staging import CACHE_KIB, INVOICE_STATEMENTS, open_staging
from ingress.invoice.summary import Nearby, StagedCount, StagedTotal
from ingress.sql import SQL

SCRIPTS = {
    *("create_tables", "create_indexes", "create_call_indexes"),
    *("create_findings", "create_finding_indexes", "create_disputes"),
}
WRITTEN = {
    "insert_raise": Raise,
    "insert_received": ReceivedCost,
    "insert_plain_row": PlainRow,
    "insert_row": StagedRow,
    "update_delivery": StagedDelivery,
    "update_received_call": CostCall,
    "update_row_call": RowCall,
}
READ = {
    "list_corrections": RowCorrection,
    "list_disputes": StagedDispute,
    "list_lost_credits": UnbookedRow,
    "count_agreement": Agreement,
    "count_findings": StagedCount,
    "count_causes": Causes,
    "count_exchanged": Exchanged,
    "count_nearby": Nearby,
    "count_received": StagedTotal,
    "count_rows": StagedTotal,
    "find_last_row": LastRow,
    "find_late_costs": LateCosts,
    "find_span": Span,
    "list_days": DayDifference,
    "list_findings": StagedFinding,
    "list_missing": MissingRow,
    "list_cost_searches": SearchedCall,
    "list_refused": UnbookedRow,
    "list_rows_to_look_up": SearchedCall,
}

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
def test_each_statement_begins_with_its_purpose(name):
    assert re.match(r"[A-Z].*\.$", read_header(name)[0])


@statements
def test_the_header_names_the_parameters_and_the_columns(name):
    _, takes, returns = read_header(name)
    body = re.sub("--.*", "", INVOICE_STATEMENTS[name])

    with open_staging() as staging:
        staging.run_script("create_disputes")
        cursor = staging.execute(name, **dict.fromkeys(takes, 1))

        assert sorted(takes) == sorted(set(re.findall(r":(\w+)", body)))
        assert returns == [column[0] for column in cursor.description or []]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_record_that_is_written_has_the_parameters_of_its_statement(name):
    body = re.sub("--.*", "", INVOICE_STATEMENTS[name])

    assert list(WRITTEN[name]._fields) == read_header(name)[1] == re.findall(r":(\w+)", body)


@statements
def test_a_record_that_is_read_has_the_columns_of_its_statement(name):
    record = READ.get(name)

    assert list(record._fields if record else ()) == read_header(name)[2]


@pytest.mark.slow
def test_the_staging_file_has_no_name_and_vanishes_with_the_process():
    with open_staging() as staging:
        staging.connection.execute("CREATE TABLE large AS SELECT ZEROBLOB(?) AS filler", [(CACHE_KIB + 1024) * 1024])
        opened = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]

    (staged,) = [target for target in opened if "etilqs" in target]  # SQLite's name for what is temporary
    assert staged.endswith("(deleted)")
