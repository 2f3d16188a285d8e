"""What no log may show: secrets, wherever a sender puts them, and phone numbers but for their last four digits."""

import re
from urllib.parse import unquote_plus

from ..intake.parameters import MASK, QUOTED, SECRETS

PARAMETER = re.compile(r"([?&;])([^=&;\s]+)=([^&;\s]*)")
BEFORE_LAST_FOUR = re.compile(r"\d(?=(?:\D*\d){4})")
BEFORE_LAST_FOUR_OF_SEGMENT = re.compile(r"\d(?=(?:[^\d/]*\d){4})")
NUMBER = re.compile(
    r"\b(?P<request_id>[0-9a-f]{32})\b"
    r"|\d{8,}"
    r"|(?<!\d)(?:\(?\d{3}\)?[ .-]{0,2})?\d{3}[ .-]\d{4}(?!\d)"  # (720) 555-0134
    r"|\+\d[\d ().-]{5,}\d"
)
ABOUT_A_NUMBER = re.compile(r"(?:Missing or )?Invalid [CD]ID: ")


def mask_secrets(text):
    """The text of a URL or request line with the values of secret parameters replaced, however they are encoded."""
    return PARAMETER.sub(mask_parameter, text)


def mask_parameter(match):
    secret = unquote_plus(match[2]).strip().lower() in SECRETS
    return f"{match[1]}{match[2]}={MASK}" if secret else match[0]


def mask_values(text, secrets):
    """The text without these values; errors repeat only the beginning of what was sent."""
    for secret in sorted({part for value in secrets for part in (value, value[:QUOTED])}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def list_secrets(environ, parameters):
    """What came under a secret's name, in the header and in the Parameters, if these could be read."""
    sent = [environ.get("HTTP_TLD_API_KEY"), environ.get("HTTP_AUTHORIZATION")]
    if parameters is not None:
        pairs = [*parameters.query.items(multi=True), *parameters.body.items(multi=True)]
        sent += [value for name, value in pairs if name.lower() in SECRETS]
    return [value.strip() for value in sent if isinstance(value, str) and value.strip()]


def mask_path(path):
    """All digits but the last four of each segment: it may hold a number, in whatever way it is written."""
    return BEFORE_LAST_FOUR_OF_SEGMENT.sub("*", path)


def mask_number(number):
    """A normalised one of ten digits, or None."""
    return number and f"******{number[-4:]}"


def mask_numbers(text):
    """A text with its phone numbers masked; what is refused as one is masked in whatever way it is written."""
    if ABOUT_A_NUMBER.match(text):
        refused, colon, reason = text.rpartition(": ")
        return BEFORE_LAST_FOUR.sub("*", refused) + colon + reason
    return NUMBER.sub(mask_match, text)


def mask_match(number):
    return number[0] if number["request_id"] else BEFORE_LAST_FOUR.sub("*", number[0])


def mask_atom(name, value):
    """What a gunicorn access log format may name."""
    if name.strip("{}ioe").lower() in SECRETS or name.lower() == "{http_tld_api_key}e":
        return MASK
    if name == "q" and isinstance(value, str):
        return mask_secrets("?" + value)[1:]
    return mask_secrets(value) if isinstance(value, str) else value
