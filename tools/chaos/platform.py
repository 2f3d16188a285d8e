"""A call-tracking platform: fires each call until it is answered 200, now and then several times at once."""

import queue
import socket
import threading
import time
from collections import Counter

TIMEOUT = 6  # seconds for an answer; the service promises one within 4.5
PAUSE = 0.3  # seconds at most before a call is fired again, so that a database's restart costs a few attempts only
USES = 100  # requests a connection; after a worker was killed the load thus spreads over all of them again
IDLE = 1.5  # seconds; gunicorn's own default keeps a connection for 2
END_OF_HEADERS = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length: "


class Line:
    """A keep-alive connection, as cheap as can be: prepared bytes out, status and body back."""

    def __init__(self, port):
        self.port = port
        self.socket = None
        self.uses = 0
        self.used = 0.0  # when, on the monotonic clock

    def send(self, request):
        """Send; a connection that is old, or so long idle that gunicorn might just be closing it, is made anew."""
        if self.uses >= USES or time.monotonic() - self.used > IDLE:
            self.close()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.uses += 1
        self.socket.sendall(request)

    def receive(self):
        """Return status and body; raise OSError when no whole answer comes."""
        data = self.socket.recv(65536)
        while (end := data.find(END_OF_HEADERS)) < 0 or len(data) < end + 4 + content_length(data[:end]):
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("closed before the answer")
            data += more
        self.used = time.monotonic()
        return int(data[9:12]), data[end + 4 :]

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket, self.uses = None, 0


def content_length(headers):
    _, _, rest = headers.lower().partition(LENGTH)
    return int(rest.partition(b"\r")[0])


class Platform:
    """Sends calls with a number of senders at once; leaving its block, or the deadline (monotonic), stops them."""

    def __init__(self, port, deadline, figures, lots):
        self.port = port
        self.deadline = deadline
        self.figures = figures
        self.lots = lots
        self.senders = []
        self.lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.deadline = 0
        for sender in self.senders:
            sender.join()

    def start(self, chains, senders):
        """Start to send all of these chains."""
        waiting = queue.SimpleQueue()
        for chain in chains:
            waiting.put(chain)
        self.senders = [threading.Thread(target=self.work_off, args=(waiting,)) for _ in range(senders)]
        for sender in self.senders:
            sender.start()

    def is_busy(self):
        return any(sender.is_alive() for sender in self.senders)

    def work_off(self, waiting):
        lines = []
        seen = Counter()
        try:
            while time.monotonic() < self.deadline:
                self.send_chain(waiting.get_nowait(), lines, seen)
        except queue.Empty:
            """All is sent."""
        finally:
            for line in lines:
                line.close()
            with self.lock:
                self.figures.seen.update(seen)

    def send_chain(self, chain, lines, seen):
        """Send one call after the other; after one that stays open none follows, for it may yet come through."""
        for call in chain:
            lines.extend(Line(self.port) for _ in range(call.at_once - len(lines)))
            self.deliver(call, lines, seen)
            self.figures.finished.append(call)
            if call.acknowledged is None:
                break

    def deliver(self, call, lines, seen):
        """Fire until every firing has been answered for good: 200, or a 4xx, which no repetition would mend."""
        call.began = time.monotonic()
        firings = call.at_once
        while firings and time.monotonic() < self.deadline:
            statuses = fire(call, lines[:firings])
            seen.update(statuses)
            firings = sum(not isinstance(status, int) or status >= 500 for status in statuses)
            if firings:
                time.sleep(self.lots.uniform(0, PAUSE))


def fire(call, lines):
    """Send a call on all lines in the same moment, then read the answers; return statuses, or what went wrong."""
    call.requests += len(lines)
    sent = [attempt(line, line.send, call.request) for line in lines]
    return [trouble or attempt(line, read_answer, call, line) for line, trouble in zip(lines, sent, strict=True)]


def attempt(line, work, *args):
    """Return what `work` returns, or the name of what broke the line."""
    try:
        return work(*args)
    except TimeoutError:
        line.close()
        return "timeout"
    except OSError:
        line.close()
        return "broken"


def read_answer(call, line):
    status, body = line.receive()
    if status == 200:
        call.acknowledged = call.acknowledged or time.monotonic()
        call.answers.add(body)
    return status
