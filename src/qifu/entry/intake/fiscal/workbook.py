"""Workbooks: every sheet a run of rows, numbers written as the sheet shows them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qifu.engines.statements import Line, Paper, line_of, row_of
from qifu.engines.statements.words import compact

from .problems import Unusable
from .sniff import open_archive

MOST_ROWS = 60_000
WIDEST = 80
_HEADING = re.compile(
    r"^(第[一二三四五六七八九十]部分|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.、])"
)


def read_workbook(raw: bytes, name: str) -> Paper:
    """Read a workbook, sheet after sheet.

    :raises Unusable: damaged, or absurdly long.
    """
    from openpyxl import load_workbook

    open_archive(raw).close()
    lines: list[Line] = []
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = list(_rows(sheet))
            first = next((cell for cells in rows for cell in cells if cell), "")
            lines.append(line_of(len(lines) + 1, ""))
            if not compact(first).startswith(compact(sheet.title).rstrip("0123456789")[:20]):
                lines.append(line_of(len(lines) + 1, sheet.title, starts=True))
            for place, cells in enumerate(rows):
                lines.append(_line(len(lines) + 1, cells, beside=_is_beside(rows, place)))
                if len(lines) > MOST_ROWS:
                    raise Unusable("工作簿太长，不像预决算公开文件。", "The workbook is too long.")
        book.close()
    except Unusable:
        raise
    except Exception:  # whatever a broken file makes the library raise
        raise Unusable("工作簿已损坏或没有传完，打不开，请重新下载或另存后再试。", "The workbook is damaged.") from None
    return Paper(tuple(lines), name, faithful=True)


def _rows(sheet: Any) -> Iterator[list[str]]:
    for number, row in enumerate(sheet.iter_rows(max_col=min(sheet.max_column or WIDEST, WIDEST))):
        if number > MOST_ROWS:
            return
        yield [shown(cell.value, getattr(cell, "number_format", "") or "") for cell in row]


def _is_beside(rows: list[list[str]], place: int) -> bool:
    """Whether rows of several cells stand just above or below, with no blank row between."""
    for step in (-1, 1):
        for distance in range(1, 4):
            other = place + step * distance
            held = sum(map(bool, rows[other])) if 0 <= other < len(rows) else 0
            if held > 1:
                return True
            if held == 0:
                break
    return False


def _line(number: int, cells: list[str], *, beside: bool) -> Line:
    """A row of cells; one that stands alone, or holds a sentence or a heading, is text."""
    held = [cell for cell in cells if cell]
    if len(held) <= 1 and (
        not held or not beside or (cells[0] != "" and (len(held[0]) >= 25 or _HEADING.match(held[0])))
    ):
        return line_of(number, held[0].replace("\t", " ").replace("\n", "") if held else "", starts=True)
    return row_of(number, [cell.replace("\n", "") for cell in (cells if len(cells) > 1 else [*cells, ""])])


def shown(value: object, number_format: str) -> str:
    """A cell as the sheet shows it: decimals by its format, percentages as such."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        first = number_format.split(";")[0]
        places = re.search(r"\.(0+)", first)
        if "%" in first:
            exact *= 100
        if places:
            exact = exact.quantize(Decimal(1).scaleb(-len(places[1])), rounding=ROUND_HALF_UP)
        elif first not in ("General", "", "@"):
            exact = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        else:
            exact = (
                exact.quantize(Decimal("0.0000001")).normalize() if exact.as_tuple().exponent else exact
            )  # float noise
        return f"{exact:f}" + ("%" if "%" in first else "")
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)
