"""Which column of an export holds what: those of known platforms by themselves, any other as `--map` says."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from .exports import EXPORTS, FIELDS, OPTIONAL, Export, Texts
from .tables import Table, UnusableFile

BLANK_PLACE = -1  # the place of a blank cell behind all others
HEADER_ROWS = 500  # in which the header is looked for; titles and empty lines may stand above it


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
    """What the header says: `take` returns a row's texts by FIELDS, `only` has the wanted values by their place.

    `blanks` go behind a row: a cell for each column, and a last one for fields without a column.
    """

    header: list[str]
    blanks: list[str]
    take: Callable[[list[str]], tuple[str, ...]]
    only: dict[int, str]
    did: str
    names: Texts

    def pick(self, cells: list[str]) -> Texts:
        texts = Texts._make(self.take(cells + self.blanks))
        return texts if texts.did or not self.did else texts._replace(did=self.did)

    def are_wanted(self, cells: list[str]) -> bool:
        if not self.only:
            return True
        filled = cells + self.blanks
        return all(filled[place].casefold() == value.casefold() for place, value in self.only.items())


class AmbiguousColumn(UnusableFile):
    """Two columns have the name of one that is needed."""


def read_cells(line: list[str]) -> list[str]:
    """Return the texts of a line; that of Excel's ="0123", which keeps a text from becoming a number, is 0123."""
    cells = list(map(str.strip, line))
    return list(map(unquote, cells)) if '="' in "".join(cells) else cells


def unquote(text: str) -> str:
    return text[2:-1].strip() if text.startswith('="') and text.endswith('"') and text.count('"') == 2 else text


def parse_map(text: str) -> dict[str, str]:
    """Return `cost=Payout,cid="Caller ID"` as a dict; a ValueError tells what is wrong with it."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters, lexer.escape = ",", True, "", ""
    parts = [part.strip().partition("=") for part in lexer]
    for field, sign, column in parts:
        if field not in FIELDS:
            raise ValueError(f"{field!r} is none of {', '.join(FIELDS)}")
        if not column.strip() and not (sign and field in OPTIONAL):
            raise ValueError(f"{field} needs a column, as in {field}=Column")
    return {field: column for field, _, column in parts}


def simplify(name: str) -> str:
    """Return what counts of a column's name: its letters and digits in lower case, and single blanks."""
    return re.sub(r"[\W_]+", " ", name).strip().casefold().removesuffix(" usd")


def find_table(tables: Iterable[Table], options: ColumnOptions) -> tuple[Table, Columns, int]:
    """Return the Table whose header has all that is needed, its Columns, and the number of the header's row.

    Raises UnusableFile, which names what is missing and what columns there are.
    """
    best: list[str] = []
    for table in tables:
        lines = map(read_cells, table.read(strict=False))
        for number, header in enumerate(islice(lines, HEADER_ROWS), start=1):
            columns = find_columns(header, options)
            if columns:
                return table, columns, number
            best = max(best, list(filter(None, header)), key=len)
    raise UnusableFile(describe_missing(best, options))


def find_columns(header: list[str], options: ColumnOptions) -> Columns | None:
    names = [simplify(name) for name in header]
    filters = find_places(names, {name: [name] for name in options.only})
    for export in EXPORTS.values():
        places = part_clock(find_places(names, wanted_names(export, options)), names, options)
        is_complete = not list_missing(places, options.did) and set(find_given(options)) <= set(places)
        if is_complete and len(filters) == len(options.only):
            require_single(names, header, {**places, **filters})
            only = {filters[name]: value for name, value in options.only.items()}
            take = itemgetter(*(places.get(field, BLANK_PLACE) for field in FIELDS))
            blanks = [""] * (len(header) + 1)
            return Columns(header, blanks, take, only, options.did or "", Texts._make(take(header + blanks)))
    return None


def find_given(options: ColumnOptions) -> dict[str, str]:
    """Return the columns that `--map` names; a blank one only keeps a field from being found."""
    return {field: column for field, column in options.given.items() if column}


def wanted_names(export: Export, options: ColumnOptions) -> dict[str, list[str]]:
    """Return the names by field that the column may have."""
    given = {field: [column] if column else [] for field, column in options.given.items()}
    return export.columns | ({"cost": export.vendor_cost} if options.vendor else {}) | given


def find_places(names: list[str], wanted: Mapping[str, list[str]]) -> dict[str, int]:
    """Return by field where the first of its wanted names stands; without the fields that have no column."""
    found = {field: [names.index(name) for name in map(simplify, wanted[field]) if name in names] for field in wanted}
    return {field: places[0] for field, places in found.items() if places}


def part_clock(places: dict[str, int], names: list[str], options: ColumnOptions) -> dict[str, int]:
    """Return the places with date and clock in two columns: `Start Time` beside `Date` is only the clock."""
    if "call_time" not in places or places["call_time"] != places.get("call_date"):
        return places
    if "date" in names and "call_date" not in options.given:
        return places | {"call_date": names.index("date")}
    return {field: place for field, place in places.items() if field != "call_time"}


def list_missing(places: Mapping[str, int], did: str | None) -> list[str]:
    missing = [field for field in ("did", "cid", "cost") if field not in places and not (field == "did" and did)]
    if not {"call_date", "date_billed"} & set(places):
        missing.append("call_date")
    return missing


def require_single(names: list[str], header: list[str], places: Mapping[str, int]) -> None:
    for field, place in places.items():
        if names.count(names[place]) > 1:
            raise AmbiguousColumn(f"has the column {header[place]!r} ({field}) more than once")


def describe_missing(header: list[str], options: ColumnOptions) -> str:
    """Say what the file lacks of the export that comes nearest."""
    names = [simplify(name) for name in header]
    named = (*find_given(options).values(), *options.only)
    unknown = [column for column in named if simplify(column) not in names]
    missing = min(
        (list_missing(find_places(names, wanted_names(export, options)), options.did) for export in EXPORTS.values()),
        key=len,
    )
    lacks = [f"no column {column!r}" for column in unknown] + [
        f"no column known to be the {field}" for field in missing
    ]
    there = ", ".join(map(repr, filter(None, header))) or "none"
    return f"has {' and '.join(lacks)}; its columns are: {there}{advise(unknown, missing)}"


def advise(unknown: list[str], missing: list[str]) -> str:
    """Say which option helps: only those for what is missing."""
    advice = ""
    if unknown:
        advice += ". Name the columns as they are in the file"
    if missing:
        advice += f". Say which column it is with --map {','.join(f'{field}=COLUMN' for field in missing)}"
    if "did" in missing:
        advice += ", or give the number that was called for all rows with --did NUMBER"
    return advice
