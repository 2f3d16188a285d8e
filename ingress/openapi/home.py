"""`/`: what this service is and where it is described, for people and programs that have only its address."""

from flask import Blueprint, Response, jsonify, request, send_from_directory

from ..access import guards
from .page import OWN_FILES, add_page_headers

HOME = {"service": "billable-call ingress", "docs": "/docs", "openapi": "/openapi.json", "ready": "/readyz"}

blueprint = Blueprint("home", __name__)
blueprint.before_request(guards.allow_anyone)
blueprint.after_request(add_page_headers)


@blueprint.get("/")
def home() -> Response:
    """Open to all, like the reference; a browser gets links, and anything else JSON."""
    response = send_from_directory(OWN_FILES, "home.html", max_age=0) if wants_html() else jsonify(HOME)
    response.vary.add("Accept")
    return response


def wants_html() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
