"""The credentials: API id and key together, as headers, as Basic authorization or as parameters in the query."""

from apispec import APISpec

from ..access.credentials import API_ID_NAMES, API_KEY_NAMES
from .json_schema import JsonObject

ABOUT_ID = "The integer id of an API key."
ABOUT_KEY = "The secret of the API key."
ABOUT_BASIC = "The id of an API key as the user, its secret as the password."
CREDENTIAL_PAIRS = list(zip(API_ID_NAMES, API_KEY_NAMES, strict=True))


def add_security(spec: APISpec) -> None:
    """Add a scheme for each name of a credential in a header or in the query."""
    for place, pairs in (("header", CREDENTIAL_PAIRS[:1]), ("query", CREDENTIAL_PAIRS)):
        for names in pairs:
            for name, about in zip(names, (ABOUT_ID, ABOUT_KEY), strict=True):
                scheme = {"type": "apiKey", "in": place, "name": name, "description": about}
                spec.components.security_scheme(f"{place}-{name}", scheme)
    spec.components.security_scheme("basic", {"type": "http", "scheme": "basic", "description": ABOUT_BASIC})


def list_security() -> list[dict[str, list[str]]]:
    """Return the alternatives, the preferred one first; each needs both of its schemes."""
    alternatives = [("header", CREDENTIAL_PAIRS[0]), *(("query", pair) for pair in CREDENTIAL_PAIRS)]
    pairs: list[dict[str, list[str]]] = [{f"{place}-{name}": [] for name in pair} for place, pair in alternatives]
    return [pairs[0], {"basic": []}, *pairs[1:]]


def describe_credentials() -> dict[str, JsonObject]:
    """Return the same names as properties of a body."""
    ids = {name: {"type": ["string", "integer", "null"], "description": ABOUT_ID} for name in API_ID_NAMES}
    keys = {name: {"type": ["string", "null"], "description": ABOUT_KEY, "writeOnly": True} for name in API_KEY_NAMES}
    return ids | keys
