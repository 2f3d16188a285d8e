"""Lists of calls in JSON, as APIs give them: each list of objects is a table, its names the header."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from .csv_files import guess_encoding, survey
from .tables import Sheet, Table, UnusableFile

Record = dict[str, Any]


def is_json(start: bytes) -> bool:
    return bool(re.match(rb"(?:\xef\xbb\xbf|\xff\xfe)?[\s\0]*[\[{][\s\0]*[\[{\"\]}]", start))


def list_json_sheets(path: Path, start: bytes) -> list[Sheet]:
    """Return a Sheet for each list of objects; numbers keep the digits that were written."""
    encoding, _ = survey(path, guess_encoding(start))
    text = path.read_text(encoding=encoding, errors="replace")
    lists = dict(find_lists(parse(text)))
    if not lists:
        raise UnusableFile("is JSON without a list of calls: export it as CSV or XLSX")
    return [Sheet([Table(partial(read_records, records), len(records))], name) for name, records in lists.items()]


def parse(text: str) -> object:
    """Return the value of the text, or a list of those of its lines. Numbers stay texts: a float would round them."""
    try:
        return load(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [load(line) for line in lines]
        except (json.JSONDecodeError, RecursionError):
            raise UnusableFile(f"is broken JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise UnusableFile("is JSON with too many levels") from None


def load(text: str) -> object:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def find_lists(value: object, name: str = "") -> Iterator[tuple[str, list[Record]]]:
    """Yield each list of objects and where it stands; what a call itself lists is no list of calls."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from find_lists(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield name, [unwrap(item) for item in value]


def unwrap(record: Record) -> Record:
    """Return the call of `{"call": {...}}`, as some APIs wrap each."""
    (only,) = record.values() if len(record) == 1 else (None,)
    return only if isinstance(only, dict) else record


def read_records(records: list[Record], *, strict: bool) -> Iterator[list[str]]:
    """Yield the names of all records, then the texts of each."""
    names = list(dict.fromkeys(name for record in records for name, _ in flatten(record)))
    yield names
    for record in records:
        texts = dict(flatten(record))
        yield [texts.get(name, "") for name in names]


def flatten(record: Record, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, describe_json_value(value)


def describe_json_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
