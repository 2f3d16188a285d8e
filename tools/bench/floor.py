"""The floor: the statements that bill a call, from PyMySQL in a loop, without HTTP and without any check."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from flask import Flask
from werkzeug.datastructures import MultiDict

from ingress.billing.writing import choose_work
from ingress.database.look_ups import LookUps
from ingress.database.pool import Database
from ingress.database.queries import Bill, Claim, Cost, Origin, Search
from ingress.delivery import Delivery
from ingress.intake.parameters import Parameters

THREADS = 8  # those of one worker process
DELIVERED_PATH = {"did": "8005550001", "cid": "2002000001"}
DELIVERED_BODY = [["cost", "12.5"], ["notes", "RGB7F31"]]
SENT = json.dumps({"path": DELIVERED_PATH, "query": [], "body": DELIVERED_BODY, "headers": {}})


def bill_for(seconds: float, database: Database, calls: int) -> int:
    """Bill calls of the log in all threads for some seconds; return how many were billed."""
    deadline, app = time.monotonic() + seconds, make_service()
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(lambda _: bill_until(deadline, app, database, calls), range(THREADS)))


def bill_until(deadline: float, app: Flask, database: Database, calls: int) -> int:
    connection = database.connect()
    connection.server.examine(connection)
    delivery = Delivery(Parameters(MultiDict(), MultiDict()), "127.0.0.1", datetime.now(UTC), deadline=None)
    count = 0
    with app.app_context():
        while time.monotonic() < deadline:
            bill = bill_of(random.randint(1, calls))  # noqa: S311
            choose_work(connection, delivery, False, bill)(connection, bill, delivery)
            count += 1
    connection.close()
    return count


def make_service() -> Flask:
    """Return an application that has no more than billing asks it for."""
    app = Flask(__name__)
    app.extensions["look_ups"] = LookUps()
    return app


def bill_of(call: int) -> Bill:
    """Return what the service would write for a call of the log."""
    now, request_id = datetime.now().replace(microsecond=0), uuid4().hex  # noqa: DTZ005
    caller, dialled = f"{200 + call // 8_000_000}{2_000_000 + call % 8_000_000}", str(8_005_550_000 + call % 100)
    return Bill(
        Origin(request_id, 1, "127.0.0.1", now, SENT.encode()),
        Claim(b"key " + request_id.encode(), f"{dialled} {caller} 12.5000 -", SENT.encode(), None),
        Cost(now, Decimal("12.5000"), 1, "127.0.0.1", now, caller, dialled, "RGB7F31"),
        Search(dialled, caller, now, now - timedelta(days=31), now + timedelta(hours=3), now),
    )
