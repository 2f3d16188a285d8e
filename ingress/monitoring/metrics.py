"""`/metrics` for Prometheus: what all processes of the service have counted, and whether it is ready; for one token."""

import hmac
import math
import os
import platform
from importlib.metadata import version

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from .. import counters
from ..access.addresses import client_address
from ..access.rate_limit import count_failure
from ..database.pool import get_database, get_deadline
from ..errors import TLDialerConnectionError
from ..spool.queue import SpoolError, get_spool

BUILD = {"version": version("billable-call-ingress"), "python": platform.python_version()}

blueprint = Blueprint("metrics", __name__)


def init_app(app):
    """Without a token there is no such page."""
    counters.begin()
    if app.config["METRICS_TOKEN"]:
        app.register_blueprint(blueprint)


@blueprint.before_request
def require_metrics_token():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = current_app.config["METRICS_TOKEN"]
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), expected.encode()):
        count_failure(client_address())
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


@blueprint.get("/metrics")
def metrics():
    text = generate_latest(State()) + generate_latest(counted())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def counted():
    """The counters of all processes, which gunicorn.conf.py has given a folder; of this one when it is the only one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


class State:
    """What is not counted but looked at when asked for."""

    def collect(self):
        build = GaugeMetricFamily("ingress_build_info", "What runs here; always 1", labels=list(BUILD))
        build.add_metric(list(BUILD.values()), 1)
        yield build
        yield GaugeMetricFamily("ingress_ready", "1 when the database answers and is fit, as /readyz", is_ready())
        yield from measure_spool()


def measure_spool():
    """Nothing where there is no spool; nobody can tell how deep one is that cannot be read, but it is not 0."""
    if get_spool() is None:
        return
    try:
        depth, age, _ = get_spool().measure()
    except SpoolError:
        depth = age = math.nan
    yield GaugeMetricFamily("ingress_spool_requests", "Requests that wait to be billed on this machine's disk", depth)
    yield GaugeMetricFamily("ingress_spool_age_seconds", "For how long the oldest of them has been waiting", age)


def is_ready():
    try:
        return not current_app.extensions["readiness"].look_again(get_database(), get_deadline())
    except TLDialerConnectionError:
        return False
