"""`make bench ARGS=--invoice`: `reconcile` of a month, beside the bare comparison as others would write it.

One row of a hundred was never received, one has another amount, one cost of a hundred is not on the invoice.
"""

import csv
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ingress.access.key_secrets import hash_secret
from ingress.config import parse_database_url
from ingress.database import queries
from ingress.database.pool import Database
from tools import BIN, ROOT
from tools.bench.measure import processor_time
from tools.private_server import PrivateServer

SCRIPT = Path(__file__).with_name("invoice.sql")
OTHERS = ("pandas", "duckdb")
FIRST = datetime(2026, 10, 1)  # noqa: DTZ001 - on the dialer's clock
SECONDS = 2_500_000  # of the month
FINDINGS = re.compile(r"^(?:billed, but never received|received, but not on|another amount)\D*([\d,]+)", re.MULTILINE)


class InvoiceFigures(NamedTuple):
    """Of one run: seconds of the clock, and of processor of program and database; MiB at most; what it found."""

    wall: float
    application: float
    database: float
    memory: float
    found: str


def measure_invoices(server: PrivateServer, sizes: Sequence[int], rounds: int, beside: Path | None) -> None:
    """Print the figures of each program for each number of rows."""
    print(f"{'':22}{'wall s':>9}{'app s':>9}{'db s':>9}{'sum s':>9}{'MiB':>7}   found")
    for rows in sizes:
        url, api_id = fill_month(server, rows)
        path = server.folder / f"invoice-{rows}.csv"
        write_invoice(path, rows)
        for _ in range(rounds):
            for name, command, environment in list_programs(url, path, api_id, beside):
                figures = measure(server, command, environment)
                used = figures.application + figures.database
                print(f"{name}, {rows:,} rows".ljust(22), end="")
                print(f"{figures.wall:9.1f}{figures.application:9.1f}{figures.database:9.1f}{used:9.1f}", end="")
                print(f"{figures.memory:7.0f}   {figures.found}", flush=True)


def list_programs(
    url: str, path: Path, api_id: int, beside: Path | None
) -> Iterator[tuple[str, list[str], Mapping[str, str]]]:
    """Yield name, command and environment of each program; `beside` is a Python that has pandas, DuckDB and PyMySQL."""
    environment = {**os.environ, "TLDIALER_DATABASE_URL": url}
    yield "ours", [str(BIN / "ingress"), "reconcile", str(path), "--key", str(api_id)], environment
    database = parse_database_url(url)
    host, port = database.hosts[0]
    for name in OTHERS if beside else ():
        script = Path(__file__).with_name(f"invoice_{name}.py")
        access = [host, str(port), database.user, database.password, database.database]
        yield name, [str(beside), "-W", "ignore", str(script), str(path), *access], os.environ


def measure(server: PrivateServer, command: Sequence[str], environment: Mapping[str, str]) -> InvoiceFigures:
    """Run a program and return what it has used; the server must be idle otherwise."""
    before, began = processor_time([server.pid]), time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0  # it is reaped already
    return InvoiceFigures(
        wall=time.monotonic() - began,
        application=used.ru_utime + used.ru_stime,
        database=(processor_time([server.pid]) - before) / 1e6,
        memory=used.ru_maxrss / 1024,
        found=" ".join(FINDINGS.findall(output)) or output.strip(),
    )


def fill_month(server: PrivateServer, rows: int) -> tuple[str, int]:
    """Make the database of a month anew; return its URL and the id of the key that its costs came with."""
    name = "ingress_bench_invoice"
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        url = server.create_database(name)
        database = Database(parse_database_url(url))
        database.apply_schema()
        with database.connect() as service:
            api_id = queries.insert_api_key(
                service,
                key_hash=hash_secret("bench"),
                name="bench",
                endpoints=None,
                ip_addresses=None,
                time_zone=None,
                created=FIRST,
            )
        connection.select_db(name)
        for statement in SCRIPT.read_text().split(";\n"):
            cursor.execute(statement, {"rows": rows, "api_id": api_id})
    return url, api_id


def write_invoice(path: Path, rows: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Call Date", "Caller ID", "Target Number", "Payout", "Inbound Call ID", "Duration"])
        writer.writerows(describe_row(number, rows) for number in range(1, rows + 1) if number % 100 != 13)


def describe_row(number: int, rows: int) -> list[str]:
    called = FIRST + timedelta(seconds=number * SECONDS // rows)
    cents = 1000 + number % 4000 + (250 if number % 100 == 29 else 0)
    return [
        f"{called:%m/%d/%Y %I:%M:%S %p}",
        f"+1{2002000000 + number % 7900000}",
        f"+1{8005550000 + number % 100}",
        f"${cents / 100:,.2f}",
        f"RGB{number:012X}",
        "00:05:12",
    ]
