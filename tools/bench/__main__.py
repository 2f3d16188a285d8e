"""`make bench`: run each contender several times and print one table of the medians; never fails on speed."""

import argparse
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tools import STATE
from tools.bench.contenders import Contender, Floor, Gunicorn, Setting, SlowLink
from tools.bench.fill import fill_database
from tools.bench.invoice import measure_invoices
from tools.bench.measure import Figures
from tools.private_server import PrivateServer
from tools.programs import ServerError, program

BENCH_FOLDER = STATE / "bench"
BUFFER_POOL = "--innodb-buffer-pool-size=2G"  # a log of ten million rows fits
COLUMNS = {
    "rate": ("req/s", ".0f"),
    "p50": ("p50 ms", ".1f"),
    "p99": ("p99 ms", ".1f"),
    "application": ("app us/req", ".0f"),
    "database": ("db us/req", ".0f"),
    "trips": ("trips/req", ".2f"),
    "rows_read": ("rows read/req", ".1f"),
    "first_answer": ("first answer ms", ".0f"),
    "memory_before": ("MB at start", ".0f"),
    "memory_after": ("MB at end", ".0f"),
    "refused": ("not 200", ".0f"),
}


class Options(argparse.Namespace):
    calls: list[int]
    costs: int
    connections: int
    seconds: int
    rounds: int
    only: list[str] | None
    invoice: bool
    rows: list[int]
    beside: Path | None


def main(arguments: Sequence[str] | None = None, folder: Path = BENCH_FOLDER) -> None:
    options = read_options(arguments)
    if options.invoice:
        with PrivateServer(folder, BUFFER_POOL) as server:
            measure_invoices(server, options.rows, options.rounds, options.beside)
        return
    program("wrk")
    with PrivateServer(folder, BUFFER_POOL) as server:
        contenders = list_contenders(server, options)
        rounds = [[contender.run() for contender in contenders] for _ in range(options.rounds)]
    print_figures([contender.name for contender in contenders], map(take_medians, zip(*rounds, strict=True)))


def read_options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[200_000], help="rows of the call log, one run each")
    parser.add_argument("--costs", type=int, default=0, help="rows in the table of costs at the start")
    parser.add_argument("--connections", type=int, default=32, help="that wrk keeps open")
    parser.add_argument("--seconds", type=int, default=6, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of which the medians are shown")
    parser.add_argument("--only", choices=["floor", "empty", "service", "slow-link"], nargs="+", help="contenders")
    parser.add_argument("--invoice", action="store_true", help="measure `reconcile` instead of billing")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000], help="of the invoice, one run each")
    parser.add_argument("--beside", type=Path, help="a Python with pandas, duckdb and pymysql, to measure theirs too")
    return parser.parse_args(arguments, Options())


def list_contenders(server: PrivateServer, options: Options) -> list[Contender]:
    """Return those that are wanted: the service with each call log, all others with the first one."""
    urls = {calls: fill_database(server, calls, options.costs) for calls in options.calls}
    first = Setting(server, urls[options.calls[0]], options.calls[0], options.connections, options.seconds)
    makers: dict[str, list[Callable[[], Contender]]] = {
        "floor": [partial(Floor, first)],
        "empty": [partial(Gunicorn, first, "an empty view", "tools.bench.empty:app")],
        "service": [
            partial(Gunicorn, first._replace(url=url, calls=calls), f"service, {calls:,} calls")
            for calls, url in urls.items()
        ],
        "slow-link": [partial(SlowLink, first)],
    }
    return [make() for name in makers if name in (options.only or makers) for make in makers[name]]


def take_medians(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure that was measured at all."""
    return Figures(*map(median_or_none, zip(*rounds, strict=True)))


def median_or_none(values: Iterable[float | None]) -> Any:
    """Return the median of one figure over the rounds; None if this contender does not have the figure."""
    measured = [value for value in values if value is not None]
    return statistics.median(measured) if measured else None


def print_figures(names: Sequence[str], rows: Iterable[Figures]) -> None:
    lines = [["", *(title for title, _ in COLUMNS.values())]]
    for name, figures in zip(names, rows, strict=True):
        values = ((getattr(figures, column), form) for column, (_, form) in COLUMNS.items())
        lines.append([name, *("" if value is None else format(value, form) for value, form in values)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for name, *cells in lines:
        print(name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)))


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(str(error))
