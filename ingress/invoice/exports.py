"""The columns in which the known platforms export their calls, read from `exports.toml`."""

import tomllib
from pathlib import Path
from typing import NamedTuple


class Texts(NamedTuple):
    """The texts of a row by field; blank where the row or the file has none."""

    call_id: str
    did: str
    cid: str
    call_date: str
    date_billed: str
    cost: str
    notes: str
    call_time: str = ""
    adjustment: str = ""
    status: str = ""


FIELDS = Texts._fields
OPTIONAL = ("notes", "call_time", "adjustment", "status")  # found by their name, and left out by `--map status=`


class Export(NamedTuple):
    """The columns of a platform's export, for each field the names that it may have; see `exports.toml`."""

    columns: dict[str, list[str]]
    vendor_cost: list[str]
    unverified: list[str]


def read_exports() -> dict[str, Export]:
    """Return the Exports of `exports.toml` by platform."""
    known = tomllib.loads(Path(__file__).with_name("exports.toml").read_text(encoding="utf-8"))
    of_any = known.pop("any")
    return {
        platform: Export(
            columns={field: names for field in FIELDS if (names := export.get(field, []) + of_any.get(field, []))},
            vendor_cost=export["vendor_cost"],
            unverified=export["unverified"],
        )
        for platform, export in known.items()
    }


EXPORTS = read_exports()
