"""The statements of `sql/`: read without their headers, those of a dialer before the general ones, and put together."""

import re
import sysconfig
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[1]
INSTALLED = Path(sysconfig.get_path("data"), "share", "ingress")  # where a wheel puts what stands beside the package
SQL = (CHECKOUT if (CHECKOUT / "sql" / "schema.sql").is_file() else INSTALLED) / "sql"
SQL_PARAMETER = re.compile(r"%\((\w+)\)s")
INCLUDED = re.compile(r"\{(\w+)\}")
LIMIT = re.compile(r"^-- limit: (\d+)$", re.MULTILINE)
TLDIALER = "tldialer"  # whose statements are those of `sql/` itself


class Statements(NamedTuple):
    """What runs in the database of one dialer, by name.

    `limits` has the statements whose header sets a limit, so that they do not hold the dialer up.
    """

    texts: Mapping[str, str]
    limits: Mapping[str, int]


@cache
def list_dialers() -> list[str]:
    """Return the names of the dialers: those with a folder that says where their tables are, and the general one."""
    return sorted([TLDIALER, *(path.parent.name for path in SQL.glob("*/schema.sql"))])


@cache
def load_statements(dialer: str = TLDIALER) -> Statements:
    """Return the Statements of a dialer: `sql/<dialer>/<name>.sql` counts before `sql/<name>.sql`."""
    general = read_statements()
    own = {} if dialer == TLDIALER else read_statements(dialer)
    merged = {**general, **own}
    # a statement that includes its own name means the general one
    texts = {name: compose(text, {**merged, name: general.get(name, "")}) for name, text in merged.items()}
    limits = {**read_limits(), **({} if dialer == TLDIALER else read_limits(dialer))}
    return Statements(texts, limits)


def find_file(name: str, dialer: str) -> Path:
    """Return the file of a dialer, its own if it has one of this name."""
    own = SQL / dialer / name
    return own if own.is_file() else SQL / name


def read_statement(path: Path) -> str:
    """Return the text of a statement without its header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def read_statements(folder: str = "") -> dict[str, str]:
    """Return all statements of a folder of `sql/` by name."""
    return {path.stem: read_statement(path) for path in (SQL / folder).glob("*.sql")}


def read_limits(folder: str = "") -> dict[str, int]:
    found = {path.stem: LIMIT.search(path.read_text("utf-8")) for path in (SQL / folder).glob("*.sql")}
    return {name: int(limit[1]) for name, limit in found.items() if limit}


def compose(script: str, statements: Mapping[str, str]) -> str:
    """Put the named statements into a script; a parameter that the script has declared becomes its variable v_..."""

    def as_variable(parameter: re.Match[str]) -> str:
        return f"v_{parameter[1]}" if re.search(rf"\bv_{parameter[1]}\b", script) else parameter[0]

    def include(included: re.Match[str]) -> str:
        return SQL_PARAMETER.sub(as_variable, statements.get(included[1], included[0]))

    return INCLUDED.sub(include, script)
