"""The directory of buildings: short forms, suggestions, where an enterprise sits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from qifu.domain.estate import access
from qifu.domain.estate.models import Building, Tenancy
from qifu.domain.people import queries as people
from qifu.domain.registry import lookups
from qifu.engines.codes import credit
from qifu.kernel import search as kernel_search
from qifu.kernel.actor import Actor

SUGGESTED = 10


@dataclass(frozen=True, slots=True)
class Brief:
    """A building in one line."""

    id: int
    code: str
    name: str
    street: int | None
    street_name: str
    address: str
    tenants: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an enterprise sits, as believed now."""

    building: Brief
    tower: str
    floor: int | None
    room: str
    since: date | None
    until: date | None
    room_id: int | None = None


def buildings(actor: Actor, q: str = "", street: int | None = None) -> tuple[Brief, ...]:
    """The directory, with the number of enterprises that have not left. Two queries.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = kernel_search.matching(Building.objects.all(), q)
    if street is not None:
        rows = rows.filter(street=street)
    there = Q(tenancies__until__isnull=True, tenancies__dropped_at__isnull=True)
    present = Count("tenancies__enterprise", filter=there, distinct=True)
    counted = rows.annotate(present=present).order_by("code").defer("tokens")
    return briefs((row, int(row.present)) for row in counted)


def suggest(q: str) -> tuple[Brief, ...]:
    """At most ten buildings for somebody who is typing. The directory is public."""
    if not q.strip():
        return ()
    rows = kernel_search.matching(Building.objects.all(), q).order_by("code")[:SUGGESTED]
    return briefs((row, 0) for row in rows)


def brief(ids: Iterable[int | None]) -> dict[int, Brief]:
    """Short forms of many at once. Two queries."""
    wanted = {number for number in ids if number is not None}
    rows = Building.objects.filter(pk__in=wanted).defer("tokens") if wanted else ()
    return {told.id: told for told in briefs((row, 0) for row in rows)}


def by_code(code: str) -> Brief | None:
    """The building of the code."""
    told = briefs((row, 0) for row in Building.objects.filter(code=code))
    return told[0] if told else None


def names() -> dict[str, str]:
    """The names of all buildings by their codes. One query."""
    return dict(Building.objects.values_list("code", "name"))


def names_by_code(codes: Iterable[str]) -> dict[str, str]:
    """The names of buildings by their codes. One query."""
    return dict(Building.objects.filter(code__in=set(codes)).values_list("code", "name"))


def places_of(enterprise: int) -> tuple[Place, ...]:
    """Where an enterprise sits and sat, present ones first; the caller has passed its door."""
    found = Tenancy.objects.filter(enterprise=enterprise, dropped_at__isnull=True)
    rows = list(found.select_related("floor__tower", "room").order_by("-since", "-pk"))
    rows.sort(key=lambda row: row.until is not None)
    told = brief(row.building_id for row in rows)
    return tuple(
        Place(
            building=told[row.building_id],
            tower=row.floor.tower.name,
            floor=row.floor.number,
            room=row.room.number if row.room else "",
            since=row.since,
            until=row.until,
            room_id=row.room_id,
        )
        for row in rows
    )


def written(text: str) -> tuple[int | None, str]:
    """The enterprise that somebody wrote, by its code or its very name; None and the text, when the registry has none."""
    text = " ".join(text.split())
    code = credit.normalise(text)
    found = lookups.ids_by_code([code]).get(code) or lookups.ids_by_name([text]).get(text)
    return (found, "") if found is not None else (None, text)


def briefs(rows: Iterable[tuple[Building, int]]) -> tuple[Brief, ...]:
    """Short forms of rows with their number of tenants."""
    pairs = list(rows)
    units = people.unit_tree().units if pairs else {}
    return tuple(
        Brief(
            id=row.pk,
            code=row.code,
            name=row.name,
            street=row.street_id,
            street_name=units[row.street_id].short_name if row.street_id in units else "",
            address=row.road + row.number,
            tenants=count,
        )
        for row, count in pairs
    )


def floor_label(number: int | None) -> str:
    """The floor as people say it: 12 层."""
    if number is None:
        return "楼层未登记"
    return f"{number} 层" if number > 0 else f"地下 {-number} 层"
