"""Which column of an export holds what: those of known platforms by themselves, any other as `--map` says."""

import re
import shlex
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import NamedTuple

from .exports import EXPORTS, FIELDS, Export, Texts
from .tables import Table, UnusableFile

HEADER_ROWS = 20  # in which the header is looked for; titles and empty lines may stand above it


class ColumnOptions(NamedTuple):
    """What the operator says of the columns.

    `given` has a column for each field of `--map`, `only` the wanted value by column, `did` the number of rows that
    name none. `vendor`: the account is that of a vendor.
    """

    given: Mapping[str, str] = {}
    only: Mapping[str, str] = {}
    did: str | None = None
    vendor: bool = False


class Columns(NamedTuple):
    """Where each of FIELDS stands in a row, `header` the row that says so, `only` the wanted value by place."""

    places: tuple[int | None, ...]
    header: list[str]
    only: dict[int, str]
    did: str

    def pick(self, cells: list[str]) -> Texts:
        texts = Texts._make([cell(cells, place) for place in self.places])
        return texts if texts.did or not self.did else texts._replace(did=self.did)

    def are_wanted(self, cells: list[str]) -> bool:
        return all(cell(cells, place).casefold() == value.casefold() for place, value in self.only.items())


def cell(cells: list[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def parse_map(text: str) -> dict[str, str]:
    """Return `cost=Payout,cid="Caller ID"` as a dict; a ValueError tells what is wrong with it."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters, lexer.escape = ",", True, "", ""
    pairs = {field: column for field, _, column in (part.strip().partition("=") for part in lexer)}
    for field, column in pairs.items():
        if field not in FIELDS:
            raise ValueError(f"{field!r} is none of {', '.join(FIELDS)}")
        if not column.strip():
            raise ValueError(f"{field} needs a column, as in {field}=Column")
    return pairs


def simplify(name: str) -> str:
    """Return what counts of a column's name: its letters and digits in lower case, and single blanks."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold()


def find_table(tables: Iterable[Table], options: ColumnOptions) -> tuple[Table, Columns, int]:
    """Return the Table whose header has all that is needed, its Columns, and the number of the header's row.

    Raises UnusableFile, which names what is missing and what columns there are.
    """
    best: list[str] = []
    for table in tables:
        for number, header in enumerate(islice(table.read(strict=False), HEADER_ROWS), start=1):
            columns = find_columns(header, options)
            if columns:
                return table, columns, number
            best = max(best, [name for name in header if name.strip()], key=len)
    raise UnusableFile(describe_missing(best, options))


def find_columns(header: list[str], options: ColumnOptions) -> Columns | None:
    names = [simplify(name) for name in header]
    filters = find_places(names, {name: [name] for name in options.only})
    for export in EXPORTS.values():
        places = find_places(names, wanted_names(export, options))
        is_complete = not list_missing(places, options.did) and set(options.given) <= set(places)
        if is_complete and len(filters) == len(options.only):
            require_single(names, header, {**places, **filters})
            only = {filters[name]: value for name, value in options.only.items()}
            return Columns(tuple(map(places.get, FIELDS)), header, only, options.did or "")
    return None


def wanted_names(export: Export, options: ColumnOptions) -> dict[str, list[str]]:
    """Return the names by field that the column may have."""
    given = {field: [column] for field, column in options.given.items()}
    return export.columns | ({"cost": export.vendor_cost} if options.vendor else {}) | given


def find_places(names: list[str], wanted: Mapping[str, list[str]]) -> dict[str, int]:
    """Return by field where the first of its wanted names stands; without the fields that have no column."""
    found = {field: [names.index(name) for name in map(simplify, wanted[field]) if name in names] for field in wanted}
    return {field: places[0] for field, places in found.items() if places}


def list_missing(places: Mapping[str, int], did: str | None) -> list[str]:
    missing = [field for field in ("did", "cid", "cost") if field not in places and not (field == "did" and did)]
    if not {"call_date", "date_billed"} & set(places):
        missing.append("call_date")
    return missing


def require_single(names: list[str], header: list[str], places: Mapping[str, int]) -> None:
    for field, place in places.items():
        if names.count(names[place]) > 1:
            raise UnusableFile(f"has the column {header[place].strip()!r} ({field}) more than once")


def describe_missing(header: list[str], options: ColumnOptions) -> str:
    """Say what the file lacks of the export that comes nearest."""
    names = [simplify(name) for name in header]
    unknown = [column for column in (*options.given.values(), *options.only) if simplify(column) not in names]
    missing = min(
        (list_missing(find_places(names, wanted_names(export, options)), options.did) for export in EXPORTS.values()),
        key=len,
    )
    lacks = [f"no column {column!r}" for column in unknown] + [
        f"no column known to be the {field}" for field in missing
    ]
    there = ", ".join(repr(name.strip()) for name in header) or "none"
    return (
        f"has {' and '.join(lacks)}; its columns are: {there}. Say which is which with --map, as in --map cost=Payout"
    )
