"""Multipart forms, whatever label they come under; each field is read by its own charset."""

import re

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from ..errors import InvalidFormBody
from .text import decode_text

MULTIPART_START = re.compile(rb"\s*--([^\r\n]{1,70})\r?\n(?=content-)", re.IGNORECASE)


def find_boundary(content: bytes) -> str | None:
    """Return what parts the fields of a multipart form: as its label says, else as its first line does."""
    declared = request.mimetype_params.get("boundary")
    if declared and f"\n--{declared}".encode() in b"\n" + content:
        return declared
    first = MULTIPART_START.match(content)
    return first and first[1].rstrip().decode("latin-1")


def parse_multipart(content: bytes, boundary: str, charset: str | None) -> MultiDict[str, str]:
    """Return the fields of a multipart form, each read by its own charset, else by that of the whole.

    Werkzeug's decoder reads the heads of parts as UTF-8, and refuses what is none: it gets each byte as a character.
    """
    decoder = MultipartDecoder(boundary.encode())
    decoder.receive_data(content.decode("latin-1").encode())
    decoder.receive_data(None)
    form: MultiDict[str, str] = MultiDict()
    part: Field | File | None = None
    value = b""
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, Field | File):
                part, value = event, b""
            elif isinstance(event, Data):
                value += event.data
                if not event.more_data and isinstance(part, Field):
                    form.add(*read_part(part, value, charset))
    except ValueError:
        raise InvalidFormBody("cannot be parsed") from None
    return form


def read_part(part: Field, value: bytes, charset: str | None) -> tuple[str, str]:
    """Return the name and the value of a field."""
    if part.name is None:  # what Werkzeug names a part whose name it cannot read
        raise InvalidFormBody("a part has no name that can be read")
    declared = parse_options_header(part.headers.get("content-type"))[1].get("charset")
    name, value = part.name.encode("latin-1"), value.decode().encode("latin-1")
    return decode_text(name, charset), decode_text(value, declared or charset)
