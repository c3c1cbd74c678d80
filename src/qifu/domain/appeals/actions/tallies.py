"""The running totals of figures: months whose cases moved are counted anew, a month at a time.

Nothing is written in a step. Evidence tells afterwards which cases moved: its newest id is kept, and each run looks at
the ids since the run before the last, because a smaller id may have been under way when a larger one was already to
be seen. What only the passing of time changes, a promise that was broken meanwhile, is found by the clocks.
Why so: docs/rules/figures.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import BooleanField, Case, Count, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from qifu.domain.appeals.models import Appeal, Clock, Pace, Tallied, Tally
from qifu.domain.appeals.queries.figures import pace
from qifu.domain.appeals.queries.figures.counts import GRAINS, is_kept, name_of
from qifu.domain.appeals.queries.figures.cuts import DIMENSIONS, begins, month_of, shifted
from qifu.domain.appeals.queries.figures.measures import BASES, COLUMNS, MEASURES, SUMS
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.evidence.models import Record

if TYPE_CHECKING:
    import polars as pl

STREAM = "appeals.appeal:"
AHEAD, BACK = timedelta(days=16), timedelta(days=56)  # days looked ahead for dues, back for arrivals
YEARS_EVERY = timedelta(hours=1)


def refresh(*, now: datetime) -> int:
    """Count anew the months whose cases moved since the last run; return how many."""
    with transaction.atomic():
        state = Tallied.objects.select_for_update().first()
        newest = Record.objects.aggregate(last=Max("pk"))["last"] or 0
        months = _every_month() if state is None else _touched(state, newest, now)
        for month in months:
            _count_month(month, now)
        state = state or Tallied()
        _draw_years(state, months, now)
        state.at, state.before, state.seen, state.mark = now, state.seen, newest, secrets.randbits(62)
        state.dues, state.arrivals = _dues(now), _arrivals(now)
        state.save()
    return len(months)


def recount(*, now: datetime) -> list[str]:
    """Count every month anew and say which stood wrong; a clean house answers with an empty list."""
    refresh(now=now)
    wrong = []
    for month in _every_month():
        with transaction.atomic():
            Tallied.objects.select_for_update().first()
            before = _kept_cells(month)
            _count_month(month, now)
            if _kept_cells(month) != before:
                wrong.append(f"{month:%Y-%m}")
                Tallied.objects.update(mark=secrets.randbits(62))
    for year in sorted({month.year for month in _all_months()}):
        with transaction.atomic():
            _draw(f"{year}", _within(date(year, 1, 1), date(year + 1, 1, 1)))
    return wrong


def nightly(*, now: datetime) -> str:
    """The nightly check, in words for the operator."""
    wrong = recount(now=now)
    return f"以下月份的统计与逐件重算不一致，已改正：{'、'.join(wrong)}" if wrong else "统计与逐件重算一致。"


def _all_months() -> list[date]:
    ends = Appeal.objects.aggregate(first=Min("submitted_at"), last=Max("submitted_at"))
    if ends["first"] is None:
        return []
    found, month = [], month_of(ends["first"])
    while month <= month_of(ends["last"]):
        found.append(month)
        month = shifted(month, 1)
    return found


def _every_month() -> list[date]:
    """The months of all cases, and those that tallies remember."""
    return sorted({*_all_months(), *Tally.objects.values_list("month", flat=True).distinct()})


def _touched(state: Tallied, newest: int, now: datetime) -> list[date]:
    """The months of cases that have new evidence, or whose promise was broken since the last run."""
    moved: set[date] = set()
    if newest > state.before:
        streams = Record.objects.filter(pk__gt=state.before, stream__startswith=STREAM).values_list("stream", flat=True)
        ids = {int(name.removeprefix(STREAM)) for name in streams.distinct()}
        for some in _batched(sorted(ids), 5000):
            moved |= _months(Appeal.objects.filter(pk__in=some))
    live = Clock.objects.filter(status__in=("running", "paused"))
    broken = live.filter(Q(due_at__gte=state.at, due_at__lt=now) | Q(promised_at__gte=state.at, promised_at__lt=now))
    return sorted(moved | _months(Appeal.objects.filter(pk__in=broken.values("appeal"))))


def _months(rows: QuerySet[Appeal]) -> set[date]:
    days = rows.order_by().annotate(day=TruncDate("submitted_at", tzinfo=SHANGHAI)).values_list("day", flat=True)
    return {day.replace(day=1) for day in days.distinct()}


def _count_month(month: date, now: datetime) -> None:
    Tally.objects.filter(month=month).delete()
    Tally.objects.bulk_create(_cells(month, now), batch_size=500)
    _draw(f"{month:%Y-%m}", _within(month, shifted(month, 1)))


def _cells(month: date, now: datetime) -> Iterator[Tally]:
    """Every cell of every grain. The database says of each case which measures hold; the cube is only added up here."""
    import polars as pl  # only workers count; a web process need not carry it

    frame = _frame(month, now)
    sums = [pl.col(name).sum() for name in COLUMNS]
    for basis in BASES:
        left = frame.filter(pl.col(f"is_{basis}"))
        if not left.height:
            continue
        for grain in (grain for grain in GRAINS if is_kept(basis, len(grain))):
            cells = left.group_by(grain).agg(sums) if grain else left.select(sums)
            for row in cells.iter_rows(named=True):
                yield Tally(month=month, basis=basis, grain=name_of(grain), **row)


def _frame(month: date, now: datetime) -> pl.DataFrame:
    """The month's cases as columns: dimensions, one truth value a measure and basis, the marks."""
    import polars as pl

    flags = {name: _flag(q(now)) for name, q in MEASURES.items()}
    flags |= {f"is_{basis}": _flag(q) for basis, (_, q) in BASES.items()}
    names = (*DIMENSIONS, *SUMS.values(), *(f"f_{name}" for name in flags))
    rows = _within(month, shifted(month, 1)).order_by().annotate(**{f"f_{n}": flag for n, flag in flags.items()})
    types: dict[str, pl.DataType | type[pl.DataType]] = {
        **{n: pl.String if n in ("channel", "kind") else pl.Int64 for n in DIMENSIONS},
        **dict.fromkeys(SUMS.values(), pl.Int64),
        **{f"f_{name}": pl.Boolean for name in flags},
    }
    frame = pl.DataFrame(list(rows.values_list(*names)), schema=types, orient="row")
    return frame.select(
        *(pl.col(n) if n in ("channel", "kind") else pl.col(n).fill_null(0) for n in DIMENSIONS),
        *(pl.col(f"f_{name}").alias(name) for name in flags),
        *(pl.col(column).fill_null(0).alias(name) * pl.col("f_rated") for name, column in SUMS.items()),
    )


def _flag(q: Q) -> Case | Value:
    if not q:
        return Value(True, output_field=BooleanField())
    return Case(When(q, then=Value(True)), default=Value(False), output_field=BooleanField())


def _within(since: date, until: date) -> QuerySet[Appeal]:
    return Appeal.objects.filter(submitted_at__gte=begins(since), submitted_at__lt=begins(until))


def _draw_years(state: Tallied, months: Iterable[date], now: datetime) -> None:
    """Draw the percentiles of the years touched, at most hourly: a year's are a sort of all its cases."""
    years = {month.year for month in months}
    if state.paced_at is not None and now - state.paced_at < YEARS_EVERY:
        return
    if state.paced_at is not None:
        years |= {now.astimezone(SHANGHAI).year}
    for year in sorted(years):
        _draw(f"{year}", _within(date(year, 1, 1), date(year + 1, 1, 1)))
    state.paced_at = now


def _draw(span: str, rows: QuerySet[Appeal]) -> None:
    Pace.objects.filter(span=span).delete()
    found = []
    for clock in pace.CLOCKS:
        whole = pace.drawn(rows, clock)
        took = pace.drawn_by_unit(rows, clock) | ({0: whole} if whole else {})
        found += [Pace(span=span, unit=u, clock=clock, n=t.n, median=t.median, p90=t.p90) for u, t in took.items()]
    Pace.objects.bulk_create(found, batch_size=500)


def _dues(now: datetime) -> list[list[object]]:
    """Replies falling due, by day and unit."""
    rows = Clock.objects.filter(status="running", kind="reply", due_at__gte=now, due_at__lt=now + AHEAD)
    rows = rows.exclude(appeal__state="merged").annotate(day=TruncDate("due_at", tzinfo=SHANGHAI))
    found = rows.values_list("day", "appeal__unit").annotate(n=Count("pk")).order_by("day", "appeal__unit")
    return [[day.isoformat(), unit or 0, n] for day, unit, n in found]


def _arrivals(now: datetime) -> list[list[object]]:
    """Cases that came on each of the last 56 whole days."""
    today = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    rows = Appeal.objects.filter(submitted_at__gte=today - BACK, submitted_at__lt=today).order_by()
    found = rows.annotate(day=TruncDate("submitted_at", tzinfo=SHANGHAI)).values_list("day").annotate(n=Count("pk"))
    return [[day.isoformat(), n] for day, n in sorted(found)]


def _kept_cells(month: date) -> set[tuple[object, ...]]:
    names = [f.attname for f in Tally._meta.concrete_fields if f.attname != "id"]
    return set(Tally.objects.filter(month=month).values_list(*names))


def _batched(ids: list[int], size: int) -> Iterator[list[int]]:
    some = iter(ids)
    while batch := list(islice(some, size)):
        yield batch
