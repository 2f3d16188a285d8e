"""VICIdial as the tests see it: calls, legs and leads in its own database, costs in the service's."""

import re
from pathlib import Path

import pytest

from ingress.config import parse_database_url
from ingress.database.grants import Account, fill_grants
from ingress.database.pool import Database
from tests.dialer import Dialer

DATABASE = "ingress_vicidial_test"
SCHEMA = Path(__file__).with_suffix(".sql").read_text()
TABLES = ("vicidial_did_log", "vicidial_closer_log", "vicidial_list")

both_dialers = pytest.mark.parametrize("dialer_name", ["tldialer", "vicidial"], indirect=True)
only_vicidial = pytest.mark.parametrize("dialer_name", ["vicidial"], indirect=True)


class Vicidial(Dialer):
    """It logs a call when that comes in, and a leg when the call enters an in-group; outbound calls are elsewhere."""

    account_id = None  # it has none

    def clear(self):
        super().clear()
        for table in TABLES:
            self.execute(f"DELETE FROM asterisk.{table}")

    def list_tables(self):
        return [table for table in super().list_tables() if table != "tldialer_call_log"]

    def add_lead(self, first_contact=True, vendor_id=14962, account_id=None):
        """Make a lead; costs of leads and first contacts are the service's, and made as they come."""
        return self.execute(
            "INSERT INTO asterisk.vicidial_list (phone_number, vendor_lead_code, list_id)"
            " VALUES ('7205550134', %s, 999)",
            vendor_id,
        ).lastrowid

    def add_call(
        self,
        call_date="2024-03-05 14:21:50",
        call_from="7205550134",
        call_to="8005550142",
        call_direction="INBOUND",
        lead_id=...,
        uniqueid=None,
    ):
        lead_id = self.add_lead() if lead_id is ... else lead_id
        if call_direction != "INBOUND":
            return lead_id
        uniqueid = uniqueid or f"1709648510.{self.count_calls() + 1}"
        self.execute(
            "INSERT INTO asterisk.vicidial_did_log (uniqueid, channel, server_ip, call_date,"
            " caller_id_number, extension) VALUES (%s, 'SIP/trunk-1', '10.0.0.1', %s, %s, %s)",
            *(uniqueid, call_date, re.sub(r"\D", "", call_from), call_to),
        )
        if lead_id:
            self.add_leg(uniqueid, lead_id, call_date, phone_number=re.sub(r"\D", "", call_from)[-10:])
        return lead_id

    def add_leg(self, uniqueid, lead_id, call_date="2024-03-05 14:21:55", **columns):
        columns = {
            **{"uniqueid": uniqueid, "lead_id": lead_id, "call_date": call_date, "phone_number": "7205550134"},
            **{"status": "SALE", "user": "ann", "campaign_id": "SOLAR", "length_in_sec": 100, "queue_seconds": 10},
            **columns,
        }
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self.execute(f"INSERT INTO asterisk.vicidial_closer_log ({names}) VALUES ({places})", *columns.values())

    def set_talk(self, seconds):
        self.execute("UPDATE asterisk.vicidial_closer_log SET length_in_sec = queue_seconds + %s", seconds)

    def count_calls(self):
        return self.execute("SELECT COUNT(*) AS calls FROM asterisk.vicidial_did_log").fetchone()["calls"]


def make_vicidial(server, database=DATABASE, engine="MyISAM"):
    """Make the dialer's database and the service's anew; return the Database of its owner."""
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")
        for statement in SCHEMA.replace("MyISAM", engine).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        url = server.create_database(database)
        cursor.execute("GRANT SELECT, INSERT, DELETE, UPDATE, LOCK TABLES ON asterisk.* TO ingress")
        pattern = database.replace("_", r"\_")  # as in create_database: one row of rights counts, not two
        cursor.execute(f"GRANT CREATE VIEW, SHOW VIEW, DROP ON `{pattern}`.* TO ingress")
    owner = Database(parse_database_url(url), "vicidial")
    owner.apply_schema()
    with server.admin() as connection:  # no API id of these tests is another test's too: metrics count by it
        connection.cursor().execute(f"ALTER TABLE {database}.api_keys AUTO_INCREMENT = 1000000")
    return owner


def make_vicidial_user(server, database=DATABASE, role="service", user="vicidial"):
    """Make a user with just the rights that `ingress grants` prints for a role; return the URL."""
    script = fill_grants(database, {role: Account(user, "%", user)}, "vicidial")
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP USER IF EXISTS {user}")
        for statement in re.findall(r"^(?:CREATE USER|GRANT) .*(?=;)", script, re.MULTILINE):
            cursor.execute(statement)
    return f"mysql://{user}:{user}@127.0.0.1:{server.port}/{database}"
