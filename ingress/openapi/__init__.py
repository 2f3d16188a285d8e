"""The service described for programs: OpenAPI 3.1, made from the schemas and errors that the service itself uses."""

from flask import Blueprint, Response, current_app

from ..access import guards
from .document import write_document

blueprint = Blueprint("openapi", __name__)
blueprint.before_request(guards.allow_anyone)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Open to all: the document depends on no sender and holds no secret."""
    return Response(write_document(current_app.config["INGRESS_METHODS"]), mimetype="application/json")
