"""The dialer as the tests see it: it logs calls, and its tables show what the service made of them."""

from pymysql.cursors import DictCursor

from ingress.access.key_secrets import hash_secret
from ingress.database import queries

SECRET = "a-secret-for-tests"
PATIENCE = 60  # seconds with a statement of the tests' own, as another process may keep the disk busy
TABLES = ("deliveries", "cost_changes", "call_costs", "tldialer_call_log", "lead_first_contacts", "leads", "api_keys")


class Dialer:
    account_id = 12  # of each lead

    def __init__(self, connection):
        self.connection = connection
        connection.answer_timeout = PATIENCE
        self.execute(f"SET SESSION /*M! max_statement_time = {PATIENCE}, */ innodb_lock_wait_timeout = 1")

    def execute(self, statement, *values):
        cursor = self.connection.cursor(DictCursor)
        cursor.execute(statement, values or None)
        return cursor

    def clear(self):
        for table in self.list_tables():
            self.execute(f"DELETE FROM {table}")

    def list_tables(self):
        return TABLES

    def add_lead(self, first_contact=True, vendor_id=14962, account_id=12):
        lead_id = self.execute(
            "INSERT INTO leads (vendor_id, account_id) VALUES (%s, %s)", vendor_id, account_id
        ).lastrowid
        if first_contact:
            self.execute("INSERT INTO lead_first_contacts (lead_id) VALUES (%s)", lead_id)
        return lead_id

    def add_call(
        self,
        call_date="2024-03-05 14:21:50",
        call_from="7205550134",
        call_to="8005550142",
        call_direction="INBOUND",
        lead_id=...,
    ):
        """Log a call and return its lead, a new one unless told otherwise (None: no lead)."""
        lead_id = self.add_lead() if lead_id is ... else lead_id
        self.execute(
            "INSERT INTO tldialer_call_log (call_date, call_from, call_to, call_direction, lead_id)"
            " VALUES (%s, %s, %s, %s, %s)",
            *(call_date, call_from, call_to, call_direction, lead_id),
        )
        return lead_id

    def set_talk(self, seconds, call_date=None):
        """Let agents have talked for so long in each call, or in that of one time."""
        self.execute(
            "UPDATE tldialer_call_log SET sec_talk = %s WHERE call_date = COALESCE(%s, call_date)", seconds, call_date
        )

    def costs(self):
        return self.execute("SELECT * FROM call_costs ORDER BY cost_id").fetchall()

    def lead_cost(self, lead_id):
        row = self.execute("SELECT cost FROM leads WHERE lead_id = %s", lead_id).fetchone()
        return row and row["cost"]

    def first_contact_cost(self, lead_id):
        row = self.execute("SELECT cost FROM lead_first_contacts WHERE lead_id = %s", lead_id).fetchone()
        return row and row["cost"]


def create_key_on(connection, **columns):
    """Make an API key, with protections if wanted; return its credentials as headers."""
    columns = {"name": "test", "endpoints": None, "ip_addresses": None, "time_zone": None, "created": None} | columns
    api_id = queries.insert_api_key(connection, key_hash=hash_secret(SECRET), **columns)
    return {"tld-api-id": str(api_id), "tld-api-key": SECRET}
