"""Rows of an application into the values of the flow engine, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from qifu.domain.grants.flow import APPEAL_DAYS
from qifu.domain.grants.models import Application, Clock, Objection, Seat, Version
from qifu.domain.people import queries as people
from qifu.engines import flow as engine
from qifu.engines.calendar import SHANGHAI, Kind, Term
from qifu.kernel.reading import once
from qifu.kernel.workdays import queries as workdays

CLOCK = ("due_at", "pauses", "met_at", "stopped_at", "status")  # what may change of a clock


def day(now: datetime) -> date:
    """The day that a moment belongs to in the district."""
    return now.astimezone(SHANGHAI).date()


def timer() -> engine.Timer:
    """The calendar in force and the centre's service hours."""
    return once("grants.timer", lambda: engine.Timer(workdays.calendar(), people.hours_of(_centre())))


def _centre() -> int | None:
    centres = people.units("centre")
    return centres[0].id if centres else None


def value(row: Clock) -> engine.Clock:
    """A row as the engine sees it."""
    return engine.Clock(
        kind=row.kind, round=row.round, term=Term(cast(Kind, row.term), row.n), started=row.started_at, due=row.due_at,
        promised=row.promised_at, calendar=row.calendar, is_assumed=row.is_assumed, met=row.met_at,
        stopped=row.stopped_at,
        pauses=tuple((datetime.fromisoformat(a), datetime.fromisoformat(b) if b else None) for a, b in row.pauses),
    )  # fmt: skip


def fill(row: Clock, clock: engine.Clock) -> Clock:
    """Write an engine clock into its row."""
    row.kind, row.round, row.term, row.n = clock.kind, clock.round, clock.term.kind, clock.term.n
    row.started_at, row.due_at, row.promised_at = clock.started, clock.due, clock.promised
    row.calendar, row.is_assumed, row.status = clock.calendar, clock.is_assumed, clock.status
    row.met_at, row.stopped_at = clock.met, clock.stopped
    row.pauses = [[a.isoformat(), b.isoformat() if b else None] for a, b in clock.pauses]
    return row


def case(application: Application, clocks: Iterable[engine.Clock], now: datetime) -> engine.Case:
    """The application as the engine sees it, with what guards ask about."""
    return engine.Case(
        state=application.state, round=application.round, resumes=application.resumes, counts=application.counts,
        clocks=tuple(clocks), facts=_circumstances(application, tuple(clocks), now),
    )  # fmt: skip


def _circumstances(application: Application, clocks: tuple[engine.Clock, ...], now: datetime) -> dict[str, object]:
    """What guards ask about; the tables are asked only in the states where it matters."""
    version = application.version
    known: dict[str, object] = {
        "way": version.way, "reviewers": bool(version.reviewers), "publicity_days": version.publicity_days,
        "is_overdue": is_deemed(application, clocks, now),
    }  # fmt: skip
    if application.state == "review":
        seats = list(Seat.objects.filter(application=application, round=application.round))
        known |= {"open_seats": sum(seat.given_at is None for seat in seats), "passes": passes(version, seats)}
    if application.state == "publicity":
        states = list(Objection.objects.filter(application=application).values_list("state", "notice__due_at"))
        ends = application.notice_lines.values_list("notice__due_at", flat=True)
        known |= {
            "open_objections": sum(state == "open" for state, _ in states),
            "upheld": any(state == "upheld" for state, _ in states),
            "is_over": all(end <= now for end in ends),
        }
    if application.state == "refused" and application.closed_at is not None:
        known["is_old"] = (now - application.closed_at).days >= APPEAL_DAYS
    return known


def is_deemed(application: Application, clocks: Iterable[engine.Clock], now: datetime) -> bool:
    """Whether the promised time of the decision has passed, where the rule says that this means yes."""
    version = application.version
    if not version.is_deemed or version.basis == "asked":
        return False
    return any(clock.kind == "decide" and clock.is_running and clock.due < now for clock in clocks)


def passes(version: Version, seats: Iterable[Seat]) -> bool:
    """Whether the joint review came out in favour: the mark is reached, and more voted yes than no."""
    voted = [seat for seat in seats if seat.vote]
    yes, no = (sum(seat.vote == vote for seat in voted) for vote in ("yes", "no"))
    score = average(seats)
    reached = version.pass_mark is None or (score is not None and score >= version.pass_mark)
    return yes > no and reached


def average(seats: Iterable[Seat]) -> Decimal | None:
    """The mean of the scores given, to two places; none where nobody scored."""
    totals = [seat.total for seat in seats if seat.total is not None]
    return (sum(totals, Decimal(0)) / len(totals)).quantize(Decimal("0.01")) if totals else None
