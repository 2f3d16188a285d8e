"""A database that would lose or double money gets none: the service says why, by name, and answers 503."""

import re

import pymysql
import pytest

from ingress import create_app
from ingress.database import readiness
from tests.calls import PATH
from tests.conftest import make_service_user
from tests.dialer import create_key_on
from tools.private_server import PrivateServer


@pytest.fixture
def admin(mortal_server):
    """A fresh database `ready_test` with all tables; what is done here, is done to it."""
    with mortal_server.admin() as connection:
        cursor = connection.cursor()
        cursor.execute("DROP DATABASE IF EXISTS ready_test")
        url = mortal_server.create_database("ready_test")
        cursor.execute("USE ready_test")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TLDIALER_DATABASE_URL", url)
            patch.setattr(readiness, "READY_SECONDS", 0)
            patch.setattr(readiness, "FAULTY_SECONDS", 0)
            create_app().extensions["database"].apply_schema()
            yield cursor


@pytest.fixture
def client(admin):
    return create_app().test_client()


def bill(client):
    with client.application.extensions["database"].connection() as connection:
        key = create_key_on(connection)
    return client.post(PATH, headers=key, json={"cost": 1})


def test_a_sound_database_is_ready(client):
    assert (client.get("/readyz").status_code, client.get("/readyz").json) == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("damage", "repair", "fault"),
    [
        (
            "ALTER TABLE leads ENGINE = MyISAM",
            "ALTER TABLE leads ENGINE = InnoDB",
            "table leads is MyISAM, not InnoDB: it cannot roll back",
        ),
        (
            "ALTER TABLE cost_changes ENGINE = MyISAM",
            "ALTER TABLE cost_changes ENGINE = InnoDB",
            "table cost_changes is MyISAM, not InnoDB: it cannot roll back",
        ),
        (
            "ALTER TABLE deliveries DROP KEY once",
            "ALTER TABLE deliveries ADD UNIQUE KEY once (api_id, delivery_key)",
            "table deliveries has no unique key on (api_id, delivery_key): a call could be billed twice",
        ),
        (
            "SET GLOBAL innodb_flush_log_at_trx_commit = 2",
            "SET GLOBAL innodb_flush_log_at_trx_commit = 1",
            "innodb_flush_log_at_trx_commit is 2, not 1: a crash would lose costs",
        ),
        (
            "ALTER TABLE lead_first_contacts CHANGE cost price INT",
            "ALTER TABLE lead_first_contacts CHANGE price cost DECIMAL(12,4)",
            "update_first_contact_cost: Unknown column 'cost' in ",
        ),
        (
            "RENAME TABLE call_costs TO call_prices",
            "RENAME TABLE call_prices TO call_costs",
            "insert_cost: Table 'ready_test.call_costs' doesn't exist",
        ),
    ],
    ids=["not InnoDB", "history not InnoDB", "no unique key", "commits may be lost", "no column", "no table"],
)
def test_each_fault_is_named_and_stops_the_intake_until_it_is_fixed(admin, client, caplog, damage, repair, fault):
    admin.execute(damage)

    unready, refused = client.get("/readyz"), bill(client)
    admin.execute(repair)

    assert unready.status_code == 503
    assert any(found.startswith(fault) for found in unready.json["faults"])
    assert "Retry-After" in unready.headers
    assert (refused.status_code, refused.json) == (503, {"error": "TLDialer Connection Error: not ready, see /readyz"})
    assert fault in caplog.text
    assert client.get("/readyz").status_code == 200
    assert bill(client).status_code == 200


@pytest.mark.slow
def test_a_binary_log_of_statements_is_named(tmp_path, monkeypatch):
    """It makes every write of ours fail."""
    with PrivateServer(tmp_path, "--log-bin=binary", "--binlog-format=STATEMENT") as server:
        monkeypatch.setenv("TLDIALER_DATABASE_URL", server.create_database("statement_test"))
        app = create_app()
        app.extensions["database"].apply_schema()

        unready = app.test_client().get("/readyz")

        with pytest.raises(pymysql.OperationalError, match="BINLOG_FORMAT = STATEMENT"):
            bill(app.test_client())
    assert unready.status_code == 503
    assert unready.json["faults"][0].startswith("binlog_format is STATEMENT: ")


def test_a_missing_grant_is_named_without_the_users_name(mortal_server, admin, monkeypatch):
    url = make_service_user(mortal_server, "ready_test", without="lead_first_contacts")
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url)

    faults = create_app().test_client().get("/readyz").json["faults"]

    assert len(faults) == 1
    table = r"[`'](ready_test`.`)?lead_first_contacts[`']"  # MySQL does not say of which database
    assert re.fullmatch(rf"update_first_contact_cost: \w+ command denied for table {table}", faults[0])
