"""The service described for people: a page that shows /openapi.json, and works where there is no internet."""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, abort, send_from_directory

from ..access import guards

OWN = Path(__file__).parent
PACKAGE = Path(find_spec("flask_swagger_ui").origin).parent / "dist"  # found, not imported: only its files are of use
ASSETS = {
    "start.js": OWN,
    "page.css": OWN,
    "swagger-ui.css": PACKAGE,
    "swagger-ui-bundle.js": PACKAGE,
    "favicon-32x32.png": PACKAGE,
}
POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
KEPT_SECONDS = 3600  # by browsers; they ask again after an update of the service within the hour

blueprint = Blueprint("docs", __name__, url_prefix="/docs")
blueprint.before_request(guards.let_everybody_in)


@blueprint.get("")
def page():
    """Open to all, like the document that it shows."""
    return send_from_directory(OWN, "page.html", max_age=0)


@blueprint.get("/<name>")
def asset(name):
    if name not in ASSETS:
        abort(404)
    return send_from_directory(ASSETS[name], name, max_age=KEPT_SECONDS)


@blueprint.after_request
def restrict(response):
    """The page may load what comes from here and nothing else, and no script that stands in the page itself."""
    response.headers.update(POLICY)
    return response
