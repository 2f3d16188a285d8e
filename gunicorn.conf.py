"""How gunicorn serves wsgi:app; it finds this file by itself. Settings come from the environment or `.env`."""

from pathlib import Path

from dotenv import load_dotenv

from ingress.config import read_settings

load_dotenv(Path(__file__).with_name(".env"))
settings = read_settings()  # here, so that wrong ones are told once and not by each worker

bind = settings["BIND"]
workers = settings["WEB_CONCURRENCY"]
worker_class = "ingress.worker.PatientWorker"
limit_request_line = 8190  # bytes, the most that gunicorn takes: platforms that can only fire a URL put all into it
threads = 8  # a request mostly waits for the database; each thread keeps one connection to it
keepalive = 5  # seconds; platforms send again over the same connection
# Seconds until a worker that no longer answers at all is replaced. It does not end a request that is stuck in the
# database, for gthread goes on beating its heart meanwhile: the limits in ingress/database.py do.
timeout = 30
graceful_timeout = 30  # seconds for what is under way at SIGTERM; a request takes 15 at most, sending included

accesslog = "-"
logger_class = "ingress.logs.MaskingLogger"
control_socket_disable = True  # it would be made in the user's home
