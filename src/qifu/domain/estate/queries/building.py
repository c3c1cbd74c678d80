"""One building floor by floor: its rooms, who sits there on the day, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.domain.estate import access
from qifu.domain.estate.models import Floor, Room, Tenancy
from qifu.domain.estate.moments import Moment, lasting, on
from qifu.domain.estate.queries.directory import Brief, briefs, floor_label
from qifu.domain.estate.queries.figures import Measures, Tax, forecast, measures, taxes
from qifu.domain.registry import queries as registry
from qifu.engines.codes import industries
from qifu.kernel.actor import Actor

HIDDEN = "非本街道企业"
KEY = 8  # key tenants shown


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody in a room on the day; `enterprise` is None where it is not in the registry or not for the actor."""

    tenancy: int
    enterprise: int | None
    name: str
    section: str  # letter of the industry
    industry: str
    since: date | None
    lease_until: date | None
    rent: Decimal | None
    registered_in: str
    taxed_in: str
    is_known: bool
    marks: tuple[str, ...] = ()

    @property
    def registered_label(self) -> str:
        return str(Tenancy.Place(self.registered_in).label)

    @property
    def taxed_label(self) -> str:
        return str(Tenancy.Place(self.taxed_in).label)


@dataclass(frozen=True, slots=True)
class Cell:
    """A room and who sits in it."""

    room: int
    number: str
    area: Decimal | None
    state: str  # let, shared, unknown; else what becomes of an empty room
    sitting: tuple[Sitting, ...]

    @property
    def state_label(self) -> str:
        told = {"let": "已出租", "shared": "合租", "unknown": "租户未对应"}
        return told.get(self.state) or str(Room.State(self.state).label)

    @property
    def lease_until(self) -> date | None:
        """The first of the leases to end."""
        return min((one.lease_until for one in self.sitting if one.lease_until), default=None)


@dataclass(frozen=True, slots=True)
class FloorView:
    """A floor with its rooms, and those of whom only the floor is known."""

    id: int
    number: int | None
    cells: tuple[Cell, ...]
    loose: tuple[Sitting, ...] = ()

    @property
    def label(self) -> str:
        return floor_label(self.number)


@dataclass(frozen=True, slots=True)
class TowerView:
    """A tower with its floors, the highest first."""

    name: str
    floors: tuple[FloorView, ...]


@dataclass(frozen=True, slots=True)
class BuildingPage:
    """One building on the day."""

    brief: Brief
    aliases: tuple[str, ...]
    floors: int | None
    area: Decimal | None
    manager: str
    towers: tuple[TowerView, ...]
    measures: Measures
    tax: Tax
    industries: tuple[tuple[str, str, int], ...]  # section, its name, tenants
    key_tenants: tuple[Sitting, ...]
    forecast: list[tuple[date, int, Decimal]]
    may_keep: bool
    may_visit: bool


def building(actor: Actor, number: int, moment: Moment) -> BuildingPage:
    """One building on the day, as known at the moment, with the names that the actor may see. Sixteen queries at most.

    :raises Missing: there is none. :raises Forbidden: not of the staff.
    """
    row = access.building_to_see(actor, number)
    (short,) = briefs([(row, 0)])
    held = list(Tenancy.objects.filter(on(moment), building=row).order_by("since", "pk"))
    told = sitting(actor, held)
    rooms = Room.objects.filter(lasting(moment.day), building=row).select_related("floor__tower")
    figures = measures(moment, [number]).get(number, Measures())
    visible = [told[one.pk] for one in held]
    return BuildingPage(
        brief=short,
        aliases=tuple(row.aliases),
        floors=row.floors,
        area=row.area,
        manager=row.manager,
        towers=towers(rooms, held, told),
        measures=figures,
        tax=taxes(moment, [number]).get(number, Tax()),
        industries=_mix(visible),
        key_tenants=_key(visible),
        forecast=forecast(moment, [number]),
        may_keep=access.may_keep(actor, row),
        may_visit=access.may_visit(actor, row),
    )


def sitting(actor: Actor, rows: Iterable[Tenancy], *, all_names: bool = False) -> dict[int, Sitting]:
    """Tenancies with the names that the actor may see, by number; `all_names`: whoever runs the building sees all."""
    held = list(rows)
    ids = {row.enterprise_id for row in held if row.enterprise_id}
    seen = ids if all_names else set(registry.visible_ids(actor).filter(pk__in=ids).values_list("pk", flat=True))
    known = registry.brief(seen)
    return {row.pk: _sitting(row, known.get(row.enterprise_id or 0)) for row in held}


def _sitting(row: Tenancy, known: registry.Brief | None) -> Sitting:
    hidden = HIDDEN if row.enterprise_id else (row.tenant or "租户不详")
    return Sitting(
        tenancy=row.pk,
        enterprise=known.id if known else None,
        name=known.name if known else hidden,
        section=known.industry[:1] if known else "",
        industry=(known.industry_name or known.industry) if known else "",
        since=row.since,
        lease_until=row.lease_until,
        rent=row.rent,
        registered_in=row.registered_in,
        taxed_in=row.taxed_in,
        is_known=row.enterprise_id is not None,
        marks=known.mark_labels if known else (),
    )


def towers(rooms: Iterable[Room], held: list[Tenancy], told: Mapping[int, Sitting]) -> tuple[TowerView, ...]:
    by_room: dict[int, list[Sitting]] = {}
    for one in held:
        if one.room_id:
            by_room.setdefault(one.room_id, []).append(told[one.pk])
    floors: dict[tuple[str, int], tuple[int | None, list[Cell]]] = {}
    for row in rooms:
        told_cell = cell(row, tuple(by_room.get(row.pk, ())))
        floors.setdefault((row.floor.tower.name, row.floor_id), (row.floor.number, []))[1].append(told_cell)
    loose = _loose(held, told, floors)
    found: dict[str, list[FloorView]] = {}
    for (tower, floor), (number, cells) in floors.items():
        cells.sort(key=lambda cell: (len(cell.number), cell.number))
        found.setdefault(tower, []).append(FloorView(floor, number, tuple(cells), tuple(loose.get(floor, ()))))
    return tuple(
        TowerView(name, tuple(sorted(floor_views, key=lambda f: (f.number is None, -(f.number or 0)))))
        for name, floor_views in sorted(found.items())
    )


def _loose(
    held: list[Tenancy], told: Mapping[int, Sitting], floors: dict[tuple[str, int], tuple[int | None, list[Cell]]]
) -> dict[int, list[Sitting]]:
    """Those of whom no room is known; floors on which there are no others are added."""
    found: dict[int, list[Sitting]] = {}
    for one in held:
        if one.room_id is None:
            found.setdefault(one.floor_id, []).append(told[one.pk])
    lacking = found.keys() - {floor for _, floor in floors}
    if lacking:
        for floor in Floor.objects.filter(pk__in=lacking).select_related("tower"):
            floors[floor.tower.name, floor.pk] = (floor.number, [])
    return found


def cell(row: Room, here: tuple[Sitting, ...]) -> Cell:
    if not here:
        state = row.state
    elif not any(one.is_known for one in here):
        state = "unknown"
    else:
        state = "shared" if len(here) > 1 else "let"
    return Cell(row.pk, row.number, row.area, state, here)


def _mix(held: Iterable[Sitting]) -> tuple[tuple[str, str, int], ...]:
    """Tenants by section of industry, each enterprise once, the most first."""
    once = {one.enterprise: one.section for one in held if one.enterprise is not None}
    counts: dict[str, int] = {}
    for section in once.values():
        counts[section] = counts.get(section, 0) + 1
    names = {one.code: one.name for one in industries.sections()}
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((section, names.get(section, "行业未登记"), count) for section, count in ordered)


def _key(held: Iterable[Sitting]) -> tuple[Sitting, ...]:
    """Those with the most marks, each enterprise once."""
    once = {one.enterprise: one for one in held if one.enterprise is not None and one.marks}
    return tuple(sorted(once.values(), key=lambda one: (-len(one.marks), one.name))[:KEY])
