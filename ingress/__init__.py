"""Billable-call ingress: receives the costs of billable calls and writes them to the dialer's database."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import billable, commands, console, errors, openapi
from .access import keys, rate_limit
from .config import read_settings
from .database import look_ups, pool, readiness
from .intake import sender_files
from .monitoring import health, logs, metrics
from .openapi import page
from .spool import queue


class Ingress(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: all are synchronous, which Flask would check for each view and hook."""
        return func


def create_app() -> Flask:
    """Return the application, made from the environment; raises SettingsError when that is incomplete."""
    app = Ingress(__name__, static_folder=None)
    app.config.from_mapping(read_settings())
    app.json.sort_keys = False  # type: ignore[attr-defined]  # keys stay in the documented order
    proxies = app.config["TRUSTED_PROXIES"]
    # trusted proxies tell the client's address, and only the nearest one the scheme
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=min(proxies, 1), x_host=0)  # type: ignore[method-assign]
    logs.init_app(app)
    pool.init_app(app)
    look_ups.init_app(app)
    readiness.init_app(app)
    queue.init_app(app)
    rate_limit.init_app(app)
    sender_files.init_app(app)
    keys.init_app(app)
    errors.init_app(app)
    commands.init_app(app)
    app.register_blueprint(billable.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(openapi.blueprint)
    app.register_blueprint(page.blueprint)
    metrics.init_app(app)
    console.init_app(app)
    return app
