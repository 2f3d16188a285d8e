"""Files as vendors send them, each with what must come of it: the cases in `cases/`, by name."""

import json
import re
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("cases")
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
HEAD = ("invoice", "received", "difference")


@pytest.fixture
def database(dialer, api_id):
    """The calls and costs of `base.sql`, and a way to ask the database afterwards."""

    def run(text):
        for statement in re.split(r";\s*$", text, flags=re.MULTILINE):
            if statement.strip():
                dialer.execute(statement)

    run((CASES / "base.sql").read_text(encoding="utf-8").replace("$ID", api_id))
    return run


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case["file"])
def test_a_file_as_vendors_send_it_is_read(case, app, api_id, database, dialer, tmp_path):
    database(case.get("setup", ""))

    for number, run in enumerate(case["runs"]):
        result, text = invoke(app, api_id, case["file"], run, tmp_path / f"{number}.csv")

        wanted = run["expect"] if isinstance(run["expect"], list) else [run["expect"]]
        faults = [list(find_faults(expect, result, text, dialer)) for expect in wanted]
        assert not all(faults), f"{run['command']} {run['options']}: {faults}\n{text}"


def invoke(app, api_id, name, run, details):
    """Run a command in this process; return its result, and all that it printed and wrote."""
    options = [option.replace("$DETAILS", str(details)) for option in run["options"]]
    result = app.test_cli_runner().invoke(args=[run["command"], str(CASES / name), "--key", api_id, *options])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    written = details.read_text(encoding="utf-8-sig") if details.exists() else ""
    return result, result.output + written


def find_faults(expect, result, text, dialer):
    """Yield what is not as it must be."""
    exits = expect.get("exit", result.exit_code)
    if result.exit_code not in (exits if isinstance(exits, list) else [exits]):
        yield f"exit {result.exit_code}"
    for name in HEAD:
        if name in expect and read_figure(text, name) != expect[name]:
            yield f"{name} {read_figure(text, name)}"
    for label, number in expect.get("findings", {}).items():
        if int(read_figure(text, label) or 0) != number:
            yield f"{label} {read_figure(text, label)}"
    yield from find_faults_of_text(expect, text)
    yield from find_faults_of_database(expect, dialer)


def read_figure(text, label):
    """Return the first figure behind a label of the report."""
    found = re.search(rf"^{re.escape(label)}\s+(\S+)", text, re.MULTILINE)
    return found and found[1]


def find_faults_of_text(expect, text):
    for part in expect.get("says", []):
        if part.casefold() not in text.casefold():
            yield f"says nothing of {part}"
    for part in expect.get("not", []):
        if part.casefold() in text.casefold():
            yield f"says {part}"


def find_faults_of_database(expect, dialer):
    count, total = dialer.execute("SELECT COUNT(*) AS n, SUM(cost) AS total FROM call_costs").fetchone().values()
    if count != expect.get("count", count) or str(total) != expect.get("sum", str(total)):
        yield f"{count} costs of {total}"
    for question, answer in expect.get("sql", {}).items():
        (found,) = dialer.execute(question).fetchone().values()
        if str(found) != answer:
            yield f"{question}: {found}"
