"""The statements of a dialer's `grants.sql` for one installation: its database, and the accounts that it wants."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..sql import TLDIALER, find_file, load_statements

PLACEHOLDER = re.compile(r"\{(\w+)\}")
ACCOUNT = re.compile(r"([\w.-]{1,32})(?:@([\w.:%/-]{1,60}))?", re.ASCII)  # no character that SQL or a URL must escape
DATABASE_NAME = re.compile(r"[\w$-]{1,64}", re.ASCII)


class Account(NamedTuple):
    """A user of the database, and the host that it may connect from."""

    user: str
    host: str
    password: str

    def __str__(self) -> str:
        return f"'{self.user}'@'{self.host}'"


def fill_grants(database: str, accounts: Mapping[str, Account], dialer: str = TLDIALER) -> str:
    """Return the script for these accounts, by their roles in the file (service, owner, reader).

    A paragraph for an account that is not wanted is left out.
    """
    values = {"database": f"`{database}`", "schema": load_statements(dialer).texts["schema"].strip()}
    for role, account in accounts.items():
        values |= {role: str(account), f"{role}_password": f"'{account.password}'"}
    return "\n\n".join(fill_paragraphs(values, dialer)) + "\n"


def fill_paragraphs(values: Mapping[str, str], dialer: str) -> Iterator[str]:
    """Yield each paragraph behind the header whose placeholders all have a value."""
    _, *paragraphs = find_file("grants.sql", dialer).read_text("utf-8").strip().split("\n\n")
    for paragraph in paragraphs:
        if values.keys() >= set(PLACEHOLDER.findall(paragraph)):
            yield PLACEHOLDER.sub(lambda found: values[found[1]], paragraph)
