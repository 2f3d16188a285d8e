"""What a request carries: body and query as they came, each name looked up the way `docs/contract.md` orders it."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from flask import request
from werkzeug.datastructures import MultiDict

from ..errors import IngressError, InvalidFormBody, InvalidJsonBody, UnsupportedMediaType
from .body import Pairs, read_body, read_content

RAW_BODY_LIMIT = 10_000  # characters that are kept of a body that could not be read
HEADER_NAMES = ("Idempotency-Key", "Dry-Run")  # of the headers that carry a parameter
SECRET_NAMES = {"tld-api-key", "api_key", "apikey"}  # in lower case; their values are kept nowhere
MASK = "***"
UNFILLED = re.compile(r"\[+[^\[\]]*\]+|\{+[^{}]*\}+|%\w+%|--\S.*--", re.DOTALL)
QUOTED = 100  # characters of a refused value that an error repeats


class GivenTwice(ValueError):
    """A name came twice in one place with different values: it cannot be told which was meant."""


class UnfilledToken(str):
    """A token that the sender's platform should have replaced by a value: absent, but worth naming."""

    __slots__ = ()

    def complaint(self) -> str:
        return f"{self[:QUOTED]} was not filled in by the sender"


@dataclass(slots=True)
class Parameters:
    """The parameters of one request.

    `raw_body` is the text of a body that could not be read, `body_error` the error to answer because of it once the
    sender is known. `secret` is the sender's, once it was found valid: no value that is read after that shows it.
    `changed` has by parameter what an operator sets in place of all that was sent for it.
    """

    body: Pairs
    query: MultiDict[str, str]
    path: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    raw_body: str | None = None
    body_error: IngressError | None = None
    secret: str | None = None
    changed: dict[str, str] = field(default_factory=dict)

    def find(self, names: Iterable[str], *others: Any) -> Any:
        """Return the first present value of `names`, body before query, then the first present of `others`.

        Blank values and unfilled tokens count as absent; when nothing else is there, the UnfilledToken is returned, or
        None. Raises GivenTwice when any of the names is ambiguous, even where another would have come first.
        """
        sent = [single(place, name) for name in names for place in (self.body, self.query) if name in place]
        token = None
        for value in [*sent, *others]:
            if is_blank(value):
                continue
            if not is_unfilled(value):
                return self.mask(value)
            token = token or UnfilledToken(self.mask(value))
        return token

    def mask(self, value: Any) -> Any:
        """Return the value without the sender's secret, should it be a text that holds it."""
        if self.secret and isinstance(value, str) and self.secret in value:
            return value.replace(self.secret, mask_of(self.secret))
        return value

    def as_json(self) -> str:
        """Return what was sent, as JSON without secrets: neither under the secrets' names nor anywhere else."""
        places: dict[str, Any] = {
            "path": self.path,
            "query": list_pairs(self.query),
            "body": list_pairs(self.body),
            "headers": self.headers,
        }
        if self.raw_body is not None:
            places["raw_body"] = self.raw_body[:RAW_BODY_LIMIT]
        if self.changed:
            places["changed"] = self.changed
        text = json.dumps(places)
        if not self.secret:
            return text
        return text.replace(json.dumps(self.secret)[1:-1], mask_of(self.secret))


def mask_of(secret: str) -> str:
    """Return what stands for a secret wherever the sender has put it among the values.

    The same secret is always masked alike, and another one differently: a masked idempotency key still is the key of
    the same calls and of no others. A secret of 256 random bits cannot be guessed from it.
    """
    return MASK + hashlib.sha256(f"mask {secret}".encode(errors="surrogatepass")).hexdigest()[:16]


def read_parameters() -> Parameters:
    """Return the Parameters of the current request; a body too large or cut short is an error at once."""
    path = {name: number for name, number in (request.view_args or {}).items() if number}
    headers = {name: request.headers[name] for name in HEADER_NAMES if name in request.headers}
    content = read_content()
    try:
        return Parameters(read_body(content), request.args, path, headers)
    except (InvalidJsonBody, InvalidFormBody, UnsupportedMediaType) as error:
        return Parameters(MultiDict(), request.args, path, headers, content.decode(errors="replace"), error)


def from_json(text: str) -> Parameters:
    """Return the Parameters of what `as_json` has kept; a body that could not be read holds none."""
    sent = json.loads(text)
    return Parameters(
        MultiDict(sent["body"]),
        MultiDict(sent["query"]),
        sent["path"],
        sent["headers"],
        sent.get("raw_body"),
        changed=sent.get("changed", {}),
    )


def list_pairs(place: Pairs) -> list[tuple[str, Any]]:
    """Return the names and values of a place, those of secrets left out."""
    return [pair for pair in place.items(multi=True) if not is_secret_name(pair[0])]


def is_secret_name(name: object) -> bool:
    """Return True for a name, in any case of letters, under which a secret comes."""
    return isinstance(name, str) and name.lower() in SECRET_NAMES


def single(place: Pairs, name: str) -> Any:
    """Return the one value that a name has in a place, or None; blank repetitions do not count.

    JSON's lists and objects are not compared: none is a value.
    """
    values = [value for value in place.getlist(name) if not is_blank(value)]
    if len(values) > 1 and any(not isinstance(value, str) or value != values[0] for value in values):
        raise GivenTwice
    return values[0] if values else None


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_unfilled(value: Any) -> bool:
    """Return True for a whole `[Call:Payout]`, `{{cost}}`, `%COST%` or `--A--x--B--`, percent-encoded or not."""
    if not isinstance(value, str):
        return False
    return bool(UNFILLED.fullmatch(value.strip()) or ("%" in value and UNFILLED.fullmatch(unquote(value).strip())))
