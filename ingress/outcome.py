"""What became of a delivery, as the delivery log, the metrics and the console name it: the only list of outcomes."""

from enum import StrEnum


class Outcome(StrEnum):
    """The outcomes of a delivery; `sql/` writes the same words."""

    BILLED = "billed"
    UNMATCHED = "unmatched"  # billed, but its call was not in the call log
    DUPLICATE = "duplicate"  # the same call was billed before, with the amount that it has
    SUPERSEDED = "superseded"  # the same call, with an amount that it had before and has no longer
    CORRECTED = "corrected"  # the same call, with another amount, which its cost has now
    REFUSED = "refused"  # an error of the sender
    FAILED = "failed"  # an error of this service
    DRY_RUN = "dry_run"
    REPLAYED = "replayed"  # billed nothing at first, and was replayed from the log since
    SPOOLED = "spooled"  # kept until the database is back; the log gets the outcome that it has then

    @property
    def is_billed(self) -> bool:
        """True when the delivery has inserted a cost."""
        return self in BILLED_OUTCOMES

    @property
    def is_logged_by_billing(self) -> bool:
        """True when billing itself has written the delivery's row in the log."""
        return self.is_billed or self in SETTLED_OUTCOMES


BILLED_OUTCOMES = (Outcome.BILLED, Outcome.UNMATCHED)
SETTLED_OUTCOMES = (Outcome.DUPLICATE, Outcome.SUPERSEDED, Outcome.CORRECTED)  # of calls that were billed before
LOGGED_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.SPOOLED)  # those the log may hold
ANSWERED_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.REPLAYED)  # those a request may get
