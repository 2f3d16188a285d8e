"""The XML of a sheet as cells, read piece by piece, so that a million rows need no more memory than one."""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import IO, NamedTuple
from xml.parsers.expat import ParserCreate, XMLParserType

PIECE_BYTES = 1 << 16  # read at a time


class RawCell(NamedTuple):
    """A cell: its kind as the file says (`n` number, `s` shared text, `e` error ...), its text, and its formula."""

    kind: str
    text: str
    formula: str | None


SheetRow = tuple[int, list[RawCell | None]]


def parse_rows(file: IO[bytes]) -> Iterator[SheetRow]:
    """Yield the number of each row that the file has, and its cells."""
    sheet = SheetParser()
    for piece in iter(partial(file.read, PIECE_BYTES), b""):
        sheet.parser.Parse(piece)
        yield from sheet.rows
        sheet.rows.clear()
    sheet.parser.Parse(b"", True)
    yield from sheet.rows


def parse_strings(file: IO[bytes]) -> list[str]:
    """Return the shared texts."""
    texts = StringsParser()
    for piece in iter(partial(file.read, PIECE_BYTES), b""):
        texts.parser.Parse(piece)
    texts.parser.Parse(b"", True)
    return texts.texts


def make_parser(owner: "SheetParser | StringsParser") -> XMLParserType:
    parser = ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = owner.start
    parser.EndElementHandler = owner.end
    return parser


@lru_cache
def short_name(name: str) -> str:
    return name.rpartition("}")[2]


@lru_cache
def column_number(letters: str) -> int:
    """Return 0 for A, 1 for B, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class SheetParser:
    """Collects `rows`. The text of an element counts only within a value, a text or a formula."""

    def __init__(self) -> None:
        self.rows: list[SheetRow] = []
        self.number = 0
        self.cells: list[RawCell | None] = []
        self.kind, self.place = "n", 0
        self.value: list[str] = []
        self.formula: list[str] | None = None
        self.parser = make_parser(self)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = short_name(name)
        if name == "c":
            self.kind, self.value, self.formula = attributes.get("t", "n"), [], None
            reference = attributes.get("r")
            self.place = column_number(reference.rstrip("0123456789")) if reference else len(self.cells)
        elif name in ("v", "t"):
            self.parser.CharacterDataHandler = self.value.append
        elif name == "f":
            self.formula = []
            self.parser.CharacterDataHandler = self.formula.append
        elif name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.cells = []

    def end(self, name: str) -> None:
        name = short_name(name)
        if name == "c":
            formula = None if self.formula is None else "".join(self.formula)
            self.cells.extend([None] * (self.place - len(self.cells)))
            self.cells.append(RawCell(self.kind, "".join(self.value), formula))
        elif name in ("v", "t", "f"):
            self.parser.CharacterDataHandler = None
        elif name == "row":
            self.rows.append((self.number, self.cells))


class StringsParser:
    """Collects `texts`, each of one or more runs."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.runs: list[str] = []
        self.is_spoken = False  # how a Japanese text is pronounced, beside the text itself
        self.parser = make_parser(self)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = short_name(name)
        if name == "si":
            self.runs = []
        elif name == "rPh":
            self.is_spoken = True
        elif name == "t" and not self.is_spoken:
            self.parser.CharacterDataHandler = self.runs.append

    def end(self, name: str) -> None:
        name = short_name(name)
        if name == "si":
            self.texts.append("".join(self.runs))
        elif name == "rPh":
            self.is_spoken = False
        elif name == "t":
            self.parser.CharacterDataHandler = None
