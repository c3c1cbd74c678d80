"""Digits destroyed by rule: a formatter or font map that replaced the digit before every thousands comma.

Then totals of the text differ from those of the statements, sums do not close, and a checker that takes them at their word
reports dozens of errors that are none. The signs: in one layer of the document a place beside the comma shows one digit
only, over many distinct figures, while another layer does not, and the figures with that place masked hit amounts of the
other layer. What is mended is named; what stays doubtful is called unreadable.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qifu.engines.statements.model import Repair, Statement, Unreadable
from qifu.engines.statements.paper import Line

GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:[,，]\d{3})+(?:\.\d{1,2})?(?![\d,])")
ENOUGH = 8
WHY = "数字疑因格式转换损坏：千分位前一位全文都是{digit}，遮去这一位后与报表中的{count}个数唯一相符"


@dataclass
class Mended:
    """Lines after mending, and what was done."""

    lines: tuple[Line, ...]
    repairs: tuple[Repair, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


def amounts_of(tables: Iterable[Statement]) -> set[str]:
    """Every amount of the statements that would carry a thousands comma, with two decimals."""
    found: set[str] = set()
    for table in tables:
        cells = [row.amounts for row in table.rows] + [e.amounts for e in (*table.income, *table.expenditure)]
        cells += [half for half in (table.budget, table.actual) if half]
        held = [value for amounts in cells for value in amounts.values()] + [table.personnel_total, table.public_total]
        found |= {f"{value:.2f}" for value in held if value is not None and value >= 1000}
    return found


def mend_digits(lines: Sequence[Line], statement_lines: set[int], tables: Iterable[Statement]) -> Mended:
    """Mend the layer of text and forms where the digit before the comma was replaced by rule."""
    outside = [line for line in lines if line.number not in statement_lines]
    digit = _constant_digit(outside)
    if digit is None:
        return Mended(tuple(lines))
    amounts = amounts_of(tables)
    if _constant_amounts(amounts) == digit:
        return Mended(tuple(lines))  # the statements show the same digit: nothing tells damage from fact
    figures = {found[0] for line in outside for found in GROUPED.finditer(line.text)}
    hits = {figure: _matching(figure, digit, amounts) for figure in figures}
    if sum(len(found) >= 1 for found in hits.values()) * 2 < len(figures):
        return Mended(tuple(lines))
    return _replaced(lines, statement_lines, digit, hits, len(amounts))


def _before_commas(figure: str) -> list[str]:
    return [figure[i - 1] for i, letter in enumerate(figure) if letter in ",，"]


def _constant_digit(lines: Sequence[Line]) -> str | None:
    figures = {found[0] for line in lines for found in GROUPED.finditer(line.text)}
    digits = Counter(digit for figure in figures for digit in _before_commas(figure))
    if len(figures) < ENOUGH or len(digits) != 1:
        return None
    return next(iter(digits))


def _constant_amounts(amounts: set[str]) -> str | None:
    digits = Counter(each[:-6][-1] for each in amounts if len(each) > 6)
    return next(iter(digits)) if len(digits) == 1 and sum(digits.values()) >= 3 else None


def _matching(figure: str, digit: str, amounts: set[str]) -> list[str]:
    """Amounts of the statements that the figure may have been, its destroyed digits masked."""
    plain = "".join(
        "?" if i + 1 < len(figure) and figure[i + 1] in ",，" else letter for i, letter in enumerate(figure)
    )
    plain = plain.replace(",", "").replace("，", "")
    whole, _, part = plain.partition(".")
    pattern = re.compile(
        f"{re.escape(whole)}".replace(r"\?", r"\d").replace("?", r"\d")
        + r"\."
        + re.escape(part)
        + r"\d" * (2 - len(part))
    )
    return sorted(each for each in amounts if pattern.fullmatch(each))


def _replaced(
    lines: Sequence[Line], statement_lines: set[int], digit: str, hits: dict[str, list[str]], count: int
) -> Mended:
    repairs: list[Repair] = []
    doubts: list[Unreadable] = []
    changed = []

    def mended(found: re.Match[str], line: Line) -> str:
        options = hits.get(found[0], [])
        if len(options) == 1:
            value = options[0] if "." in found[0] else options[0].split(".")[0]
            if Decimal(value) != Decimal(found[0].replace(",", "").replace("，", "")):
                repairs.append(Repair("正文", found[0], value, WHY.format(digit=digit, count=count), line.number))
            return value
        doubts.append(Unreadable("正文", found[0], "千分位前一位疑已损坏，有不止一个或没有可能的数", line.number))
        return found[0].replace(",", "").replace("，", "")

    for line in lines:
        if line.number in statement_lines or not GROUPED.search(line.text):
            changed.append(line)
            continue
        text = GROUPED.sub(lambda found, line=line: mended(found, line), line.text)  # type: ignore[misc]
        cells = None if line.cells is None else tuple(_cell(cell, hits) for cell in line.cells)
        changed.append(replace(line, text=text, cells=cells, raw=_cell(line.raw, hits)))
    return Mended(tuple(changed), tuple(repairs), tuple(doubts))


def _cell(text: str, hits: dict[str, list[str]]) -> str:
    def one(found: re.Match[str]) -> str:
        options = hits.get(found[0], [])
        plain = found[0].replace(",", "").replace("，", "")
        return (options[0] if "." in found[0] else options[0].split(".")[0]) if len(options) == 1 else plain

    return GROUPED.sub(one, text)
