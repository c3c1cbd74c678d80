"""The directory of buildings, and who sits where as addresses say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.estate import access
from qifu.domain.estate.actions.letting import Letting, said
from qifu.domain.estate.actions.places import Places
from qifu.domain.estate.actions.seating import Seat, replaced, seat_many
from qifu.domain.estate.models import Building, Tenancy
from qifu.kernel import search
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid
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
    access.require_keeper(actor)
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
    """Enter who sits where, as addresses say it; what is entered already stays. Return how many were entered.

    Addresses do not say who has moved out: several firms in one room count as sharing it.

    :raises Invalid: a building is not in the directory.
    """
    access.require_keeper(actor)
    wanted = list(rows)
    places = Places.of(row.building for row in wanted)
    places.prepare((row.building, row.tower, row.floor) for row in wanted)
    places.furnish((row.building, row.tower, row.floor, row.room) for row in wanted)
    inside = list(places.codes.values())
    open_ones = Tenancy.objects.filter(dropped_at__isnull=True, until__isnull=True, building__in=inside)
    held = {(row.enterprise_id, row.floor_id, row.room_id): row for row in open_ones}
    fresh: dict[tuple[int, int, int | None], PremisesRow] = {}
    for row in wanted:
        key = (row.enterprise, *places.at(row.building, row.tower, row.floor, row.room))
        if key not in held:
            fresh.setdefault(key, row)
    counts = Counter(room for _, _, room in (*held, *fresh) if room is not None)
    crowded = [row for row in held.values() if row.room_id and counts[row.room_id] > 1 and not row.is_shared]
    replaced(crowded, now, {row.key: replace(said(row), is_shared=True) for row in crowded})
    seats = [
        Seat(row.building, row.tower, row.floor, row.room,
             Letting(enterprise=row.enterprise, since=row.since, is_shared=room is not None and counts[room] > 1))
        for (_, _, room), row in fresh.items()
    ]  # fmt: skip
    return len(seat_many(actor=actor, now=now, seats=seats))


def stream_of(row: Building) -> str:
    """The chain of a building."""
    return f"estate.building:{row.pk}"


def _put(held: Building, row: BuildingRow) -> Building:
    held.name, held.aliases, held.street_id = row.name, list(row.aliases), row.street
    held.road, held.number, held.towers = row.road, row.number, list(row.towers)
    held.floors, held.area, held.manager = row.floors, row.area, row.manager
    held.tokens = search.tokens(row.name, *row.aliases, row.road + row.number, row.code)
    return held


def _facts(row: Building) -> dict[str, object]:
    told = {name: getattr(row, name) for name in _FIELDS}
    return told | {"area": None if row.area is None else f"{row.area:.2f}"}
