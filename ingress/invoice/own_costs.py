"""The costs of a key in a period, staged as if they were its invoice: what is disputed where there is no invoice."""

from flask import current_app

from ..database import queries
from .calls import look_up_costs, look_up_rows
from .disputes import Rules, dispute_each
from .period import Period, Span
from .received import COST_BATCH, run_patiently, stage_call_ids, stage_costs
from .staging import Staging


def dispute_costs(staging: Staging, api_id: int, period: Period, rules: Rules) -> None:
    """Find what is disputed of the costs that came in with a key for the calls of a period."""
    staging.run_script("create_disputes")
    if not stage_own_costs(staging, api_id, period, rules):
        return
    look_up_rows(staging, period)
    after = int(current_app.config["CALL_MATCH_AFTER"].total_seconds())
    look_up_costs(staging, "insert_pair_searches", after=after)
    staging.run_script("create_call_indexes")
    staging.run("judge_matched", **period._asdict())
    staging.run("dispute_same_costs")
    dispute_each(staging, rules)
    stage_raises(staging, api_id)
    staging.run("dispute_raises")


def stage_own_costs(staging: Staging, api_id: int, period: Period, rules: Rules) -> bool:
    """Stage the costs and each as its own row; return whether there is any."""
    staging.run("insert_settings", min_seconds=rules.min_seconds)
    repeat_seconds = int(rules.repeat_within.total_seconds())
    stage_costs(staging, api_id, period, 0, rules.min_seconds, repeat_seconds)
    stage_call_ids(staging, api_id, period)
    staging.run("insert_cost_rows", **period._asdict())
    staging.run("match_cost_rows")
    staging.run_script("create_indexes")
    return staging.row(Span, "find_span").since is not None


def stage_raises(staging: Staging, api_id: int) -> None:
    """Stage what the sender has raised its costs by."""
    first, last = run_patiently(queries.find_cost_span)
    for start in range(first or 0, (last or -1) + 1, COST_BATCH):
        raises = run_patiently(queries.list_raises, first=start, last=start + COST_BATCH - 1, method_id=api_id)
        staging.run_for_each("insert_raise", raises)
