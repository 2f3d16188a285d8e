"""The body of a request: all of it or an error, read as JSON or as a form by what it holds rather than by its label."""

import json
import re
from typing import Any, NoReturn

from flask import request
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.datastructures import MultiDict

from ..errors import IncompleteBody, InvalidFormBody, InvalidJsonBody, RequestTooLarge, UnsupportedMediaType
from .multipart import find_boundary, parse_multipart
from .packing import GZIP, unpack
from .text import decode_text, narrow, parse_urlencoded

BODY_LIMIT = 256 * 1024  # bytes
TOO_LARGE = f"a body may have {BODY_LIMIT} bytes"
DEPTH_LIMIT = 100  # objects and lists within each other; far below where Python's own recursion ends
URLENCODED = "application/x-www-form-urlencoded"
FORM_TYPES = (URLENCODED, "multipart/form-data")
FORM_START = re.compile(r"[\s&]*[^\s&={}\"'<>]+=")  # no JSON and no XML begins like that
STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', re.DOTALL)

Pairs = MultiDict[str, Any]  # texts; JSON may hold other things too
NESTED = (list, MultiDict)  # what JSON's lists and objects become


def read_content() -> bytes:
    """Return the bytes of the body, all of them, unpacked; raises the IngressError of one that is cut or too large.

    Werkzeug takes a body that was cut, at its limit or by a broken connection, for a whole one.
    """
    length, environ = request.content_length, request.environ
    if length is None and "wsgi.input_terminated" not in environ:
        return b""
    if length is not None and length > BODY_LIMIT:
        raise RequestTooLarge(TOO_LARGE)
    try:
        content: bytes = environ["wsgi.input"].read(BODY_LIMIT + 1 if length is None else length)
    except (ParseException, NoMoreData) as error:
        raise IncompleteBody(f"its chunks cannot be read: {type(error).__name__}") from None
    if len(content) > BODY_LIMIT:
        raise RequestTooLarge(TOO_LARGE)
    if len(content) < (length or 0):
        raise IncompleteBody(f"{len(content)} of {length} bytes came")
    encodings = request.headers.get("Content-Encoding")
    return unpack(content, encodings, BODY_LIMIT) if encodings and content else content


def read_body(content: bytes) -> Pairs:
    """Return the parameters in the body: JSON and forms, whatever they are labelled."""
    if not content:
        return MultiDict()
    if content.startswith(GZIP):
        raise UnsupportedMediaType("the body is packed with gzip more often than Content-Encoding says")
    content, charset = narrow(content, request.mimetype_params.get("charset"))
    text = decode_text(content, charset)
    if not text.strip():
        return MultiDict()
    if text.lstrip().startswith("{"):
        return parse_json(text)
    if boundary := find_boundary(content):
        return parse_multipart(content, boundary, charset)
    if FORM_START.match(text):
        return parse_urlencoded(content.lstrip(), charset)
    return read_by_label(text)


def read_by_label(text: str) -> Pairs:
    """Return the parameters in a body whose beginning does not tell what it is, or raise what refuses it."""
    if request.is_json or request.mimetype == "text/json" or text.lstrip()[:1] in ("[", '"'):
        return parse_json(text)
    if request.mimetype == "multipart/form-data":
        raise InvalidFormBody("cannot be parsed")
    if request.mimetype == URLENCODED and not text.lstrip().startswith("<"):
        return parse_urlencoded(text.lstrip().encode())
    raise UnsupportedMediaType("send JSON or a form")


def parse_json(text: str) -> Pairs:
    """Return a JSON object as a MultiDict, so that a name given twice shows; numbers stay the text that was sent."""
    try:
        value = json.loads(text, **JSON_HOOKS)
    except NotJson:
        raise InvalidJsonBody(describe_constant(text)) from None
    except json.JSONDecodeError as error:
        raise InvalidJsonBody(str(error)) from None
    except RecursionError:
        raise InvalidJsonBody(TOO_DEEP) from None
    if not isinstance(value, MultiDict):
        raise InvalidJsonBody('must be an object such as {"cost": "12.50"}, at character 0')
    if text.count("{") + text.count("[") > DEPTH_LIMIT and is_too_deep(value):  # with fewer, it cannot be
        raise InvalidJsonBody(TOO_DEEP)
    return value


TOO_DEEP = f"nested too deeply, {DEPTH_LIMIT} levels are allowed"


def is_too_deep(value: Pairs) -> bool:
    """Return True when objects and lists stand more than DEPTH_LIMIT levels deep; looks level by level, not deep."""
    level: list[Any] = [value]
    for _ in range(DEPTH_LIMIT):
        level = [child for parent in level for child in list_children(parent)]
        if not level:
            return False
    return True


def list_children(parent: Any) -> list[Any]:
    """Return the objects and lists in an object, those under a name given twice included, or in a list."""
    values = parent if isinstance(parent, list) else (each for values in parent.listvalues() for each in values)
    return [value for value in values if isinstance(value, NESTED)]


class NotJson(Exception):
    """NaN or Infinity, which Python's parser accepts and JSON does not know."""


def refuse_constant(name: str) -> NoReturn:
    raise NotJson(name)


def describe_constant(text: str) -> str:
    """Return what the sender is told of the first NaN or Infinity that stands outside a string."""
    constant = next(match for match in STRING_OR_CONSTANT.finditer(text) if match[1])
    return f"{constant[1]} is no JSON value, at character {constant.start(1)}"


JSON_HOOKS: dict[str, Any] = {
    "parse_int": str,
    "parse_float": str,
    "parse_constant": refuse_constant,
    "object_pairs_hook": MultiDict,
}
