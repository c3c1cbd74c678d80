"""The only writes of this room: putting the directory of buildings, and who sits where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.estate.models import Building, Premises
from qifu.kernel import search
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Invalid
from qifu.kernel.evidence.actions import Entry, record_many


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building as a directory gives it."""

    code: str
    name: str
    aliases: Sequence[str] = ()
    street: int | None = None
    road: str = ""
    number: str = ""
    towers: Sequence[str] = ()
    floors: int | None = None
    area: Decimal | None = None
    manager: str = ""


@dataclass(frozen=True, slots=True)
class PremisesRow:
    """An enterprise in a building, named by the building's code."""

    enterprise: int
    building: str
    tower: str = ""
    floor: int | None = None
    room: str = ""
    since: date | None = None


_FIELDS = ("name", "aliases", "street_id", "road", "number", "towers", "floors", "area", "manager")


@transaction.atomic
def put_buildings(*, actor: Actor, now: datetime, rows: Iterable[BuildingRow]) -> tuple[int, int]:
    """Make the buildings that are new by their code, and change those that differ; return both counts.

    :raises Invalid: a row has no code or no name, or a code comes twice.
    """
    _require_keeper(actor)
    wanted = list(rows)
    codes = [row.code for row in wanted]
    if len(set(codes)) != len(codes) or not all(row.code and row.name for row in wanted):
        raise Invalid("楼宇名单中有空的或重复的编码，或没有名称，请核对后重试。")
    held = {row.code: row for row in Building.objects.select_for_update().filter(code__in=codes)}
    fresh = [_put(Building(code=row.code), row) for row in wanted if row.code not in held]
    changed: list[tuple[Building, dict[str, object]]] = []
    for row in wanted:
        if row.code in held:
            before = _facts(held[row.code])
            now_row = _put(held[row.code], row)
            if _facts(now_row) != before:
                changed.append((now_row, before))
    Building.objects.bulk_create(fresh, batch_size=500)
    columns = [name.removesuffix("_id") for name in _FIELDS]
    Building.objects.bulk_update([row for row, _ in changed], [*columns, "tokens"], batch_size=200)
    made = [Entry(actor, now, "building.create", stream_of(row), after=_facts(row)) for row in fresh]
    moved = [
        Entry(actor, now, "building.change", stream_of(row), before=before, after=_facts(row))
        for row, before in changed
    ]
    record_many([*made, *moved])
    return len(fresh), len(changed)


@transaction.atomic
def put_premises(*, actor: Actor, now: datetime, rows: Iterable[PremisesRow]) -> int:
    """Enter who sits where; what is entered already stays. Return how many were entered.

    :raises Invalid: a building is not in the directory.
    """
    _require_keeper(actor)
    wanted = list(rows)
    held = dict(Building.objects.values_list("code", "pk"))
    strange = {row.building for row in wanted} - held.keys()
    if strange:
        raise Invalid(f"楼宇目录中没有编码 {'、'.join(sorted(strange)[:5])}，请先导入楼宇。")
    known = set(
        Premises.objects.filter(until__isnull=True).values_list("enterprise_id", "building_id", "tower", "room")
    )
    fresh: dict[tuple[int, int, str, str], Premises] = {}
    for row in wanted:
        key = (row.enterprise, held[row.building], row.tower, row.room)
        if key not in known and key not in fresh:
            fresh[key] = Premises(
                enterprise_id=row.enterprise,
                building_id=held[row.building],
                tower=row.tower,
                floor=row.floor,
                room=row.room,
                since=row.since,
            )
    Premises.objects.bulk_create(fresh.values(), batch_size=1000)
    counts: dict[int, int] = {}
    for _, building, _, _ in fresh:
        counts[building] = counts.get(building, 0) + 1
    record_many(
        [
            Entry(actor, now, "building.tenants", f"estate.building:{building}", facts={"entered": count})
            for building, count in counts.items()
        ]
    )
    return len(fresh)


def stream_of(row: Building) -> str:
    """The chain of a building."""
    return f"estate.building:{row.pk}"


def _require_keeper(actor: Actor) -> None:
    if actor.kind != "system" and not actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以维护楼宇目录。")


def _put(held: Building, row: BuildingRow) -> Building:
    held.name, held.aliases, held.street_id = row.name, list(row.aliases), row.street
    held.road, held.number, held.towers = row.road, row.number, list(row.towers)
    held.floors, held.area, held.manager = row.floors, row.area, row.manager
    held.tokens = search.tokens(row.name, *row.aliases, row.road + row.number, row.code)
    return held


def _facts(row: Building) -> dict[str, object]:
    told = {name: getattr(row, name) for name in _FIELDS}
    return told | {"area": None if row.area is None else f"{row.area:.2f}"}
