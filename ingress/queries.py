"""One function per statement in `sql/`, of the same name; the first argument is the connection it runs on."""

import re
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pymysql
from pymysql.constants import ER

SQL = Path(__file__).parent.parent / "sql"


class ApiKey(NamedTuple):
    api_id: int
    key_hash: str
    name: str
    version: str
    enabled: int
    endpoints: str | None
    ip_addresses: str | None
    time_zone: str | None
    last_used: datetime | None


class ListedApiKey(NamedTuple):
    api_id: int
    name: str
    version: str
    enabled: int
    endpoints: str | None
    ip_addresses: str | None
    time_zone: str | None
    created: datetime | None
    last_used: datetime | None


class Billed(NamedTuple):
    """What billing has found out: the cost row, call and lead if found, and which rows now carry the cost."""

    cost_id: int
    call_log_id: int | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None
    updated: int
    first_contact: int


class Remembered(NamedTuple):
    """A delivery that was billed; `answered` is the JSON that was known before `billed` was."""

    delivery_id: int
    fingerprint: str
    answered: str
    billed: Billed


class LoggedDelivery(NamedTuple):
    """A row of the delivery log; times naive, as the dialer stores them, `cost` in the account's currency."""

    delivery_id: int
    request_id: str
    api_id: int
    name: str | None
    ip_address: str
    received: datetime
    sent: str
    outcome: str
    status: int
    error: str | None
    milliseconds: int
    delivery_key: bytes | None
    call_from: str | None
    call_to: str | None
    cost: Decimal | None
    call_date: datetime | None
    cost_id: int | None
    call_log_id: int | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None
    updated: int
    first_contact: int
    repeats: int | None
    mends: int | None
    matched: datetime | None


class Call(NamedTuple):
    """A call of the log; the lead's columns are None when it has none."""

    call_log_id: int
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None


def read_statement(name):
    """The text of `sql/<name>.sql` without its header."""
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


PARAMETERS = re.compile(r"%\((\w+)\)s")
INCLUDED = re.compile(r"\{(\w+)\}")


def compose(script, statements):
    """Put the named statements into a script; a parameter that the script has declared becomes its variable v_..."""

    def as_variable(parameter):
        return f"v_{parameter[1]}" if re.search(rf"\bv_{parameter[1]}\b", script) else parameter[0]

    return INCLUDED.sub(lambda included: PARAMETERS.sub(as_variable, statements[included[1]]), script)


STATEMENTS = {path.stem: read_statement(path.stem) for path in SQL.glob("*.sql")}
STATEMENTS["bill_at_once"] = compose(STATEMENTS["bill_at_once"], STATEMENTS)
REQUEST_STATEMENTS = (
    "find_api_key",
    "update_api_key_last_used",
    "insert_delivery",
    "insert_unbilled_delivery",
    "find_delivery",
    "find_call",
    "insert_cost",
    "update_lead_cost",
    "update_first_contact_cost",
    "update_delivery",
)


def execute(connection, statement, /, **values):
    cursor = connection.cursor()
    cursor.execute(STATEMENTS[statement], values or None)
    return cursor


def set_session(connection):
    execute(connection, "set_session")


def create_tables(connection):
    """Run all of `sql/schema.sql`; needs a connection that takes many statements at once."""
    cursor = execute(connection, "schema")
    while cursor.nextset():
        pass


def explain(connection, name):
    """Ask for the plan of a statement: the server checks tables, columns and grants, and runs nothing."""
    cursor = connection.cursor()
    cursor.execute(f"EXPLAIN {STATEMENTS[name]}", dict.fromkeys(PARAMETERS.findall(STATEMENTS[name])))


def list_faults(connection):
    """Return what is wrong with tables and server, each fault a text."""
    return [fault for (fault,) in execute(connection, "list_faults").fetchall()]


def find_api_key(connection, api_id):
    row = execute(connection, "find_api_key", api_id=api_id).fetchone()
    return row and ApiKey(*row)


def list_api_keys(connection):
    return [ListedApiKey(*row) for row in execute(connection, "list_api_keys").fetchall()]


def insert_api_key(connection, *, key_hash, name, endpoints, ip_addresses, time_zone, created):
    """Return the new API id."""
    return execute(
        connection,
        "insert_api_key",
        key_hash=key_hash,
        name=name,
        endpoints=endpoints,
        ip_addresses=ip_addresses,
        time_zone=time_zone,
        created=created,
    ).lastrowid


def update_api_key_hash(connection, api_id, key_hash):
    """Return the number of keys found: 1 or 0."""
    return execute(connection, "update_api_key_hash", api_id=api_id, key_hash=key_hash).rowcount


def update_api_key_enabled(connection, api_id, enabled):
    """Return the number of keys found: 1 or 0."""
    return execute(connection, "update_api_key_enabled", api_id=api_id, enabled=enabled).rowcount


def update_api_key_last_used(connection, api_id, last_used):
    execute(connection, "update_api_key_last_used", api_id=api_id, last_used=last_used)


def find_call(connection, *, did, cid, call_date, since, until):
    """Return the Call from cid to did nearest to call_date, or None; all times naive, as the log holds them."""
    row = execute(connection, "find_call", did=did, cid=cid, call_date=call_date, since=since, until=until).fetchone()
    return row and Call(*row)


def insert_cost(connection, **cost):
    """Return the new cost id."""
    return execute(connection, "insert_cost", **cost).lastrowid


def update_lead_cost(connection, lead_id, cost):
    """Return 1 when the lead now has this cost, 0 when there is no such lead."""
    return execute(connection, "update_lead_cost", lead_id=lead_id, cost=cost).rowcount


def update_first_contact_cost(connection, lead_id, cost):
    """Return 1 when the lead's first contact now has this cost, 0 when it has none."""
    return execute(connection, "update_first_contact_cost", lead_id=lead_id, cost=cost).rowcount


def insert_delivery(connection, **delivery):
    """Return the id of the claimed delivery; raises DuplicateDelivery when there has been one with this key."""
    with duplicates_told():
        return execute(connection, "insert_delivery", **delivery).lastrowid


def insert_unbilled_delivery(connection, **delivery):
    execute(connection, "insert_unbilled_delivery", **delivery)


def find_delivery(connection, api_id, delivery_key):
    """Return what is Remembered under the key."""
    row = execute(connection, "find_delivery", api_id=api_id, delivery_key=delivery_key).fetchone()
    return row and Remembered(*row[:3], Billed(*row[3:]))


def find_logged_delivery(connection, delivery_id):
    """Return the LoggedDelivery, or None."""
    row = execute(connection, "find_logged_delivery", delivery_id=delivery_id).fetchone()
    return row and LoggedDelivery(*row)


def update_delivery(connection, **delivery):
    execute(connection, "update_delivery", **delivery)


def update_mended_delivery(connection, delivery_id):
    """Return 1, or 0 when it has been mended or billed before."""
    return execute(connection, "update_mended_delivery", delivery_id=delivery_id).rowcount


def bill_at_once(connection, **values):
    """Do the whole of billing in one trip and return what is Billed; committed when this returns.

    `values` are those of insert_delivery, find_call and insert_cost. Raises DuplicateDelivery, having undone all.
    """
    with duplicates_told():
        cursor = execute(connection, "bill_at_once", **values)
    billed = Billed(*cursor.fetchone())
    cursor.nextset()  # the end of the compound statement
    return billed


class DuplicateDelivery(Exception):
    """There has been a delivery with this key, and it is committed."""


@contextmanager
def duplicates_told():
    """A foreign key or a NOT NULL that fails is an IntegrityError too: the number tells them apart."""
    try:
        yield
    except pymysql.IntegrityError as error:
        if error.args[0] == ER.DUP_ENTRY:
            raise DuplicateDelivery from error
        raise


def delete_deliveries(connection, before):
    """Return how many were deleted; 0 when none is left."""
    return execute(connection, "delete_deliveries", before=before).rowcount
