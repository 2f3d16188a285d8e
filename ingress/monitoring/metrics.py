"""`/metrics` for Prometheus: gauges read on demand, and the counters of `ingress/counters.py`; for one token."""

import hmac
import math
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from .. import counters
from ..access.addresses import client_address
from ..access.rate_limit import count_failure
from ..database.pool import get_database, get_deadline
from ..database.readiness import get_readiness
from ..errors import TLDialerConnectionError
from ..spool.file import SpoolError
from ..spool.queue import get_spool

BUILD = {"version": version("billable-call-ingress"), "python": platform.python_version()}

blueprint = Blueprint("metrics", __name__)


def init_app(app: Flask) -> None:
    """Count, and serve what was counted if there is a token for it."""
    counters.begin()
    if app.config["METRICS_TOKEN"]:
        app.register_blueprint(blueprint)


@blueprint.before_request
def require_metrics_token() -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = current_app.config["METRICS_TOKEN"]
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), expected.encode()):
        count_failure(client_address())
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


@blueprint.get("/metrics")
def metrics() -> Response:
    registry = CollectorRegistry()
    registry.register(State())
    text = generate_latest(registry) + generate_latest(counter_registry())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def counter_registry() -> CollectorRegistry:
    """Return the counters of all processes, from the folder that gunicorn.conf.py names; without one, our own."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # this module of the library has no types
    return registry


class State(Collector):
    """What is not counted but read when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("ingress_build_info", "What runs here; always 1", labels=list(BUILD))
        build.add_metric(list(BUILD.values()), 1)
        yield build
        yield GaugeMetricFamily("ingress_ready", "1 when the database answers and is fit, as /readyz", is_ready())
        yield from measure_spool()


def measure_spool() -> Iterator[Metric]:
    """Yield nothing where there is no spool; the depth of one that cannot be read is not known, which is not 0."""
    spool = get_spool()
    if spool is None:
        return
    depth = age = math.nan
    with suppress(SpoolError):
        depth, age, _ = spool.measure()
    yield GaugeMetricFamily("ingress_spool_requests", "Requests that wait to be billed on this machine's disk", depth)
    yield GaugeMetricFamily("ingress_spool_age_seconds", "For how long the oldest of them has been waiting", age)


def is_ready() -> bool:
    try:
        return not get_readiness().look_again(get_database(), get_deadline())
    except TLDialerConnectionError:
        return False
