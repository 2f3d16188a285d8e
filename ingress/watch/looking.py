"""One look at everything: the database, the spool of this machine, and the senders."""

from datetime import datetime

import pymysql

from ..errors import TLDialerConnectionError
from .alarm import Findings
from .machine import describe_database, find_arrivals, find_database_fault, inspect_spool
from .senders import SENDER_ALARMS, list_sender_alarms


def look(away: datetime | None, with_senders: bool) -> Findings:
    """Return what is wrong; `away` is when the database was away last, None if that is not known."""
    spool = inspect_spool()
    fault = find_database_fault()
    if fault is None and with_senders:
        try:
            return Findings(spool.alarms + list_sender_alarms(find_arrivals(), away), spool.unknown)
        except (TLDialerConnectionError, pymysql.MySQLError) as error:
            fault = str(error.__cause__ or error)
    alarms = [describe_database(fault)] if fault else []
    return Findings(alarms + spool.alarms, spool.unknown + SENDER_ALARMS)
