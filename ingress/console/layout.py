"""What all pages share: what browsers are told to forbid, how errors look, how values are written."""

import logging
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from ..errors import IngressError
from . import sessions

log = logging.getLogger(__name__)

# A page runs no script, loads nothing from other sites, is in no other site's frame and is kept by no cache.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def init_blueprint(blueprint: Blueprint) -> None:
    blueprint.after_request(set_security_headers)
    blueprint.context_processor(list_template_names)
    blueprint.register_error_handler(IngressError, show_ingress_error)
    blueprint.register_error_handler(HTTPException, show_http_error)
    blueprint.register_error_handler(Exception, show_bug)


def set_security_headers(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def list_template_names() -> dict[str, Any]:
    """Return what every template may name."""
    return {
        "admin": g.get("admin"),
        "request_id": g.get("request_id"),
        "form_token": sessions.form_token,
        "time_zone": current_app.config["TLDIALER_TIMEZONE"].key,
        "money": write_money,
        "number": write_number,
    }


def show_ingress_error(error: IngressError) -> ResponseReturnValue:
    return render_error(error.text, error.detail, error.status), error.status, error.headers


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Show an error with its headers (Allow, Retry-After); a redirect stays one."""
    if error.code is None or error.code < 400:
        return error
    response = error.get_response()
    response.set_data(render_error(error.name, error.description, error.code))
    return response


def show_bug(error: Exception) -> ResponseReturnValue:
    log.error("request %s: %s %s failed", g.request_id, request.method, request.path, exc_info=error)
    detail = "This is an error of the service. Its log has the reason, under the request below."
    return render_error("Internal Server Error", detail, 500), 500


def render_error(title: str, detail: str | None, status: int) -> str:
    return render_template("console/error.html", title=title, detail=detail, status=status)


def write_money(cost: Decimal | None) -> str:
    """Return 1234.5000 as 1,234.50; decimals beyond the second are kept if they are not 0."""
    if cost is None:
        return ""
    decimals = f"{cost.normalize():f}".partition(".")[2]
    return f"{cost:,.{max(2, len(decimals))}f}"


def write_number(number: str | None) -> str:
    """Return 7205550134 as 720-555-0134, also with its 1 or +1 in front; any other text stays as it is."""
    ten = (number or "").removeprefix("+")[-10:]
    is_american = number and number.removesuffix(ten) in ("", "1", "+1") and len(ten) == 10 and ten.isdigit()
    return f"{ten[:3]}-{ten[3:6]}-{ten[6:]}" if is_american else number or ""
