"""Who is signed in: a short-lived signed cookie that names an admin key and is worthless without it."""

import hashlib
import hmac
import secrets
import time
from datetime import timedelta

from flask import Flask, Request, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from ..access.addresses import client_address
from ..access.guards import require_ip_address
from ..access.keys import ADMIN, fetch_key
from ..database import queries
from ..database.pool import get_deadline, run
from ..database.queries import ApiKey
from ..intake.body import BODY_LIMIT

PREFIX = "/console"
IDLE = timedelta(minutes=30)  # without a click, after which one signs in again
SESSION_LIMIT = timedelta(hours=12)  # with clicks: a long shift
FORGED = "This form is too old, or did not come from this console. Go back, load the page again and repeat."


class ConsoleSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, for the console's paths only: a platform's request pays nothing for it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if request.path.startswith(PREFIX) else None

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init_app(app: Flask) -> None:
    app.secret_key = app.config["CONSOLE_SECRET"]
    app.session_interface = ConsoleSessions()
    app.config.update(
        SESSION_COOKIE_NAME="console_session",
        SESSION_COOKIE_PATH=PREFIX,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=IDLE,
    )


def begin_session(key: ApiKey) -> None:
    """Start a new session for the owner of the key; nothing of the old one stays."""
    session.clear()
    session.permanent = True
    session.update(api_id=key.api_id, mark=session_mark(key), since=int(time.time()))


def end_sessions() -> None:
    """End all sessions of the key that is signed in, so that a copy of the cookie is worthless too."""
    try:
        if (admin := find_admin()) is not None:
            run(queries.update_api_key_sign_outs, admin.api_id)
    finally:
        session.clear()


def session_mark(key: ApiKey) -> str:
    """Return what changes when the key is rotated or its owner signs out; it does not give the hash away."""
    return hashlib.sha256(f"console {key.key_hash} {key.sign_outs}".encode()).hexdigest()[:32]


def require_admin() -> ResponseReturnValue | None:
    """Guard a page: a visitor who is not signed in is sent to sign in, and comes back to this page afterwards."""
    g.admin = find_admin()
    if g.admin is None:
        session.clear()
        return redirect(url_for("sign_in.show_form", next=request.full_path.rstrip("?")), 303)
    require_ip_address(g.admin, client_address())
    require_token()
    return None


def find_admin() -> ApiKey | None:
    """Return the ApiKey that is signed in, or None; the database is asked each time, so that an end counts at once."""
    if time.time() - session.get("since", 0) > SESSION_LIMIT.total_seconds():
        return None
    key = fetch_key(session["api_id"], get_deadline())
    is_same = key is not None and hmac.compare_digest(session_mark(key), session["mark"])
    return key if key and is_same and key.enabled and key.scope == ADMIN else None


def form_token() -> str:
    """Return the secret in each of our forms, which no other site can read; it shows that a form is ours."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(32)
    token: str = session["token"]
    return token


def require_token() -> None:
    """Refuse a form that is not ours; large ones are not read."""
    request.max_content_length = BODY_LIMIT
    if request.method == "POST":
        sent, expected = request.form.get("token", ""), session.get("token", "")
        if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
            raise BadRequest(FORGED)
