"""Masks what no log may show: secrets, wherever a sender puts them, and all but the last four digits of numbers."""

import re
from collections.abc import Iterable, Iterator, MutableMapping
from itertools import groupby, pairwise
from typing import Any
from urllib.parse import unquote_plus

from ..access.credentials import read_basic
from ..intake.absent import QUOTED
from ..intake.parameters import MASK, Parameters, is_secret_name

Environ = MutableMapping[str, Any]  # a WSGI environment

PARAMETER = re.compile(r"([?&;])([^=&;\s]+)=([^&;\s]*)")
BEFORE_LAST_FOUR = re.compile(r"\d(?=(?:\D*\d){4})")
BEFORE_LAST_FOUR_OF_SEGMENT = re.compile(r"\d(?=(?:[^\d/]*\d){4})")
SEPARATOR = r"(?:[^\w:\n]|_){1,3}"  # a colon stands in times
DIGIT_GROUP = re.compile(r"(?<!\d)\d{1,7}(?!\d)")
SAME_SEPARATOR = re.compile(SEPARATOR)
NUMBER_DIGITS = 10  # of a North American number; a longer one has a prefix
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
NO_NUMBER = re.compile(
    rf"{OCTET}(?:\.{OCTET}){{3}}"  # an IP address
    r"|\d+\.\d+"  # a decimal
    r"|(?:19|20)\d\d(\D)\d\d\1\d\d(?:\1\d\d)*"  # a time
)
PHONE_NUMBER = re.compile(
    r"\b(?P<request_id>[0-9a-f]{32})\b"
    r"|\d{8,}"
    r"|(?<!\d)(?:\(?\d{3}\)?[ .-]{0,2})?\d{3}[ .-]\d{4}(?!\d)"  # (720) 555-0134
    r"|\+\d[\d ().-]{5,}\d"
    rf"|(?<!\d)\(?\d{{3}}\)?{SEPARATOR}\d{{3}}{SEPARATOR}\d{{4}}(?!\d)"  # 720 / 555-0134
    rf"|(?<!\d)\d(?!\d)(?:{SEPARATOR}\d(?!\d)){{9,}}"  # 7 2 0 - 5 5 5 - 0 1 3 4
)
ABOUT_A_NUMBER = re.compile(r"(?:Missing or )?Invalid [CD]ID: ")


def mask_secrets(text: str) -> str:
    """Return a URL or request line with the values of secret parameters masked, however their names are encoded."""
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
    sent = [environ.get("HTTP_TLD_API_KEY"), *read_authorization(environ.get("HTTP_AUTHORIZATION"))]
    if parameters is not None:
        pairs = [*parameters.query.items(multi=True), *parameters.body.items(multi=True)]
        sent += [value for name, value in pairs if is_secret_name(name)]
    texts = [value.strip() for value in sent if isinstance(value, str)]
    before_question_marks = [text.partition("?")[0] for text in texts if "?" in text]
    return [text for text in (*texts, *before_question_marks) if text]


def read_authorization(header: Any) -> list[Any]:
    """Return what an Authorization header tells: itself, what stands behind its scheme, and Basic's password."""
    if not isinstance(header, str):
        return []
    return [header, header.partition(" ")[2], read_basic(header)[1]]


def mask_path(path: str) -> str:
    """Return a path with all digits masked but the last four of each segment, or of a number that segments share."""
    return BEFORE_LAST_FOUR_OF_SEGMENT.sub("*", mask_groups(path))


def mask_number(number: str | None) -> str | None:
    """Return a normalised number of ten digits masked; None stays None."""
    return number and f"******{number[-4:]}"


def mask_numbers(text: str) -> str:
    """Return a text with its phone numbers masked; one that was refused is masked in any notation."""
    if ABOUT_A_NUMBER.match(text):
        refused, colon, reason = text.rpartition(": ")
        return BEFORE_LAST_FOUR.sub("*", refused) + colon + reason
    return PHONE_NUMBER.sub(mask_match, mask_groups(text))


def mask_groups(text: str) -> str:
    """Return a text in which numbers are masked that are written in groups, such as 720/555/0134 or 72 05 55 01 34."""
    for start, end in reversed(list(find_groups(text))):
        written = text[start:end]
        if sum(character.isdecimal() for character in written) >= NUMBER_DIGITS and not NO_NUMBER.fullmatch(written):
            text = text[:start] + BEFORE_LAST_FOUR.sub("*", written) + text[end:]
    return text


def find_groups(text: str) -> Iterator[tuple[int, int]]:
    """Yield where groups of digits begin and end that have the same separator between them."""
    pairs = pairwise(DIGIT_GROUP.finditer(text))
    for separator, same in groupby(pairs, key=lambda pair: text[pair[0].end() : pair[1].start()]):
        if SAME_SEPARATOR.fullmatch(separator):
            (first, last), *others = same
            yield first.start(), (others[-1][1] if others else last).end()


def mask_match(number: re.Match[str]) -> str:
    return number[0] if number["request_id"] else BEFORE_LAST_FOUR.sub("*", number[0])


def mask_atom(name: str, value: Any) -> Any:
    """Return the value that a gunicorn access log format names, without secrets."""
    if is_secret_name(name.strip("{}ioe")) or name.lower() == "{http_tld_api_key}e":
        return MASK
    if name == "q" and isinstance(value, str):
        return mask_secrets("?" + value)[1:]
    return mask_secrets(value) if isinstance(value, str) else value
