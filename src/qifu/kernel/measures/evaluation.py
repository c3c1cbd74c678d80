"""What a measure amounts to, month by month and part by part, and the rows behind it: always drawn from the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DateTimeField, Model, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from qifu.engines.calendar import SHANGHAI
from qifu.kernel.errors import Invalid
from qifu.kernel.measures import DAY, Ask, Measure, Value

PAGE = 50
PARTS = {"all": "全部（分母）", "met": "计入分子", "rest": "未计入分子"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row behind a figure, as people know it."""

    key: int
    label: str
    handle: str  # what its address takes


@dataclass(frozen=True, slots=True)
class Page:
    """Rows behind a figure; `next` continues them."""

    lines: list[Line]
    count: int
    next: str


def value(measure: Measure, ask: Ask) -> Value:
    """The figure, counted from its rows in one statement."""
    found = rows(measure, ask).order_by().aggregate(**_aggregates(measure, ask))
    return made(measure, found["below"], found.get("above"))


def told(measure: Measure, ask: Ask) -> Value:
    """The figure for showing: from running totals where the room keeps them, else counted."""
    kept = measure.kept(ask) if measure.kept is not None else None
    return kept if kept is not None else value(measure, ask)


def months(measure: Measure, ask: Ask) -> list[tuple[date, Value]]:
    """Each month of the span: what happened in it, or what stood on its last day."""
    firsts = list(_firsts(ask))
    if measure.over == DAY or not measure.dated:
        spans = [replace(ask, since=max(ask.since, first), until=min(ask.until, _last(first))) for first in firsts]
        return [(first, told(measure, span)) for first, span in zip(firsts, spans, strict=True)]
    kept = measure.kept_months(ask) if measure.kept_months is not None else None
    if kept is None:
        kept = _counted_months(measure, ask)
    nothing = made(measure, 0, 0)
    return [(first, kept.get(first, nothing)) for first in firsts]


def _counted_months(measure: Measure, ask: Ask) -> dict[date, Value]:
    """Group by the month of `dated`; one statement."""
    found = rows(measure, ask).order_by()
    zone = SHANGHAI if _is_instant(found.model, measure.dated) else None
    grouped = found.annotate(of=TruncMonth(measure.dated, tzinfo=zone)).values("of")
    counted = grouped.annotate(**_aggregates(measure, ask))
    return {_day(row["of"]): made(measure, row["below"], row.get("above")) for row in counted if row["of"]}


def parts(measure: Measure, ask: Ask, dimension: str) -> list[tuple[str, str, Value]]:
    """The figure by a dimension: value, word, figure; parts without rows are left out.

    :raises Invalid: the measure is not cut by it.
    """
    cut = next((one for one in measure.dimensions if one.name == dimension), None)
    if cut is None:
        raise Invalid("这项指标不能按此维度划分，请重新选择。")
    grouped = rows(measure, ask).order_by().values(cut.column).annotate(**_aggregates(measure, ask))
    found = {str(row[cut.column] or ""): made(measure, row["below"], row.get("above")) for row in grouped}
    named = {key: word for key, word in cut.choices() if key in found} | {"": "（未注明）"}
    known = [(key, named[key], found[key]) for key in named if key in found]
    return known + [(key, key, one) for key, one in found.items() if key not in named]


def rows(measure: Measure, ask: Ask, part: str = "all") -> QuerySet[Any, Any]:
    """The rows counted; of a rate those below, `met` above, `rest` between the two.

    :raises Invalid: the measure is not cut by a dimension that is held still.
    """
    found = measure.rows(ask).filter(_held(measure, ask))
    if measure.met is None or part == "all":
        return found
    return found.filter(measure.met(ask)) if part == "met" else found.filter(~measure.met(ask))


def page(measure: Measure, ask: Ask, part: str = "all", cursor: str = "", size: int = PAGE) -> Page:
    """A page of the rows behind the figure, the latest first."""
    found = rows(measure, ask, part).order_by()
    count = found.count()
    below = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else None
    cut = found.filter(pk__lt=below) if below is not None else found
    some = list(cut.order_by("-pk").values_list("pk", measure.source.label, measure.source.handle)[: size + 1])
    lines = [Line(pk, str(label), str(handle)) for pk, label, handle in some[:size]]
    return Page(lines, count, str(lines[-1].key) if len(some) > size else "")


def named(measure: Measure, ask: Ask, keys: Sequence[int]) -> dict[int, Line]:
    """Rows as people know them, counted or not; those that are gone are left out."""
    table = measure.rows(ask).model._base_manager
    found = table.filter(pk__in=list(keys)).values_list("pk", measure.source.label, measure.source.handle)
    return {key: Line(key, str(label), str(handle)) for key, label, handle in found}


def made(measure: Measure, below: Any, above: Any) -> Value:
    """A value of what was counted below and above."""
    denominator = Decimal(below or 0)
    if not measure.is_rate:
        return Value(denominator)
    numerator = Decimal(above or 0)
    is_said = denominator > 0 and denominator >= measure.least
    return Value(numerator / denominator if is_said else None, numerator, denominator)


def _aggregates(measure: Measure, ask: Ask) -> dict[str, Aggregate]:
    def counted(q: Q | None) -> Aggregate:
        return Sum(measure.amount, filter=q, default=Decimal(0)) if measure.amount else Count("pk", filter=q)

    return {"below": counted(None)} | ({"above": counted(measure.met(ask))} if measure.met is not None else {})


def _held(measure: Measure, ask: Ask) -> Q:
    columns = {one.name: one.column for one in measure.dimensions}
    held = Q()
    for name, chosen in ask.where:
        if name not in columns:
            raise Invalid("这项指标不能按此维度划分，请重新选择。")
        held &= Q(**{columns[name]: chosen}) if chosen else Q(**{f"{columns[name]}__isnull": True})
    return held


def _firsts(ask: Ask) -> Iterator[date]:
    first = ask.since.replace(day=1)
    while first <= ask.until:
        yield first
        first = _after(first)


def _after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _last(first: date) -> date:
    return date.fromordinal(_after(first).toordinal() - 1)


def _is_instant(model: type[Model], path: str) -> bool:
    """Whether a column, perhaps of a table that is pointed at, holds moments and not days."""
    *way, last = path.split("__")
    for name in way:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return isinstance(model._meta.get_field(last), DateTimeField)


def _day(at: date | datetime) -> date:
    return at.astimezone(SHANGHAI).date() if isinstance(at, datetime) else at
