"""The calls behind rows and costs, looked up in the call log by the rule that bills them."""

from collections.abc import Iterator
from typing import NamedTuple

from ..billing.correct import search_for
from ..database import queries
from .moments import naive_seconds, wall_time
from .period import Period
from .progress import open_bar
from .received import run_patiently
from .staging import Staging

SEARCH_BATCH = 300  # calls looked up in a statement, see list_calls


class SearchedCall(NamedTuple):
    """A call to look up; `search` is the number of the row, or the id of the cost, `called` the dialer's wall clock."""

    search: int
    did: str
    cid: str
    called: int


class RowCall(NamedTuple):
    """The call of a row, as it is staged."""

    call_log_id: queries.CallId
    call_at: int
    seconds: int
    row: int


class CostCall(NamedTuple):
    """The call of a received cost, as it is staged."""

    call_log_id: queries.CallId
    cost_id: int


class LastRow(NamedTuple):
    last: int


def look_up_rows(staging: Staging, period: Period) -> None:
    """Note the call of each row of the period for which the statement wants it."""
    with open_bar("Calls", staging.row(LastRow, "find_last_row").last) as bar:
        for found in look_up(staging, "list_rows_to_look_up", **period._asdict()):
            staging.run_for_each("update_row_call", map(describe_row_call, found))
            bar.update(max((call.search for call in found), default=bar.pos) - bar.pos)


def describe_row_call(found: queries.FoundCall) -> RowCall:
    return RowCall(found.call.call_log_id, naive_seconds(found.call.call_date), found.call.sec_talk, found.search)


def look_up_costs(staging: Staging) -> None:
    """Note the call of each cost of whose pair a row has found none."""
    staging.run("insert_cost_searches")
    for found in look_up(staging, "list_cost_searches"):
        staging.run_for_each("update_received_call", (CostCall(call.call_log_id, cost_id) for cost_id, call in found))


def look_up(staging: Staging, listing: str, **values: int) -> Iterator[list[queries.FoundCall]]:
    """Yield the calls of the searches that a statement lists, a batch after the other."""
    behind = 0
    while page := list(staging.rows(SearchedCall, listing, behind=behind, at_most=SEARCH_BATCH, **values)):
        searches = {call.search: search_for(call.did, call.cid, wall_time(call.called)) for call in page}
        yield run_patiently(queries.list_calls, searches=searches)
        behind = page[-1].search
