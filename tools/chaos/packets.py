"""The little of MySQL's protocol that the proxy must know to break a connection at the right moment."""

AT_ONCE, STEP_BY_STEP = WAYS = "at_once", "step_by_step"  # of billing: in one trip, as MariaDB can, or as for MySQL
HEADER = 4  # bytes before each packet: its length in three, its number in one
COM_QUERY = b"\x03"  # what a packet with a statement begins with
ERROR = b"\xff"  # what an answer begins with that is one


def split_packets(data):
    """Return the list of whole packets, and the bytes of one that is not all there yet."""
    packets = []
    while len(data) >= HEADER and len(data) >= (end := HEADER + int.from_bytes(data[:3], "little")):
        packets.append(data[:end])
        data = data[end:]
    return packets, data


def read_statement(packet):
    """The text of a statement; b"" for any other packet."""
    return packet[HEADER + 1 :] if packet[HEADER : HEADER + 1] == COM_QUERY else b""


def is_commit(statement):
    """True for COMMIT, and for the compound statement of `sql/bill_at_once.sql`, which has its COMMIT inside."""
    return statement.rstrip(b"; \n") == b"COMMIT" or statement.startswith(b"EXECUTE bill_at_once")


def has_begun(answer):
    """True when enough of an answer is there to tell what it is."""
    return len(answer) > HEADER


def is_done(answer):
    """True when the server has done what it was asked to: OK, or rows, as opposed to an error."""
    return answer[HEADER : HEADER + 1] != ERROR


def pose_as_mysql(greeting):
    """A server's first packet, as of one that does not know compound statements; as long as before."""
    return greeting.replace(b"MariaDB", b"MySQL--")
