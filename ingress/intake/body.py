"""The body of a request: all of it or an error, read as JSON or as a form whatever it is labelled."""

import json
import re
from io import BytesIO

from flask import request
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

from ..errors import IncompleteBody, InvalidFormBody, InvalidJsonBody, RequestTooLarge, UnsupportedMediaType

BODY_LIMIT = 256 * 1024  # bytes
TOO_LARGE = f"a body may have {BODY_LIMIT} bytes"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', re.DOTALL)


def read_content():
    """The bytes of the body, all of them or an error, also when it came in chunks and told no length.

    Werkzeug by itself takes a body that was cut, at its limit or by a broken connection, for a whole one.
    """
    length = request.content_length
    if length is None and "wsgi.input_terminated" not in request.environ:
        return b""
    if length is not None and length > BODY_LIMIT:
        raise RequestTooLarge(TOO_LARGE)
    try:
        content = request.environ["wsgi.input"].read(BODY_LIMIT + 1 if length is None else length)
    except (ParseException, NoMoreData) as error:
        raise IncompleteBody(f"its chunks cannot be read: {type(error).__name__}") from None
    if len(content) > BODY_LIMIT:
        raise RequestTooLarge(TOO_LARGE)
    if len(content) < (length or 0):
        raise IncompleteBody(f"{len(content)} of {length} bytes came")
    return content


def read_body(content):
    """The parameters in the body: JSON under whatever text or form type it was labelled, else a form."""
    if not content.strip():
        return MultiDict()
    if request.is_json or request.mimetype == "text/json" or looks_like_json(content):
        return parse_json(content)
    if request.mimetype in FORMS:
        return parse_form(content)
    raise UnsupportedMediaType("send JSON or a form")


def looks_like_json(content):
    """True for an object; no form begins like that, and labelled as a form it would arrive as one odd name."""
    return request.mimetype != "multipart/form-data" and content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse_form(content):
    try:
        parser = FormDataParser(silent=False)
        return parser.parse(BytesIO(content), request.mimetype, len(content), request.mimetype_params)[1]
    except ValueError as error:
        raise InvalidFormBody("not UTF-8" if isinstance(error, UnicodeError) else "cannot be parsed") from None


def parse_json(content):
    """A JSON object as a MultiDict, so that a name given twice shows; numbers stay the text that was sent."""
    try:
        text = content.decode("utf-8-sig")
        pairs = json.loads(text, **JSON_HOOKS)
    except NotJson:
        constant = next(match for match in STRING_OR_CONSTANT.finditer(text) if match[1])
        raise InvalidJsonBody(f"{constant[1]} is no JSON value, at character {constant.start(1)}") from None
    except UnicodeDecodeError as error:
        raise InvalidJsonBody(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise InvalidJsonBody(str(error)) from None
    except RecursionError:
        raise InvalidJsonBody("nested too deeply") from None
    if not isinstance(pairs, MultiDict):
        raise InvalidJsonBody('must be an object such as {"cost": "12.50"}, at character 0')
    return pairs


class NotJson(Exception):
    """NaN or Infinity, which Python's parser accepts and JSON does not know."""


def refuse_constant(name):
    raise NotJson(name)


JSON_HOOKS = {
    "parse_int": str,
    "parse_float": str,
    "parse_constant": refuse_constant,
    "object_pairs_hook": MultiDict,
}
