"""Billable-call ingress: receives the costs of billable calls and writes them to the dialer's database."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import billable, commands, console, errors, openapi
from .access import key_cache, rate_limit
from .config import read_settings
from .database import look_ups, pool, readiness
from .intake import sender_files
from .monitoring import health, logs, metrics, time_zone
from .openapi import home, page
from .spool import queue

log = logging.getLogger(__name__)


class Ingress(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: all are synchronous, which Flask would check for each view and hook."""
        return func


def create_app() -> Flask:
    """Return the application, made from the environment; raises SettingsError when that is incomplete."""
    app = Ingress(__name__, static_folder=None)
    app.config.from_mapping(read_settings())
    for sentence in app.config["MISSPELT"]:
        log.warning(sentence)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # keys stay in the documented order
    proxies = app.config["TRUSTED_PROXIES"]
    # trusted proxies tell the client's address, and only the nearest one the scheme
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=min(proxies, 1), x_host=0)  # type: ignore[method-assign]
    logs.init_app(app)
    pool.init_app(app)
    look_ups.init_app(app)
    readiness.init_app(app)
    time_zone.init_app(app)
    queue.init_app(app)
    rate_limit.init_app(app)
    sender_files.init_app(app)
    key_cache.init_app(app)
    errors.init_app(app)
    commands.init_app(app)
    app.register_blueprint(billable.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(openapi.blueprint)
    app.register_blueprint(page.blueprint)
    app.register_blueprint(home.blueprint)
    metrics.init_app(app)
    console.init_app(app)
    return app
