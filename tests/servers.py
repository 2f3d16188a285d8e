"""Which server the tests run on; what only one kind of server can do has no test on another."""

import os

from ingress.config import parse_database_url
from ingress.database.pool import Database
from tools.chaos.packets import Way
from tools.programs import Programs


def is_mariadb():
    """Ask the server that TLDIALER_DATABASE_URL names; of a private one its programs tell."""
    if url := os.environ.get("TLDIALER_DATABASE_URL"):
        with Database(parse_database_url(url)).connect() as connection:
            return connection.is_mariadb
    return not Programs.chosen().is_mysql


IS_MARIADB = is_mariadb()
WAYS = [way for way in Way if IS_MARIADB or way is Way.STEP_BY_STEP]
