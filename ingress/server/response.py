"""How answers leave gunicorn: in one piece, and the server's own ones in JSON with an id."""

import json
import logging
import socket
from uuid import uuid4

from gunicorn import util
from gunicorn.http import wsgi

log = logging.getLogger(__name__)


class Response(wsgi.Response):
    headers_sent: bool
    sent: int  # bytes of the body

    def should_close(self) -> bool:
        return bool(self.sock.announces_close or super().should_close())

    def can_sendfile(self) -> bool:
        """Never: it would wait for the sender."""
        return False

    def write(self, body: bytes) -> None:
        """Send the whole answer at once if the body is in one piece."""
        if self.headers_sent or self._omits_body or len(body) != self.response_length:
            super().write(body)
            return
        fields = [f"{name}: {value}\r\n" for name, value in self.headers]
        head = "".join([*self.default_headers(), *fields, "\r\n"])
        self.headers_sent, self.sent = True, len(body)
        util.write(self.sock, head.encode("latin-1") + body)


def write_error(sock: socket.socket, status: int, reason: str, detail: str) -> None:
    """Answer a request that cannot be read, or whose head is too long, like every other error."""
    request_id = uuid4().hex
    log.warning("request %s: %s", request_id, reason)  # the detail may repeat what was sent
    body = json.dumps({"error": f"{reason}: {detail}"})
    head = {
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "X-Request-ID": request_id,
    }
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in head.items()), "", body]
    util.write_nonblock(sock, "\r\n".join(lines).encode())


# gunicorn has no other way to replace them
wsgi.Response = Response
util.write_error = write_error
