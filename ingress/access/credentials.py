"""The credentials of a request: API id and key, from the headers or from any of the documented parameters."""

from typing import NamedTuple

from flask import request

from ..errors import IngressError, NoApiId, NoApiKey
from ..intake.parameters import GivenTwice, Parameters, UnfilledToken, is_blank, is_unfilled

API_ID_NAMES = ("tld-api-id", "api_id", "api")  # the first is the header's name too
API_KEY_NAMES = ("tld-api-key", "api_key", "apikey")


class Credentials(NamedTuple):
    """An API id and a key as sent; `are_ambiguous` when one of them came twice with different values."""

    api_id: str
    secret: str
    are_ambiguous: bool = False


def read_credentials(parameters: Parameters) -> Credentials:
    """Return API id and key as sent: from the headers, or from any of the documented parameters."""
    api_id = read_credential(parameters, API_ID_NAMES, NoApiId)
    secret = read_credential(parameters, API_KEY_NAMES, NoApiKey)
    if isinstance(api_id, GivenTwice) or isinstance(secret, GivenTwice):
        return Credentials("", "", are_ambiguous=True)
    return Credentials(api_id, secret)


def read_credential(parameters: Parameters, names: tuple[str, ...], missing: type[IngressError]) -> str | GivenTwice:
    """Return a credential, the header of the first name before any parameter; raise `missing` when there is none."""
    header = request.headers.get(names[0])
    if header and not is_blank(header) and not is_unfilled(header):
        return header
    try:
        value = parameters.find(names, header)
    except GivenTwice as ambiguous:
        return ambiguous
    if value is None or isinstance(value, UnfilledToken):
        raise missing(value and value.complaint())
    return value if isinstance(value, str) else ""  # JSON may hold a list, which is no credential
