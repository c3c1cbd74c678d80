"""Clocks of a case: started, paused, resumed, extended, met; each a value that says what was promised and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from qifu.engines.calendar import Calendar, Due, Hours, Term, due, working_seconds_between

WARNINGS = (0.5, 0.8)  # shares of the term at which a reminder is due
ESCALATE_AFTER = 1  # working days past due until the next level is told


@dataclass(frozen=True, slots=True)
class Timer:
    """What a due time is computed with."""

    calendar: Calendar
    hours: Hours


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise about one case in one round."""

    kind: str
    round: int
    term: Term
    started: datetime
    due: datetime
    promised: datetime  # the due time first given; an extension does not change it
    calendar: str  # version of the calendar the due time was computed with
    is_assumed: bool  # beyond the published calendar
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    met: datetime | None = None
    stopped: datetime | None = None

    @property
    def is_ended(self) -> bool:
        return self.met is not None or self.stopped is not None

    @property
    def is_paused(self) -> bool:
        return not self.is_ended and bool(self.pauses) and self.pauses[-1][1] is None

    @property
    def is_running(self) -> bool:
        return not self.is_ended and not self.is_paused

    @property
    def status(self) -> str:
        if self.met is not None:
            return "met"
        if self.stopped is not None:
            return "stopped"
        return "paused" if self.is_paused else "running"


@dataclass(frozen=True, slots=True)
class Signal:
    """The moment at which somebody is to be told: level 1 and 2 before, 3 when due, 4 a working day later."""

    level: int
    at: datetime


def started(kind: str, round_: int, term: Term, at: datetime, timer: Timer) -> Clock:
    """Start a clock at a moment."""
    answer = due(at, term, calendar=timer.calendar, hours=timer.hours)
    return Clock(kind, round_, term, at, _moment(answer), _moment(answer), timer.calendar.version, answer.assumed)


def paused(clock: Clock, at: datetime) -> Clock:
    """Pause a running clock; one that is paused or ended stays as it is."""
    return replace(clock, pauses=(*clock.pauses, (at, None))) if clock.is_running else clock


def resumed(clock: Clock, at: datetime, timer: Timer) -> Clock:
    """Let a paused clock run on; the due time moves by the working time that lay in the pause."""
    if not clock.is_paused:
        return clock
    begun = clock.pauses[-1][0]
    return recomputed(replace(clock, pauses=(*clock.pauses[:-1], (begun, max(at, begun)))), timer)


def met(clock: Clock, at: datetime, timer: Timer) -> Clock:
    """End a clock because what it promised was done."""
    return clock if clock.is_ended else replace(resumed(clock, at, timer), met=at)


def stopped(clock: Clock, at: datetime) -> Clock:
    """End a clock because nothing is owed any more."""
    return clock if clock.is_ended else replace(clock, stopped=at)


def extended(clock: Clock, more: int, timer: Timer) -> Clock:
    """Give `more` units of the term; the time first promised stays on record."""
    return recomputed(replace(clock, term=Term(clock.term.kind, clock.term.n + more)), timer)


def recomputed(clock: Clock, timer: Timer) -> Clock:
    """Compute the due time anew, after a pause, an extension or a new calendar. An open pause counts once it has ended."""
    closed = [(begin, end) for begin, end in clock.pauses if end is not None]
    answer = due(clock.started, clock.term, calendar=timer.calendar, hours=timer.hours, pauses=closed)
    return replace(clock, due=_moment(answer), is_assumed=answer.assumed, calendar=timer.calendar.version)


def is_late(clock: Clock, now: datetime) -> bool:
    """Whether the promise was, or by now is, broken. A paused clock is not late while it waits, unless it was before."""
    if clock.stopped is not None:
        return False
    if clock.met is not None:
        return clock.met > clock.due
    return (clock.pauses[-1][0] if clock.is_paused else now) > clock.due


def signals(clock: Clock, timer: Timer, shares: Sequence[float] = WARNINGS) -> Iterator[Signal]:
    """Yield when somebody is to be told about a running clock, earliest first."""
    if not clock.is_running:
        return
    closed = [(begin, min(end, clock.due)) for begin, end in clock.pauses if end is not None and begin < clock.due]
    if clock.term.kind == "wall":
        total = int((clock.due - clock.started - sum((e - b for b, e in closed), timedelta())).total_seconds())
        for level, share in enumerate(shares, 1):
            yield Signal(
                level, clock.started + timedelta(seconds=int(total * share)) + _paused_before(clock, total * share)
            )
    else:
        total = working_seconds_between(clock.started, clock.due, calendar=timer.calendar, hours=timer.hours)
        total -= sum(working_seconds_between(b, e, calendar=timer.calendar, hours=timer.hours) for b, e in closed)
        for level, share in enumerate(shares, 1):
            part = Term("minutes", int(total * share) // 60)
            yield Signal(
                level, _moment(due(clock.started, part, calendar=timer.calendar, hours=timer.hours, pauses=closed))
            )
    yield Signal(len(shares) + 1, clock.due)
    later = due(clock.due, Term("workdays", ESCALATE_AFTER), calendar=timer.calendar, hours=timer.hours)
    yield Signal(len(shares) + 2, _moment(later))


def _paused_before(clock: Clock, elapsed: float) -> timedelta:
    """Wall time that pauses took before so many running seconds had passed."""
    lost = timedelta()
    for begin, end in clock.pauses:
        if end is not None and (begin - clock.started - lost).total_seconds() < elapsed:
            lost += end - begin
    return lost


def _moment(answer: Due) -> datetime:
    """The due time of a clock whose pauses have all ended: there always is one."""
    if answer.at is None:
        raise ValueError("an open pause has no due time")
    return answer.at
