"""An invoice and what came in: the story of `reconcile` and `import`."""

import csv
import sqlite3
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingress.invoice.columns import ColumnOptions
from ingress.invoice.intake import take_in
from ingress.invoice.moments import Reading
from ingress.invoice.staging import open_staging
from tests.invoice.exports import as_csv

NOW = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)


@pytest.fixture
def api_id(key):
    return key["tld-api-id"]


@pytest.fixture
def reconcile(app, api_id, tmp_path):
    """Compare rows, or the text of a file, with what came in; returns the result, its `findings` read back."""

    def run(export, *options):
        path = tmp_path / "export.csv"
        path.write_text(export if isinstance(export, str) else as_csv(export), newline="")
        details = tmp_path / "details.csv"
        arguments = ["reconcile", str(path), "--key", api_id, "--details", str(details), *options]
        result = app.test_cli_runner().invoke(args=arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        result.findings = []
        if details.exists():
            with details.open(encoding="utf-8-sig", newline="") as file:
                result.findings = list(csv.DictReader(file))
            details.unlink()
        return result

    return run


@pytest.fixture
def receive(post):
    """A call that came in by webhook."""

    def receive(call_id=None, cost="12.50", call_date="2024-03-05T14:21:09Z", cid="7205550134", **others):
        sent = {"cost": cost, "call_date": call_date, "idempotency_key": call_id, **others}
        answer = post(f"/8005550142/{cid}", json={name: value for name, value in sent.items() if value})
        assert answer.status_code == 200, answer.json
        return answer.json["cost_id"]

    return receive


@pytest.fixture
def import_(app, api_id, tmp_path):
    """Import rows as `ringba.csv`; returns the result."""

    def run(rows, *options):
        path = tmp_path / "ringba.csv"
        path.write_text(as_csv(rows), newline="")
        result = app.test_cli_runner().invoke(args=["import", str(path), "--key", api_id, *options])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def log(dialer):
    return lambda: dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id").fetchall()


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
