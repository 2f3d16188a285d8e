"""The first page: what came in, by key and over time."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from flask import Blueprint, Response, render_template, request

from ..access.keys import INGRESS
from ..clock import dialer_now
from ..database import queries
from ..database.pool import run
from ..database.queries import ListedApiKey
from ..monitoring.health import describe_spool
from ..monitoring.time_zone import get_offsets
from . import layout, sessions
from .filters import DayRange, read_period
from .plots import draw_plot
from .totals import OutcomeTotals, choose_steps, total, total_by

QUICK_DAYS = {"Today": (0, 0), "Yesterday": (1, 1), "7 days": (6, 0), "30 days": (29, 0)}  # days ago: first, last
PLOTTED: dict[str, Callable[[OutcomeTotals], Decimal | int]] = {
    "cost": lambda totals: totals.cost,
    "refusals": lambda totals: totals.not_accepted,
}
# An image that is opened by itself keeps its own style, and may do nothing else.
PLOT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

blueprint = Blueprint("overview", __name__, url_prefix=sessions.PREFIX, template_folder="templates")
blueprint.before_request(sessions.require_admin)
layout.init_blueprint(blueprint)


@blueprint.get("", strict_slashes=False)
def show_overview() -> str:
    now = dialer_now()
    today = now.date()
    period, complaints = read_period(request.args, today)
    counts = run(queries.count_deliveries, period.since, period.until)
    return render_template(
        "console/overview.html",
        period={"since": period.first, "until": period.last},
        quick_periods=list_quick_periods(today),
        complaints=complaints,
        now=now,
        keys=list_senders(total_by(counts), period),
        total=total(counts),
        spool=describe_spool(),
        offsets=get_offsets(),
    )


def list_quick_periods(today: date) -> dict[str, dict[str, date]]:
    """Return the usual ranges: name to what asks for one."""
    days = {name: (today - timedelta(first), today - timedelta(last)) for name, (first, last) in QUICK_DAYS.items()}
    return {name: {"since": since, "until": until} for name, (since, until) in days.items()}


def list_senders(totals: Mapping[int, OutcomeTotals], period: DayRange) -> list[tuple[ListedApiKey, OutcomeTotals]]:
    """Return each key that may send, has sent or was tried with a wrong secret, with its OutcomeTotals.

    An attempt outside the period is left out, as its deliveries are.
    """
    keys = [forget_failure(key, period) for key in run(queries.list_api_keys)]
    return [
        (key, totals.get(key.api_id, OutcomeTotals()))
        for key in keys
        if key.api_id in totals or key.failed or (key.enabled and key.scope == INGRESS)
    ]


def forget_failure(key: ListedApiKey, period: DayRange) -> ListedApiKey:
    is_within = key.failed is not None and period.since <= key.failed < period.until
    return key if is_within else key._replace(failed=None)


@blueprint.get("/plots/<any(cost, refusals):what>.svg")
def show_plot(what: str) -> Response:
    period, _ = read_period(request.args, dialer_now().date())
    seconds, begins = choose_steps(period.since, period.until)
    totals = total_by(run(queries.count_deliveries_by_time, period.since, period.until, seconds))
    values = [PLOTTED[what](totals.get(step, OutcomeTotals())) for step in range(len(begins))]
    svg = draw_plot(values, begins, what, "narrow" in request.args)
    return Response(svg, mimetype="image/svg+xml", headers={"Content-Security-Policy": PLOT_POLICY})
