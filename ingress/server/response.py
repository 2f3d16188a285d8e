"""How the application's answers leave gunicorn: in one piece."""

from gunicorn import util
from gunicorn.http import wsgi

from .connection import Socket


class Response(wsgi.Response):
    sock: Socket
    headers_sent: bool
    _omits_body: bool
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
