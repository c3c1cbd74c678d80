"""Many tenancies at once, for lists and first fillings: few statements, one record a building."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from qifu.domain.estate import access
from qifu.domain.estate.actions.letting import Letting, said
from qifu.domain.estate.actions.places import Places
from qifu.domain.estate.models import Tenancy, TenantList
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import Entry, record_many

BATCH = 500


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a place, named by the building's code; without a room, on a floor."""

    building: str
    tower: str = ""
    floor: int | None = None
    room: str = ""
    letting: Letting = field(default_factory=Letting)


@dataclass(frozen=True, slots=True)
class Ending:
    """The last day of a tenancy, by its key."""

    key: UUID
    until: date


@transaction.atomic
def seat_many(*, actor: Actor, now: datetime, seats: Iterable[Seat], source: TenantList | None = None) -> list[UUID]:
    """Enter who sits where; rooms that are not there yet are made, without an area. Return the keys, in order.

    :raises Forbidden: not of those who keep the district's buildings. :raises Invalid: a building is not in the directory.
    :raises Conflict: somebody else sits there on one of the days.
    """
    access.require_clerk(actor)
    wanted = list(seats)
    places = Places.of(row.building for row in wanted)
    places.prepare((row.building, row.tower, row.floor) for row in wanted)
    places.furnish((row.building, row.tower, row.floor, row.room) for row in wanted)
    made = []
    for row in wanted:
        floor, room = places.at(row.building, row.tower, row.floor, row.room)
        made.append(_row(row.letting, places.codes[row.building], floor, room, now, source))
    entered(made)
    record_many([_entry(actor, now, "estate.seat", building, rows) for building, rows in _by_building(made).items()])
    return [row.key for row in made]


@transaction.atomic
def end_many(*, actor: Actor, now: datetime, endings: Iterable[Ending], source: TenantList | None = None) -> int:
    """Enter last days of many; those that have ended by then stay as they are. Return how many were ended.

    :raises Forbidden: not of those who keep the district's buildings. :raises Invalid: a day lies before its beginning.
    """
    access.require_clerk(actor)
    days = {row.key: row.until for row in endings}
    found = _believed(list(days))
    changed = [row for row in found if row.until is None or row.until > days[row.key]]
    if any(row.since is not None and row.since > days[row.key] for row in changed):
        raise Invalid("有迁出日期早于入驻日期，请核对。")
    made = replaced(changed, now, {row.key: replace(said(row), until=days[row.key]) for row in changed}, source)
    record_many([_entry(actor, now, "estate.end_many", place, rows) for place, rows in _by_building(made).items()])
    return len(made)


def replaced(
    held: Sequence[Tenancy], now: datetime, wanted: Mapping[UUID, Letting], source: TenantList | None = None
) -> list[Tenancy]:
    """End what was believed of many, and begin what is believed from now on."""
    pks = [row.pk for row in held]
    for start in range(0, len(pks), BATCH):
        Tenancy.objects.filter(pk__in=pks[start : start + BATCH]).update(dropped_at=now)
    made = []
    for row in held:
        fresh = _row(wanted[row.key], row.building_id, row.floor_id, row.room_id, now, source)
        fresh.key, fresh.replaces_id = row.key, row.pk
        made.append(fresh)
    entered(made)
    return made


def entered(rows: list[Tenancy]) -> None:
    """Write many.

    :raises Conflict: somebody else sits in one of the rooms.
    """
    try:
        with transaction.atomic():
            Tenancy.objects.bulk_create(rows, batch_size=BATCH)
    except IntegrityError:
        raise Conflict("有房间在同一时间登记了两家租户，这一批没有写入，请核对后重试。") from None


def _row(
    letting: Letting, building: int, floor: int, room: int | None, now: datetime, source: TenantList | None
) -> Tenancy:
    return Tenancy(
        enterprise_id=letting.enterprise,
        tenant=letting.tenant,
        since=letting.since,
        until=letting.until,
        lease_until=letting.lease_until,
        rent=letting.rent,
        registered_in=letting.registered_in,
        taxed_in=letting.taxed_in,
        is_shared=letting.is_shared,
        building_id=building,
        floor_id=floor,
        room_id=room,
        learnt_at=now,
        list=source,
    )


def _believed(keys: list[UUID]) -> list[Tenancy]:
    found: list[Tenancy] = []
    for start in range(0, len(keys), BATCH):
        rows = Tenancy.objects.select_for_update().filter(key__in=keys[start : start + BATCH], dropped_at__isnull=True)
        found.extend(rows)
    return found


def _by_building(rows: Iterable[Tenancy]) -> dict[int, list[Tenancy]]:
    found: dict[int, list[Tenancy]] = {}
    for row in rows:
        found.setdefault(row.building_id, []).append(row)
    return found


def _entry(actor: Actor, now: datetime, verb: str, building: int, rows: list[Tenancy]) -> Entry:
    """One record for all of a building: how many, and the digest of what was entered."""
    lines = [
        [row.enterprise_id, row.tenant, row.floor_id, row.room_id, str(row.since), str(row.until), str(row.key)]
        for row in rows
    ]
    digest = hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()
    return Entry(actor, now, verb, f"estate.building:{building}", facts={"tenancies": len(rows), "digest": digest})
