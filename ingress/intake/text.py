"""Bytes to text, in one way for JSON, forms, multipart and the query."""

import codecs
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import MultiDict

BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
MARK = "\ufeff"


def decode_text(content: bytes, charset: str | None = None) -> str:
    """Return the text: in the declared charset, else in UTF-8, else in Windows-1252, in which an accent refuses no money.

    A byte order mark goes before the declared charset; marks are dropped, even two.
    """
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    for encoding in filter(None, (marked, charset, "utf-8", "cp1252")):
        try:
            return content.decode(encoding).lstrip(MARK)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("latin-1")  # Windows-1252 leaves five bytes undefined


def parse_urlencoded(content: bytes, charset: str | None = None) -> MultiDict[str, str]:
    """Return the names and values of a form's body or a query."""
    pairs = (pair.replace(b"+", b" ").partition(b"=") for pair in strip_mark(content).split(b"&") if pair)
    return MultiDict((unquote_text(name, charset), unquote_text(value, charset)) for name, _, value in pairs)


def unquote_text(quoted: bytes, charset: str | None) -> str:
    return decode_text(unquote_to_bytes(quoted) if b"%" in quoted else quoted, charset)


def strip_mark(content: bytes) -> bytes:
    return content.lstrip(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else content
