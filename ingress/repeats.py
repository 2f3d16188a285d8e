"""Warnings that may come many times a second: one line at once, then one now and then with a count."""

import logging
import threading
import time

REPEAT_SECONDS = 30  # between two lines of one kind


class Repeats:
    """Logs warnings by kind; what comes in between is counted, and the next line of the kind says how many it was."""

    def __init__(self, log: logging.Logger) -> None:
        self.log = log
        self.lock = threading.Lock()
        self.held_back: dict[object, int] = {}
        self.logged: dict[object, float] = {}  # when, on the monotonic clock

    def warn(self, kind: object, message: str, *values: object, exc_info: bool = False) -> None:
        held_back = self.hold_back(kind)
        if held_back is not None:
            message += f" (and {held_back} more since the last such line)" if held_back else ""
            self.log.warning(message, *values, exc_info=exc_info)

    def hold_back(self, kind: object) -> int | None:
        """Return how many were held back before a line that is due; None for one that is held back itself."""
        now = time.monotonic()
        with self.lock:
            if now < self.logged.get(kind, float("-inf")) + REPEAT_SECONDS:
                self.held_back[kind] = self.held_back.get(kind, 0) + 1
                return None
            self.logged[kind] = now
            return self.held_back.pop(kind, 0)

    def end(self, kind: object) -> bool:
        """Forget a kind, so that its next warning is logged at once; return whether there was any."""
        with self.lock:
            self.held_back.pop(kind, None)
            return self.logged.pop(kind, None) is not None
