"""Is the database fit for money: every statement allowed, every table able to roll back, every commit on disk."""

import logging
import re
import time

import pymysql
from flask import current_app

from ..errors import TLDialerConnectionError
from . import queries
from .pool import get_database
from .retries import NOT_WRITABLE, Retryable

log = logging.getLogger(__name__)

READY_SECONDS = 60  # a database that was fit is trusted for so long; checking costs some milliseconds
FAULTY_SECONDS = 2  # one that was not is looked at again soon, so that mending it shows at once
USER = re.compile(r" (to|for) user '[^']*'@'[^']*'")  # a driver's text names it; nobody outside needs to know


def init_app(app):
    app.extensions["readiness"] = Readiness()


def require_ready(deadline):
    """Raise TLDialerConnectionError, the documented 503, while the database is not fit."""
    if current_app.extensions["readiness"].find_faults(get_database(), deadline):
        raise TLDialerConnectionError("not ready, see /readyz")


class Readiness:
    """What is wrong with the database, as last seen by this process."""

    def __init__(self):
        self.faults = []
        self.good_until = 0

    def find_faults(self, database, deadline):
        """Return the faults by name, empty when there are none; looks anew now and then.

        Several threads may look at the same time: were they to take turns, an outage would make them queue.
        """
        return self.faults if time.monotonic() < self.good_until else self.look_again(database, deadline)

    def forget(self):
        """Something has failed that should not: look anew before the next."""
        self.good_until = 0

    def look_again(self, database, deadline):
        try:
            faults = database.run(find_faults, deadline=deadline)
        except Retryable as busy:
            faults = [str(busy.__cause__.args[1])]  # of the last host that was tried
        if faults != self.faults:
            log.warning("is the database ready: %s", "; ".join(faults) or "yes")
        self.faults = faults
        self.good_until = time.monotonic() + (FAULTY_SECONDS if faults else READY_SECONDS)
        return faults


def find_faults(connection):
    """What is missing for the statements of a request, then what the server would do wrong without an error.

    Raises when this host does not write at all: then it is the next one's turn.
    """
    faults = []
    for name in queries.REQUEST_STATEMENTS:
        try:
            queries.explain_statement(connection, name)
        except pymysql.MySQLError as error:
            if not connection.open or error.args[0] in NOT_WRITABLE:
                raise
            faults.append(f"{name}: {USER.sub('', str(error.args[1]))}")
    return faults + queries.list_faults(connection)
