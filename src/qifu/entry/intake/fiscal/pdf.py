"""PDF documents: text with its place on the page, tables from their rulings.

A cell that spans rows gives its text to the first of them, because a label that is centred over its rows would otherwise
stand beside one in the middle. Pages without text are scans: they go to the recogniser, where it is installed.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from qifu.engines.statements import Line, Paper, line_of, row_of

from .places import Char, Rule
from .problems import Unusable
from .scanned import recogniser
from .unruled import tables

MOST_PAGES = 400
THIN = 2.5  # points: what is thinner is a ruling
_PAGE_NUMBER = re.compile(r"[-—–·\s]*(第\s*)?\d{1,3}(\s*页)?([/共\s]*\d{1,3}(\s*页)?)?[-—–·\s]*")
_SAYS_UNIT = re.compile(r"(单位|部门|名称)\s*[:：]")  # head of a statement, however often it is printed
NEAR = 3.0  # points: rulings this close are one


@dataclass
class Sheet:
    """A page as characters and rulings, upright."""

    chars: list[Char]
    across: list[Rule]
    upright: list[Rule]
    pictures: int = 0
    width: int = 0
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of text or a row of a table, with its top; a line shows by its indent whether a paragraph begins."""

    top: float
    said: str | list[str]
    starts: bool = True


def read_pdf(raw: bytes, name: str) -> Paper:
    """Read a PDF.

    :raises Unusable: encrypted, damaged, too long, or nothing but pictures and no recogniser is installed.
    """
    document = _open(raw)
    try:
        count = len(document)
        if count > MOST_PAGES:
            raise Unusable(
                f"文件有 {count} 页，超过 {MOST_PAGES} 页的上限。请只提交部门预决算公开的那一份。",
                f"The file has {count} pages, more than {MOST_PAGES}.",
            )
        sheets: list[Sheet] = []
        scans: list[int] = []
        for index in range(count):
            sheet = _sheet(document, index)
            if not sheet.chars and sheet.pictures:
                scans.append(index)
            sheets.append(sheet)
        recognised = bool(scans) and len(scans) * 2 > count
        if recognised:
            _recognise(document, scans, sheets)
        pages = _laid_out(sheets)
        if not any(pages):
            raise Unusable("这个 PDF 里没有文字。", "The PDF holds no text.")
    except pypdfium2.PdfiumError:
        raise Unusable("PDF 已损坏或没有传完，打不开，请重新下载或导出后再试。", "The PDF is damaged.") from None
    finally:
        document.close()
    return Paper(tuple(_numbered(_without_running_heads(pages))), name, count, recognised, not recognised)


def _open(raw: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unusable("PDF 加了密码，请取消密码后再试。", "The PDF is encrypted; remove the password.") from None
        raise Unusable("PDF 已损坏或没有传完，打不开，请重新下载或导出后再试。", "The PDF is damaged.") from None


def _recognise(document: Any, scans: Sequence[int], sheets: list[Sheet]) -> None:
    engine = recogniser()
    if engine is None:
        raise Unusable(
            "这是扫描件，没有可读的文字。请改交 Word 或文字版 PDF，或由管理员安装识别组件（qifu[ocr]）。",
            "A scan without text. Hand in Word or a text PDF, or install the recogniser (qifu[ocr]).",
        )
    for index in scans:
        page = document[index]
        try:
            seen = engine.read(page)
            sheets[index] = Sheet(seen.chars, seen.across, seen.upright, width=seen.width, recognised=True)
        finally:
            page.close()


def _numbered(pages: list[list[Piece]]) -> Iterator[Line]:
    number = 0
    for page, pieces in enumerate(pages, start=1):
        for piece in pieces:
            number += 1
            if isinstance(piece.said, list):
                yield row_of(number, piece.said, page)
            else:
                yield line_of(number, piece.said, page, starts=piece.starts)


def _without_running_heads(pages: list[list[Piece]]) -> list[list[Piece]]:
    """Drop numbers of pages, and lines that stand first or last on most pages."""
    pages = [_without_number(pieces) for pieces in pages]
    if len(pages) < 4:
        return pages
    ends: Counter[str] = Counter()
    for pieces in pages:
        ends.update({text for text in _edges(pieces) if len(text) < 60 and not _SAYS_UNIT.search(text)})
    running = {text for text, count in ends.items() if count > len(pages) / 2}
    if not running:
        return pages
    return [
        [piece for piece in pieces if not (isinstance(piece.said, str) and piece.said in running)] for pieces in pages
    ]


def _edges(pieces: list[Piece]) -> list[str]:
    """The first and the last thing on a page, where they are lines of text."""
    return [piece.said for piece in (*pieces[:1], *pieces[-1:]) if isinstance(piece.said, str)]


def _without_number(pieces: list[Piece]) -> list[Piece]:
    kept = list(pieces)
    for place in (-1, 0):
        if kept and isinstance(kept[place].said, str) and _PAGE_NUMBER.fullmatch(str(kept[place].said)):
            del kept[place]
    return kept


# ---- one page --------------------------------------------------------------------------------------------------------


def _sheet(document: Any, index: int) -> Sheet:
    page = document[index]
    try:
        text = page.get_textpage()
        try:
            chars = _chars(text)
        finally:
            text.close()
        across, upright, pictures = _rulings(page)
        turn = page.get_rotation() % 360
        width, height = page.get_size()
    finally:
        page.close()
    if turn in (90, 270):
        chars, across, upright = _turned(chars, across, upright, turn, width, height)
    return Sheet(chars, across, upright, pictures, round(width))


def _chars(text: Any) -> list[Char]:
    handle = text.raw
    box = pdfium.FS_RECTF()
    place = ctypes.byref(box)
    found = []
    for index in range(pdfium.FPDFText_CountChars(handle)):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if code in (0, 10, 13, 0xFFFE) or code > 0x10FFFF or 0xD800 <= code < 0xE000:
            continue
        # the loose box is that of the line, so that a comma stands as high as the letters beside it
        pdfium.FPDFText_GetLooseCharBox(handle, index, place)
        letter = chr(code)
        if letter.isspace() and (box.right <= box.left or pdfium.FPDFText_IsGenerated(handle, index) == 1):
            continue  # a space that the document does not hold
        found.append(Char(letter, box.left, box.bottom, box.right, box.top))
    return found


def _rulings(page: Any) -> tuple[list[Rule], list[Rule], int]:
    across: list[Rule] = []
    upright: list[Rule] = []
    pictures = 0
    for item in page.get_objects(max_depth=4):
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
        elif item.type == pdfium.FPDF_PAGEOBJ_PATH:
            for (x0, y0), (x1, y1) in _segments(item.raw):
                if abs(y1 - y0) <= THIN < abs(x1 - x0):
                    across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
                elif abs(x1 - x0) <= THIN < abs(y1 - y0):
                    upright.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return across, upright, pictures


def _segments(item: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix))
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    for index in range(min(pdfium.FPDFPath_CountSegments(item), 20000)):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif last is not None:
            yield last, point
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment) and start is not None:
            yield point, start


def _turned(
    chars: list[Char], across: list[Rule], upright: list[Rule], turn: int, width: float, height: float
) -> tuple[list[Char], list[Rule], list[Rule]]:
    """Bring a page that is shown turned upright; `width` and `height` are those shown."""
    if turn == 90:  # shown x = y, shown y = (unturned width) - x
        flipped = [Char(c.text, c.bottom, height - c.right, c.top, height - c.left) for c in chars]
        return (
            flipped,
            [Rule(height - r.at, r.low, r.high) for r in upright],
            [Rule(r.at, height - r.high, height - r.low) for r in across],
        )
    flipped = [Char(c.text, width - c.top, c.left, width - c.bottom, c.right) for c in chars]
    return (
        flipped,
        [Rule(r.at, width - r.high, width - r.low) for r in upright],
        [Rule(width - r.at, r.low, r.high) for r in across],
    )


def _laid_out(sheets: Sequence[Sheet]) -> list[list[Piece]]:
    """Lines and rows of all pages; where paragraphs begin is judged by the margins of pages of one width."""
    parted = _with_unruled(sheets, [_parted(sheet) for sheet in sheets])
    margins: dict[int, tuple[float, float]] = {}
    for sheet, (_, lines) in zip(sheets, parted, strict=True):
        for line in lines:
            low, high = margins.get(sheet.width, (line[0].left, line[-1].right))
            margins[sheet.width] = (min(low, line[0].left), max(high, line[-1].right))
    pages = []
    for sheet, (rows, lines) in zip(sheets, parted, strict=True):
        found = list(rows)
        for line, starts in zip(lines, _beginnings(lines, *margins.get(sheet.width, (0.0, 0.0))), strict=True):
            if text := _joined(line).strip():
                found.append(Piece(max(c.top for c in line), text, starts))
        pages.append(sorted(found, key=lambda piece: -piece.top))
    return pages


def _parted(sheet: Sheet) -> tuple[list[Piece], list[list[Char]]]:
    """The rows of ruled tables, and the lines of text outside them."""
    rows: list[Piece] = []
    rest = sheet.chars
    for grid in _grids(sheet):
        inside = [c for c in rest if grid.holds(c)]
        rest = [c for c in rest if not grid.holds(c)]
        rows += grid.rows(inside)
    return rows, _lines(rest)


def _with_unruled(
    sheets: Sequence[Sheet], parted: Sequence[tuple[list[Piece], list[list[Char]]]]
) -> list[tuple[list[Piece], list[list[Char]]]]:
    """The pages with statements in columns without rulings as rows; pages with ruled tables and scans stay as they are."""
    bare = [None if rows or sheet.recognised else lines for sheet, (rows, lines) in zip(sheets, parted, strict=True)]
    found = tables(bare, [sheet.width for sheet in sheets])
    pages = list(parted)
    for number, table in found.items():
        lines = [line for at, line in enumerate(parted[number][1]) if at not in table.lines]
        pages[number] = ([Piece(top, cells) for top, cells in table.rows], lines)
    return pages


def _beginnings(lines: Sequence[list[Char]], margin: float, edge: float) -> list[bool]:
    """Whether a paragraph begins with each line: it is indented, or would have had room on the line before it."""
    found = []
    room = 0.0  # the first line of a page may go on with the paragraph of the page before
    for line in lines:
        size = max(line[0].top - line[0].bottom, 6.0)
        found.append(line[0].left > margin + size * 0.9 or room > _first_word(line) + size * 1.6)
        room = edge - line[-1].right
    return found


def _first_word(line: Sequence[Char]) -> float:
    """How wide the first piece of a line is that cannot be broken: a figure, a Latin word, one Chinese character."""
    end = 0
    while end + 1 < len(line) and end < 24 and line[end].text.isascii() and line[end + 1].left - line[end].right < 2:
        end += 1
    return line[end].right - line[0].left


def _lines(chars: Sequence[Char]) -> list[list[Char]]:
    """Characters gathered into lines of text, top first, each from left to right."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: -c.middle):
        last = lines[-1] if lines else None
        if last is not None and abs(last[0].middle - char.middle) < max(3.0, (char.top - char.bottom) * 0.6):
            last.append(char)
        else:
            lines.append([char])
    return [sorted(line, key=lambda c: c.left) for line in lines]


def _joined(line: Sequence[Char]) -> str:
    """The words of a line; a gap wider than a third of a character parts them."""
    text = ""
    before: Char | None = None
    for char in line:
        if char.text.isspace():
            text += " "
            before = char
            continue
        size = max(char.top - char.bottom, 4.0)
        if before is not None and char.left - before.right > size * (0.35 if char.text.isascii() else 0.8):
            text += " "
        text += char.text
        before = char
    return text


@dataclass
class _Grid:
    """A ruled table: the places of its rulings."""

    columns: list[float]
    bands: list[float]  # from the top down
    across: list[Rule]
    upright: list[Rule]

    def holds(self, char: Char) -> bool:
        x = (char.left + char.right) / 2
        return (
            self.columns[0] - 1 <= x <= self.columns[-1] + 1 and self.bands[-1] - 1 <= char.middle <= self.bands[0] + 1
        )

    def rows(self, chars: Sequence[Char]) -> list[Piece]:
        """The rows of the table as cells; a cell that spans columns or rows speaks in the first."""
        count = len(self.columns) - 1
        cells: dict[tuple[int, int], list[Char]] = {}
        for char in chars:
            band = self._band(char.middle)
            column = self._column((char.left + char.right) / 2)
            cells.setdefault(self._first(band, column), []).append(char)
        found: list[Piece] = []
        for band in range(len(self.bands) - 1):
            texts = [_cell_text(cells.get((band, column), [])) for column in range(count)]
            found.append(Piece(self.bands[band] - 0.01, texts))
        return found

    def _band(self, y: float) -> int:
        return next((i for i in range(len(self.bands) - 2) if y > self.bands[i + 1]), len(self.bands) - 2)

    def _column(self, x: float) -> int:
        return next((i for i in range(len(self.columns) - 2) if x < self.columns[i + 1]), len(self.columns) - 2)

    def _first(self, band: int, column: int) -> tuple[int, int]:
        middle = (self.bands[band] + self.bands[band + 1]) / 2
        while column > 0 and not _crossed(self.upright, self.columns[column], middle):
            column -= 1
        centre = (self.columns[column] + self.columns[column + 1]) / 2
        while band > 0 and not _crossed(self.across, self.bands[band], centre):
            band -= 1
        return band, column


def _crossed(rules: Sequence[Rule], at: float, where: float) -> bool:
    return any(abs(rule.at - at) <= NEAR and rule.low - 1 <= where <= rule.high + 1 for rule in rules)


def _cell_text(chars: Sequence[Char]) -> str:
    text = ""
    for line in _lines(chars):
        piece = _joined(line).strip()
        if text and piece and text[-1].isascii() and piece[0].isascii() and (text[-1].isalpha() or piece[0].isalpha()):
            text += " "
        text += piece
    return text


def _grids(sheet: Sheet) -> list[_Grid]:
    """The ruled tables of a page: rulings that touch each other belong together."""
    if len(sheet.across) < 2 or len(sheet.upright) < 2:
        return []
    parts = _touching(sheet.across, sheet.upright)
    found = []
    for across, upright in parts:
        columns = _merged([rule.at for rule in upright])
        bands = _merged([rule.at for rule in across])[::-1]
        if len(columns) >= 2 and len(bands) >= 2:
            found.append(_Grid(columns, bands, across, upright))
    return found


def _merged(places: Sequence[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > NEAR:
            found.append(place)
    return found


def _touching(across: Sequence[Rule], upright: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Part rulings into tables: by bands of the page that upright rulings cover without a gap."""
    spans: list[list[float]] = []
    for rule in sorted(upright, key=lambda r: r.low):
        if spans and rule.low <= spans[-1][1] + NEAR:
            spans[-1][1] = max(spans[-1][1], rule.high)
        else:
            spans.append([rule.low, rule.high])
    return [
        (
            [r for r in across if low - NEAR <= r.at <= high + NEAR],
            [r for r in upright if low - NEAR <= r.low and r.high <= high + NEAR],
        )
        for low, high in spans
    ]
