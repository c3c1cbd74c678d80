"""Ask once: a form may ask only for what is not held, or is held and no longer fresh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.registry import facts
from qifu.domain.registry.access import visible
from qifu.domain.registry.models import Asking, Profile, Source
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden

SHOWN = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """What is held and fresh, what has to be asked for, and what of that is held but no longer fresh."""

    held: dict[str, facts.Held]
    must_ask: tuple[str, ...]
    stale: dict[str, facts.Held]


@dataclass(frozen=True, slots=True)
class Exceptions:
    """How often a form asked for a field that was held and fresh."""

    form: str
    field: str
    times: int


@dataclass(frozen=True, slots=True)
class Again:
    """One time that a form asked again: whom, why, by whom."""

    form: str
    field: str
    enterprise: int
    enterprise_name: str
    reason: str
    by: str
    at: datetime


def ask(enterprise: int, fields: Sequence[str], on: date) -> Asked:
    """Say which of the fields a form may ask the enterprise for. At most six statements."""
    known = facts.held(enterprise)
    fresh = _fresh_until(enterprise)
    held: dict[str, facts.Held] = {}
    stale: dict[str, facts.Held] = {}
    for field in fields:
        if field in known:
            until = fresh.get(field)
            (held if until is None or until >= on else stale)[field] = known[field]
    return Asked(held, tuple(field for field in fields if field not in held), stale)


def _fresh_until(enterprise: int) -> dict[str, date]:
    """The last day on which each standing value counts as fresh; what is computed or never ages is left out."""
    profile = Profile.objects.filter(pk=enterprise).first()
    if profile is None:
        return {}
    sources = Source.objects.in_bulk({int(stand[1]) for stand in profile.stands.values() if stand[1]})
    numbers = [int(stand[0]) for stand in profile.stands.values() if stand[0]]
    days = facts.days_of(numbers)
    found = {}
    for field, (row, source, _) in profile.stands.items():
        held = sources.get(source)
        day = facts.day_of(days, row, field) if row else held.complete_on if held else None
        if held is not None and day is not None:
            found[field] = day + timedelta(days=held.freshness)
    return found


def exceptions(actor: Actor) -> list[Exceptions]:
    """How often each form asked again, the most frequent first. :raises Forbidden: not of the staff."""
    counted = _seen(actor).values_list("form", "field").annotate(times=Count("pk")).order_by("-times", "form", "field")
    return [Exceptions(form, field, times) for form, field, times in counted]


def asked_again(actor: Actor, form: str = "", field: str = "", cursor: str = "") -> tuple[list[Again], str]:
    """The exceptions one by one, the last first, and where the list continues.

    :raises Forbidden: not of the staff.
    """
    rows = _seen(actor)
    for name, value in (("form", form), ("field", field)):
        rows = rows.filter(**{name: value}) if value else rows
    if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19:
        rows = rows.filter(pk__lt=int(cursor))
    page = list(rows.select_related("enterprise").order_by("-pk")[: SHOWN + 1])
    names = people.names(row.asked_by_id for row in page)
    told = [
        Again(
            row.form, row.field, row.enterprise_id, row.enterprise.name, row.reason, names.get(row.asked_by_id or 0, ""),
            row.asked_at,
        )
        for row in page[:SHOWN]
    ]  # fmt: skip
    return told, str(page[SHOWN - 1].pk) if len(page) > SHOWN else ""


def _seen(actor: Actor) -> QuerySet[Asking]:
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")
    seen = visible(actor)
    return Asking.objects.filter(enterprise__in=seen) if seen.query.where else Asking.objects.all()
