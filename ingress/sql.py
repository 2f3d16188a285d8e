"""The statements of `sql/`: read once, without their headers, and put together where one includes another."""

import re
import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
INSTALLED = Path(sysconfig.get_path("data"), "share", "ingress")  # where a wheel puts what stands beside the package
SQL = (CHECKOUT if (CHECKOUT / "sql" / "schema.sql").is_file() else INSTALLED) / "sql"
SQL_PARAMETER = re.compile(r"%\((\w+)\)s")
INCLUDED = re.compile(r"\{(\w+)\}")


def read_statement(path: Path) -> str:
    """Return the text of a statement without its header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def read_statements(folder: str = "") -> dict[str, str]:
    """Return all statements of a folder of `sql/` by name."""
    return {path.stem: read_statement(path) for path in (SQL / folder).glob("*.sql")}


def compose(script: str, statements: dict[str, str]) -> str:
    """Put the named statements into a script; a parameter that the script has declared becomes its variable v_..."""

    def as_variable(parameter: re.Match[str]) -> str:
        return f"v_{parameter[1]}" if re.search(rf"\bv_{parameter[1]}\b", script) else parameter[0]

    return INCLUDED.sub(lambda included: SQL_PARAMETER.sub(as_variable, statements[included[1]]), script)


STATEMENTS = read_statements()
STATEMENTS["bill_at_once"] = compose(STATEMENTS["bill_at_once"], STATEMENTS)
