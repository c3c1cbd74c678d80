"""What was true on a day, as known at a moment: the cuts that every read of tenancies makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from qifu.domain.estate.models import Tenancy
from qifu.engines.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Moment:
    """A day that is looked at, and the moment at which it was known so; None: as known now."""

    day: date
    known: datetime | None = None


def today(now: datetime) -> date:
    """The day it is here."""
    return now.astimezone(SHANGHAI).date()


def on(moment: Moment, before: str = "") -> Q:
    """The condition on tenancies that hold on the day, as known then; `before` leads to them from another table."""
    p = before
    belief = Q(**{f"{p}dropped_at__isnull": True})
    if moment.known is not None:
        belief = Q(**{f"{p}learnt_at__lte": moment.known}) & (belief | Q(**{f"{p}dropped_at__gt": moment.known}))
    return belief & lasting(moment.day, p)


def lasting(day: date, before: str = "") -> Q:
    """The condition on spans that hold on the day."""
    begun = Q(**{f"{before}since__isnull": True}) | Q(**{f"{before}since__lte": day})
    return begun & (Q(**{f"{before}until__isnull": True}) | Q(**{f"{before}until__gte": day}))


def believed(rows: QuerySet[Tenancy]) -> QuerySet[Tenancy]:
    """What is believed now."""
    return rows.filter(dropped_at__isnull=True)


def meeting(rows: QuerySet[Tenancy], since: date | None, until: date | None) -> QuerySet[Tenancy]:
    """Those that share a day with the span."""
    if until is not None:
        rows = rows.filter(Q(since__isnull=True) | Q(since__lte=until))
    if since is not None:
        rows = rows.filter(Q(until__isnull=True) | Q(until__gte=since))
    return rows


def day_said(day: date) -> str:
    """The day as people say it: 2026年9月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def half_of(day: date) -> str:
    """The half-year of a day: 2026H2."""
    return f"{day.year}H{1 if day.month < 7 else 2}"


def half_label(half: str) -> str:
    """The half-year as people say it."""
    return f"{half[:4]} 年{'上' if half.endswith('1') else '下'}半年"


def months(day: date, count: int) -> list[date]:
    """The first days of the month of the day and of those that follow."""
    first = day.replace(day=1)
    found = [first]
    while len(found) < count:
        found.append((found[-1] + timedelta(days=32)).replace(day=1))
    return found
