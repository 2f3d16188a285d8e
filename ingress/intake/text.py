"""Bytes to text, in one way for JSON, forms, multipart and the query."""

import codecs
from encodings import normalize_encoding
from encodings.aliases import aliases
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import MultiDict

MARK = "\ufeff"
BYTE_ORDER_MARKS = {  # UTF-32's begins with that of UTF-16
    codecs.BOM_UTF8: "utf_8",
    codecs.BOM_UTF32_LE: "utf_32_le",
    codecs.BOM_UTF32_BE: "utf_32_be",
    codecs.BOM_UTF16_LE: "utf_16_le",
    codecs.BOM_UTF16_BE: "utf_16_be",
}
# Python searches its path for a name that it does not know, and keeps each that it was asked for
CHARSETS = {name: name for name in aliases.values()} | aliases
WIDE = ("utf_16", "utf_32")  # the beginnings of the names of those in which a letter of ASCII has a NUL


def decode_text(content: bytes, charset: str | None = None) -> str:
    """Return the text: in the declared charset, else in UTF-8, else in Windows-1252: an accent refuses no money.

    A byte order mark goes before the declared charset; marks are dropped, even two.
    """
    if charset is None and content.isascii():
        return content.decode("ascii")
    for encoding in filter(None, (find_encoding(content, charset), "utf_8", "cp1252")):
        try:
            return content.decode(encoding).lstrip(MARK)
        except (LookupError, UnicodeError):  # a charset of aliases may be one that turns bytes into bytes
            continue
    return content.decode("latin_1")  # Windows-1252 leaves five bytes undefined


def find_encoding(content: bytes, charset: str | None) -> str | None:
    """Return the encoding that a byte order mark, or else the sender, names, if it is one that Python knows."""
    if content[:1] > b"\x7f" or content[:1] == b"\x00":
        for mark, encoding in BYTE_ORDER_MARKS.items():
            if content.startswith(mark):
                return encoding
    name = CHARSETS.get(normalize_encoding(charset).lower()) if charset else None
    if name == "utf_7" or (name and name.startswith(WIDE) and b"\x00" not in content):
        return None  # UTF-7 would let half characters in; the other is declared, but is not what came
    return "cp1252" if name == "latin_1" else name  # as browsers do: Latin-1 has control characters in their place


def narrow(content: bytes, charset: str | None) -> tuple[bytes, str | None]:
    """Return a body and its charset; UTF-16 and UTF-32 become UTF-8, for no `&` and no line end in them is one byte.

    A body begins with a letter of ASCII, which in UTF-16 has a NUL before or behind it, whatever is declared.
    """
    encoding = find_encoding(content, charset) or ""
    if b"\x00" in content[:2] and not encoding.startswith("utf_32"):
        encoding = "utf_16_be" if content.startswith(b"\x00") else "utf_16_le"
    if not encoding.startswith(WIDE):
        return content, charset
    return content.decode(encoding, "replace").lstrip(MARK).encode(), None


def parse_urlencoded(content: bytes, charset: str | None = None) -> MultiDict[str, str]:
    """Return the names and values of a form's body or a query."""
    pairs = (pair.partition(b"=") for pair in content.replace(b"+", b" ").split(b"&") if pair)
    return MultiDict((unquote_text(name, charset), unquote_text(value, charset)) for name, _, value in pairs)


def unquote_text(quoted: bytes, charset: str | None) -> str:
    return decode_text(unquote_to_bytes(quoted) if b"%" in quoted else quoted, charset)
