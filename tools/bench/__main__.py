"""`make bench`: run each contender several times and print one table of the medians; never fails on speed."""

import argparse
import statistics
import sys
from functools import partial
from pathlib import Path

from tools.bench.contenders import Floor, Service, Setting, SlowLink
from tools.bench.fill import fill
from tools.bench.measure import Figures
from tools.mariadb import MariaDBError, PrivateMariaDB, program

FOLDER = Path(__file__).parents[2] / ".mariadb" / "bench"
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


def main(arguments=None, folder=FOLDER):
    options = read_options(arguments)
    program("wrk")
    with PrivateMariaDB(folder, BUFFER_POOL) as server:
        contenders = list_contenders(server, options)
        rounds = [[contender.run() for contender in contenders] for _ in range(options.rounds)]
    print_table([contender.name for contender in contenders], map(medians, zip(*rounds, strict=True)))


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[200_000], help="rows of the call log, one run each")
    parser.add_argument("--costs", type=int, default=0, help="rows that the table of costs has before")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["floor", "empty", "service", "slow-link"], nargs="+")
    return parser.parse_args(arguments)


def list_contenders(server, options):
    """Those that are wanted: the service with each call log, all others with the first one."""
    urls = {calls: fill(server, calls, options.costs) for calls in options.calls}
    first = Setting(server, urls[options.calls[0]], options.calls[0], options.connections, options.seconds)
    made = {
        "floor": [partial(Floor, first)],
        "empty": [partial(Service, first, "an empty view", "tools.bench.empty:app")],
        "service": [
            partial(Service, first._replace(url=url, calls=calls), f"service, {calls:,} calls")
            for calls, url in urls.items()
        ],
        "slow-link": [partial(SlowLink, first)],
    }
    return [make() for name, makes in made.items() if name in (options.only or made) for make in makes]


def medians(rounds):
    """Of each figure that was measured at all."""
    measured = ([value for value in values if value is not None] for values in zip(*rounds, strict=True))
    return Figures(*(statistics.median(values) if values else None for values in measured))


def print_table(names, rows):
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
    except MariaDBError as error:
        sys.exit(str(error))
