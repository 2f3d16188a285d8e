"""An outage in which something is kept, and the drainer after it; each file has the application that it needs."""

import pytest

from ingress.spool.drainer import drain


@pytest.fixture
def keep(app, post, outage, key, dialer):
    """Send a request during an outage, which ends with it; returns the response."""

    def keep(**request):
        if not app.extensions["keys"]:
            post(json={"cost": "free"})
            dialer.execute("DELETE FROM deliveries")
        outage.begin()
        response = post(**request)
        outage.end()
        assert response.status_code == 202
        return response

    return keep


@pytest.fixture
def drained(app):
    """Drain; returns what became of how many."""

    def drained(**options):
        with app.app_context():
            return dict(drain(**options))

    return drained
