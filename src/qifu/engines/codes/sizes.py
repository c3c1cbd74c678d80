"""How large a firm is by the statistical thresholds of 2017: large, medium, small or micro.

Source: 国家统计局《统计上大中小微型企业划分办法（2017）》（国统字〔2017〕213号）, table and notes. A large, medium or small
firm meets the lower bounds of all indicators of its line, otherwise it drops to the next size; one indicator below
the bound of *small* makes a firm micro. So the size is the smallest of the sizes the indicators give one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from .coverage import Coverage
from .industries import nearest
from .tables import rows

SOURCE = "《统计上大中小微型企业划分办法（2017）》（国统字〔2017〕213号）"
_TABLE = "size_classes_2017.csv"

Number = int | Decimal
Status = Literal["known", "unknown", "not_covered"]


class SizeClass(StrEnum):
    """The four sizes, largest first."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"

    @property
    def label(self) -> str:
        """What officials call it."""
        return _LABELS[self]


_LABELS = {
    SizeClass.LARGE: "大型",
    SizeClass.MEDIUM: "中型",
    SizeClass.SMALL: "小型",
    SizeClass.MICRO: "微型",
}
_ORDER = tuple(SizeClass)
INDICATORS = {"employees": "从业人员", "revenue": "营业收入", "assets": "资产总额"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower bounds of one indicator; people, or 万元."""

    indicator: str
    unit: str
    large: Decimal
    medium: Decimal
    small: Decimal

    def size(self, value: Number) -> SizeClass:
        """The largest size whose lower bound the value meets."""
        for size, bound in zip(_ORDER, (self.large, self.medium, self.small), strict=False):
            if value >= bound:
                return size
        return SizeClass.MICRO

    def bound(self, size: SizeClass) -> Decimal:
        """The lower bound of a size; that of *small* for micro, which lies below it."""
        return {SizeClass.LARGE: self.large, SizeClass.MEDIUM: self.medium}.get(size, self.small)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: the industries it names and the indicators it looks at."""

    id: str
    name: str
    industries: tuple[str, ...]
    bounds: tuple[Bounds, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison: the value seen, the size it gives and a sentence for the reader."""

    line: str
    indicator: str
    value: Number | None
    size: SizeClass | None
    text: str


@dataclass(frozen=True, slots=True)
class SizeResult:
    """The answer: `size` when known; otherwise what is still possible and which values are missing."""

    status: Status
    size: SizeClass | None
    possible: tuple[SizeClass, ...]
    missing: tuple[str, ...]
    lines: tuple[str, ...]
    trace: tuple[Step, ...]
    reason: str


@cache
def lines() -> Mapping[str, Line]:
    """The sixteen lines of the table by id."""
    found = {}
    for key, group in groupby(rows(_TABLE), lambda row: row["line"]):
        held = list(group)
        bounds = tuple(
            Bounds(r["indicator"], r["unit"], Decimal(r["large"]), Decimal(r["medium"]), Decimal(r["small"]))
            for r in held
        )
        found[key] = Line(key, held[0]["name"], tuple(held[0]["industries"].split()), bounds)
    return MappingProxyType(found)


@cache
def _coverage() -> Coverage:
    return Coverage({line.id: line.industries for line in lines().values()})


def lines_of(industry: str) -> frozenset[str | None]:
    """The lines an industry falls under; None among them where part of it is in no line; empty if unknown."""
    return _coverage().lines(industry)


def size_class(
    industry: str | None,
    employees: int | None,
    revenue: Number | None,
    assets: Number | None,
) -> SizeResult:
    """Give the size of a firm: people at the end of the year, revenue and assets of the year in 万元.

    A missing value leaves the answer unknown, unless the others already make the firm micro or the line does not
    look at it. A wide industry (`I`, `G`) is answered where all lines below it agree.

    :raises ValueError: a number of people below zero.
    """
    if employees is not None and employees < 0:
        raise ValueError("从业人员不能是负数。")
    if not industry:
        return _unknown(("industry",), _ORDER, (), (), "没有行业代码，不知道按哪一行标准划分。")
    found = lines_of(industry)
    if not found:
        return _unknown(("industry",), _ORDER, (), (), f"行业代码 {industry} 不在国民经济行业分类中。")
    if found == {None}:
        return _not_covered(industry)
    given = {"employees": employees, "revenue": revenue, "assets": assets}
    answers = [_of_line(lines()[each], given) for each in sorted(line for line in found if line)]
    return answers[0] if len(found) == 1 else _joined(industry, answers, None in found)


def _of_line(line: Line, given: Mapping[str, Number | None]) -> SizeResult:
    trace = tuple(_step(line, bounds, given[bounds.indicator]) for bounds in line.bounds)
    missing = tuple(step.indicator for step in trace if step.value is None)
    sizes = [step.size for step in trace if step.size is not None]
    limit = max(sizes, key=_ORDER.index, default=SizeClass.LARGE)
    if missing and limit is not SizeClass.MICRO:
        wanted = "、".join(INDICATORS[each] for each in missing)
        reason = f"按{line.name}的标准还缺{wanted}，至多为{limit.label}。"
        return _unknown(missing, _ORDER[_ORDER.index(limit) :], (line.id,), trace, reason)
    decided = next(step for step in trace if step.size is limit)
    reason = f"按{line.name}的标准为{limit.label}：{decided.text}"
    return SizeResult("known", limit, (limit,), (), (line.id,), trace, reason)


def _step(line: Line, bounds: Bounds, value: Number | None) -> Step:
    name = INDICATORS[bounds.indicator]
    if value is None:
        return Step(line.id, bounds.indicator, None, None, f"{name}没有数据。")
    size = bounds.size(value)
    sign = "不足" if size is SizeClass.MICRO else "达到"
    text = f"{name} {value} {bounds.unit}，{sign} {bounds.bound(size)} {bounds.unit}，属{size.label}。"
    return Step(line.id, bounds.indicator, value, size, text)


def _joined(industry: str, answers: list[SizeResult], partly: bool) -> SizeResult:
    first = answers[0]
    if not partly and all(each.status == "known" and each.size is first.size for each in answers):
        used = tuple(line for each in answers for line in each.lines)
        trace = tuple(step for each in answers for step in each.trace)
        return SizeResult("known", first.size, first.possible, (), used, trace, first.reason)
    possible = tuple(size for size in _ORDER if any(size in each.possible for each in answers))
    lacking = {name for each in answers for name in each.missing}
    missing = ("industry", *(name for name in INDICATORS if name in lacking))
    names = "、".join(lines()[line].name for each in answers for line in each.lines)
    reason = f"行业代码 {industry} 太宽，跨{names}等不同标准，请填到更细的行业。"
    used = tuple(line for each in answers for line in each.lines)
    return _unknown(missing, possible, used, tuple(s for each in answers for s in each.trace), reason)


def _unknown(
    missing: tuple[str, ...],
    possible: tuple[SizeClass, ...],
    used: tuple[str, ...],
    trace: tuple[Step, ...],
    reason: str,
) -> SizeResult:
    return SizeResult("unknown", None, possible, missing, used, trace, reason)


def _not_covered(industry: str) -> SizeResult:
    held = nearest(industry)
    name = held.name if held else industry
    reason = f"{name}不在{SOURCE}的适用范围内，不划分大中小微型。"
    return SizeResult("not_covered", None, (), (), (), (), reason)
