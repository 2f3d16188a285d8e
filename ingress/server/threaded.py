"""gunicorn's threaded worker with what any service needs of it; its way with connections is gunicorn's own."""

import encodings.idna  # noqa: F401 - for host names; a first use that meets a full descriptor table fails for good

from gunicorn import util
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from .refusals import write_error


class ThreadedWorker(ThreadWorker):
    @classmethod
    def check_config(cls, cfg: Config, log: Logger) -> None:
        """In the arbiter, at the start."""
        if cfg.is_ssl:
            raise SystemExit("This service does not speak TLS by itself: put a proxy in front (deploy/nginx.conf)")

    def init_process(self) -> None:
        util.write_error = write_error  # gunicorn has no setting for that
        super().init_process()

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """gunicorn reads what the application has not; if it cannot, the request has its answer and gets no second."""
        try:
            return bool(super()._keepalive_after(conn, keepalive))
        except ParseException:
            return False
