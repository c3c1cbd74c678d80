"""The only reads others may use: the directory of buildings, one building with its tenants by floor, short forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q

from qifu.domain.estate.models import Building, Premises
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.kernel import search as kernel_search
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Missing

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
class Tenant:
    """An enterprise in its rooms."""

    enterprise: registry.Brief
    tower: str
    floor: int | None
    room: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor, or what is known of no floor."""

    tower: str
    number: int | None
    tenants: tuple[Tenant, ...]

    @property
    def label(self) -> str:
        """The floor as people say it: A座 12 层."""
        said = (
            "楼层未登记"
            if self.number is None
            else f"{self.number} 层"
            if self.number > 0
            else f"地下 {-self.number} 层"
        )
        return f"{self.tower} {said}".strip()


@dataclass(frozen=True, slots=True)
class BuildingView:
    """One building."""

    brief: Brief
    aliases: tuple[str, ...]
    towers: tuple[str, ...]
    floors: int | None
    area: Decimal | None
    manager: str
    by_floor: tuple[Floor, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an enterprise sits."""

    building: Brief
    tower: str
    floor: int | None
    room: str
    since: date | None
    until: date | None


def buildings(actor: Actor, q: str = "", street: int | None = None) -> tuple[Brief, ...]:
    """The directory, with the number of tenants. Three queries.

    :raises Forbidden: not of the staff.
    """
    _require_staff(actor)
    rows = kernel_search.matching(Building.objects.all(), q)
    if street is not None:
        rows = rows.filter(street=street)
    present = Count("premises__enterprise", filter=Q(premises__until__isnull=True), distinct=True)
    counted = rows.annotate(present=present).order_by("code").defer("tokens")
    return _briefs((row, int(row.present)) for row in counted)


def suggest(q: str) -> tuple[Brief, ...]:
    """At most ten buildings for somebody who is typing. The directory is public."""
    if not q.strip():
        return ()
    rows = kernel_search.matching(Building.objects.all(), q).order_by("code")[:SUGGESTED]
    return _briefs((row, 0) for row in rows)


def brief(ids: Iterable[int | None]) -> dict[int, Brief]:
    """Short forms of many at once. Two queries."""
    wanted = {number for number in ids if number is not None}
    rows = Building.objects.filter(pk__in=wanted).defer("tokens") if wanted else ()
    return {told.id: told for told in _briefs((row, 0) for row in rows)}


def by_code(code: str) -> Brief | None:
    """The building of the code."""
    told = _briefs((row, 0) for row in Building.objects.filter(code=code))
    return told[0] if told else None


def building(actor: Actor, number: int) -> BuildingView:
    """One building with those tenants that the actor may see, by floor.

    :raises Missing: there is none.
    """
    _require_staff(actor)
    row = Building.objects.filter(pk=number).first()
    if row is None:
        raise Missing("没有这栋楼宇，可能已被移除，请返回列表重新选择。")
    held = list(
        Premises.objects.filter(building=row, until__isnull=True, enterprise__in=registry.visible_ids(actor)).order_by(
            "tower", "-floor", "room", "pk"
        )
    )
    told = registry.brief(one.enterprise_id for one in held)
    floors: dict[tuple[str, int | None], list[Tenant]] = {}
    for one in held:
        tenant = Tenant(told[one.enterprise_id], one.tower, one.floor, one.room, one.since)
        floors.setdefault((one.tower, one.floor), []).append(tenant)
    (short,) = _briefs([(row, len({one.enterprise_id for one in held}))])
    return BuildingView(
        brief=short,
        aliases=tuple(row.aliases),
        towers=tuple(row.towers),
        floors=row.floors,
        area=row.area,
        manager=row.manager,
        by_floor=tuple(Floor(tower, floor, tuple(tenants)) for (tower, floor), tenants in floors.items()),
    )


def places_of(enterprise: int) -> tuple[Place, ...]:
    """Where an enterprise sits and sat, present ones first; the caller has passed its door."""
    rows = list(Premises.objects.filter(enterprise=enterprise).order_by("-since", "-pk"))
    rows.sort(key=lambda row: row.until is not None)
    told = brief(row.building_id for row in rows)
    return tuple(Place(told[r.building_id], r.tower, r.floor, r.room, r.since, r.until) for r in rows)


def _require_staff(actor: Actor) -> None:
    if not (actor.is_staff or actor.kind == "system"):
        raise Forbidden("这里只对工作人员开放。")


def _briefs(rows: Iterable[tuple[Building, int]]) -> tuple[Brief, ...]:
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
