"""What is answered while the database is away: the documented 503, or a 202 once the request is safe in the spool."""

import logging

from flask import g, jsonify
from flask.typing import ResponseReturnValue

from .. import counters
from ..access.guards import require_cached_api_key
from ..delivery import Delivery
from ..errors import IngressError, TLDialerConnectionError, answer_ingress_error
from ..outcome import Outcome
from .file import SpoolError
from .queue import get_spool

log = logging.getLogger(__name__)

KEPT_TEXT = f"{TLDialerConnectionError.text}: kept, will be billed when the database is back"


def answer_outage(error: TLDialerConnectionError) -> ResponseReturnValue:
    """Keep the request if it would be billed, as far as that can be told without the database.

    An error of the sender is answered at once. The answer is `error` when the sender is not known, for a dry run, and
    when the spool cannot take the request.
    """
    g.outage = error
    spool = get_spool()
    if spool is None:
        return answer_ingress_error(error)
    try:
        require_billable(g.delivery, error)
        spool.keep(g.delivery)
    except SpoolError as problem:
        counters.count_spool_refusal()
        log.error("request %s is not kept: %s", g.request_id, problem)
        return answer_ingress_error(error)
    except IngressError as refusal:
        return answer_ingress_error(refusal)
    g.delivery.outcome, g.error = Outcome.SPOOLED, KEPT_TEXT
    return jsonify(spooled=g.request_id, error=KEPT_TEXT), 202


def require_billable(delivery: Delivery, error: TLDialerConnectionError) -> None:
    """Raise what refuses the delivery; `error` where only the database could tell, and for a dry run."""
    if delivery.api_key is None:
        require_cached_api_key(delivery)
    if delivery.read_call().dry_run:
        raise error
