"""gunicorn's threaded worker with what any service needs of it; its way with connections is gunicorn's own."""

import encodings.idna  # noqa: F401 - for host names; a first use that meets a full descriptor table fails for good
import os
import signal
from functools import partial

from gunicorn import util
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from .refusals import write_error

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


class ThreadedWorker(ThreadWorker):
    @classmethod
    def check_config(cls, cfg: Config, log: Logger) -> None:
        """In the arbiter, at the start."""
        if cfg.is_ssl:
            raise SystemExit("This service does not speak TLS by itself: put a proxy in front (deploy/nginx.conf)")
        hold_signals_while_forking()

    def init_process(self) -> None:
        util.write_error = write_error  # gunicorn has no setting for that
        super().init_process()

    def init_signals(self) -> None:
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """gunicorn reads what the application has not; if it cannot, the request has its answer and gets no second."""
        try:
            return bool(super()._keepalive_after(conn, keepalive))  # type: ignore[misc]  # newer than its stubs
        except ParseException:
            return False


def hold_signals_while_forking() -> None:
    """Keep the signals that stop a new process until it handles them.

    It inherits the arbiter's handlers, which would swallow them, and the arbiter would wait for it in vain.
    """
    change = partial(change_mask_of, os.getpid())
    os.register_at_fork(before=partial(change, signal.SIG_BLOCK), after_in_parent=partial(change, signal.SIG_UNBLOCK))


def change_mask_of(arbiter: int, how: int) -> None:
    """A worker that forks is not concerned: nothing would let its child's signals through again."""
    if os.getpid() == arbiter:
        signal.pthread_sigmask(how, STOP_SIGNALS)
