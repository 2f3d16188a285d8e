"""Credentials as they were sent: API id and key from headers, Basic authorization or parameters, in this order."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from flask import request

from ..errors import IngressError, NoApiId, NoApiKey
from ..intake.parameters import Absent, GivenTwice, Parameters, is_blank, is_filler, is_unfilled

API_ID_NAMES = ("tld-api-id", "api_id", "api")  # the first is the header's name too
API_KEY_NAMES = ("tld-api-key", "api_key", "apikey")
TWO_QUESTION_MARKS = "the URL has two ?: write & before its second part"


class Credentials(NamedTuple):
    """An API id and a key as sent; `are_ambiguous` when one of them came twice with different values."""

    api_id: str
    secret: str
    are_ambiguous: bool = False


def read_credentials(parameters: Parameters) -> Credentials:
    """Return API id and key as sent; raises NoApiId or NoApiKey, whose text names what came close to them."""
    authorization = request.authorization
    user, password = (authorization.username, authorization.password) if authorization else (None, None)
    api_id = read_credential(parameters, API_ID_NAMES, user, NoApiId)
    secret = read_credential(parameters, API_KEY_NAMES, password, NoApiKey)
    if isinstance(api_id, GivenTwice) or isinstance(secret, GivenTwice):
        return Credentials("", "", are_ambiguous=True)
    return Credentials(api_id, secret)


def read_credential(
    parameters: Parameters, names: tuple[str, ...], basic: str | None, missing: type[IngressError]
) -> str | GivenTwice:
    """Return a credential: from the header of the first name, else from Basic authorization, else from a parameter."""
    header = request.headers.get(names[0])
    for value in (header, basic):
        if value and not is_blank(value) and not is_unfilled(value) and not is_filler(value):
            return value
    try:
        value = parameters.find(names, header)
    except GivenTwice as ambiguous:
        return ambiguous
    if isinstance(value, Absent):
        raise missing(value.complaint())
    if value is None:
        raise missing(describe_near_miss(parameters, names))
    return value if isinstance(value, str) else ""  # JSON may hold a list, which is no credential


def describe_near_miss(parameters: Parameters, names: tuple[str, ...]) -> str | None:
    """Return what the sender may have meant as this credential, or None."""
    if any("?" in value for value in parameters.query.values()):
        return TWO_QUESTION_MARKS
    wanted = {simplify_name(name) for name in names}
    near = next((name for name in list_sent_names(parameters) if simplify_name(name) in wanted), None)
    return near and f"{near} came, the header is {names[0]}, the parameters are {', '.join(names)}"


def list_sent_names(parameters: Parameters) -> Iterator[str]:
    yield from getattr(request.environ.get("gunicorn.socket"), "dropped_headers", ())
    yield from (name for name, _ in request.headers)
    yield from parameters.query
    yield from parameters.body


def simplify_name(name: str) -> str:
    return re.sub(r"[-_. ]", "", name).lower()
