"""The calls behind the rows and the costs, looked up in the call log by the rule that bills them."""

from collections.abc import Iterator
from typing import NamedTuple

from ..billing.correct import search_for
from ..database import queries
from .moments import wall_time
from .period import Period
from .progress import open_bar
from .received import run_patiently
from .staging import Staging

SEARCH_BATCH = 100  # calls looked up in a statement


class SearchedCall(NamedTuple):
    """A call to look up; `search` is the number of the row, or the id of the cost, `called` the dialer's wall clock."""

    search: int
    did: str
    cid: str
    called: int


class LastRow(NamedTuple):
    last: int


def look_up_rows(staging: Staging, period: Period) -> None:
    """Note the call of each row of the period."""
    with open_bar("Calls", staging.row(LastRow, "find_last_row").last) as bar:
        for row in look_up(staging, "list_rows_to_look_up", "update_row_call", **period._asdict()):
            bar.update(row - bar.pos)


def look_up_costs(staging: Staging) -> None:
    """Note the call of each cost that has found no row although one of its pair is left."""
    for _ in look_up(staging, "list_received_to_look_up", "update_received_call"):
        pass


def look_up(staging: Staging, listing: str, update: str, **values: int) -> Iterator[int]:
    """Find the calls in the call log, by the rule that bills them; yield how far that has come."""
    behind = 0
    while page := list(staging.rows(SearchedCall, listing, behind=behind, at_most=SEARCH_BATCH, **values)):
        searches = {call.search: search_for(call.did, call.cid, wall_time(call.called)) for call in page}
        staging.run_for_each(update, run_patiently(queries.list_calls, searches=searches))
        behind = page[-1].search
        yield behind
