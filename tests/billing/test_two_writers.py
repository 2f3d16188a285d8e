"""Two nodes of a cluster are written to: the other node's newer call is first seen when one's own commit returns.

Here a newer call of the lead is kept out of sight until the moment before that commit. On three nodes of Galera, 28 of
300 leads were wrong without what is tested here.
"""

from datetime import UTC, datetime, timedelta

import pytest

from ingress.billing.bill import bill_unattended
from ingress.billing.correct import Author, correct_cost
from ingress.billing.match import match_calls
from ingress.database import queries
from ingress.database.connection import Connection
from ingress.database.pool import get_deadline, run
from ingress.delivery import Delivery
from ingress.intake.parameters import from_json

NUMBERS = '"path": {"did": "8005550142", "cid": "7205550134"}, "query": [], "headers": {}'
HOUR = timedelta(hours=1)


@pytest.fixture
def lead_id(dialer):
    return dialer.add_call(datetime.now(UTC))


@pytest.fixture
def newer_call(post, dialer, lead_id, monkeypatch):
    """Called once the older one is there: bills a newer call of the lead, and keeps it out of sight until a commit.

    It changes rows through an index: in a scan MariaDB 11.8 also waits for rows that it passes.
    """

    def bill_out_of_sight():
        request_id = post(json={"cost": "5"}).headers["X-Request-ID"]
        dialer.execute("UPDATE deliveries SET lead_id = NULL WHERE request_id = %s", request_id)
        commit = Connection.commit

        def show_and_commit(connection):
            monkeypatch.setattr(Connection, "commit", commit)
            dialer.execute("UPDATE deliveries SET lead_id = %s WHERE request_id = %s", lead_id, request_id)
            commit(connection)

        monkeypatch.setattr(Connection, "commit", show_and_commit)

    return bill_out_of_sight


def test_a_late_call_does_not_leave_its_cost_on_the_lead(app, dialer, key, newer_call, lead_id):
    newer_call()

    with app.app_context():
        bill_unattended(
            Delivery(
                parameters=from_json(f'{{{NUMBERS}, "body": [["cost", "7"]]}}'),
                ip_address="127.0.0.1",
                received_at=datetime.now(UTC) - HOUR,
                deadline=get_deadline(),
                api_key=run(queries.find_api_key, int(key["tld-api-id"])),
                is_late=True,
            )
        )

    assert len(dialer.costs()) == 2
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 5


def test_a_corrected_older_call_does_not_leave_its_cost_on_the_lead(app, dialer, post, newer_call, lead_id):
    older = post(json={"cost": "3"}).json["cost_id"]
    newer_call()

    with app.app_context():
        correct_cost(int(older), 7, Author("a person", "a credit"))

    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 5


def test_a_call_that_is_matched_afterwards_does_not_leave_its_cost_on_the_lead(app, dialer, post, newer_call, lead_id):
    dialer.execute("UPDATE tldialer_call_log SET call_to = '1'")
    assert post(json={"cost": "7"}).json["updated"] == 0
    dialer.execute("UPDATE tldialer_call_log SET call_to = '8005550142'")
    newer_call()

    with app.app_context():
        now = datetime.now(UTC).replace(tzinfo=None)
        matched = list(match_calls(now - HOUR, now + HOUR))

    assert len(matched) == 1
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 5


@pytest.fixture
def changes(server, tables):
    """The number of times that the cost of a lead was changed, each counted by the server itself."""
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute(f"USE {tables.url.database}")
        cursor.execute("CREATE TABLE lead_changes (change_id INT AUTO_INCREMENT PRIMARY KEY)")
        cursor.execute(
            "CREATE TRIGGER lead_changes AFTER UPDATE ON leads FOR EACH ROW"
            " IF NOT OLD.cost <=> NEW.cost THEN INSERT INTO lead_changes () VALUES (); END IF"
        )

        def count():
            cursor.execute("SELECT COUNT(*) FROM lead_changes")
            return cursor.fetchone()[0]

        yield count
        cursor.execute("DROP TRIGGER lead_changes")
        cursor.execute("DROP TABLE lead_changes")


@pytest.mark.usefixtures("way_of_billing")
@pytest.mark.parametrize("cost", ["5", "0"])
def test_a_lead_is_changed_also_when_it_carries_the_cost_already(dialer, post, lead_id, changes, cost):
    """Two nodes of a cluster compare what they have changed: what changes nothing does not conflict with anything."""
    post(json={"cost": cost})
    before = changes()

    assert post(json={"cost": cost}).json["updated"] == 1

    assert changes() == before + 2
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == int(cost)


@pytest.mark.mariadb  # MySQL is not billed in one trip
def test_a_server_that_is_no_node_of_a_cluster_changes_nothing_then(app, post, lead_id, changes):
    app.extensions["database"].hosts.current.checked_until = 0  # so that it is asked what it is
    post(json={"cost": "5"})
    before = changes()

    assert post(json={"cost": "5"}).json["updated"] == 1

    assert changes() == before
