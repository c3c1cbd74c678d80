"""How long it took: median and 90th percentile of working minutes. They do not add up, so they are drawn, not summed.

The p-th percentile of n values is the one in place ⌈p·n⌉ by size (nearest rank): always the time of a real case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from qifu.domain.appeals.models import Appeal, Pace
from qifu.domain.appeals.queries.figures.counts import Stamp
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope, month_of
from qifu.domain.appeals.queries.figures.measures import Figure, based

CLOCKS = ("accept", "dispatch", "reply")
_NAMES = {"accept": "接单", "dispatch": "转办", "reply": "首次回复"}
TIMES = {  # lists of the cases from which a percentile is drawn, by name
    f"took_{clock}": Figure(
        f"took_{clock}", f"{name}用时", "", "",
        f"已完成{name}的诉求所用的服务时间，不含等待企业补充的时间。百分位按大小取第几件，总是某一件实际的用时。", 0,
    )
    for clock, name in _NAMES.items()
}  # fmt: skip
BOUND = 200_000  # cases; beyond it a cut that is not kept shows no percentile


@dataclass(frozen=True, slots=True)
class Took:
    """The working minutes of n cases."""

    n: int
    median: int
    p90: int


def drawn(rows: QuerySet[Appeal], clock: str) -> Took | None:
    """Draw both percentiles of one clock from the cases."""
    column = f"{clock}_minutes"
    times = rows.filter(**{f"{column}__isnull": False}).order_by(column).values_list(column, flat=True)
    n = times.count()
    return Took(n, times[(n + 1) // 2 - 1], times[(9 * n + 9) // 10 - 1]) if n else None


def timed(name: str, part: str, cut: Cut, scope: Scope) -> QuerySet[Appeal]:
    """The cases from which the percentiles of one clock are drawn; the nine tenths within the 90th percentile; the slowest."""
    clock = name.removeprefix("took_")
    cases = Appeal.objects.filter(based(cut.basis), cut.rows(scope), **{f"{clock}_minutes__isnull": False})
    if part == "all":
        return cases
    took = drawn(cases, clock)
    within = Q(**{f"{clock}_minutes__lte": took.p90 if took else 0})
    return cases.filter(within) if part == "met" else cases.exclude(within)


def drawn_by_unit(rows: QuerySet[Appeal], clock: str) -> dict[int, Took]:
    """Draw both percentiles of one clock for every unit, in one statement."""
    column = f"{clock}_minutes"
    ranked = rows.filter(**{f"{column}__isnull": False, "unit__isnull": False}).order_by()
    ranked = ranked.annotate(
        nth=Window(RowNumber(), partition_by=[F("unit")], order_by=F(column).asc()),
        n=Window(Count("pk"), partition_by=[F("unit")]),
    )
    at = Q(nth=(F("n") + 1) / 2) | Q(nth=(F("n") * 9 + 9) / 10)
    found: dict[int, list[tuple[int, int]]] = {}
    for unit, n, minutes in ranked.filter(at).values_list("unit", "n", column):
        found.setdefault(unit, []).append((n, minutes))
    return {u: Took(v[0][0], min(m for _, m in v), max(m for _, m in v)) for u, v in found.items()}


def paces(cut: Cut, scope: Scope, stamp: Stamp) -> dict[str, Took]:
    """The times of a cut: kept ones where month or year and at most the unit are chosen, drawn now otherwise."""
    span, held = span_of(cut, stamp), cut.fixed(scope)
    units = held.get("unit", frozenset({0}))
    if span and set(held) <= {"unit"} and len(units) == 1 and cut.basis == "all":
        rows = Pace.objects.filter(span=span, unit__in=units)
        if found := {row.clock: Took(row.n, row.median, row.p90) for row in rows}:
            return found
    cases = Appeal.objects.filter(based(cut.basis), cut.rows(scope))
    if cases.order_by()[: BOUND + 1].count() > BOUND:
        return {}
    return {clock: took for clock in CLOCKS if (took := drawn(cases, clock))}


def unit_paces(cut: Cut, scope: Scope, stamp: Stamp, units: Iterable[int]) -> dict[int, Took]:
    """The reply times of each unit, for the table of units; as kept, or drawn now within the bound."""
    span = span_of(cut, stamp)
    if span and set(cut.fixed(scope)) <= {"unit"} and cut.basis == "all":
        rows = Pace.objects.filter(span=span, clock="reply", unit__in=list(units))
        if found := {row.unit: Took(row.n, row.median, row.p90) for row in rows}:
            return found
    cases = Appeal.objects.filter(based(cut.basis), cut.rows(scope))
    return {} if cases.order_by()[: BOUND + 1].count() > BOUND else drawn_by_unit(cases, "reply")


def span_of(cut: Cut, stamp: Stamp) -> str:
    """The name under which a month, a year, or this year so far is kept; empty for another period, or before the first run."""
    if not stamp.is_tallied:
        return ""
    if cut.since == cut.until:
        return f"{cut.since:%Y-%m}"
    last = min(cut.since.replace(month=12), month_of(stamp.at))
    return f"{cut.since.year}" if cut.since.month == 1 and last <= cut.until <= cut.since.replace(month=12) else ""
