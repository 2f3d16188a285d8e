"""The page at /docs: it shows /openapi.json to people, and works without the internet."""

from importlib.metadata import distribution
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

from ..access import guards

OWN_FILES = Path(__file__).parent
SWAGGER_UI = Path(str(distribution("flask-swagger-ui").locate_file("flask_swagger_ui/dist")))  # only its files are used
PAGE_FILES = {
    "start.js": OWN_FILES,
    "page.css": OWN_FILES,
    "swagger-ui.css": SWAGGER_UI,
    "swagger-ui-bundle.js": SWAGGER_UI,
    "favicon-32x32.png": SWAGGER_UI,
}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
CACHE_SECONDS = 3600  # browsers see an update of the service within the hour

blueprint = Blueprint("docs", __name__, url_prefix="/docs")
blueprint.before_request(guards.allow_anyone)


@blueprint.get("")
def page() -> Response:
    """Open to all, like the document that it shows."""
    return send_from_directory(OWN_FILES, "page.html", max_age=0)


@blueprint.get("/<name>")
def asset(name: str) -> Response:
    if name not in PAGE_FILES:
        abort(404)
    return send_from_directory(PAGE_FILES[name], name, max_age=CACHE_SECONDS)


@blueprint.after_request
def add_page_headers(response: Response) -> Response:
    """Let the page load only files of this service, and run no script that stands in the page itself."""
    response.headers.update(PAGE_HEADERS)
    return response
