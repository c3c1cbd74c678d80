"""Reading statements by functional subject: code, name and the columns of each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.layouts import Layout
from qifu.engines.statements.model import Amounts, Repair, Row, Statement, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.subjects import names_of
from qifu.engines.statements.words import compact, is_chinese, within_one

from . import grid
from .frames import Trouble, data_lines
from .headings import HEADS, as_printed, is_headed
from .loose import is_doubtful
from .unplaced import NO_PLACES, Unplaced, agreed, settle

_CODED = re.compile(r"(?:^|\s)((?:\d{7}|\d{5}|\d{3})(?:\s+(?:\d{7}|\d{4}|\d{2}))*\s+)(\D.*)$")
_BROKEN = re.compile(r"\d\s*[.,，、'’]\s*\d*$")  # part of a figure that stayed with the words before it
_Taken = tuple[Line, str, str, list[Decimal] | None]  # without figures: the row is blank; without any: they are open
ENOUGH = 3  # rows from which on they show where a table has its names


def printed_columns(layout: Layout, lines: Sequence[Line]) -> Layout:
    """The layout with just the columns that this table prints, where its heading shows that some are left out.

    Tables that number their columns are complete when the numbers are; damaged headings change nothing.
    """
    head, widest, numbers = _head_words(lines)
    if numbers >= len(layout.columns) or not head:
        return layout
    found = [column for column in layout.columns if column in HEADS and HEADS[column].search(head)]
    missing = [column for column in layout.columns if column not in found]
    if not missing or len(found) < 2 or found[0] != layout.columns[0]:
        return layout
    if widest != len(found) and not is_headed(replace(layout, columns=tuple(found)), lines):
        return layout
    return replace(layout, columns=tuple(found))


def _head_words(lines: Sequence[Line]) -> tuple[str, int, int]:
    """Words above the first row of figures, the most figures in a row, and how many columns are numbered."""
    head, widest, numbers = "", 0, 0
    for line in lines:
        cells = list(line.cells) if line.cells is not None else (line.raw or line.text).split()
        if places := grid.is_column_numbers(line):
            numbers = max(numbers, len(places))
            continue
        whole = line.cells is not None and len(grid.figures_of(cells))
        figures = [cell for cell in cells if "." in cell and amount(cell) is not None]
        widest = max(widest, len(figures), whole)
        if not widest:
            head += compact("".join(cells))
    return head, widest, numbers


def read_subjects(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    whole = layout
    layout = as_printed(printed_columns(layout, data_lines(lines)), lines)
    found = _subject_rows(base, layout, lines, trouble)
    if layout.columns == whole.columns:
        return found
    blank: Amounts = dict.fromkeys(whole.columns)
    return replace(found, rows=tuple(replace(row, amounts=blank | row.amounts) for row in found.rows))


def _subject_rows(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    ruled = any(line.is_row for line in lines)
    rows = (
        _ruled_rows(base.id, layout, data_lines(lines), trouble)
        if ruled
        else _unruled_rows(base.id, layout, data_lines(lines), trouble)
    )
    return replace(base, rows=tuple(rows))


def _ruled_rows(statement: str, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> list[Row]:
    numbered = next((found for line in lines if line.cells and (found := grid.is_column_numbers(line))), None)
    raw = _join_wrapped(lines)
    if not raw:
        return []
    start = grid.first_column(raw, numbered)
    usual = Counter(row.name_at for row in raw if not row.is_total)
    name_at = usual.most_common(1)[0][0] if usual else raw[0].name_at
    if numbered and (usual.total() < ENOUGH or numbered[0] - 1 in usual):
        name_at = numbered[0] - 1  # names stand before the first numbered column
    width = Counter(row.width for row in raw).most_common(1)[0][0]
    rows = []
    for each in raw:
        where = f"{statement} 第{each.line.number}行"
        try:
            amounts = grid.placed(each, statement, layout.columns, start, name_at, numbered, width)
        except ValueError:
            amounts = dict.fromkeys(layout.columns)
            trouble.unreadable.append(
                Unreadable(where, each.line.text, "数字多于栏数，不能确定各在哪一栏", each.line.number)
            )
        rows.append(_row(statement, each, amounts, trouble))
    return rows


def _join_wrapped(lines: Sequence[Line]) -> list[grid.RawRow]:
    """Rows of a statement; a row that only goes on with a name is joined to the one before."""
    found: list[grid.RawRow] = []
    for line in lines:
        if not line.is_row:
            continue
        row = grid.raw_row(line)
        if row is not None:
            found.append(row)
        elif found and not found[-1].is_total and line.alone and is_chinese(line.alone):
            last = found[-1]
            joined = compact(last.name + line.alone)
            code, _ = grid.code_of(last.codes, last.name)
            if any(compact(name).startswith(joined) for name in names_of(code)):
                last.name += line.alone
    return found


def _row(statement: str, each: grid.RawRow, amounts: Amounts, trouble: Trouble) -> Row:
    if each.is_total:
        return Row("", "合计", amounts, each.line.number)
    code, guessed = grid.code_of(each.codes, each.name)
    name = each.name
    where = f"{statement}.{code}"
    if guessed:
        why = "科目名称与类款项编码的对应关系只允许这一个编码"
        trouble.repairs.append(Repair(f"{where}.code", " ".join(each.codes), code, why, each.line.number))
    if trouble.recognised and (official := _misread_name(code, name)):
        why = "扫描件识别差一字，与编码的科目名称一致"
        trouble.repairs.append(Repair(f"{where}.name", name, official, why, each.line.number))
        name = official
    if len(code) not in (3, 5, 7):
        trouble.unreadable.append(Unreadable(f"{where}.code", " ".join(each.codes), "科目编码残缺", each.line.number))
    return Row(code, name, amounts, each.line.number)


def _misread_name(code: str, name: str) -> str:
    """The official name of a code from which the printed one is one character away; empty when none or more are."""
    plain = compact(name)
    if any(compact(known) == plain for known in names_of(code)):
        return ""
    near = [known for known in names_of(code) if within_one(plain, compact(known))]
    return near[0] if len(near) == 1 and len(plain) > 2 else ""


def _unruled_rows(statement: str, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> list[Row]:
    taken: list[_Taken] = []
    words: list[str] = []
    for line in lines:
        text, figures = grid.trailing_figures(line.raw or line.text)
        if grid.is_column_numbers(line):
            continue
        if not figures or (len(figures) == 1 and not text and float(figures[0]).is_integer() and figures[0] > 99):
            words.append(line.raw or line.text)
            continue
        if is_doubtful(line) or _BROKEN.search(text):
            figures = []
        if words and _CODED.match(text + " ") and (blank := _CODED.search(" ".join(words))):
            code, _ = grid.code_of(blank[1].split(), "".join(blank[2].split()))
            taken.append(
                (line, code, "".join(blank[2].split()), None)
            )  # a row without figures ends where a code begins
            words = []
        joined = " ".join([*words, text]).strip()
        words = []
        if found := _CODED.search(joined):
            name = "".join(found[2].split())
            code, guessed = grid.code_of(found[1].split(), name)
            if guessed:
                why = "科目名称与类款项编码的对应关系只允许这一个编码"
                trouble.repairs.append(Repair(f"{statement}.{code}.code", found[1].strip(), code, why, line.number))
            taken.append((line, code, name, figures))
        elif re.search(r"合\s*计$", joined) or not (taken or joined):
            taken.append((line, "", "合计", figures))
        else:
            trouble.unreadable.append(
                Unreadable(f"{statement} 第{line.number}行", line.text, "没有科目编码，不能归入任何一行", line.number)
            )
    return _without_places(statement, layout, taken, trouble)


def _without_places(statement: str, layout: Layout, taken: Sequence[_Taken], trouble: Trouble) -> list[Row]:
    """Settle the columns of rows whose figures carry no places: blank cells have left no trace."""
    columns = _used_columns(statement, layout, taken)
    if columns != layout.columns:
        trouble.assumed[statement] = columns
    blank: Amounts = dict.fromkeys(columns)
    ways = [
        Unplaced(code, [blank] if figures is None else grid.spread(figures, statement, columns))
        for _, code, _, figures in taken
    ]
    settle(ways, columns)
    rows = []
    for (line, code, name, _), way in zip(taken, ways, strict=True):
        amounts: Amounts = dict.fromkeys(layout.columns)
        if way.only is not None:
            amounts.update(way.only)
        else:
            amounts |= agreed(way.ways)
            trouble.unreadable.append(Unreadable(f"{statement}.{code or '合计'}", line.text, NO_PLACES, line.number))
        rows.append(Row(code, name, amounts, line.number))
    return rows


def _used_columns(statement: str, layout: Layout, taken: Sequence[_Taken]) -> tuple[str, ...]:
    """The columns that hold anything: as many as the total row has figures, from the first on, when they add up.

    That they are the first ones is assumed here; `reading.proof` asks the rest of the document whether it is so.
    """
    total = next((figures or [] for _, code, _, figures in taken if not code), [])
    most = max((len(figures or ()) for _, _, _, figures in taken), default=0)
    width = len(total) if len(total) == most else 0
    least = 1 if statement == "T02" else 2  # of 基本 and 项目 alone, nothing tells which
    if not least < width < len(layout.columns):
        return layout.columns
    if statement == "T02" and width > least + 1:
        return layout.columns  # beside 财政拨款 any other kind of income may stand
    columns = layout.columns[:width]
    return columns if grid.adds_up(statement, dict(zip(columns, total, strict=True))) else layout.columns
