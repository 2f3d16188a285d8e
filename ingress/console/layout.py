"""What is around every page: what browsers are told to forbid, how errors look, how values are written."""

import logging
from decimal import Decimal

from flask import current_app, g, render_template, request
from werkzeug.exceptions import HTTPException

from ..errors import IngressError
from . import sessions

log = logging.getLogger(__name__)

# No script at all, nothing from elsewhere, in nobody's frame, kept by no cache.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def init_blueprint(blueprint):
    blueprint.after_request(harden)
    blueprint.context_processor(describe_console)
    blueprint.register_error_handler(IngressError, show_ingress_error)
    blueprint.register_error_handler(HTTPException, show_http_error)
    blueprint.register_error_handler(Exception, show_bug)


def harden(response):
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def describe_console():
    """What every template may name."""
    return {
        "admin": g.get("admin"),
        "form_token": sessions.form_token,
        "time_zone": current_app.config["TLDIALER_TIMEZONE"].key,
        "money": write_money,
        "number": write_number,
    }


def show_ingress_error(error):
    return show_error(error.text, error.detail, error.status), error.status, error.headers


def show_http_error(error):
    """A redirect stays one; the headers of the others that matter (Allow, Retry-After) stay too."""
    if error.code < 400:
        return error
    response = error.get_response()
    response.data = show_error(error.name, error.description, error.code)
    return response


def show_bug(error):
    log.error("request %s: %s %s failed", g.request_id, request.method, request.path, exc_info=error)
    detail = f"A bug of ours, logged under request {g.request_id}."
    return show_error("Internal Server Error", detail, 500), 500


def show_error(title, detail, status):
    return render_template("console/error.html", title=title, detail=detail, status=status)


def write_money(cost):
    """1234.5000 as 1,234.50; what is finer than a hundredth is kept."""
    if cost is None:
        return ""
    cost = Decimal(cost)
    finer = f"{cost.normalize():f}".partition(".")[2]
    return f"{cost:,.{max(2, len(finer))}f}"


def write_number(number):
    """7205550134 as 720-555-0134, also with its 1 or +1 in front; what is no such number is left as it is."""
    ten = (number or "").removeprefix("+")[-10:]
    is_american = number and number.removesuffix(ten) in ("", "1", "+1") and len(ten) == 10 and ten.isdigit()
    return f"{ten[:3]}-{ten[3:6]}-{ten[6:]}" if is_american else number or ""
