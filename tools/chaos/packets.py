"""The part of MySQL's protocol that the proxy must know to break a connection at the right moment."""

from enum import StrEnum

from tools.programs import Programs

HEADER_BYTES = 4  # before each packet: its length in three, its number in one
COM_QUERY = b"\x03"  # the first byte of a packet with a statement
ERROR = b"\xff"  # the first byte of an answer that is an error


class Way(StrEnum):
    """How a call is billed: in one trip, which MariaDB can, or statement by statement, as for MySQL."""

    AT_ONCE = "at_once"
    STEP_BY_STEP = "step_by_step"


def list_ways() -> list[Way]:
    """Return the ways in which a call can be billed on the server that SERVER chooses."""
    return [way for way in Way if way is Way.STEP_BY_STEP or not Programs.chosen().is_mysql]


def split_packets(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole packets, and the bytes of one that is not complete yet."""
    packets = []
    while len(data) >= HEADER_BYTES and len(data) >= (end := HEADER_BYTES + int.from_bytes(data[:3], "little")):
        packets.append(data[:end])
        data = data[end:]
    return packets, data


def statement_of(packet: bytes) -> bytes:
    """Return the text of a statement; b"" for any other packet."""
    return packet[HEADER_BYTES + 1 :] if packet[HEADER_BYTES : HEADER_BYTES + 1] == COM_QUERY else b""


def is_commit(statement: bytes) -> bool:
    """Return True for COMMIT, and for the compound statement of `sql/bill_at_once.sql`, which has its COMMIT inside."""
    return statement.rstrip(b"; \n") == b"COMMIT" or statement.startswith(b"EXECUTE bill_at_once")


def has_begun(answer: bytes) -> bool:
    """Return True when enough of an answer is there to tell what it is."""
    return len(answer) > HEADER_BYTES


def is_done(answer: bytes) -> bool:
    """Return True when the server has done what it was asked to: OK, or rows, as opposed to an error."""
    return answer[HEADER_BYTES : HEADER_BYTES + 1] != ERROR


def pose_as_mysql(greeting: bytes) -> bytes:
    """Return a server's first packet, of the same length, as a server without compound statements sends it."""
    return greeting.replace(b"MariaDB", b"MySQL--")
