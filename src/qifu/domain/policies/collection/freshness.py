"""How fast a policy that was found becomes what an enterprise can get: found → decided → decomposed → published, in working days.

Every figure says of how many: those that have reached the step, of all that were found (or taken) in the span.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Min

from qifu.domain.policies import access
from qifu.domain.policies.collected import Finding
from qifu.domain.policies.models import Document
from qifu.kernel.actor import Actor
from qifu.kernel.workdays import queries as workdays

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPANS = {"30": "近 30 天", "90": "近 90 天", "365": "近一年"}
WITHIN = 5  # working days: what counts as fast
MOST = 5000  # findings looked at


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: how many reached it of how many could have, and in how many working days since the finding."""

    label: str
    reached: int
    of: int
    median: float | None
    slowest: int | None
    fast: int  # within `WITHIN` working days


@dataclass(frozen=True, slots=True)
class Waiting:
    """A finding that has not come to its end, with the working days that it has waited."""

    row: Finding
    at: str
    days: int


@dataclass(frozen=True, slots=True)
class Level:
    """The same by level."""

    label: str
    found: int
    taken: int
    published: int
    median: float | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """The whole page."""

    found: int
    taken: int
    duplicates: int
    ignored: int
    steps: list[Step]
    levels: list[Level]
    waiting: list[Waiting]


@dataclass(frozen=True, slots=True)
class _Way:
    """One finding on its way: working days to each step, None where it has not come."""

    row: Finding
    decided: int | None
    drafted: int | None
    published: int | None


def freshness(*, actor: Actor, on: date, span: int = 90) -> Freshness:
    """How the findings of the last days have fared. Three statements.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    since = datetime.combine(on - timedelta(days=span), datetime.min.time(), SHANGHAI)
    rows = list(
        Finding.objects.filter(first_seen__gte=since)
        .select_related("source")
        .defer("text", "tokens", "extracted")
        .annotate(drafted_at=Min("document__revisions__made_at"), out_at=Min("document__revisions__published_at"))
        .order_by("first_seen", "pk")[:MOST]
    )
    count = _Days(since.date(), on)
    ways = [_way(row, count) for row in rows]
    taken = [way for way in ways if way.row.state == Finding.State.TAKEN]
    steps = [
        _step("已处理", [way.decided for way in ways], len(ways)),
        _step("已分解为事项", [way.drafted for way in taken], len(taken)),
        _step("已发布", [way.published for way in taken], len(taken)),
    ]
    return Freshness(
        len(ways), len(taken), sum(way.row.state == "duplicate" for way in ways),
        sum(way.row.state == "ignored" for way in ways), steps, _levels(ways), _waiting(ways, count, on),
    )  # fmt: skip


class _Days:
    """Working days between two days, counted once for the span."""

    def __init__(self, first: date, last: date) -> None:
        calendar = workdays.calendar()
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        self.working = [day for day in days if calendar.is_working_day(day)]

    def between(self, first: date, last: date) -> int:
        """The day of arrival is not counted."""
        return max(0, bisect_right(self.working, last) - bisect_right(self.working, first))


def _way(row: Finding, count: _Days) -> _Way:
    begun = _day(row.first_seen)

    def after(moment: datetime | None) -> int | None:
        return count.between(begun, _day(moment)) if moment else None

    told = vars(row)
    is_taken = row.state == Finding.State.TAKEN
    return _Way(
        row,
        after(row.decided_at),
        after(told["drafted_at"]) if is_taken else None,
        after(told["out_at"]) if is_taken else None,
    )


def _step(label: str, days: list[int | None], of: int) -> Step:
    held = [n for n in days if n is not None]
    return Step(
        label, len(held), of, median(held) if held else None, max(held, default=None), sum(n <= WITHIN for n in held)
    )


def _levels(ways: list[_Way]) -> list[Level]:
    found = []
    for value, label in Document.Level.choices:
        own = [way for way in ways if way.row.source.level == value]
        out = [way.published for way in own if way.published is not None]
        taken = sum(way.row.state == Finding.State.TAKEN for way in own)
        found.append(Level(str(label), len(own), taken, len(out), median(out) if out else None))
    return found


def _waiting(ways: list[_Way], count: _Days, on: date, most: int = 20) -> list[Waiting]:
    """The longest waiting first: not decided, not decomposed, not published."""
    found = []
    for way in ways:
        at = "待处理" if way.row.state == "new" else "" if way.row.state != "taken" else _stands(way)
        if at:
            found.append(Waiting(way.row, at, count.between(_day(way.row.first_seen), on)))
    return sorted(found, key=lambda one: (-one.days, one.row.pk))[:most]


def _stands(way: _Way) -> str:
    return "待分解" if way.drafted is None else "待发布" if way.published is None else ""


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
