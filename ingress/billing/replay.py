"""A delivery replayed from the log: a refused one with changes; a billed one gets its first answer again."""

from .. import counters
from ..clock import aware_time
from ..database import queries
from ..database.connection import Connection
from ..database.pool import get_deadline, run
from ..database.queries import LoggedDelivery
from ..delivery import Delivery
from ..errors import AlreadyBilled, AlreadyReplayed, NoSuchDelivery
from ..intake.parameters import from_json
from ..outcome import Outcome
from .again import replay_stored_answer
from .answers import Answer
from .bill import bill_unattended


def replay(delivery_id: int, changes: dict[str, str]) -> Answer:
    """Replay a delivery of the log, with `changes` (parameter to text) if it billed nothing; return the Answer.

    A superseded delivery corrects its call to the amount that it brought; a duplicate or a correction gets its answer.

    It keeps its time, address and key. Endpoint and IP protections are not checked again: the operator answers for
    it. Raises the IngressError that refuses it now; NoSuchDelivery, AlreadyBilled or AlreadyReplayed when there is
    nothing to replay.
    """
    logged = run(find_replayable, delivery_id)
    amount = logged.cost
    if logged.outcome in (Outcome.DUPLICATE, Outcome.CORRECTED) and logged.duplicate_of:
        logged = run(find_replayable, logged.duplicate_of)
    if not logged.outcome.is_billed:
        return replay_unbilled(logged, changes)
    if changes:
        raise AlreadyBilled(f"delivery {logged.delivery_id} is cost {logged.cost_id}, which stays as it is")
    return run(replay_stored_answer, run(find_stored, logged), amount)


def find_replayable(connection: Connection, delivery_id: int) -> LoggedDelivery:
    logged = queries.find_logged_delivery(connection, delivery_id)
    if logged is None:
        raise NoSuchDelivery(str(delivery_id))
    if logged.outcome is Outcome.REPLAYED:
        raise AlreadyReplayed(f"delivery {delivery_id} has been replayed as another one")
    return logged


def find_stored(connection: Connection, logged: LoggedDelivery) -> queries.StoredDelivery:
    stored = queries.find_delivery(connection, logged.api_id, logged.delivery_key or b"")
    if stored is None:
        raise NoSuchDelivery(str(logged.delivery_id))
    return stored


def replay_unbilled(logged: LoggedDelivery, changes: dict[str, str]) -> Answer:
    """Bill a delivery that was not billed, and log it if it is refused once more."""
    parameters = from_json(logged.sent)
    parameters.changed.update(changes)
    delivery = Delivery(
        parameters=parameters,
        ip_address=logged.ip_address,
        received_at=aware_time(logged.received),
        deadline=get_deadline(),
        api_key=run(queries.find_api_key, logged.api_id),
        replay_of=logged.delivery_id,
        is_late=True,
        is_forced=logged.outcome is Outcome.SUPERSEDED,
    )
    try:
        return bill_unattended(delivery)
    finally:
        counters.count_replay(delivery.outcome or Outcome.FAILED)
