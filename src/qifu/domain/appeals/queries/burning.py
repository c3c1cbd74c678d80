"""The clock that burns on each case of a list: what is owed next, and how much of its working time is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.appeals import facts
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Clock
from qifu.engines import flow as engine
from qifu.engines.calendar import working_seconds_between
from qifu.kernel.prepared import PreparedMany


@dataclass(frozen=True, slots=True)
class Burning:
    """One live clock, as a list shows it."""

    kind: str
    label: str
    due: datetime
    share: float  # of the time that counts, 0 to 1
    is_paused: bool
    is_assumed: bool


_NEEDED = ("appeal_id", "kind", "term", "n", "started_at", "due_at", "is_assumed", "pauses")
Raw = tuple[int, str, str, int, datetime, datetime, bool, list[tuple[str, str | None]]]


_LIVE = PreparedMany(
    lambda cases: (
        Clock.objects.filter(appeal__in=cases, status__in=("running", "paused"), kind__in=facts.BURNING)
        .order_by("status", "-due_at")  # running after paused, the nearest last: it stays
        .values_list(*_NEEDED)
    )
)


def burning(cases: Iterable[int], now: datetime) -> dict[int, Burning]:
    """The nearest live clock that the desk owes on each case; one query for all of them."""
    nearest: dict[int, Raw] = {row[0]: row for row in _LIVE(cases)}
    timer = facts.timer()
    return {case: _view(row, now, timer) for case, row in nearest.items()}


def share(clock: engine.Clock, now: datetime, timer: engine.Timer) -> float:
    """How much of the time that counts is gone; pauses do not count."""
    until = clock.pauses[-1][0] if clock.is_paused else now
    closed = [(begin, end) for begin, end in clock.pauses if end is not None]
    paused = sum(_counted(clock, begin, end, timer) for begin, end in closed)
    whole = _counted(clock, clock.started, clock.due, timer) - paused
    gone = _counted(clock, clock.started, max(clock.started, until), timer) - paused
    return 1.0 if whole <= 0 else min(1.0, max(0.0, gone / whole))


def _counted(clock: engine.Clock, begin: datetime, end: datetime, timer: engine.Timer) -> float:
    if end <= begin:
        return 0.0
    if clock.term.kind in ("wall", "days"):
        return (end - begin).total_seconds()
    return working_seconds_between(begin, end, calendar=timer.calendar, hours=timer.hours)


def _view(row: Raw, now: datetime, timer: engine.Timer) -> Burning:
    _, kind, unit, n, started, due, is_assumed, pauses = row
    clock = engine.Clock(
        kind, 1, facts.term(unit, n), started, due, due, "", is_assumed, pauses=facts.pauses(pauses)
    )  # the round, the first promise and the calendar's version do not matter here
    return Burning(kind, words.label(words.CLOCKS, kind), due, share(clock, now, timer), clock.is_paused, is_assumed)


def shares(case: int, now: datetime) -> dict[str, float]:
    """How much of its time is gone for each live clock of one case."""
    timer = facts.timer()
    rows = Clock.objects.filter(appeal=case, status__in=("running", "paused"))
    return {row.kind: share(facts.value(row), now, timer) for row in rows}
