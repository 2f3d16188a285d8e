"""What is counted for `/metrics`: few numbers per request, so that counting costs next to nothing (docs/oncall.md)."""

import logging
from collections.abc import Callable
from decimal import Decimal
from functools import cache, wraps
from typing import ParamSpec

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics
from tenacity import RetryCallState

from .outcome import ANSWERED_OUTCOMES, Outcome

log = logging.getLogger(__name__)

P = ParamSpec("P")

UNAUTHENTICATED = (
    "unknown"  # stands for all who have shown no valid key: their ids are their invention, and without end
)
ERROR_KINDS = ("busy", "not_writable", "lost", "no_connection")
DURATION_BUCKETS = (
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2,
    4.5,
    5,
    10,
)  # platforms give up at 5, the service at 4.5

WAIT_BUCKETS = (60, 900, 3600, 14400, 86400)  # a minute, a quarter of an hour, 1 h, 4 h, a day

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, which several processes could not tell anyway

REQUESTS = Counter("ingress_requests_total", "Requests for the endpoint, by outcome", ["api_id", "outcome"])
ERRORS = Counter("ingress_errors_total", "Requests answered with an error, by its documented text", ["error"])
DURATION = Histogram("ingress_request_duration_seconds", "From arrival to answer", buckets=DURATION_BUCKETS)
COST = Counter("ingress_billed_cost_total", "Cost billed; a float: the exact sum is in the tables", ["api_id"])
WRONG_SECRETS = Counter(
    "ingress_wrong_secrets_total", "Requests with a wrong key for an API id that exists", ["api_id"]
)
OLD_SECRETS = Counter(
    "ingress_old_secrets_total", "Requests with the old secret of a key that was rotated and still passes", ["api_id"]
)
REPLAYS = Counter("ingress_replays_total", "Deliveries replayed from the log by this service", ["outcome"])
DATABASE_ERRORS = Counter("ingress_database_errors_total", "Errors of the moment or the connection", ["kind"])
DATABASE_RETRIES = Counter("ingress_database_retries_total", "Work that ran again after such an error")
SPOOL_REFUSALS = Counter("ingress_spool_refusals_total", "Requests that the spool could not keep, answered 503")
SPOOL_WAIT = Histogram("ingress_spool_wait_seconds", "From arrival to the end of the wait", buckets=WAIT_BUCKETS)
CONNECTIONS = Gauge(
    "ingress_database_connections", "Open connections; at most one a thread", multiprocess_mode="liveall"
)

cost_of = cache(COST.labels)


@cache
def requests_of(api_id: int | str, outcome: Outcome) -> Counter:
    """The counter to increase; all of a key's counters begin at 0 together, so that the first increase shows."""
    if api_id != UNAUTHENTICATED:
        WRONG_SECRETS.labels(api_id)
        OLD_SECRETS.labels(api_id)
    for each in ANSWERED_OUTCOMES:
        REQUESTS.labels(api_id, each)
    return REQUESTS.labels(api_id, outcome)


def begin_key(api_id: int) -> None:
    """Show a key's counters as 0 before its first request."""
    requests_of(api_id, Outcome.BILLED)
    cost_of(api_id)


def begin() -> None:
    """Show events that have not happened yet as 0: to Prometheus, a counter that first appears at 1 is no increase."""
    requests_of(UNAUTHENTICATED, Outcome.REFUSED)
    for kind in ERROR_KINDS:
        DATABASE_ERRORS.labels(kind)


def never_raises(count: Callable[P, None]) -> Callable[P, None]:
    """Log an error in counting instead of raising it: the call may be billed by then."""

    @wraps(count)
    def safely(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            count(*args, **kwargs)
        except Exception:
            log.exception("not counted")

    return safely


@never_raises
def count_request(api_id: int | None, outcome: Outcome, seconds: float | None, error: str | None) -> None:
    """`api_id` is None without a valid key; `error` is the text of the answer, of which the fixed part counts."""
    requests_of(api_id or UNAUTHENTICATED, outcome).inc()
    if seconds is not None:
        DURATION.observe(seconds)
    if error:
        ERRORS.labels(error.partition(": ")[0]).inc()


@never_raises
def count_error(text: str) -> None:
    """Count an answer that the application knows nothing of: the server refused the request by itself."""
    ERRORS.labels(text).inc()


@never_raises
def count_cost(api_id: int, cost: Decimal) -> None:
    cost_of(api_id).inc(float(cost))


@never_raises
def count_wrong_secret(api_id: int) -> None:
    WRONG_SECRETS.labels(api_id).inc()


@never_raises
def count_old_secret(api_id: int) -> None:
    OLD_SECRETS.labels(api_id).inc()


@never_raises
def count_replay(outcome: Outcome) -> None:
    REPLAYS.labels(outcome).inc()


@never_raises
def count_database_error(kind: str) -> None:
    DATABASE_ERRORS.labels(kind).inc()


@never_raises
def count_database_retry(state: RetryCallState | None = None) -> None:
    """`state` is tenacity's, which calls this before it waits."""
    DATABASE_RETRIES.inc()


@never_raises
def count_spool_refusal() -> None:
    SPOOL_REFUSALS.inc()


@never_raises
def count_spool_wait(seconds: float) -> None:
    SPOOL_WAIT.observe(seconds)


@never_raises
def count_connections(number: int) -> None:
    CONNECTIONS.set(number)
