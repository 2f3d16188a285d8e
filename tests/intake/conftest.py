"""One application for all that is sent, a sender of our own, and requests with its key."""

import pytest

from tests.conftest import URL, create_trusting_app

ACME = """
[acme]
time_zone = "America/Denver"

[acme.fields]
did = "call.to"
cid = ["call.from", "payload.call.from"]
cost = ["call[payout]", "payload.call.payout", "rates.0.amount"]
call_date = "call.at"
idempotency_key = "call.id"

[acme.cancel_when]
"call.status" = [2, "Charged Back"]
refunded = [true]

[flat.fields]
cid = "caller"
[flat.constants]
did = "800-555-0142"
cost = 25
"""
CALL = {"to": "8005550142", "from": "7205550134", "payout": "12.50", "at": "2024-03-05 07:21:09", "id": "A1"}


@pytest.fixture(scope="module")
def app(ready):
    """Shared by tests that differ only in what they send: each has a key of its own."""
    return create_trusting_app()


@pytest.fixture
def senders_file(monkeypatch, tmp_path):
    """The file that INGRESS_SENDERS names; an application made after this reads it."""
    file = tmp_path / "senders.toml"
    file.write_text(ACME)
    monkeypatch.setenv("INGRESS_SENDERS", str(file))
    return file


@pytest.fixture
def send(senders_file, make_client, create_key):
    """Send a request with the key of a sender; arguments as for the test client."""
    client = make_client()
    keys = {}

    def send(body=None, sender="acme", path="", time_zone=None, **request):
        credentials = keys.setdefault((sender, time_zone), create_key(sender=sender, time_zone=time_zone))
        request = {"json": body, **request} if body is not None else request
        return client.post(URL + path, headers=credentials, **request)

    return send
