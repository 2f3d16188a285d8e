"""`/metrics` for Prometheus: gauges read on demand, and the counters of `ingress/counters.py`; for one token."""

import hmac
import math
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version

import pymysql
from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from .. import counters
from ..access.addresses import client_address
from ..access.keys import may_send
from ..access.rate_limit import count_failure
from ..clock import aware_time, dialer_now
from ..config.alarm_hours import AlarmHours
from ..database import queries
from ..database.pool import get_database, get_deadline, run
from ..database.queries import ListedApiKey
from ..database.readiness import get_readiness
from ..errors import TLDialerConnectionError
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
        ready = is_ready()
        yield GaugeMetricFamily("ingress_ready", "1 when the database answers and is fit, as /readyz", ready)
        yield from describe_alarm_settings()
        yield from describe_keys(list_sender_keys(ready))
        yield from measure_spool()


def describe_alarm_settings() -> Iterator[Metric]:
    """Yield the settings of alarms, so that the rules of Prometheus need none of their own."""
    config = current_app.config
    thresholds = GaugeMetricFamily("ingress_alarm_threshold", "Settings of alarms", labels=["setting"])
    thresholds.add_metric(["ALARM_SILENCE"], config["ALARM_SILENCE"])
    thresholds.add_metric(["ALARM_SHARE"], config["ALARM_SHARE"])
    thresholds.add_metric(["ALARM_DELAY"], config["ALARM_DELAY"].total_seconds())
    hours: AlarmHours = config["ALARM_HOURS"]
    yield thresholds
    yield GaugeMetricFamily("ingress_alarm_hours", "1 within ALARM_HOURS", hours.hold(dialer_now()))


def list_sender_keys(ready: bool) -> list[ListedApiKey]:
    """Return the keys that may send; where the database is not ready, as last seen: their names must not vanish."""
    if ready:
        with suppress(TLDialerConnectionError, pymysql.MySQLError):
            current_app.extensions["sender_keys"] = [key for key in run(queries.list_api_keys) if may_send(key)]
    keys: list[ListedApiKey] = current_app.extensions.get("sender_keys", [])
    return keys


def describe_keys(keys: list[ListedApiKey]) -> Iterator[Metric]:
    """Yield names and last uses; every key's counters begin at 0 here, so that the first request shows as one."""
    info = GaugeMetricFamily("ingress_key_info", "The senders' names; always 1", labels=["api_id", "name"])
    used = GaugeMetricFamily("ingress_key_last_used_timestamp_seconds", "To the minute", labels=["api_id"])
    for key in keys:
        counters.begin_key(key.api_id)
        info.add_metric([str(key.api_id), key.name or f"key {key.api_id}"], 1)
        if key.used:
            used.add_metric([str(key.api_id)], aware_time(key.used).timestamp())
    yield info
    yield used


def measure_spool() -> Iterator[Metric]:
    """Yield nothing where there is no spool; the depth of one that cannot be read is not known, which is not 0."""
    spool = get_spool()
    if spool is None:
        return
    measures, fault = spool.inspect()
    depth, age, failing = measures or (math.nan, math.nan, math.nan)
    yield GaugeMetricFamily("ingress_spool_requests", "Requests that wait to be billed on this machine's disk", depth)
    yield GaugeMetricFamily("ingress_spool_age_seconds", "For how long the oldest of them has been waiting", age)
    yield GaugeMetricFamily("ingress_spool_failing", "Those among them that failed when they were tried", failing)
    yield GaugeMetricFamily("ingress_spool_writable", "0 when the spool can take nothing", fault is None)


def is_ready() -> bool:
    try:
        return not get_readiness().look_again(get_database(), get_deadline())
    except TLDialerConnectionError:
        return False
