"""Statements turned on their side, brought into the official layout: 三公 with its items below each other, subjects side by side.

Headings must force the place of every figure. Where they do not, the figures are taken out and the statement is named as
not understood; what the official statement does not have (last year, changes) is taken out and named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qifu.engines.statements.layouts import column_name
from qifu.engines.statements.model import Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line, row_of
from qifu.engines.statements.words import compact, is_chinese, unnumbered

from . import grid
from .economic import without_halves
from .frames import Trouble
from .headings import HEADS, HOSPITALITY
from .other_years import without_others
from .outline import Region

_ITEMS = {
    "abroad": re.compile(r"^因公出国"),
    "vehicles": re.compile(r"^公务用车(购置(及|和|与)运行|费?(用|支出)?$)"),
    "vehicle_purchase": re.compile(r"^公务用车购置"),
    "vehicle_running": re.compile(r"^公务用车运行"),
    "reception": re.compile(r"^公务接待费?(支出)?$"),
    "total": re.compile(r"^(合计|总计|“?三公“?经费.{0,6})$"),
}
_COUNTED = re.compile(r"个数|人次|批次|团组|辆|台|人数|\(个\)|\(次\)")
_MONEY_OR_UNIT = re.compile(r"单位[:：]|部门[:：]")
_YEAR = re.compile(r"20\d\d")
_NUMBERS = re.compile(r"^(行次|栏次|序号)$")
_BESIDE = re.compile(r"增减|增长|增幅|变动|差额|差异|比|率|%|备注|说明|原因")
_LAST = re.compile(r"上年|去年|上一年|以前年度")
_CODE = re.compile(r"^\d{3}(?:\d{2}){0,2}$")
_UNFORCED = "栏目的标题定不出各栏是预算数还是决算数，没有读入"
_LACKING = "这张表没有{what}一栏"
_FOREIGN = "“{head}”不是这张表的固定栏目，没有读入"
_HALVES = {"budget": "预算数", "actual": "决算数"}


def upright(region: Region, trouble: Trouble) -> Region:
    """The statement in the official layout; as it is, where it is not turned."""
    if region.layout.shape == "hospitality":
        return _listed_items(region, trouble) or _more_halves(region, trouble) or region
    if region.layout.shape == "subjects":
        return _subjects_across(region) or region
    if region.layout.shape == "ledger":
        return without_others(region, _half, (_YEAR.search(region.title.alone) or [""])[0], trouble)
    if region.layout.shape == "economic":
        return replace(region, lines=without_halves(region.lines))
    return region


@dataclass(frozen=True)
class _Column:
    """A column of figures: where it stands, what its heading says, and which half of the statement it is."""

    at: int
    head: str
    half: str  # budget, actual; beside: no column of the statement; number: the number of the row; "": cannot be told


def _halves(region: Region) -> tuple[str, ...]:
    return ("budget", "actual") if region.layout.kind == "final_accounts" else ("budget",)


def _listed_items(region: Region, trouble: Trouble) -> Region | None:
    """三公 with one item below the other, as its one official row; None where it is not printed so."""
    found = [(line, item) for line in region.lines if line.is_row and (item := _item(line)) is not None]
    labels = max((at for _, (_, at) in found), default=0)
    places = sorted(
        {i for line, _ in found for i, cell in enumerate(line.cells or ()) if i > labels and _is_figure(cell)}
    )
    items = [item for _, (item, _) in found]
    if len(found) < 2 or not places:
        return None
    first = region.lines.index(found[0][0])
    columns = _columns(region, region.lines[:first], places)
    kept = [line for line in region.lines if all(line is not each for each, _ in found)]
    taken = _taken(region, columns)
    if taken is None or len(set(items)) < len(items):
        return _unforced(region, kept, "、".join(each.head for each in columns), trouble)
    rows = {item: line.cells or () for line, (item, _) in found}
    cells = [
        _cell(rows.get(item, ()), taken.get(half, -1)) for half in _halves(region) for item in region.layout.columns
    ]
    _name_the_rest(region, columns, taken, trouble)
    return replace(region, lines=[*kept[:first], row_of(found[0][0].number, cells), *kept[first:]])


def _item(line: Line) -> tuple[str, int] | None:
    """The item of a row and where its name stands; 小计 is the whole of the item before it."""
    words = [(i, compact(cell)) for i, cell in enumerate(line.cells or ()) if is_chinese(cell)]
    figures = [i for i, cell in enumerate(line.cells or ()) if _is_figure(cell)]
    words = [(i, word) for i, word in words if not figures or i < figures[-1]]
    for i, word in reversed(words):
        plain = compact(unnumbered(re.sub(r"^其中[:：]?", "", compact(unnumbered(word)))))
        if plain == "小计" or _COUNTED.search(plain):
            continue
        item = next((name for name, pattern in _ITEMS.items() if pattern.match(plain)), None)
        return (item, i) if item else None
    return None


def _is_figure(cell: str) -> bool:
    return amount(cell) is not None


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if 0 <= at < len(cells) else ""


def _columns(region: Region, heads: Sequence[Line], places: Sequence[int]) -> list[_Column]:
    """What the headings say of each place."""
    words = {at: "".join(_stack(heads, at)) for at in places}
    if region.layout.kind == "budget" and len(places) == 1 and re.fullmatch(r"|金额|合计|本年.*", words[places[0]]):
        return [_Column(places[0], words[places[0]], "budget")]  # a budget with one column has nothing else to say
    year = _year(region, words)
    return [_Column(at, words[at], _half(words[at], year)) for at in places]


def _stack(heads: Sequence[Line], at: int) -> list[str]:
    """The headings above a place, the lowest last; one that spans columns counts for each that has a heading below it."""
    rows = [
        line.cells
        for line in heads
        if line.cells
        and len(line.cells) > at
        and not grid.is_column_numbers(line)
        and not _MONEY_OR_UNIT.search(line.text)
    ]
    found: list[str] = []
    for k, cells in enumerate(rows):
        here = compact(cells[at])
        if not here and any(compact(below[at]) for below in rows[k + 1 :]) and not any(row[at] for row in rows[:k]):
            here = next((compact(cell) for cell in reversed(cells[:at]) if cell), "")
        if here:
            found.append(here)
    return found


def _year(region: Region, words: Mapping[int, str]) -> str:
    """The year of the statement: that of its title, else the latest that its own kind of figures bears."""
    if found := _YEAR.search(region.title.alone):
        return found[0]
    own = "预算" if region.layout.kind == "budget" else "决算|执行|实际"
    return max((year for word in words.values() if re.search(own, word) for year in _YEAR.findall(word)), default="")


def _half(head: str, year: str) -> str:
    if _NUMBERS.match(head):
        return "number"
    years = set(_YEAR.findall(head))
    if _BESIDE.search(head) or _LAST.search(head) or (years and year and years != {year}):
        return "beside"
    is_budget, is_actual = "预算" in head, bool(re.search(r"决算|执行|实际|支出数", head))
    if is_budget == is_actual:
        return ""
    return "budget" if is_budget else "actual"


def _taken(region: Region, columns: Sequence[_Column]) -> dict[str, int] | None:
    """Half → the one place that holds it; None where a heading says nothing or two say the same."""
    halves = [each.half for each in columns if each.half not in ("beside", "number")]
    if not halves or len(set(halves)) < len(halves) or not set(halves) <= set(_halves(region)):
        return None
    return {each.half: each.at for each in columns if each.half in halves}


def _name_the_rest(region: Region, columns: Sequence[_Column], taken: Mapping[str, int], trouble: Trouble) -> None:
    name, at = region.layout.id, region.title.number
    for half in _halves(region):
        if half not in taken:
            trouble.unreadable.append(Unreadable(f"{name} 第{at}行", "", _LACKING.format(what=_HALVES[half]), at))
    for head in dict.fromkeys(each.head for each in columns if each.half == "beside"):
        trouble.unreadable.append(Unreadable(f"{name}“{head}”栏", head, _FOREIGN.format(head=head), at))


def _unforced(region: Region, kept: Sequence[Line], raw: str, trouble: Trouble) -> Region:
    number = region.title.number
    trouble.unreadable.append(Unreadable(f"{region.layout.id} 第{number}行", raw, _UNFORCED, number))
    return replace(region, lines=list(kept))


def _more_halves(region: Region, trouble: Trouble) -> Region | None:
    """三公 in one row with more than its official halves: those that the headings name once; None for any other."""
    columns = region.layout.columns
    official = len(columns) * len(_halves(region))
    rows = [
        line for line in region.lines if line.is_row and not is_chinese(line.text) and not grid.is_column_numbers(line)
    ]
    rows = [
        line for line in rows if _width(line, region) >= official + len(columns) and grid.figures_of(line.cells or ())
    ]
    if len(rows) != 1:
        return None
    line = rows[0]
    heads = region.lines[: region.lines.index(line)]
    kept = [each for each in region.lines if each is not line]
    stacks = {at: _stack(heads, at) for at in range(len(line.cells or ()))}
    stacks = {at: stack for at, stack in stacks.items() if len(stack) > 1}
    year = _year(region, {at: "".join(stack) for at, stack in stacks.items()})
    found: dict[tuple[str, str], list[int]] = {}
    for at, stack in stacks.items():
        item = next((name for name, pattern in HOSPITALITY.items() if pattern.search(stack[-1])), "")
        found.setdefault((_half(stack[0], year), item), []).append(at)
    wanted = [(half, item) for half in _halves(region) for item in columns]
    if not all(len(found.get(pair, ())) == 1 for pair in wanted):
        return _unforced(region, kept, line.text, trouble)
    cells = [_cell(line.cells or (), found[pair][0]) for pair in wanted]
    groups = [_Column(at, stack[0], _half(stack[0], year)) for at, stack in stacks.items()]
    _name_the_rest(region, groups, dict.fromkeys(_halves(region), 0), trouble)
    return replace(
        region,
        lines=[
            row_of(line.number, cells) if each is line else each
            for each in region.lines
            if each in kept or each is line
        ],
    )


def _width(line: Line, region: Region) -> int:
    """How many cells the row has, without those at its end that neither it nor any other row of the statement fills."""
    return max(
        (i + 1 for each in region.lines for i, cell in enumerate((each.cells or ())[: len(line.cells or ())]) if cell),
        default=0,
    )


def _subjects_across(region: Region) -> Region | None:
    """Subjects side by side with basic, project … below each other, as official rows; None where that is not forced."""
    codes = names = None
    amounts: dict[str, Line] = {}
    used: list[Line] = []
    for line in region.lines:
        label = _label(line)
        if not label:
            continue
        column = _only_column(region, label)
        if re.search(r"编码$", label):
            codes = line if codes is None else None
        elif re.search(r"名称$", label):
            names = line if names is None else None
        elif column and grid.figures_of(line.cells or ()):
            if column in amounts:
                return None
            amounts[column] = line
        else:
            continue
        used.append(line)
    if codes is None or names is None or "total" not in amounts or len(amounts) < 2:
        return None
    held = sorted({at for line in amounts.values() for at in grid.figures_of(line.cells or ())})
    subjects = {at: (_cell(codes.cells or (), at), _cell(names.cells or (), at)) for at in held}
    if not all(_CODE.match(code) or re.match(r"^(合计|总计)$", compact(name)) for code, name in subjects.values()):
        return None
    layout = region.layout
    number = amounts["total"].number
    head = ["科目编码", "科目名称", *(column_name(layout.id, column) for column in layout.columns)]
    rows = [
        row_of(
            number, [code, name, *(_cell(amounts[c].cells or () if c in amounts else (), at) for c in layout.columns)]
        )
        for at, (code, name) in sorted(subjects.items(), key=lambda item: (item[1][0] != "", item[0]))
    ]
    first = region.lines.index(used[0])
    kept = [line for line in region.lines if all(line is not each for each in used)]
    return replace(region, lines=[*kept[:first], row_of(used[0].number, head), *rows, *kept[first:]])


def _label(line: Line) -> str:
    """What a row calls itself, where its first cell that holds anything is a name and at least two cells follow."""
    held = [compact(cell) for cell in line.cells or () if cell]
    return held[0] if len(held) > 2 and is_chinese(held[0]) else ""


def _only_column(region: Region, label: str) -> str:
    found = [name for name in region.layout.columns if name in HEADS and HEADS[name].search(label)]
    return found[0] if len(found) == 1 else ""
