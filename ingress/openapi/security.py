"""The credentials: API id and key together, as headers or under any pair of the documented names in the query."""

from ..access.guards import API_ID_NAMES, API_KEY_NAMES

ABOUT_ID = "The integer id of an API key."
ABOUT_KEY = "The secret of that API key."
PAIRS = list(zip(API_ID_NAMES, API_KEY_NAMES, strict=True))


def add_security(spec):
    for place, pairs in (("header", PAIRS[:1]), ("query", PAIRS)):
        for names in pairs:
            for name, about in zip(names, (ABOUT_ID, ABOUT_KEY), strict=True):
                scheme = {"type": "apiKey", "in": place, "name": name, "description": about}
                spec.components.security_scheme(f"{place}-{name}", scheme)


def list_security():
    """The alternatives, the preferred one first; each needs both of its schemes."""
    alternatives = [("header", PAIRS[0]), *(("query", pair) for pair in PAIRS)]
    return [{f"{place}-{name}": [] for name in pair} for place, pair in alternatives]


def describe_credentials():
    """The same names as properties of a body."""
    ids = {name: {"type": ["string", "integer", "null"], "description": ABOUT_ID} for name in API_ID_NAMES}
    keys = {name: {"type": ["string", "null"], "description": ABOUT_KEY, "writeOnly": True} for name in API_KEY_NAMES}
    return ids | keys
