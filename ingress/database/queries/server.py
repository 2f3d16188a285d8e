"""The server itself: a session as the service needs it, the tables, and what is wrong with either."""

from .statements import PARAMETERS, STATEMENTS, execute

# What a request may run; the server is asked beforehand whether it would
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
