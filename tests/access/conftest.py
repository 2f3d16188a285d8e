"""A sender who shows credentials, and keys that are read anew for each request."""

import pytest

from ingress.access import key_cache
from tests.calls import PATH


@pytest.fixture(autouse=True)
def uncached_keys(monkeypatch):
    """No key is remembered from one request to the next, so that what is done to its row shows at once."""
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 0)


@pytest.fixture
def send(client):
    """Send a good call with these credentials from an address; return status and error (None: accepted)."""

    def send(headers=None, path=PATH, client=client, address="127.0.0.1", **request):
        request = {"query_string": {"cost": 1}} | request
        response = client.post(path, headers=headers, environ_overrides={"REMOTE_ADDR": address}, **request)
        assert response.content_type == "application/json"
        return response.status_code, response.json.get("error")

    return send
