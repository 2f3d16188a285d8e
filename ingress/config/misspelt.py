"""Variables of the environment that are probably meant as settings of the service, and are none."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import cache

FAMILIES = ("INGRESS_", "TLDIALER_", "CALL_MATCH_", "ADVANCED_CALL_", "RATELIMIT_", "ALARM_")  # ours alone
CLOSE_ELSEWHERE = 0.85  # TRUSTED_PROXY is TRUSTED_PROXIES; LOG_LEVEL, which others read, is not LOG_NUMBERS
CLOSE_IN_FAMILY = 0.75  # the name is meant for the service in any case
# What container engines set for a service or a container called "ingress" or "tldialer".
OF_A_CONTAINER = re.compile(r"_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?|NAME|ENV_\w+)")


def list_misspelt(names: Iterable[str], known: Collection[str]) -> list[str]:
    """Return a sentence for each of the names that is close to a known one or has a prefix of ours."""
    unknown = sorted(name for name in names if name not in known)
    settings = tuple(sorted(known))
    return [sentence for name in unknown if (sentence := describe_misspelt(name, settings))]


@cache  # it takes a third of the time in which an application is made, and tests make thousands
def describe_misspelt(name: str, known: tuple[str, ...]) -> str | None:
    is_in_family = name.upper().startswith(FAMILIES)
    if is_in_family and OF_A_CONTAINER.search(name):
        return None
    close = get_close_matches(name.upper(), known, 1, CLOSE_IN_FAMILY if is_in_family else CLOSE_ELSEWHERE)
    if close:
        return f"{name} is no setting: is {close[0]} meant?"
    return f"{name} is no setting of this service." if is_in_family else None
