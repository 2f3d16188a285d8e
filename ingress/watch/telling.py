"""How people are told: through Apprise, to each address of INGRESS_NOTIFY, what it does not know yet."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from ..intake.parameters import MASK
from .alarm import Alarm, Findings
from .memory import Memory

if TYPE_CHECKING:
    from apprise import NotifyBase

SECRET_LENGTH = 4  # characters; a shorter part of an address is a port or a flag
HOST = re.compile(r"localhost|[a-z0-9-]+(\.[a-z0-9-]+)+")


class InvalidAddress(ValueError):
    """An address that Apprise does not know; the message does not repeat it."""


class Recipient(NamedTuple):
    """`mark` tells addresses apart without showing them, `name` is for people; `plugin` is Apprise's."""

    mark: str
    name: str
    url: str
    plugin: NotifyBase


class News(NamedTuple):
    """What an address does not know yet: alarms that are on, and names and titles of those that are over."""

    started: list[Alarm]
    ended: dict[str, str]

    @property
    def title(self) -> str:
        titles = [alarm.title for alarm in self.started] or [f"over: {title}" for title in self.ended.values()]
        others = len(self.started) + len(self.ended) - 1
        return f"ingress: {titles[0]}" + (f", and {others} more" if others else "")

    @property
    def body(self) -> str:
        parts = [alarm.describe() for alarm in self.started] + [f"Over: {title}." for title in self.ended.values()]
        return "\n\n".join(parts)


def read_recipients(text: str) -> list[Recipient]:
    """Return the addresses; raises InvalidAddress. Apprise is loaded here, so that nothing else waits for it."""
    from apprise import Apprise
    from apprise.utils.parse import parse_urls

    recipients = []
    for number, url in enumerate(parse_urls(text), 1):  # type: ignore[no-untyped-call]
        name = f"address {number} ({url.partition('://')[0] if '://' in url else 'without a scheme'})"
        plugin = None if " " in url else Apprise.instantiate(url)  # with a blank, it has swallowed another one
        if plugin is None:
            raise InvalidAddress(f"INGRESS_NOTIFY: Apprise cannot read {name}.")
        recipients.append(Recipient(make_mark(url), name, url, plugin))
    if not recipients:
        raise InvalidAddress("INGRESS_NOTIFY names no address.")
    return recipients


def make_mark(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def find_news(findings: Findings, known: dict[str, str]) -> News:
    """Return what has changed for one who believes that `known` is on; what is unknown is no change."""
    on = {alarm.name for alarm in findings.alarms}
    ended = {name: title for name, title in known.items() if name not in on and not name.startswith(findings.unknown)}
    return News([alarm for alarm in findings.alarms if alarm.name not in known], ended)


def tell(recipient: Recipient, findings: Findings, memory: Memory) -> tuple[News, str | None]:
    """Tell an address what it does not know, once; return that, and why it could not be told.

    What could not be told stays news for the next time.
    """
    news = find_news(findings, memory.told.get(recipient.mark, {}))
    if not news.started and not news.ended:
        return news, None
    problem = send(recipient, news)
    if problem is None:
        memory.note(recipient.mark, news.started, list(news.ended))
    return news, problem


def send(recipient: Recipient, news: News) -> str | None:
    """Return None, or why it failed, without what is secret in the address."""
    from apprise import Apprise, NotifyFormat, NotifyType

    reasons: list[str] = []
    messenger = Apprise()
    messenger.add(recipient.plugin)
    result = messenger.notify(
        title=news.title,
        body=news.body,
        notify_type=NotifyType.FAILURE if news.started else NotifyType.SUCCESS,
        body_format=NotifyFormat.TEXT,
        log_callback=lambda entry, _: reasons.append(entry.message),
    )
    return None if result else mask_address(" ".join(reasons) or "no reason was given", recipient.url)


def mask_address(text: str, url: str) -> str:
    """Return the text without any part of the address but its scheme and its host; a token may stand for a host."""
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?]", rest)[0].rpartition("@")[2].partition(":")[0]
    shown = {scheme, host} if HOST.fullmatch(host) else {scheme}
    parts = {part for piece in re.split(r"[/:@?&=,#+]", rest) for part in (piece, unquote(piece))}
    for part in sorted(parts - shown, key=len, reverse=True):
        if len(part) >= SECRET_LENGTH:
            text = text.replace(part, MASK)
    return text
