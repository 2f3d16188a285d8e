"""The way in and out of the console; with the style sheet all that visitors may see who are not signed in."""

import logging
from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..access.addresses import client_address
from ..access.guards import allow_anyone, require_ip_address
from ..access.key_secrets import check_secret
from ..access.keys import ADMIN, fetch_key, note_failure, parse_api_id
from ..access.rate_limit import count_failure
from ..clock import dialer_time
from ..database import queries
from ..database.pool import get_database, get_deadline
from ..database.queries import ApiKey
from ..errors import EndpointNotAllowed, IngressError, InvalidApiIdOrKey
from . import layout, sessions

log = logging.getLogger(__name__)

blueprint = Blueprint(
    "sign_in",
    __name__,
    url_prefix=sessions.PREFIX,
    template_folder="templates",
    static_folder="static",
)
blueprint.before_request(allow_anyone)
blueprint.before_request(sessions.require_token)
layout.init_blueprint(blueprint)


@blueprint.get("/sign-in")
def show_form() -> str:
    return render_template("console/sign_in.html", next=request.args.get("next", ""), api_id="", error=None)


@blueprint.post("/sign-in")
def receive_form() -> ResponseReturnValue:
    api_id, secret = request.form.get("api_id", ""), request.form.get("api_key", "")
    next_page = request.form.get("next", "")
    try:
        key = find_admin_key(api_id, secret, client_address(), get_deadline())
    except IngressError as refusal:
        return render_template("console/sign_in.html", next=next_page, api_id=api_id, error=refusal), refusal.status
    sessions.begin_session(key)
    log.warning("admin key %s has signed in to the console", key.api_id)
    return redirect(next_page if is_console_page(next_page) else url_for("overview.show_overview"), 303)


def find_admin_key(api_id: str, secret: str, address: str, deadline: float) -> ApiKey:
    """Return an admin's key; a wrong secret counts as a failure, and only the owner of a right one is told more."""
    key = fetch_key(parse_api_id(api_id), deadline)
    now = datetime.now(UTC)
    valid = check_secret(key, secret, now)
    if key is None or valid is None or valid.is_old_secret:  # a session would outlive the old one's end
        if key:
            note_failure(key, address, dialer_time(now), deadline)
        count_failure(address)
        raise InvalidApiIdOrKey
    if key.scope != ADMIN:
        raise EndpointNotAllowed("the console is for admin keys, this one is for sending costs")
    require_ip_address(key, address)
    get_database().run(queries.update_api_key_last_used, key.api_id, key.key_hash, dialer_time(now), deadline=deadline)
    return key


def is_console_page(page: str) -> bool:
    """Return True for a path of the console: a form must lead to no other site. A line break would end the header."""
    is_inside = page == sessions.PREFIX or page.startswith((f"{sessions.PREFIX}/", f"{sessions.PREFIX}?"))
    return is_inside and page.isprintable()


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    sessions.end_sessions()
    return redirect(url_for(".show_form", signed_out=1), 303)
