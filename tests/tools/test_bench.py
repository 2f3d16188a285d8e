"""What can be counted instead of timed: trips to the database; and whether the bench measures what it says."""

import pytest

from ingress.config import parse_database_url
from ingress.database.pool import Database
from tests.vicidial import both_dialers
from tools.bench.fill import fill_database
from tools.bench.floor import bill_for
from tools.bench.invoice import measure_invoices
from tools.bench.measure import read_usage, session_processes

CALLS = 20
TRIPS = {True: 2, False: 9}  # a call: on MariaDB, and on MySQL, which bills statement by statement; one is to spare


def count_trips(dialer):
    """All questions that the server has been asked, this one included; statements inside of one do not count."""
    return int(dialer.execute("SHOW GLOBAL STATUS LIKE 'Questions'").fetchone()["Value"])


@both_dialers
@pytest.mark.parametrize("lead_id", [..., None], ids=["with a lead", "without"])
def test_a_billed_call_takes_no_more_trips_than_its_way_needs(post, dialer, dialer_name, lead_id):
    """One more where look-ups are apart."""
    dialer.add_call("2024-03-05 14:21:50", lead_id=lead_id)
    post(json={"cost": "1", "idempotency_key": "first: connects, finds the key, notes its use"})

    before = count_trips(dialer)
    answers = [post(json={"cost": "12.5", "idempotency_key": f"call {n}"}) for n in range(CALLS)]
    trips = count_trips(dialer) - before - 1

    assert {answer.status_code for answer in answers} == {200}
    apart = int(dialer.connection.is_mariadb and dialer_name != "tldialer")
    assert CALLS <= trips <= (TRIPS[dialer.connection.is_mariadb] + apart) * CALLS
    assert len(dialer.costs()) == CALLS + 1


def test_the_floor_of_the_bench_bills_every_call_it_counts(mortal_server):
    database = Database(parse_database_url(fill_database(mortal_server, calls=1000, costs=10)))

    billed = bill_for(0.2, database, calls=1000)

    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM deliveries WHERE outcome = 'billed' AND first_contact = 1")
        assert cursor.fetchone()[0] == billed > 0
        cursor.execute("SELECT COUNT(*) FROM call_costs")
        assert cursor.fetchone()[0] == billed + 10


def test_the_bench_sees_processor_time_and_trips_grow(mortal_server):
    before = read_usage([mortal_server.pid], mortal_server)
    with mortal_server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT BENCHMARK(1000000, SHA2('ingress', 256))")
    after = read_usage([mortal_server.pid], mortal_server)

    assert after.application - before.application >= 20_000
    assert after.trips > before.trips
    assert mortal_server.pid in session_processes(mortal_server.pid)


def test_the_bench_of_an_invoice_finds_what_it_has_put_there(mortal_server, capsys):
    measure_invoices(mortal_server, [1000], rounds=1, beside=None)

    assert capsys.readouterr().out.splitlines()[-1].endswith("   10 10 10")
