"""The console at /console: pages for people with an admin key. It is off until CONSOLE_SECRET is set."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages; a service without a console loads no library for it and reads no cookie."""
    if not app.config["CONSOLE_SECRET"]:
        return
    from . import costs, deliveries, overview, sessions, sign_in

    sessions.init_app(app)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(overview.blueprint)
    app.register_blueprint(deliveries.blueprint)
    app.register_blueprint(costs.blueprint)
