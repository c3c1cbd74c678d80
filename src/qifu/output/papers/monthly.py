"""The monthly work report: every room's figures of a month beside the month before, the year before and the year so far.

Nothing is counted here: the values come from the registry of measures, and the sentences only word them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from qifu.kernel.measures import DAY, Ask, Measure, Value, measures, rooms

SAID = 4  # figures of a room that its sentence words
Count = Callable[[Ask], Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Line:
    """One measure: in the month, the month before, the same month a year before, and since New Year; None: cannot be told."""

    measure: Measure
    now: Value | None
    before: Value | None
    last_year: Value | None
    so_far: Value | None

    @property
    def change(self) -> Decimal | None:
        """Against the month before: of a rate in points of a hundred, of a number as a share of it."""
        return _change(self.measure, self.now, self.before)

    @property
    def yearly_change(self) -> Decimal | None:
        """Against the same month a year before, in the same way."""
        return _change(self.measure, self.now, self.last_year)


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one room, and what a person would say of them first."""

    label: str
    sentence: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A month as its figures tell it."""

    month: Ask
    before: Ask
    last_year: Ask
    so_far: Ask
    is_over: bool
    sections: tuple[Section, ...]


def compose(month: date, at: datetime, count: Count) -> Report:
    """Compose the report of a month; `count` gives the values of all measures over a span.

    What stands on a day and cannot be recalled is told for the month that is not over yet, and for no other.
    """
    asked = _month(month, at)
    spans = (asked, _month(month - timedelta(days=1), at), _month(date(month.year - 1, month.month, 1), at))
    so_far = Ask(date(month.year, 1, 1), asked.until, at)
    values = [count(span) for span in (*spans, so_far)]
    is_over = at.date() > asked.until
    sections = []
    for room, label in rooms().items():
        lines = tuple(_lines(measures(room), values, is_over))
        if lines:
            sections.append(Section(label, _sentence(lines, is_over), lines))
    return Report(*spans, so_far, is_over, tuple(sections))


def _lines(known: tuple[Measure, ...], values: list[Mapping[str, Value]], is_over: bool) -> Iterator[Line]:
    for one in known:
        found: list[Value | None] = [each.get(one.name) for each in values]
        if one.over == DAY:
            found[3] = None  # what stands on a day does not add up
            if not one.recalls:
                found = [None if is_over else found[0], None, None, None]
        if any(value is not None and value.amount is not None for value in found):
            yield Line(one, *found)


def said(measure: Measure, value: Value | None) -> str:
    """A value with its unit, and of a rate what it is made of."""
    if value is None or value.amount is None:
        return "—"
    if measure.is_rate:
        return f"{value.amount * 100:.1f}%（{_plain(value.numerator)}/{_plain(value.denominator)}）"
    return f"{_plain(value.amount)} {measure.unit}"


def change_said(measure: Measure, change: Decimal | None) -> str:
    """A change as a table shows it."""
    if change is None:
        return "—"
    if change == 0:
        return "持平"
    sign = "+" if change > 0 else "−"
    return f"{sign}{abs(change):.1f}{' 个百分点' if measure.is_rate else '%'}"


def _sentence(lines: tuple[Line, ...], is_over: bool) -> str:
    told = [line for line in lines if line.now is not None and line.now.amount]
    numbers = [line for line in told if not line.measure.is_rate]
    rates = [line for line in told if line.measure.is_rate]
    chosen = [*numbers[: max(1, SAID - len(rates))], *rates][:SAID]
    return "；".join(_worded(line, is_over) for line in chosen) + "。" if chosen else "本月没有发生。"


def _worded(line: Line, is_over: bool) -> str:
    words = f"{line.measure.label} {said(line.measure, line.now)}"
    if not is_over or line.change is None or line.measure.over == DAY:
        return words
    if line.change == 0:
        return f"{words}，与上月持平"
    if line.measure.is_rate:
        return f"{words}，比上月{'提高' if line.change > 0 else '下降'} {abs(line.change):.1f} 个百分点"
    return f"{words}，比上月{'增加' if line.change > 0 else '减少'} {abs(line.change):.1f}%"


def _change(measure: Measure, now: Value | None, before: Value | None) -> Decimal | None:
    if now is None or before is None or now.amount is None or before.amount is None:
        return None
    if measure.is_rate:
        return ((now.amount - before.amount) * 100).quantize(Decimal("0.1"))
    if not before.amount:
        return None
    return ((now.amount - before.amount) / before.amount * 100).quantize(Decimal("0.1"))


def _month(day: date, at: datetime) -> Ask:
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Ask(first, following - timedelta(days=1), at)


def _plain(value: Decimal | None) -> str:
    if value is None:
        return "0"
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def build(report: Report, title: str, who: str) -> bytes:
    """Return the report as a Word document."""
    from qifu.output.papers.paper import (
        SIZE_TABLE,
        SIZE_TEXT,
        SIZE_TITLE,
        TEXT,
        TITLE,
        Paper,
    )  # python-docx: some megabytes

    paper = Paper()
    paper.line(title, TITLE, SIZE_TITLE, center=True)
    at = report.month.at
    ends = "" if report.is_over else "，本月未结束"
    paper.line(f"数据截至 {at.year}年{at.month}月{at.day}日{ends}。", TEXT, SIZE_TABLE, center=True)
    heads = ("指标", "本月", "上月", "比上月", "上年同月", "本年累计")
    for section in report.sections:
        rows = [
            (one.label, said(one, line.now), said(one, line.before), change_said(one, line.change), said(one, line.last_year),
             said(one, line.so_far))
            for line in section.lines
            for one in (line.measure,)
        ]  # fmt: skip
        paper.table(section.label, heads, rows)
        paper.line(section.sentence, TEXT, SIZE_TEXT)
    paper.line(f"生成人：{who}", TEXT, SIZE_TEXT, right=True)
    return paper.bytes()
