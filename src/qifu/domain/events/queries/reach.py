"""Whom the events of a year reached, by street, industry and size; and who never comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Substr

from qifu.domain.events import access
from qifu.domain.events.models import Event, Registration
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.domain.registry.access import visible as enterprises
from qifu.engines.codes import industries
from qifu.kernel.actor import Actor

YEAR = timedelta(days=365)
PAGE, BATCH = 50, 2000
BY = {"street": "街道", "section": "行业门类", "size": "规模"}


@dataclass(frozen=True, slots=True)
class Group:
    """Enterprises of a sort: how many came, of how many."""

    key: str
    label: str
    came: int
    total: int


@dataclass(frozen=True, slots=True)
class Reach:
    """A year of events."""

    events: int
    people: int
    came: int
    total: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """Enterprises that never came, a page of them."""

    firms: tuple[registry.Brief, ...]
    count: int
    before: int
    after: int


def reach(actor: Actor, now: datetime, by: str = "street") -> Reach:
    """Count the last 365 days, within what the actor sees. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    column = {"street": "street_id", "section": "section", "size": "size_class"}[by if by in BY else "street"]
    rows = _open(actor)
    if column == "section":
        rows = rows.annotate(section=Substr("industry", 1, 1))
    total = dict(rows.order_by().values_list(column).annotate(n=Count("pk")))
    came = dict(rows.filter(_came(now)).order_by().values_list(column).annotate(n=Count("pk")))
    labels = _labels(by if by in BY else "street")
    groups = [
        Group(str(key if key is not None else ""), labels.get(str(key or ""), "不详"), came.get(key, 0), n)
        for key, n in total.items()
    ]
    groups.sort(key=lambda one: (-one.total, one.key))
    held = Event.objects.filter(state="held", starts__gt=now - YEAR, starts__lte=now)
    there = Registration.objects.filter(event__in=held, state="attended")
    return Reach(held.count(), there.count(), sum(came.values()), sum(total.values()), tuple(groups))


def absent(
    actor: Actor, now: datetime, *, street: int | None = None, section: str = "", size: str = "", q: str = "", page: int = 1
) -> Absent:  # fmt: skip
    """The open enterprises of the actor from which nobody came in a year.

    :raises Forbidden: not of the staff.
    """
    rows = _absent(actor, now, street, section, size, q)
    count = rows.order_by().count()
    last = max(1, -(-count // PAGE))
    here = min(max(1, page), last)
    ids = list(rows.values_list("pk", flat=True)[(here - 1) * PAGE : here * PAGE])
    told = registry.brief(ids)
    return Absent(tuple(told[pk] for pk in ids), count, here - 1, here + 1 if here < last else 0)


def every_absent(
    actor: Actor, now: datetime, *, street: int | None = None, section: str = "", size: str = "", q: str = ""
) -> Iterator[registry.Brief]:
    """All of them, up to fifty thousand.

    :raises Forbidden: not of the staff.
    """
    ids = list(_absent(actor, now, street, section, size, q).values_list("pk", flat=True)[:50_000])
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        told = registry.brief(some)
        yield from (told[pk] for pk in some)


def _open(actor: Actor) -> QuerySet[Any]:
    return enterprises(actor).filter(merged_into=None, status="open")


def _came(now: datetime) -> Exists:
    return Exists(
        Registration.objects.filter(
            enterprise=OuterRef("pk"), state="attended", event__starts__gt=now - YEAR, event__starts__lte=now
        )
    )


def _absent(actor: Actor, now: datetime, street: int | None, section: str, size: str, q: str) -> QuerySet[Any]:
    access.require_official(actor)
    filters = registry.Filters(street=street, section=section, size=size, status="open")
    rows = registry.found(actor, q, filters)
    return rows.filter(~_came(now), merged_into=None).order_by("pk")


def _labels(by: str) -> dict[str, str]:
    if by == "street":
        return {str(unit.id): unit.short_name for unit in people.units("street", closed=True)}
    if by == "section":
        return {one.code: f"{one.code} {one.name}" for one in industries.sections()}
    return dict(registry.sizes())
