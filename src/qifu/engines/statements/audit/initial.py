"""Rules that hold accounts against this year's budget of the same unit (INI): only what both call the initial budget.

An amount that is adjusted in the year, 全年预算数 or 调整预算数, is another quantity; it is compared with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qifu.engines.statements.layouts import printed_name
from qifu.engines.statements.model import Claim
from qifu.engines.statements.money import ZERO, shown
from qifu.engines.statements.reading.claims import value_in_wan
from qifu.engines.statements.relations import Key
from qifu.engines.statements.words import compact

from .case import Case, differs
from .narrative import HOSPITALITY
from .registry import ERROR, OPENNESS, WARNING, Hit, rule

_SAID = "{place}{subject}的年初预算为{a}万元，当年预算公开的{table}为{b}万元，相差{d}万元。"
_FIX = "年初预算按当年公开的预算填列；预算后来有调整的，写明是调整后的预算数。"
_ADJUSTED = re.compile(r"调整|全年预算|追加后|变动后")

_GRAND: tuple[tuple[str, str, Key], ...] = (
    ("overall", r"总计$", ("B01", "income:grand", "amount")),
    ("income", r"^(本年)?收入(合计|总计)$", ("B02", "", "total")),
    ("expenditure", r"^(本年)?支出(合计|总计)$", ("B03", "", "total")),
    ("fiscal", r"^财政拨款(收入?、?支出?|收入|支出)(总计|总决算)$", ("B04", "income:grand", "amount")),
)


def _budget(case: Case) -> Case | None:
    """The second document, where it is a budget."""
    if case.against is None or case.against.document.kind != "budget":
        return None
    return Case(case.against)


def _initial(case: Case, topic: str, pattern: str = "") -> Iterator[tuple[Claim, Decimal]]:
    """What the text of a section calls the initial budget of this year, in 万元."""
    for claim in case.claims(topic, "initial", pattern, "万元"):
        said = value_in_wan(claim)
        before = re.split(r"[。；;]", case.paragraph(claim)[: claim.offset])[-1]
        if said is not None and case.is_of_year(claim) and not _ADJUSTED.search(compact(before)):
            yield claim, said


def _is_carried(budget: Case) -> bool:
    """Whether the budget holds money carried over, which accounts may leave out of the initial budget."""
    carried = (("B02", "", "carried"), ("B01", "income:opening", "amount"), ("B04", "income:opening", "amount"))
    return any(budget.value(key) for key in carried)


def _hit(case: Case, claim: Claim, said: Decimal, key: Key, budget: Case) -> Iterator[Hit]:
    expected = budget.value(key)
    if expected is not None:
        place = f"说明“{claim.section}”中"
        yield from _compared(case, (place, claim.subject, claim.line), said, (key[0], expected), budget)


def _compared(
    case: Case, place: tuple[str, str, int], said: Decimal, printed: tuple[str, Decimal], budget: Case
) -> Iterator[Hit]:
    """A hit where two printed initial budgets differ by more than rounding."""
    table, expected = printed
    case.checked += 1
    if differs(said, expected) == ERROR:
        values = {
            "place": place[0],
            "subject": place[1],
            "a": shown(said),
            "b": shown(expected),
            "d": f"{abs(said - expected):f}",
            "table": printed_name(table),
        }
        severity = WARNING if _is_carried(budget) else ""
        yield Hit(values, (place[2],) if place[2] else (), (shown(said), shown(expected)), severity)


@rule("INI-01", "科目的年初预算与当年预算不符", source=OPENNESS, message=_SAID, fix=_FIX)
def items(case: Case) -> Iterator[Hit]:
    """Each subject of the general budget, 类, 款 or 项, by its code."""
    budget = _budget(case)
    if budget is None or not budget.is_whole("B05"):
        return
    codes = {row.code for row in budget.model.tables["B05"].rows}
    for claim, said in _initial(case, "general"):
        row = budget.row_of_item("B05", claim.item)
        own = case.row_of_item("T05", claim.item)
        if row is None and own is not None and own.code in codes:
            row = budget.model.tables["B05"].row(own.code)
        if row is not None:
            yield from _hit(case, claim, said, ("B05", row.code, "total"), budget)
        elif own is not None and said > 0 and any(len(code) == len(own.code) for code in codes):
            for hit in _compared(
                case, (f"说明“{claim.section}”中", claim.subject, claim.line), said, ("B05", ZERO), budget
            ):
                yield Hit(hit.values, hit.lines, hit.figures, WARNING)


@rule("INI-02", "一般公共预算支出的年初预算与当年预算不符", source=OPENNESS, message=_SAID, fix=_FIX)
def general(case: Case) -> Iterator[Hit]:
    """The total of the general budget."""
    budget = _budget(case)
    if budget is not None:
        for claim, said in _initial(case, "general", r"^一般公共预算(财政拨款)?支出(合计)?$"):
            if not claim.item:
                yield from _hit(case, claim, said, ("B05", "", "total"), budget)


@rule("INI-03", "基本支出、项目支出的年初预算与当年预算不符", source=OPENNESS, message=_SAID, fix=_FIX)
def basic_and_projects(case: Case) -> Iterator[Hit]:
    """Basic and project expenditure: those of the general budget, and those of the whole."""
    budget = _budget(case)
    if budget is None:
        return
    for topic, table in (("general", "B05"), ("basic", "B05"), ("expenditure", "B03")):
        for name, column in (("基本", "basic"), ("项目", "project")):
            for claim, said in _initial(case, topic, rf"^{name}支出$"):
                if not claim.item:
                    yield from _hit(case, claim, said, (table, "", column), budget)


@rule("INI-04", "收支总计的年初预算与当年预算不符", source=OPENNESS, message=_SAID, fix=_FIX)
def grand(case: Case) -> Iterator[Hit]:
    """Totals of income and expenditure, of all money and of that of the treasury."""
    budget = _budget(case)
    if budget is not None:
        for topic, pattern, key in _GRAND:
            for claim, said in _initial(case, topic, pattern):
                yield from _hit(case, claim, said, key, budget)


@rule("INI-05", "“三公”经费的年初预算与当年预算不符", source=OPENNESS, message=_SAID, fix=_FIX)
def hospitality(case: Case) -> Iterator[Hit]:
    """The text of 三公, and the half 预算数 of its statement where the document calls it the initial budget."""
    budget = _budget(case)
    if budget is None:
        return
    printed = budget.model.tables.get("B07")
    if printed is None or printed.budget is None or budget.model.is_doubted("B07"):
        return
    for claim, said in _initial(case, "hospitality"):
        column = next((column for pattern, column in HOSPITALITY if re.search(pattern, claim.subject)), "")
        if column and not claim.item:
            expected = printed.budget.get(column) or ZERO
            yield from _compared(
                case, (f"说明“{claim.section}”中", claim.subject, claim.line), said, ("B07", expected), budget
            )
    yield from _statement(case, budget, {column: printed.budget.get(column) or ZERO for _, column in HOSPITALITY})


_COLUMNS = {
    "total": "“三公”经费",
    "abroad": "因公出国（境）费",
    "vehicles": "公务用车购置及运行维护费",
    "vehicle_purchase": "公务用车购置费",
    "vehicle_running": "公务用车运行维护费",
    "reception": "公务接待费",
}


def _statement(case: Case, budget: Case, expected: dict[str, Decimal]) -> Iterator[Hit]:
    """09表: its 预算数 is the adjusted budget by the official note, and the initial one only where this document says so."""
    table = case.model.tables.get("T09")
    if table is None or table.budget is None or case.model.is_doubted("T09"):
        return
    words = compact("".join(table.notes) + case.text_of("hospitality"))
    if "年初预算" not in words or _ADJUSTED.search(words):
        return
    place = f"{printed_name('T09')}中"
    for column, name in _COLUMNS.items():
        said = table.budget.get(column)
        if said is not None:
            yield from _compared(case, (place, name, table.at), said, ("B07", expected[column]), budget)
