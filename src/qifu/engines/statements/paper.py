"""What a reader of any format hands to the engine: numbered lines, some of which are rows of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .words import tidy


@dataclass(frozen=True, slots=True)
class Line:
    """One line as people count them. `cells` is None where the source shows no columns."""

    number: int
    text: str
    cells: tuple[str, ...] | None = None
    page: int = 0
    raw: str = ""  # a line without cells with the spaces that part its words
    starts: bool | None = None  # whether a paragraph begins here; None: the source does not show it

    @property
    def alone(self) -> str:
        """The text of a line that says one thing: no cells, or just one that holds anything."""
        if self.cells is None:
            return self.text
        held = [cell for cell in self.cells if cell]
        return held[0] if len(held) == 1 else ""

    @property
    def is_blank(self) -> bool:
        return not self.text

    @property
    def is_row(self) -> bool:
        """Whether at least two cells stand side by side (even if empty)."""
        return self.cells is not None and len(self.cells) > 1


@dataclass(frozen=True)
class Paper:
    """A source as lines, with its name and number of pages (0: the format has none).

    Of a scan that was `recognised`, a digit that the recogniser was not sure of is `?`. A `faithful` source has the cells of
    the document itself: what is blank there was left blank, while text extracted from a page may have lost it. One that was
    `cut` ends before its format says that it ends.
    """

    lines: tuple[Line, ...]
    name: str = ""
    pages: int = 0
    recognised: bool = False
    faithful: bool = False
    cut: bool = False


def from_text(text: str, name: str = "", *, cut: bool = False) -> Paper:
    """Take extracted text apart; a tab separates cells, a form feed pages."""
    lines = []
    page = 1
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if "\f" in raw:
            page += raw.count("\f")
            raw = raw.replace("\f", "")
        lines.append(line_of(number, raw, page))
    return Paper(tuple(lines), name, page if page > 1 else 0, cut=cut)


def line_of(number: int, raw: str, page: int = 0, *, starts: bool | None = None) -> Line:
    """Make one line of text, its cells parted where tabs stand."""
    if "\t" in raw:
        return row_of(number, raw.split("\t"), page)
    return Line(number, tidy(raw), None, page, " ".join(raw.split()), starts)


def row_of(number: int, cells: Sequence[str], page: int = 0) -> Line:
    """Make a line of cells."""
    clean = tuple(tidy(cell) for cell in cells)
    return Line(number, " ".join(cell for cell in clean if cell), clean, page)
