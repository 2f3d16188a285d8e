"""The invoice against what came in: one to one, by the call's id, else by pair and time, else by the call itself."""

from flask import current_app

from .calls import look_up_costs, look_up_rows
from .period import Period
from .received import stage_call_ids, stage_costs
from .staging import Staging


def compare(
    staging: Staging, api_id: int, period: Period, tolerance: int, min_seconds: int, repeat_seconds: int = 0
) -> None:
    """Find out what each staged row is, and each cost that the key has in the period; `tolerance` in seconds.

    `repeat_seconds` is how far back a caller may have called before.
    """
    after = int(current_app.config["CALL_MATCH_AFTER"].total_seconds())
    staging.run("insert_settings", min_seconds=min_seconds)
    stage_costs(staging, api_id, period, tolerance, min_seconds, repeat_seconds)
    stage_call_ids(staging, api_id, period)
    staging.run_script("create_indexes")
    staging.run("mark_twins")
    staging.run("match_by_key")
    staging.run("match_by_notes")
    staging.run("match_by_pair", tolerance=tolerance)
    look_up_rows(staging, period)
    look_up_costs(staging, "insert_cost_searches")
    staging.run_script("create_call_indexes")
    staging.run("match_by_call", after=after)
    staging.run("credit_by_key")
    staging.run("credit_by_notes")
    staging.run("credit_by_pair", tolerance=tolerance)
    staging.run("judge_matched", **period._asdict())
    staging.run("judge_rows", **period._asdict())
    staging.run("judge_calls")
    staging.run("judge_doubts", after=after)
    staging.run("judge_file")
    staging.run("judge_received", **period._asdict())
    staging.run_script("create_finding_indexes")
