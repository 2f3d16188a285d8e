"""Masks what no log may show: secrets, wherever a sender puts them, and all but the last four digits of numbers."""

import re
from collections.abc import Iterable, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from ..intake.parameters import MASK, QUOTED, Parameters, is_secret_name

Environ = MutableMapping[str, Any]  # a WSGI environment

PARAMETER = re.compile(r"([?&;])([^=&;\s]+)=([^&;\s]*)")
BEFORE_LAST_FOUR = re.compile(r"\d(?=(?:\D*\d){4})")
BEFORE_LAST_FOUR_OF_SEGMENT = re.compile(r"\d(?=(?:[^\d/]*\d){4})")
PHONE_NUMBER = re.compile(
    r"\b(?P<request_id>[0-9a-f]{32})\b"
    r"|\d{8,}"
    r"|(?<!\d)(?:\(?\d{3}\)?[ .-]{0,2})?\d{3}[ .-]\d{4}(?!\d)"  # (720) 555-0134
    r"|\+\d[\d ().-]{5,}\d"
)
ABOUT_A_NUMBER = re.compile(r"(?:Missing or )?Invalid [CD]ID: ")


def mask_secrets(text: str) -> str:
    """Return a URL or request line with the values of secret parameters masked, in whatever way they are encoded."""
    return PARAMETER.sub(mask_parameter, text)


def mask_parameter(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}={MASK}" if is_secret_name(unquote_plus(match[2]).strip()) else match[0]


def mask_values(text: str, secrets: Iterable[str]) -> str:
    """Return the text without these values; errors repeat only the beginning of what was sent."""
    for secret in sorted({part for value in secrets for part in (value, value[:QUOTED])}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def list_secrets(environ: Environ, parameters: Parameters | None) -> list[str]:
    """Return what came under a secret's name, in the headers and in the Parameters, if these could be read."""
    sent = [environ.get("HTTP_TLD_API_KEY"), environ.get("HTTP_AUTHORIZATION")]
    if parameters is not None:
        pairs = [*parameters.query.items(multi=True), *parameters.body.items(multi=True)]
        sent += [value for name, value in pairs if is_secret_name(name)]
    return [value.strip() for value in sent if isinstance(value, str) and value.strip()]


def mask_path(path: str) -> str:
    """Return a path with all digits but the last four of each segment masked."""
    return BEFORE_LAST_FOUR_OF_SEGMENT.sub("*", path)


def mask_number(number: str | None) -> str | None:
    """Return a normalised number of ten digits masked; None stays None."""
    return number and f"******{number[-4:]}"


def mask_numbers(text: str) -> str:
    """Return a text with its phone numbers masked; one that was refused is masked in whatever way it is written."""
    if ABOUT_A_NUMBER.match(text):
        refused, colon, reason = text.rpartition(": ")
        return BEFORE_LAST_FOUR.sub("*", refused) + colon + reason
    return PHONE_NUMBER.sub(mask_match, text)


def mask_match(number: re.Match[str]) -> str:
    return number[0] if number["request_id"] else BEFORE_LAST_FOUR.sub("*", number[0])


def mask_atom(name: str, value: Any) -> Any:
    """Return the value that a gunicorn access log format names, without secrets."""
    if is_secret_name(name.strip("{}ioe")) or name.lower() == "{http_tld_api_key}e":
        return MASK
    if name == "q" and isinstance(value, str):
        return mask_secrets("?" + value)[1:]
    return mask_secrets(value) if isinstance(value, str) else value
