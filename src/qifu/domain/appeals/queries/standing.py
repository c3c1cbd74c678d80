"""How the room stands as a whole, for those who run it: counts without a person, and which due times a calendar would move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q

from qifu.domain.appeals import facts
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Appeal, Assignment, Clock
from qifu.engines import flow as engine
from qifu.engines.calendar import SHANGHAI, Calendar, Day, with_days

MOST = 20_000  # live clocks that a preview looks at
TRIED = "preview"


@dataclass(frozen=True, slots=True)
class Shift:
    """One due time that a notice would move."""

    number: str
    title: str
    clock: str
    due: datetime
    becomes: datetime


@dataclass(frozen=True, slots=True)
class Shifts:
    """What a notice would do to what is promised now."""

    looked_at: int
    moved: list[Shift]
    is_cut: bool  # there were more live clocks than are looked at


def open_by_state() -> dict[str, int]:
    """Open cases by state; one walk over the index of open cases."""
    rows = Appeal.objects.filter(is_open=True).values_list("state").annotate(n=Count("pk")).order_by("state")
    return dict(rows)


def open_at(unit: int) -> int:
    """How many open cases the unit has in hand, as the lead or with a part of its own to answer."""
    joint = Assignment.objects.filter(unit=unit, state="open", round=F("appeal__round")).values("appeal")
    return Appeal.objects.filter(Q(unit=unit) | Q(pk__in=joint), is_open=True).count()


def title_of(number: str) -> str:
    """The title of the case of this number; empty when there is none."""
    return Appeal.objects.filter(number=number.strip()).values_list("title", flat=True).first() or ""


def shifts(*, days: Sequence[tuple[date, bool, str]], known_until: date, document: str) -> Shifts:
    """Which live due times would move if this notice came into force; nothing is written."""
    timer = facts.timer()
    tried = tried_with(timer.calendar, days, known_until, document)
    becoming = replace(timer, calendar=tried)
    first = min([on for on, _, _ in days] + [timer.calendar.known_until + timedelta(days=1)])
    since = datetime.combine(first, time.min, SHANGHAI)
    live = Clock.objects.filter(status__in=("running", "paused"), due_at__gte=since).select_related("appeal")
    rows = list(live.order_by("due_at", "pk")[: MOST + 1])
    return Shifts(min(len(rows), MOST), [s for row in rows[:MOST] if (s := _shift(row, becoming))], len(rows) > MOST)


def tried_with(calendar: Calendar, days: Sequence[tuple[date, bool, str]], until: date, document: str) -> Calendar:
    """The calendar as it would be with this notice laid over it."""
    changes = [Day(on, works, holiday, document) for on, works, holiday in days]
    return with_days(calendar, changes, TRIED, known_until=max(until, calendar.known_until))


def _shift(row: Clock, timer: engine.Timer) -> Shift | None:
    due = engine.recomputed(facts.value(row), timer).due
    if due == row.due_at:
        return None
    label = words.label(words.CLOCKS, row.kind)
    return Shift(row.appeal.number, row.appeal.title, label, row.due_at, due)
