"""Reading basic expenditure by economic subject, printed in one, two or three groups side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.layouts import Layout
from qifu.engines.statements.model import Row, Statement
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line, row_of
from qifu.engines.statements.words import compact, is_chinese

from .frames import Trouble, data_lines, display

_HALVES, _WHOLE = ("人员经费", "公用经费"), ("合计", "小计", "金额", "决算数")
_CODE_AND_NAME = re.compile(r"^[\[［【(（〔]?(3\d{2}(?:\d{2})?)[\]］】)）〕]?[\s_:：.-]*([\u4e00-\u9fff].*)$")
_ECONOMIC_CODE = re.compile(r"^3\d{2}(\d{2})?$")


def read_economic(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    rows: list[Row] = []
    personnel = public = None
    seen: set[str] = set()
    for line in data_lines(lines):
        cells = _with_codes_apart(line.cells or _split_economic(line.raw or line.text))
        personnel = personnel if personnel is not None else _labelled(cells, "人员经费合计")
        public = public if public is not None else _labelled(cells, "公用经费合计")
        if personnel is None and public is None and (halves := _halves(cells)):
            personnel, public = halves
        for code, name, value in _economic_groups(cells):
            if code in seen:
                continue
            seen.add(code)
            rows.append(Row(code, name, {"amount": value}, line.number))
    return replace(
        base, rows=tuple(sorted(rows, key=lambda row: row.code)), personnel_total=personnel, public_total=public
    )


def without_halves(lines: Sequence[Line]) -> list[Line]:
    """The lines without the columns 人员经费 and 公用经费 that repeat the column of totals; as they are where one disagrees."""
    head = next((line for line in lines if _is_head_of_halves(line)), None)
    if head is None or head.cells is None:
        return list(lines)
    at = {word: i for i, cell in enumerate(head.cells) for word in (compact(cell),) if word in (*_HALVES, *_WHOLE)}
    whole = next(at[word] for word in _WHOLE if word in at)
    return [_without_halves(line, whole, [at[word] for word in _HALVES]) for line in lines]


def _is_head_of_halves(line: Line) -> bool:
    words = [compact(cell) for cell in line.cells or ()]
    return all(words.count(word) == 1 for word in _HALVES) and sum(words.count(word) for word in _WHOLE) == 1


def _without_halves(line: Line, whole: int, halves: Sequence[int]) -> Line:
    cells = list(line.cells or ())
    if len(cells) <= max(whole, *halves) or not any(_ECONOMIC_CODE.match(compact(cell)) for cell in cells[:whole]):
        return line
    code = next(compact(cell) for cell in cells[:whole] if _ECONOMIC_CODE.match(compact(cell)))
    own, other = (halves[0], halves[1]) if code[:3] in ("301", "303") else (halves[1], halves[0])
    if amount(cells[whole]) is None or amount(cells[own]) != amount(cells[whole]) or amount(cells[other]):
        return line
    cells[own] = cells[other] = ""
    return row_of(line.number, cells, line.page)


def _halves(cells: Sequence[str]) -> tuple[Decimal, Decimal] | None:
    """人员经费 and 公用经费 of a total row that prints 合计, 人员经费 and 公用经费 side by side."""
    words = [compact(cell) for cell in cells if is_chinese(cell)]
    figures = [value for cell in cells if "." in cell and (value := amount(cell)) is not None]
    if words != ["合计"] or len(figures) != 3 or abs(figures[0] - figures[1] - figures[2]) > Decimal("0.02"):
        return None
    return figures[1], figures[2]


def _with_codes_apart(cells: Sequence[str]) -> list[str]:
    """The cells with code and name in cells of their own, where one cell holds both: 30101基本工资."""
    found: list[str] = []
    for cell in cells:
        both = _CODE_AND_NAME.match(cell)
        found += [both[1], both[2]] if both else [cell]
    return found


def _split_economic(text: str) -> list[str]:
    return re.sub(r"(?<=\d)\s+(?=[一-鿿])|(?<=[一-鿿）)])\s+(?=\d)|(?<=\d)\s+(?=3\d{2}(?:\d{2})?\s)", "\t", text).split(
        "\t"
    )


def _economic_groups(cells: Sequence[str]) -> list[tuple[str, str, Decimal | None]]:
    found = []
    places = [i for i, cell in enumerate(cells) if _ECONOMIC_CODE.match(compact(cell)) and _named_next(cells, i)]
    for k, i in enumerate(places):
        end = places[k + 1] if k + 1 < len(places) else len(cells)
        name = next((cell for cell in cells[i + 1 : end] if is_chinese(cell)), "")
        if "合计" in name:
            continue
        values = [value for cell in cells[i + 1 : end] if (value := amount(cell)) is not None]
        found.append((compact(cells[i]), display(name), values[0] if values else None))
    return found


def _named_next(cells: Sequence[str], place: int) -> bool:
    return any(is_chinese(cell) for cell in cells[place + 1 : place + 3])


def _labelled(cells: Sequence[str], label: str) -> Decimal | None:
    """The figure that belongs to a label of the closing row; whole numbers that strayed in are passed over."""
    short = label[1:]
    at = next(
        (
            i
            for i, cell in enumerate(cells)
            if compact(cell).endswith((label, short)) and (label[:2] in compact(cell) or label[1:4] in compact(cell))
        ),
        None,
    )
    if at is None:
        return None
    values = []
    for cell in cells[at + 1 :]:
        if is_chinese(cell):
            break
        if (value := amount(cell)) is not None:
            values.append((("." in cell), value))
    exact = [value for has_point, value in values if has_point]
    held = exact or [value for _, value in values]
    return held[-1] if held else None
