"""Which column of an export holds what: the known platforms' by themselves, any other as `--map` says."""

import re
import shlex
import tomllib
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from .files import UnusableFile

EXPORTS = tomllib.loads(Path(__file__).with_name("exports.toml").read_text(encoding="utf-8"))
FIELDS = ("call_id", "did", "cid", "call_date", "date_billed", "cost", "notes")
HEAD = 20  # rows in which the header is looked for; titles and empty lines may stand above it


class Columns(NamedTuple):
    """Where each field stands in a row, `header` the row that says so, `only` the values that a row must have."""

    places: dict
    header: list
    only: dict

    def pick(self, cells):
        """The texts of a row by field; blank where the row or the file has none."""
        return {field: cell(cells, self.places.get(field)) for field in FIELDS}

    def are_wanted(self, cells):
        return all(cell(cells, place).casefold() == value.casefold() for place, value in self.only.items())


def cell(cells, place):
    return cells[place].strip() if place is not None and place < len(cells) else ""


def parse_map(text):
    """`cost=Payout,cid="Caller ID"` as a dict; a ValueError tells what is wrong with it."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters, lexer.escape = ",", True, "", ""
    pairs = dict(part.strip().partition("=")[::2] for part in lexer)
    for field, column in pairs.items():
        if field not in FIELDS:
            raise ValueError(f"{field!r} is none of {', '.join(FIELDS)}")
        if not column.strip():
            raise ValueError(f"{field} needs a column, as in {field}=Column")
    return pairs


def simplify(name):
    """What of a column's name counts."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold()


def find_table(tables, given, only=None, did=None, vendor=False):
    """Return the Table whose header has all that is needed, its Columns, and the number of the header's row.

    `given` is what `--map` says, `only` the wanted values by column, `did` the number of all rows when the file has no
    column of it. Raises UnusableFile, which names what is missing and what columns there are.
    """
    best = []
    for table in tables:
        for number, header in enumerate(islice(table.read(strict=False), HEAD), start=1):
            columns = find_columns(header, given, only or {}, did, vendor)
            if columns:
                return table, columns, number
            best = max(best, [name for name in header if name.strip()], key=len)
    raise UnusableFile(describe_missing(best, given, only or {}, did, vendor))


def find_columns(header, given, only, did, vendor):
    names = [simplify(name) for name in header]
    for export in EXPORTS.values():
        places = find_places(names, wanted_names(export, given, vendor))
        filters = {name: find_place(names, [name]) for name in only}
        if not list_missing(places, did) and set(given) <= set(places) and None not in filters.values():
            require_single(names, header, {**places, **filters})
            return Columns(places, header, {filters[name]: value for name, value in only.items()})
    return None


def wanted_names(export, given, vendor):
    known = {field: export.get(field, []) for field in FIELDS}
    if vendor:
        known["cost"] = export["vendor_cost"]
    return known | {field: [column] for field, column in given.items()}


def find_places(names, wanted):
    places = {field: find_place(names, columns) for field, columns in wanted.items()}
    return {field: place for field, place in places.items() if place is not None}


def find_place(names, columns):
    return next((names.index(simplify(column)) for column in columns if simplify(column) in names), None)


def list_missing(places, did):
    missing = [field for field in ("did", "cid", "cost") if field not in places and not (field == "did" and did)]
    if not {"call_date", "date_billed"} & set(places):
        missing.append("call_date")
    return missing


def require_single(names, header, places):
    for field, place in places.items():
        if names.count(names[place]) > 1:
            raise UnusableFile(f"has the column {header[place].strip()!r} ({field}) more than once")


def describe_missing(header, given, only, did, vendor):
    """What of the export that comes nearest is not there."""
    names = [simplify(name) for name in header]
    unknown = [column for column in (*given.values(), *only) if simplify(column) not in names]
    missing = min(
        (list_missing(find_places(names, wanted_names(export, given, vendor)), did) for export in EXPORTS.values()),
        key=len,
    )
    lacks = [f"no column {column!r}" for column in unknown] + [
        f"no column known to be the {field}" for field in missing
    ]
    there = ", ".join(repr(name.strip()) for name in header) or "none"
    return (
        f"has {' and '.join(lacks)}; its columns are: {there}. Say which is which with --map, as in --map cost=Payout"
    )
