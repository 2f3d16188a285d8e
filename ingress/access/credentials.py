"""Credentials as they were sent: API id and key from headers, Basic authorization or parameters, in this order."""

import base64
import difflib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from flask import request

from ..errors import IncompleteBody, IngressError, NoApiId, NoApiKey, RequestTooLarge
from ..intake.absent import QUOTED, Absent, is_present
from ..intake.nested import list_nested_names, list_swallowed
from ..intake.parameters import TWO_QUESTION_MARKS, GivenTwice, Parameters, simplify_name
from ..intake.text import decode_text

API_ID_NAMES = ("tld-api-id", "api_id", "api")  # the first is the header's name too
API_KEY_NAMES = ("tld-api-key", "api_key", "apikey")
KNOWN_NAMES = {*API_ID_NAMES, *API_KEY_NAMES}
NAMES_LIMIT = 200  # sent names that are compared: who sends them is not known yet
CLOSE = 0.8  # a letter of six may be another one
LONGEST_CLOSE = 20  # characters of a name that may be one of ours


class Credentials(NamedTuple):
    """An API id and a key as sent; `are_ambiguous` when one of them came twice with different values."""

    api_id: str
    secret: str
    are_ambiguous: bool = False


def read_credentials(parameters: Parameters) -> Credentials:
    """Return API id and key as sent; raises NoApiId or NoApiKey, whose text names what came close to them."""
    user, password = read_basic(request.headers.get("Authorization"))
    api_id = read_credential(parameters, API_ID_NAMES, user, NoApiId)
    secret = read_credential(parameters, API_KEY_NAMES, password, NoApiKey)
    if isinstance(api_id, GivenTwice) or isinstance(secret, GivenTwice):
        return Credentials("", "", are_ambiguous=True)
    return Credentials(api_id, secret)


def read_basic(header: str | None) -> tuple[str | None, str | None]:
    """Return user and password of Basic authorization; Werkzeug's own reader raises what is no ASCII."""
    scheme, _, packed = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        packed = packed.strip().rstrip("=")
        packed += "=" * (-len(packed) % 4)  # some leave it out
        user, _, password = decode_text(base64.b64decode(packed, validate=True)).partition(":")
    except ValueError:
        return None, None
    return user, password


def read_credential(
    parameters: Parameters, names: tuple[str, ...], basic: str | None, missing: type[IngressError]
) -> str | GivenTwice:
    """Return a credential: from the header of the first name, else from Basic authorization, else from a parameter."""
    header = request.headers.get(names[0])
    for sent in (header, basic):
        if sent and is_present(sent):
            return sent
    try:
        value = parameters.find(names, header, basic)
    except GivenTwice as ambiguous:
        return ambiguous
    if value is None or isinstance(value, Absent):
        require_read(parameters)
        raise missing(value.complaint() if value else describe_near_miss(parameters, names))
    return value if isinstance(value, str) else ""  # JSON may hold a list, which is no credential


def require_read(parameters: Parameters) -> None:
    """Raise the error of a body that has not come whole: what is missing may be in it."""
    if isinstance(parameters.body_error, IncompleteBody | RequestTooLarge):
        raise parameters.body_error


def describe_near_miss(parameters: Parameters, names: tuple[str, ...]) -> str | None:
    """Return what the sender may have meant as this credential, or None."""
    if any("=" in text or text.lower() in KNOWN_NAMES for text in list_swallowed(parameters)):
        return TWO_QUESTION_MARKS
    if near := find_near_name(parameters, names):
        return f"{near[:QUOTED]} came, the header is {names[0]}, the parameters are {', '.join(names)}"
    if "Authorization" in request.headers:
        return "Authorization came, but not as Basic with base64 of id:key"
    return f"the body cannot be read: {parameters.body_error}" if parameters.body_error else None


def find_near_name(parameters: Parameters, names: tuple[str, ...]) -> str | None:
    """Return the name that came and is one of `names` but for a letter, its punctuation or its place."""
    wanted = [simplify_name(name) for name in names]
    for place, name in islice(list_sent_names(parameters), NAMES_LIMIT):
        simple = simplify_name(name[:LONGEST_CLOSE]).removeprefix("x")
        is_misplaced = place != name
        if name.lower() in KNOWN_NAMES and not is_misplaced:
            continue
        if simple in wanted or (len(simple) > 4 and difflib.get_close_matches(simple, wanted, 1, CLOSE)):
            return place
    return None


def list_sent_names(parameters: Parameters) -> Iterator[tuple[str, str]]:
    """Yield where each name stands, and the name, with those of headers that gunicorn drops."""
    for name in getattr(request.environ.get("gunicorn.socket"), "dropped_headers", ()):
        yield name, name
    for name in [*request.headers.keys(), *parameters.query, *parameters.body]:
        yield name, name
    yield from ((place, name) for name, place in list_nested_names(parameters))
