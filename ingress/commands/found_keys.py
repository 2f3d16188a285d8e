"""The key that an operator means: by its id, or by its name where only one key has it."""

import click

from ..access.keys import ADMIN, INGRESS
from ..database import queries
from ..database.connection import Connection
from ..database.queries import ListedApiKey

KEY_ARGUMENT = click.argument("wanted", metavar="KEY")  # its id or name


def find_key(connection: Connection, wanted: str) -> ListedApiKey:
    """Return the key; raises ClickException where there is none, or more than one of that name."""
    wanted = wanted.strip()
    keys = queries.list_api_keys(connection)
    found = [key for key in keys if str(key.api_id) == wanted] or list_namesakes(keys, wanted)
    if len(found) > 1:
        ids = ", ".join(str(key.api_id) for key in found)
        raise click.ClickException(f"More than one key is called {wanted}: {ids}. Use the id.")
    if not found:
        raise click.ClickException(f"There is no key {wanted}: see `ingress keys list`.")
    return found[0]


def list_namesakes(keys: list[ListedApiKey], name: str) -> list[ListedApiKey]:
    """Return the keys of that name, in upper or lower case."""
    return [key for key in keys if key.name.casefold() == name.casefold()]


def find_sending_key(connection: Connection, wanted: str) -> queries.ApiKey:
    """Return a key that sends costs; raises ClickException for any other."""
    listed = find_key(connection, wanted)
    api_key = queries.find_api_key(connection, listed.api_id)
    if api_key is None or api_key.scope != INGRESS:
        raise click.ClickException(f"Key {write_key(listed)} is not one that sends costs.")
    return api_key


def list_warnings(keys: list[ListedApiKey], key: ListedApiKey) -> list[str]:
    """Return what deserves a second look of a key that was made or changed."""
    warnings = []
    if namesakes := [other for other in list_namesakes(keys, key.name) if other.api_id != key.api_id]:
        ids = ", ".join(str(other.api_id) for other in namesakes)
        warnings.append(f"key {ids} is called {key.name} too: commands take such keys by their ids only")
    if key.scope != ADMIN and is_open(key.endpoints):
        warnings.append("this key may call every endpoint; '/api/ingress/calls/inbound/billable*' is the one for costs")
    return warnings


def is_open(endpoints: str | None) -> bool:
    """Return whether the patterns, one a line, cover every path."""
    patterns = (endpoints or "*").split()
    return any(pattern.endswith("*") and pattern.strip("*") in ("", "/") for pattern in patterns)


def write_key(key: ListedApiKey) -> str:
    return f"{key.api_id} ({key.name})" if key.name else str(key.api_id)
