"""What a request carries: body and query as they came, each name looked up the way `contract.md` orders it."""

import json
import re
from urllib.parse import unquote

from flask import request
from werkzeug.datastructures import MultiDict

from ..errors import InvalidFormBody, InvalidJsonBody, UnsupportedMediaType
from .body import read_body, read_content

UNREAD_LIMIT = 10_000  # characters that are kept of a body that could not be read
HEADERS = ("Idempotency-Key", "Dry-Run")  # that carry a parameter
SECRETS = {"tld-api-key", "api_key", "apikey"}  # names, in lower case, whose values are kept nowhere
MASK = "***"
UNFILLED = re.compile(r"\[+[^\[\]]*\]+|\{+[^{}]*\}+|%\w+%|--\S.*--", re.DOTALL)
QUOTED = 100  # characters of a refused value that an error repeats


class GivenTwice(ValueError):
    """One name came twice in one place with different values: nobody can say which was meant."""


class UnfilledToken(str):
    """A token that the sender's platform should have replaced by a value: absent, but worth naming."""

    def complaint(self):
        return f"{self[:QUOTED]} was not filled in by the sender"


class Parameters:
    """The parameters of one request.

    `body` and `query` are MultiDicts of texts (JSON may hold other things too), `path` and `headers` dicts. `unread` is
    the text of a body that could not be read, `body_error` the error to answer because of it once the sender is known.
    """

    def __init__(self, body, query, path=None, headers=None, unread=None, body_error=None):
        self.body = body
        self.query = query
        self.path = path or {}
        self.headers = headers or {}
        self.unread = unread
        self.body_error = body_error
        self.secret = None

    def find(self, names, *others):
        """Return the first present value of `names`, body before query, then the first present of `others`.

        Blank and unrendered values count as absent; when nothing else is there, the UnfilledToken token is returned,
        or None. Raises GivenTwice when any of the names is ambiguous, even where another would have come first.
        """
        sent = [single(place, name) for name in names for place in (self.body, self.query) if name in place]
        token = None
        for value in [*sent, *others]:
            if is_blank(value):
                continue
            if not is_unfilled(value):
                return value
            token = token or UnfilledToken(value)
        return token

    def as_json(self):
        """What was sent, as JSON without secrets: neither under the secrets' names nor anywhere else."""
        places = {
            "path": self.path,
            "query": list_pairs(self.query),
            "body": list_pairs(self.body),
            "headers": self.headers,
        }
        text = json.dumps(places if self.unread is None else {**places, "unread": self.unread[:UNREAD_LIMIT]})
        return text.replace(self.secret, MASK) if self.secret else text


def read_parameters():
    """Return the Parameters of the current request; a body too large or cut short is an error at once."""
    path = {name: number for name, number in (request.view_args or {}).items() if number}
    headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
    content = read_content()
    try:
        return Parameters(read_body(content), request.args, path, headers)
    except (InvalidJsonBody, InvalidFormBody, UnsupportedMediaType) as error:
        return Parameters(MultiDict(), request.args, path, headers, content.decode(errors="replace"), error)


def from_json(text):
    """The Parameters of what `as_json` has kept; a body that could not be read holds none."""
    sent = json.loads(text)
    return Parameters(
        MultiDict(sent["body"]), MultiDict(sent["query"]), sent["path"], sent["headers"], sent.get("unread")
    )


def list_pairs(place):
    return [pair for pair in place.items(multi=True) if pair[0].lower() not in SECRETS]


def single(place, name):
    """The one value that a name has in a place, or None; blank repetitions do not count.

    JSON's lists and objects are not compared: none is a value, and deep ones would exhaust the stack.
    """
    values = [value for value in place.getlist(name) if not is_blank(value)]
    if len(values) > 1 and any(not isinstance(value, str) or value != values[0] for value in values):
        raise GivenTwice
    return values[0] if values else None


def is_blank(value):
    return value is None or (isinstance(value, str) and not value.strip())


def is_unfilled(value):
    """True for a whole value like `[Call:Payout]`, `{{cost}}`, `%COST%` or `--A--x--B--`, percent-encoded or not."""
    if not isinstance(value, str):
        return False
    return bool(UNFILLED.fullmatch(value.strip()) or ("%" in value and UNFILLED.fullmatch(unquote(value).strip())))
