"""Who is signed in: a short-lived signed cookie that names an admin key and dies with it."""

import hashlib
import hmac
import secrets
import time
from datetime import timedelta

from flask import g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import BadRequest

from ..access.addresses import client_address
from ..access.guards import require_ip_address
from ..access.keys import ADMIN, fetch_key
from ..database import queries
from ..database.pool import get_deadline, run
from ..intake.body import BODY_LIMIT

PREFIX = "/console"
IDLE = timedelta(minutes=30)  # without a click, then one signs in again
LONGEST = timedelta(hours=12)  # with clicks: a long shift
FORGED = "This form is too old, or did not come from this console. Go back, load the page again and repeat."


class ConsoleSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, for the console's paths only: a platform's request pays nothing for it."""

    def open_session(self, app, request):
        return super().open_session(app, request) if request.path.startswith(PREFIX) else None

    def get_cookie_secure(self, app):
        return request.is_secure


def init_app(app):
    app.secret_key = app.config["CONSOLE_SECRET"]
    app.session_interface = ConsoleSessions()
    app.config.update(
        SESSION_COOKIE_NAME="console_session",
        SESSION_COOKIE_PATH=PREFIX,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=IDLE,
    )


def sign_in(key):
    """Start a new session for the owner of the ApiKey; nothing of the old one stays."""
    session.clear()
    session.permanent = True
    session.update(api_id=key.api_id, mark=mark_of(key), since=int(time.time()))


def sign_out():
    """End all sessions of the key that is signed in, so that a copy of the cookie is worthless too."""
    try:
        if (admin := find_admin()) is not None:
            run(queries.update_api_key_sign_outs, admin.api_id)
    finally:
        session.clear()


def mark_of(key):
    """Return what changes when the key is rotated or its owner signs out; it does not give the hash away."""
    return hashlib.sha256(f"console {key.key_hash} {key.sign_outs}".encode()).hexdigest()[:32]


def require_admin():
    """The guard of the pages: whoever is not signed in is asked to, and comes back to this page afterwards."""
    g.admin = find_admin()
    if g.admin is None:
        session.clear()
        return redirect(url_for("sign_in.show_form", next=request.full_path.rstrip("?")), 303)
    require_ip_address(g.admin, client_address())
    return require_token()


def find_admin():
    """Return the ApiKey that is signed in, or None; the database is asked each time, so that an end counts at once."""
    if time.time() - session.get("since", 0) > LONGEST.total_seconds():
        return None
    key = fetch_key(session["api_id"], get_deadline())
    is_same = key is not None and hmac.compare_digest(mark_of(key), session["mark"])
    return key if is_same and key.enabled and key.scope == ADMIN else None


def form_token():
    """The secret in each of our forms, which no other site can read: who sends it back has seen our page."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(32)
    return session["token"]


def require_token():
    request.max_content_length = BODY_LIMIT
    if request.method == "POST":
        sent, expected = request.form.get("token", ""), session.get("token", "")
        if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
            raise BadRequest(FORGED)
