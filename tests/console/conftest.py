"""A console that is on, an admin who may sign in, and some deliveries to look at."""

import pytest

from ingress import create_app
from ingress.access import key_cache
from tests.calls import CALL
from tests.conftest import URL
from tests.console.pages import CONSOLE_SECRET, sign_in


@pytest.fixture(autouse=True)
def uncached_keys(monkeypatch):
    """No key is remembered from one request to the next, so that what is done to its row shows at once."""
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 0)


@pytest.fixture(scope="module")
def service():
    """Made once, since each one compiles the templates anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
        return create_app()


@pytest.fixture
def app(dialer, dialer_name, service, monkeypatch):
    if dialer_name == "tldialer":
        return service
    monkeypatch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
    return create_app()


@pytest.fixture
def admin(create_key):
    """The id of an admin key; its secret is SECRET."""
    return create_key(name="ann", scope="admin")["tld-api-id"]


@pytest.fixture
def console(app, admin):
    """A client that is signed in; the other one, `client`, is not."""
    client = app.test_client()
    assert sign_in(client, admin).status_code == 303
    return client


@pytest.fixture
def three(client, create_key, dialer):
    """Three deliveries, oldest first: billed for ringba, refused and unmatched for retreaver."""
    dialer.add_call()
    ringba, retreaver = create_key(name="ringba"), create_key(name="retreaver")
    for key, path, call in (
        (ringba, "8005550142/7205550134", CALL),
        (retreaver, "8005550142/7205550134", {}),
        (retreaver, "8885550119/3035550177", CALL),
    ):
        client.post(f"{URL}/{path}", headers=key, json=call)
    return dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id").fetchall()
