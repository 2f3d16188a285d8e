"""Which errors of the database run again; those that no private server raises are raised in its place."""

import threading
import time

import pymysql
import pytest

from ingress.database.retries import ConnectionLost, NotWritable, Retryable, classify

RUN_AGAIN = {
    1020: Retryable,
    1047: NotWritable,
    1180: ConnectionLost,
    1205: Retryable,
    1213: Retryable,
    1317: ConnectionLost,
    3100: NotWritable,
    3101: Retryable,
    8002: Retryable,
    8022: Retryable,
    8028: Retryable,
    9001: ConnectionLost,
    9002: ConnectionLost,
    9003: ConnectionLost,
    9004: Retryable,
    9005: ConnectionLost,
    9006: Retryable,
    9007: Retryable,
}


@pytest.mark.parametrize(("number", "error_class"), RUN_AGAIN.items())
def test_work_that_met_an_error_of_the_moment_runs_again(tables, number, error_class):
    numbers = [number]

    def fail_once(connection):
        if numbers:
            raise pymysql.OperationalError(numbers.pop(), "of the moment")
        return "done"

    assert classify(pymysql.OperationalError(number, ""))[1] is error_class
    assert tables.run(fail_once, deadline=time.monotonic() + 4.5) == "done"


@pytest.mark.usefixtures("way_of_billing")
def test_a_call_whose_statement_is_killed_is_billed_once(server, dialer, post):
    lead_id = dialer.add_call()
    responses = []
    sender = threading.Thread(target=lambda: responses.append(post(json={"cost": "12.5", "call_date": CALL_DATE})))

    dialer.connection.begin()
    dialer.execute("SELECT 1 FROM leads WHERE lead_id = %s FOR UPDATE", lead_id)
    sender.start()
    kill_waiting_statement(server)
    dialer.connection.rollback()
    sender.join()

    assert responses[0].status_code == 200
    assert (len(dialer.costs()), dialer.lead_cost(lead_id)) == (1, 12.5)


CALL_DATE = "2024-03-05T14:21:09Z"


def kill_waiting_statement(server):
    """KILL QUERY the statement of the service that lasts: it waits for the lock."""
    deadline, seen = time.monotonic() + 5, None
    with server.admin() as connection, connection.cursor() as cursor:
        while True:
            assert time.monotonic() < deadline
            cursor.execute("SELECT id, info FROM information_schema.processlist WHERE user = 'service' AND info <> ''")
            running = cursor.fetchone()
            if running and running == seen:
                break
            seen = running
            time.sleep(0.05)
        cursor.execute("KILL QUERY %s", running[:1])
