"""Times as the dialer's tables hold them, and back."""

from flask import current_app

from .intake.fields import wall_clock


def dialer_time(value):
    """An aware datetime as the dialer's tables hold it: on the wall clock of TLDIALER_TIMEZONE, in whole seconds."""
    return wall_clock(value, current_app.config["TLDIALER_TIMEZONE"]).replace(microsecond=0)


def aware_time(value):
    """The other way round; of the two hours when the clock is set back it is the first."""
    return value.replace(tzinfo=current_app.config["TLDIALER_TIMEZONE"])
