"""A connection of the platform to the service, as cheap as possible: the load must not outweigh the service."""

import socket
import time

ANSWER_WITHIN = 6  # seconds; the service promises an answer within 4.5
MAX_REQUESTS = 100  # a connection; the load thus spreads over all workers again after one was killed
MAX_IDLE = 1.5  # seconds; gunicorn's own default keeps a connection for 2
END_OF_HEADERS = b"\r\n\r\n"
LENGTH_HEADER = b"\r\ncontent-length: "


class KeepAlive:
    """A keep-alive connection: prepared bytes out, status and body back."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.uses = 0
        self.used = 0.0  # when, on the monotonic clock

    def send(self, request: bytes) -> None:
        """Send; a connection that is old, or so long idle that gunicorn might be closing it, is made anew."""
        if self.uses >= MAX_REQUESTS or time.monotonic() - self.used > MAX_IDLE:
            self.close()
        self.uses += 1
        self.connect().sendall(request)

    def connect(self) -> socket.socket:
        """Return the open socket, a new one if there is none."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), ANSWER_WITHIN)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.socket

    def receive(self) -> tuple[int, bytes]:
        """Return status and body; raise OSError when no whole answer comes."""
        if self.socket is None:
            raise ConnectionError("nothing was sent")
        data = self.socket.recv(65536)
        while (end := data.find(END_OF_HEADERS)) < 0 or len(data) < end + 4 + content_length(data[:end]):
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("closed before the answer")
            data += more
        self.used = time.monotonic()
        return int(data[9:12]), data[end + 4 :]

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket, self.uses = None, 0


def content_length(headers: bytes) -> int:
    _, _, rest = headers.lower().partition(LENGTH_HEADER)
    return int(rest.partition(b"\r")[0])
