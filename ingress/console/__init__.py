"""The console at /console: pages for people with an admin key. It is off until CONSOLE_SECRET is set."""


def init_app(app):
    """A service without a console loads none of its libraries, reads no cookie and answers its paths with 404."""
    if not app.config["CONSOLE_SECRET"]:
        return
    from . import deliveries, overview, sessions, sign_in

    sessions.init_app(app)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(overview.blueprint)
    app.register_blueprint(deliveries.blueprint)
