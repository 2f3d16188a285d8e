"""How answers leave gunicorn: whole, and all of them in JSON with an id."""

import json
import logging

from gunicorn import util
from gunicorn.http import wsgi

from ..delivery import new_request_id

log = logging.getLogger(__name__)


class Response(wsgi.Response):
    def should_close(self):
        return self.sock.announces_end or super().should_close()

    def can_sendfile(self):
        """It would wait for the sender."""
        return False

    def write(self, body):
        """Send an answer in one piece if the body is one."""
        if self.headers_sent or self._omits_body or len(body) != self.response_length:
            super().write(body)
            return
        fields = [f"{name}: {value}\r\n" for name, value in self.headers]
        head = "".join([*self.default_headers(), *fields, "\r\n"])
        self.headers_sent, self.sent = True, len(body)
        util.write(self.sock, head.encode("latin-1") + body)


def write_error(sock, status, reason, detail):
    """Answer what is no HTTP request, or one with too long a head, like every other error."""
    request_id = new_request_id()
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
