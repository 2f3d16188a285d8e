"""Packed bodies: gzip and deflate, once or twice, unpacked no further than they may be large."""

import zlib
from gzip import GzipFile
from io import BytesIO

from ..errors import IncompleteBody, RequestTooLarge, UnsupportedMediaType

GZIP = b"\x1f\x8b"  # how its content begins
ENCODINGS = {"gzip", "x-gzip", "deflate"}
PACKED_TIMES = 2  # more than any sender means
QUOTED_ENCODING = 50  # characters of a refused Content-Encoding that an error repeats


def unpack(content: bytes, encodings: str, limit: int) -> bytes:
    """Return a packed body unpacked, but never more than `limit` bytes of it."""
    names = [name for name in encodings.lower().replace(" ", "").split(",") if name not in ("", "identity")]
    if len(names) > PACKED_TIMES or not ENCODINGS.issuperset(names):
        raise UnsupportedMediaType(
            f"Content-Encoding {encodings[:QUOTED_ENCODING]}: send gzip, deflate or no such header"
        )
    for name in reversed(names):
        content = unpack_once(content, name, limit) if content else content
    return content


def unpack_once(content: bytes, name: str, limit: int) -> bytes:
    """Return the content without one packing, of which no more is kept than tells that it is too large."""
    try:
        unpacked = (
            unpack_gzip(content, limit) if name != "deflate" or content.startswith(GZIP) else inflate(content, limit)
        )
    except EOFError:
        raise IncompleteBody(f"its {name} is cut off") from None
    except (OSError, zlib.error):
        raise IncompleteBody(f"it is no valid {name}") from None
    if len(unpacked) > limit:
        raise RequestTooLarge(f"a body may have {limit} bytes, also unpacked")
    return unpacked


def unpack_gzip(content: bytes, limit: int) -> bytes:
    return GzipFile(fileobj=BytesIO(content)).read(limit + 1)


def inflate(content: bytes, limit: int) -> bytes:
    """Return what deflate has packed; some senders leave out the wrapper that the standard has around it."""
    is_wrapped = content[0] & 0x0F == 8 and int.from_bytes(content[:2]) % 31 == 0
    unpacker = zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
    unpacked = unpacker.decompress(content, limit + 1)
    if len(unpacked) <= limit and not unpacker.eof:
        raise EOFError
    if unpacker.unused_data:
        raise zlib.error
    return unpacked
