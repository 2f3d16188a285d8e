"""A delivery fired again from the log: a refused one mended, a billed one answered as before and never billed twice."""

from .. import counters
from ..clock import aware_time
from ..database import queries
from ..database.pool import get_deadline, run
from ..delivery import BILLED, FAILED, LOGGED, MENDED, REPEATED, UNMATCHED, Delivery, log_unbilled
from ..errors import AlreadyBilled, AlreadyMended, IngressError, NoSuchDelivery
from ..intake.parameters import from_json
from ..intake.schemas import change
from .bill import answer_again, bill


def redeliver(delivery_id, changes):
    """Fire a delivery of the log again, with `changes` (parameter to text) if it was refused; return the Answer.

    It keeps its time, address and key. Endpoint and IP protections are not asked again: who fires it answers for it.
    Raises the IngressError that refuses it now; NoSuchDelivery, AlreadyBilled or AlreadyMended when there is nothing to
    fire.
    """
    logged = run(find, delivery_id)
    if logged.outcome == REPEATED:
        logged = run(find, logged.repeats)
    if logged.outcome not in (BILLED, UNMATCHED):
        return fire_again(logged, changes)
    if changes:
        raise AlreadyBilled(f"delivery {logged.delivery_id} is cost {logged.cost_id}, which stays as it is")
    return answer_again(run(queries.find_delivery, logged.api_id, logged.delivery_key))


def find(connection, delivery_id):
    logged = queries.find_logged_delivery(connection, delivery_id)
    if logged is None:
        raise NoSuchDelivery(str(delivery_id))
    if logged.outcome == MENDED:
        raise AlreadyMended(f"another delivery has mended delivery {delivery_id}")
    return logged


def fire_again(logged, changes):
    """Bill a delivery that was not billed, and log that it was refused once more if it is."""
    parameters = from_json(logged.sent)
    for name, value in changes.items():
        change(parameters, name, value)
    delivery = Delivery(
        parameters=parameters,
        ip_address=logged.ip_address,
        received_at=aware_time(logged.received),
        deadline=get_deadline(),
        api_key=run(queries.find_api_key, logged.api_id),
        mends=logged.delivery_id,
        is_late=True,
    )
    try:
        answer = bill(delivery)
    except IngressError as refusal:
        log_unbilled(delivery, refusal.status, str(refusal))
        raise
    finally:
        counters.count_replay(delivery.outcome or FAILED)
    if delivery.outcome in (BILLED, UNMATCHED):
        counters.count_cost(logged.api_id, delivery.call["cost"])
    if delivery.outcome not in LOGGED:
        log_unbilled(delivery, 200, None)
    return answer
