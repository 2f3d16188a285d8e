"""What a request carries: body and query as they came, each name looked up the way `docs/contract.md` orders it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from flask import request
from werkzeug.datastructures import MultiDict

from ..errors import IngressError
from .absent import Absent, Filler, UnfilledToken, is_blank, is_filler, is_present, is_unfilled
from .body import Pairs, read_body, read_content
from .text import decode_text, parse_urlencoded

RAW_BODY_LIMIT = 10_000  # characters that are kept of a body that could not be read
HEADER_NAMES = ("Idempotency-Key", "Dry-Run")  # of the headers that carry a parameter
SECRET_NAMES = {"tld-api-key", "api_key", "apikey"}  # in lower case; their values are kept nowhere
SIMPLE_SECRET_NAMES = {"tldapikey", "apikey"}  # as `simplify_name` writes them
MASK = "***"
TWO_QUESTION_MARKS = "the URL has two ?: write & before its second part"


class GivenTwice(ValueError):
    """A name came twice in one place with different values: it cannot be told which was meant."""


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
    other_spellings: dict[str, list[str]] | None = None

    def list_sent(self, names: Iterable[str]) -> list[Any]:
        """Return the values of the names, body before query; in each place the exact spelling goes first."""
        if self.other_spellings is None:
            self.other_spellings = list_other_spellings(self.body, self.query)
        places = (self.body, self.query)
        if not self.other_spellings:
            return [single(place, (name,)) for name in names for place in places if name in place]
        spelt = [(name, self.other_spellings.get(name, [])) for name in names]
        return [value for name, others in spelt for place in places for value in list_spelt(place, name, others)]

    def find(self, names: Iterable[str], *others: Any, is_no_value: Callable[[str], bool] = is_filler) -> Any:
        """Return the first present value of `names`, body before query, then the first present of `others`.

        Blank values, unfilled tokens and texts that are no value count as absent; when nothing else is there, the first
        token or filler is returned as Absent, or None. Raises GivenTwice when any of the names is ambiguous, even where
        another would have come first.
        """
        absent: Absent | None = None
        for value in [*self.list_sent(names), *others]:
            if is_blank(value):
                continue
            if not isinstance(value, str):
                return value
            if is_unfilled(value):
                absent = absent or UnfilledToken(self.mask(value))
            elif is_no_value(value):
                absent = absent or Filler(self.mask(value))
            else:
                return self.mask(value)
        return absent

    def mask(self, value: Any) -> Any:
        """Return the value without the sender's secret, should it be a text that holds it."""
        if self.secret and isinstance(value, str) and self.secret in value:
            return value.replace(self.secret, mask_of(self.secret))
        return value

    def unquote_secret(self, text: str) -> str:
        """Return a text that was not read, percent-decoded if that brings the secret to light: then it is masked."""
        if not self.secret or "%" not in text:
            return text
        decoded = unquote_plus(text)
        return decoded if self.secret in decoded else text

    def as_json(self) -> str:
        """Return what was sent, as JSON without secrets: neither under the secrets' names nor anywhere else."""
        places: dict[str, Any] = {
            "path": self.path,
            "query": list_pairs(self.query),
            "body": list_pairs(self.body),
            "headers": self.headers,
        }
        if self.raw_body is not None:
            places["raw_body"] = self.unquote_secret(self.raw_body)[:RAW_BODY_LIMIT]
        if self.changed:
            places["changed"] = self.changed
        text = json.dumps(places)
        if self.secret and (written := json.dumps(self.secret)[1:-1]) in text:
            return text.replace(written, mask_of(self.secret))
        return text


def mask_of(secret: str) -> str:
    """Return what stands for a secret wherever the sender has put it among the values.

    The same secret is always masked alike, and another one differently: a masked idempotency key still is the key of
    the same calls and of no others. A secret of 256 random bits cannot be guessed from it.
    """
    return MASK + hashlib.sha256(f"mask {secret}".encode(errors="surrogatepass")).hexdigest()[:16]


def read_parameters() -> Parameters:
    """Return the Parameters of the current request; a body that cannot be read is an error once the sender is known."""
    path = {name: number for name, number in (request.view_args or {}).items() if number}
    if request.routing_exception:  # a mistyped path, or another method
        path = {"path": request.path}
    sent = request.headers
    headers = {name: sent[name] for name in HEADER_NAMES if name in sent}
    query = parse_urlencoded(request.query_string)
    content = b""
    try:
        content = read_content()
        return Parameters(read_body(content), query, path, headers)
    except IngressError as error:
        return Parameters(MultiDict(), query, path, headers, decode_text(content), error)


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
    """Return True for a name under which a secret comes, or may: `api-key` was not meant otherwise than `api_key`."""
    if not isinstance(name, str):
        return False
    name = name.lower()
    return name in SECRET_NAMES or ("key" in name and simplify_name(name) in SIMPLE_SECRET_NAMES)


def simplify_name(name: str) -> str:
    """Return a name as it is compared with those that a sender may have meant."""
    return re.sub(r"[-_. ?\[\]]", "", name).lower()


def list_other_spellings(*places: Pairs) -> dict[str, list[str]]:
    """Return the names that are not all in lower case, by what they are in lower case."""
    spellings: dict[str, list[str]] = {}
    for name in (name for place in places for name in place):
        if name != name.lower() and name not in spellings.setdefault(name.lower(), []):
            spellings[name.lower()].append(name)
    return spellings


def list_spelt(place: Pairs, name: str, spellings: list[str]) -> list[Any]:
    """Return the value of the exact name in a place, if it is there, and that of its other spellings."""
    exact = [single(place, (name,))] if name in place else []
    if exact and is_present(exact[0]):
        return exact
    others = [spelling for spelling in spellings if spelling in place]
    return [*exact, single(place, others)] if others else exact


def single(place: Pairs, names: Iterable[str]) -> Any:
    """Return the one value that the spellings of a name have in a place, or None; blank repetitions do not count.

    JSON's lists and objects are not compared: none is a value.
    """
    values = [value for name in names for value in place.getlist(name) if not is_blank(value)]
    if len(values) > 1 and any(not isinstance(value, str) or value != values[0] for value in values):
        raise GivenTwice
    return values[0] if values else None
