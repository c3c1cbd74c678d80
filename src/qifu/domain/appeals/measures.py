"""The figures that cases prove: those of the board, by the same predicates (queries/figures/measures.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries.figures import counts
from qifu.domain.appeals.queries.figures.cuts import NUMBERS, Cut, Scope
from qifu.domain.appeals.queries.figures.measures import FEW, FIGURES, MARKS, MEASURES, NOTHING, Counts, Figure, part_of
from qifu.domain.people import queries as people
from qifu.kernel.measures import PERIOD, Ask, Dimension, Measure, Source, Value
from qifu.kernel.reading import once

CASES = Source(
    table="appeals.appeal",
    label="number",
    handle="number",
    columns=(
        "number", "kind", "state", "is_open", "round", "channel", "category_id", "street_id", "unit_id", "outcome", "closed_how",
        "returns", "supervised", "leader_id", "submitted_at", "accepted_at", "dispatched_at", "replied_at", "closed_at",
        "accept_late", "dispatch_late", "reply_late", "first_reply_late", *(f"mark_{mark}" for mark in MARKS),
    ),
)  # fmt: skip


def _units(*kinds: str) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(str(unit.id), unit.short_name) for kind in kinds for unit in people.units(kind, closed=True)]


DIMENSIONS = (
    Dimension("channel", "渠道", "channel", lambda: words.CHANNELS),
    Dimension("kind", "类型", "kind", lambda: words.KINDS),
    Dimension("unit", "承办单位", "unit", _units("department", "street", "station", "centre")),
    Dimension("street", "街道", "street", _units("street")),
)
COUNTED = (  # predicate of the board, label, definition, whether more is good
    ("total", "诉求件数", "期间内提交的诉求、投诉、信访和帮代办，不论结果；一件并入另一件后仍各计一件。", 0),
    ("accept_ok", "按时接单件数", "期间内提交的诉求中，在接单期限内接单的件数。", 1),
    ("replied", "已回复件数", "期间内提交的诉求中，承办单位已经回复的件数。", 1),
    ("solved", "答复已解决件数", "期间内提交的诉求中，最近一次回复的办理结果为“已解决”的件数；以承办单位填报为准。", 1),
    ("rated", "企业评价件数", "期间内提交的诉求中，企业作出评价的件数；有多轮评价的计一件。", 0),
    ("finished", "办结件数", "期间内提交的诉求中，回复后已办结的件数（企业确认、未回应或中心办结）。", 1),
    ("supervised", "督办件数", "期间内提交的诉求中，发出过督办单的件数。", -1),
    ("open", "在办件数", "期间内提交的诉求中，尚未办结的件数。", 0),
    ("overdue", "在办超期件数", "期间内提交的诉求中，尚未办结且正在计时的任一期限已过的件数。", -1),
)


def _submitted(ask: Ask) -> QuerySet[Appeal]:
    return Appeal.objects.filter(submitted_at__gte=ask.begins, submitted_at__lt=ask.ends)


def _count(name: str, label: str, definition: str, better: int) -> Measure:
    return Measure(
        name=f"appeals.{name}_count",
        label=label,
        unit="件",
        over=PERIOD,
        definition=definition,
        source=CASES,
        rows=lambda ask: _submitted(ask).filter(MEASURES[name](ask.at)),
        dated="submitted_at",
        dimensions=DIMENSIONS,
        kept=_kept(lambda found: Value(Decimal(found[name]))),
        kept_months=_kept_months(lambda found: Value(Decimal(found[name]))),
        better=better,
    )


def _rate(figure: Figure) -> Measure:
    def made(found: Counts) -> Value:
        rate = found.rate(figure.name)
        return Value(rate.share, Decimal(rate.numerator), Decimal(rate.denominator))

    def met(ask: Ask) -> Q:
        return part_of(figure, "met", ask.at)

    return Measure(
        name=f"appeals.{figure.name}",
        label=figure.label,
        unit="%",
        over=PERIOD,
        definition=figure.says,
        source=CASES,
        rows=lambda ask: _submitted(ask).filter(part_of(figure, "all", ask.at)),
        met=met,
        dated="submitted_at",
        dimensions=DIMENSIONS,
        kept=_kept(made),
        kept_months=_kept_months(made),
        least=FEW if figure.is_opinion else 0,
        better=figure.better,
    )


def _kept(made: Callable[[Counts], Value]) -> Callable[[Ask], Value | None]:
    def kept(ask: Ask) -> Value | None:
        found = _tallied(ask)
        return made(sum(found.values(), NOTHING)) if found is not None else None

    return kept


def _kept_months(made: Callable[[Counts], Value]) -> Callable[[Ask], dict[date, Value] | None]:
    def kept(ask: Ask) -> dict[date, Value] | None:
        found = _tallied(ask)
        return {month: made(each) for month, each in found.items()} if found is not None else None

    return kept


def _tallied(ask: Ask) -> dict[date, Counts] | None:
    """The board's running totals, read once a request; None where whole months are not asked for or the totals are newer."""
    if ask.since.day != 1 or (ask.until + timedelta(days=1)).day != 1:
        return None
    return once(f"appeals.measures:{ask!r}", lambda: _read(ask))


def _read(ask: Ask) -> dict[date, Counts] | None:
    stamp = counts.stamp(ask.at)
    if not stamp.is_tallied or stamp.at > ask.at:
        return None
    held: dict[str, object] = {name: int(value or 0) if name in NUMBERS else value for name, value in ask.where}
    cut = Cut(ask.since, ask.until.replace(day=1), **held)  # type: ignore[arg-type]
    return counts.by_month(cut, Scope(), stamp)


DECLARED = (*(_count(*each) for each in COUNTED), *map(_rate, FIGURES.values()))
