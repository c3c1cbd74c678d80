"""Tables as people send them: CSV in whatever encoding, or a workbook; read row by row, every cell as text.

Nothing is computed: a formula is the value that the spreadsheet kept for it, marked as such; one without a value stays
the text of its formula, so that whoever reads the row can refuse it. Row numbers are those that the person sees beside
the row in a spreadsheet.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from qifu.kernel.errors import Invalid
from qifu.kernel.files.cells import Computed
from qifu.kernel.files.kinds import kind_of

Known = Callable[[str], bool]
HEADING_WITHIN = 15  # rows: titles and remarks may stand above the heading
WIDEST, LONGEST = 200, 2000  # columns of a table, characters of a cell
_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number: a longer one has lost its end and is shown as such
_BLOCK = 1 << 20
_DELIMITERS = ",\t;|，"
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_FORMULA_TAG = re.compile(rb"<(?:\w+:)?f[ >/]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?%?$")
_UNREADABLE = "这个文件不能作为表格读取：{why}请另存为 .xlsx 或 UTF-8 的 .csv 后重新选择。"


@dataclass(frozen=True)
class Table:
    """A table that was opened: its headings, and the way to read its rows as often as wanted."""

    path: Path
    kind: str  # csv, xlsx
    headings: tuple[str, ...]
    heading_row: int
    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number, cells) below the heading; blank rows are passed over."""
        width = len(self.headings)
        for number, cells in _numbered(self.path, self.kind, self.encoding, self.delimiter, self.sheet):
            if number > self.heading_row and any(cells):
                yield number, (cells + [""] * width)[:width]


def open_table(path: Path, name: str = "", known: Known = lambda heading: False) -> Table:
    """Find out how the file is written and where its heading stands.

    :raises Invalid: it is not a table, its encoding cannot be told, or it holds no heading.
    """
    name = name or path.name
    kind = _kind(path, name)
    if kind == "xlsx":
        return _workbook(path, known)
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    place, headings = _heading(_numbered(path, "csv", encoding, delimiter, ""), known)
    return Table(path, "csv", headings, place, encoding, delimiter)


def safe_cell(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula; plain numbers stay as they are."""
    return "'" + text if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _kind(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            found = kind_of(file, name)
            empty = not file.read(1)
    except OSError:
        raise Invalid(f"文件“{name}”打不开，请检查路径和权限。", {"file": "打不开"}) from None
    if empty:
        raise Invalid(f"文件“{name}”是空的，请重新选择。", {"file": "文件是空的"})
    if found in ("csv", "txt"):
        return "csv"
    if found == "xlsx":
        return "xlsx"
    if name.lower().endswith(".xls"):
        raise _unreadable("这是旧版 .xls 工作簿。")
    if found is None and name.lower().endswith((".csv", ".txt")):
        return "csv"  # whether it is text, the whole of it will tell
    raise _unreadable("内容不是 CSV 文本，也不是 Excel 工作簿。")


def _unreadable(why: str) -> Invalid:
    return Invalid(_UNREADABLE.format(why=why), {"file": why})


def _encoding(path: Path) -> str:
    """UTF-16 by its mark, else UTF-8 if every byte fits, else GB18030 if every byte fits."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        if _fits(path, encoding):
            return encoding
    raise _unreadable("文字编码无法识别（不是 UTF-8，也不是 GB18030）。")


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if "\x00" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        head = [file.readline(100_000) for _ in range(HEADING_WITHIN)]
    counts = {mark: max(line.count(mark) for line in head) for mark in _DELIMITERS}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _workbook(path: Path, known: Known) -> Table:
    """The sheet whose heading is best recognised; the first one when none is."""
    found: list[tuple[int, Table]] = []
    for sheet in _sheets(path):
        try:
            place, headings = _heading(_numbered(path, "xlsx", "", "", sheet), known)
        except Invalid:
            continue
        found.append((sum(map(known, headings)), Table(path, "xlsx", headings, place, sheet=sheet)))
    if not found:
        raise Invalid("工作簿里没有找到带标题行的表，请检查内容。", {"file": "没有标题行"})
    return max(found, key=lambda pair: pair[0])[1]


def _sheets(path: Path) -> list[str]:
    from openpyxl import load_workbook  # twenty megabytes that only a workbook needs
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as file:  # a kept file bears no ending, by which the library would refuse it
            book = load_workbook(file, read_only=True)
            names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, TypeError):
        raise _unreadable("工作簿已损坏或加了密码。") from None
    return names


def _heading(rows: Iterator[tuple[int, list[str]]], known: Known) -> tuple[int, tuple[str, ...]]:
    """The row with most headings that are known; without any, the first row with two cells filled."""
    best: tuple[int, int, list[str]] | None = None
    for seen, (number, cells) in enumerate(rows):
        if seen >= HEADING_WITHIN:
            break
        score = sum(map(known, cells))
        if sum(map(bool, cells)) >= 2 and (best is None or score > best[0]):
            best = (score, number, cells)
    if best is None:
        raise Invalid("文件里没有找到标题行（至少两列），请检查内容。", {"file": "没有标题行"})
    cells = best[2]
    while cells and not cells[-1]:
        cells.pop()
    return best[1], tuple(" ".join(cell.split()) for cell in cells)


def _numbered(path: Path, kind: str, encoding: str, delimiter: str, sheet: str) -> Iterator[tuple[int, list[str]]]:
    return _of_sheet(path, sheet) if kind == "xlsx" else _of_text(path, encoding, delimiter)


def _of_text(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_BLOCK)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for number, cells in enumerate(reader, 1):
                yield number, [cell.strip()[:LONGEST] for cell in cells[:WIDEST]]
        except csv.Error:
            raise _unreadable(f"第 {reader.line_num} 行的引号或换行不成对。") from None


def _of_sheet(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    if not _has_formulas(path):
        yield from _cells(path, sheet, data_only=False)
        return
    kept = _cells(path, sheet, data_only=True)
    for (number, cells), (_, values) in zip(_cells(path, sheet, data_only=False), kept, strict=True):
        yield number, [_kept(cell, value) for cell, value in zip(cells, values, strict=True)]


def _has_formulas(path: Path) -> bool:
    """Whether any sheet holds one: only then is it worth reading the workbook twice."""
    try:
        with zipfile.ZipFile(path) as parts:
            return any(_holds(parts, each) for each in parts.namelist() if each.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, OSError, zlib.error):
        raise _unreadable("工作簿中途损坏。") from None


def _holds(parts: zipfile.ZipFile, name: str) -> bool:
    before = b""
    with parts.open(name) as part:
        while block := part.read(_BLOCK):
            if _FORMULA_TAG.search(before + block):
                return True
            before = block[-8:]
    return False


def _kept(cell: str, value: str) -> str:
    """The value kept for a formula; a formula without one, or with an error for one, stays as it is."""
    return Computed(value) if cell.startswith("=") and value and not value.startswith(("#", "=")) else cell


def _cells(path: Path, sheet: str, *, data_only: bool) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=data_only)
        try:
            page = book[sheet]
            page.reset_dimensions()  # many programs write a wrong extent, which would cut the table
            for number, cells in enumerate(page.iter_rows(values_only=True), 1):
                yield number, _texts(cells[:WIDEST])
        except (zipfile.BadZipFile, SyntaxError, ValueError, KeyError):
            raise _unreadable("工作簿中途损坏。") from None
        finally:
            book.close()


def _texts(cells: Sequence[object]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(value: object) -> str:
    """A cell as a person would type it: dates as 2026-01-31, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()[:LONGEST]
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and abs(value) >= _EXACT:
        return f"{value:.5E}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"
    return str(getattr(value, "text", value))[:LONGEST]  # the text of a formula over many cells
