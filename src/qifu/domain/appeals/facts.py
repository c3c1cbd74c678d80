"""Rows of a case into the values of the flow engine, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from qifu.domain.appeals.flow import FLOWS, TERMS
from qifu.domain.appeals.models import Appeal, Clock, Promise
from qifu.domain.people import queries as people
from qifu.engines import flow as engine
from qifu.engines.calendar import Kind, Term, working_seconds_between
from qifu.kernel.prepared import Prepared
from qifu.kernel.reading import once
from qifu.kernel.workdays import queries as workdays

NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # burns_at of a case on which no clock runs: sorts last
CLOCK = (
    "kind",
    "round",
    "term",
    "n",
    "started_at",
    "due_at",
    "promised_at",
    "calendar",
    "is_assumed",
    "pauses",
    "met_at",
    "stopped_at",
    "status",
    "signal_at",
    "signal_level",
)  # columns that `fill` writes
BURNING = ("accept", "dispatch", "sign", "reply")  # clocks that the desk owes; the enterprise owes `confirm`


def flow_of(appeal: Appeal) -> engine.Flow:
    return FLOWS[appeal.kind]


def timer() -> engine.Timer:
    """The calendar in force and the centre's service hours, by which all promises are computed."""
    return once("appeals.timer", lambda: engine.Timer(workdays.calendar(), people.hours_of(_centre())))


def _centre() -> int | None:
    centres = people.units("centre")
    return centres[0].id if centres else None


def terms(kind: str, urgency: str) -> dict[str, Term]:
    """The times promised, with what the administrator set in place of the usual."""
    return TERMS[kind, urgency] | once("appeals.promises", _promised).get((kind, urgency), {})


_PROMISES = Prepared(lambda: Promise.objects.values_list("kind", "urgency", "clock", "term", "n"))


def _promised() -> dict[tuple[str, str], dict[str, Term]]:
    found: dict[tuple[str, str], dict[str, Term]] = {}
    for kind, urgency, clock, unit, n in _PROMISES():
        found.setdefault((kind, urgency), {})[clock] = term(unit, n)
    return found


def term(kind: str, n: int) -> Term:
    """A term as it is kept: kind and number."""
    return Term(cast(Kind, kind), n)


def case(appeal: Appeal, clocks: Iterable[Clock], **facts: object) -> engine.Case:
    """The case as the engine sees it."""
    return engine.Case(
        state=appeal.state,
        round=appeal.round,
        resumes=appeal.resumes,
        counts=appeal.counts,
        clocks=tuple(value(row) for row in clocks),
        facts=facts,
    )


def value(row: Clock) -> engine.Clock:
    return engine.Clock(
        kind=row.kind,
        round=row.round,
        term=term(row.term, row.n),
        started=row.started_at,
        due=row.due_at,
        promised=row.promised_at,
        calendar=row.calendar,
        is_assumed=row.is_assumed,
        pauses=pauses(row.pauses),
        met=row.met_at,
        stopped=row.stopped_at,
    )


def pauses(kept: Iterable[tuple[str, str | None]]) -> tuple[tuple[datetime, datetime | None], ...]:
    """The pauses of a clock as they are kept in its row."""
    return tuple((_moment(begin), _moment(end) if end else None) for begin, end in kept)


def fill(row: Clock, clock: engine.Clock, timer: engine.Timer, *, now: datetime | None = None) -> Clock:
    """Write an engine clock into its row, with the moment at which somebody is next to be told."""
    row.signal_level = _still_told(row, clock, timer, now)
    row.kind, row.round, row.term, row.n = clock.kind, clock.round, clock.term.kind, clock.term.n
    row.started_at, row.due_at, row.promised_at = clock.started, clock.due, clock.promised
    row.calendar, row.is_assumed, row.met_at, row.stopped_at = (
        clock.calendar,
        clock.is_assumed,
        clock.met,
        clock.stopped,
    )
    row.pauses = [[begin.isoformat(), end.isoformat() if end else None] for begin, end in clock.pauses]
    row.status = clock.status
    row.signal_at = next((s.at for s in engine.signals(clock, timer) if s.level > row.signal_level), None)
    return row


def _still_told(row: Clock, clock: engine.Clock, timer: engine.Timer, now: datetime | None) -> int:
    """The level that stands as told: what a new due time moved into the future is told again, the rest is not."""
    if now is None or not row.signal_level or row.due_at == clock.due or not clock.is_running:
        return row.signal_level
    passed = (signal.level for signal in engine.signals(clock, timer) if signal.at <= now)
    return min(row.signal_level, max(passed, default=0))


def burns_at(clocks: Iterable[engine.Clock], state: str) -> datetime:
    """The nearest due time that the desk owes; a merged case burns with its leader, not by itself."""
    dues = [c.due for c in clocks if c.kind in BURNING and c.is_running]
    return min(dues, default=NEVER) if state != "merged" else NEVER


def lateness(clocks: Iterable[engine.Clock]) -> dict[str, bool | None]:
    """The honest flags of a row: null while a clock of the kind has not ended."""
    found: dict[str, bool | None] = {}
    for kind in ("accept", "dispatch", "reply"):
        ended = [c.met > c.due for c in clocks if c.kind == kind and c.met is not None]
        found[f"{kind}_late"] = any(ended) if ended else None
    first = [c.met > c.promised for c in clocks if c.kind == "reply" and c.round == 1 and c.met is not None]
    found["first_reply_late"] = any(first) if first else None
    return found


def pace(appeal: Appeal, clocks: Iterable[engine.Clock], timer: engine.Timer) -> dict[str, int]:
    """Working minutes that a first-round clock ran until it was met; drawn once, by the calendar of that day."""
    met = {
        c.kind: c for c in clocks if c.round == 1 and c.met is not None and c.kind in ("accept", "dispatch", "reply")
    }
    blank = [kind for kind in met if getattr(appeal, f"{kind}_minutes") is None]
    return {f"{kind}_minutes": minutes_used(met[kind], timer) for kind in blank}


def minutes_used(clock: engine.Clock, timer: engine.Timer) -> int:
    """Service time from start to met, without the pauses, in whole minutes."""
    end = clock.met or clock.started
    spans = [(clock.started, end, 1)] + [(a, min(b, end), -1) for a, b in clock.pauses if b is not None]
    seconds = sum(
        sign * working_seconds_between(a, b, calendar=timer.calendar, hours=timer.hours)
        for a, b, sign in spans
        if a < b
    )
    return max(0, seconds) // 60


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
