"""Rooms: their facts one by one and many at once; a list of them carried away leaves a record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.estate import access
from qifu.domain.estate.actions.places import Places
from qifu.domain.estate.models import Room
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import Entry, record, record_many

LARGEST = Decimal(1_000_000)  # square metres
DEAREST = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What is said of a room."""

    area: Decimal | None = None  # square metres
    use: str = "office"
    owner_kind: str = ""
    owner: str = ""
    state: str = "offered"
    asking: Decimal | None = None  # 元 a square metre and month


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room as a directory gives it, by the building's code."""

    building: str
    tower: str
    floor: int | None
    number: str
    facts: RoomFacts = RoomFacts()


@transaction.atomic
def change_room(*, actor: Actor, now: datetime, room: int, facts: RoomFacts) -> Room:
    """Say what a room is, and what becomes of it when nobody sits there.

    :raises Missing: no such room for this actor. :raises Forbidden: an official of elsewhere.
    :raises Invalid: a field cannot be. :raises Conflict: nothing differs.
    """
    row = access.room_to_keep(actor, room)
    _check(facts)
    before = _facts(row)
    _put(row, facts)
    after = _facts(row)
    if before == after:
        raise Conflict("内容没有变化，不需要保存。")
    row.save()
    record(actor=actor, now=now, verb="estate.room", stream=row.stream, before=before, after=after)
    return row


@transaction.atomic
def put_rooms(*, actor: Actor, now: datetime, rows: Sequence[RoomRow]) -> tuple[int, int]:
    """Make the rooms that are new by their place, and change those that differ; return both counts.

    :raises Forbidden: not of those who keep the directory. :raises Invalid: a field cannot be, or a room has no number.
    """
    access.require_keeper(actor)
    for one in rows:
        _check(one.facts)
        if not one.number or len(one.number) > 20:
            raise Invalid("有房间没有房号，或房号超过 20 字，请核对。")
    places = Places.of(row.building for row in rows)
    places.prepare((row.building, row.tower, row.floor) for row in rows)
    fresh: dict[tuple[int, str], Room] = {}
    held: dict[int, RoomFacts] = {}
    for one in rows:
        building = places.codes[one.building]
        floor = places.floors[building, one.tower, one.floor or None]
        known = places.rooms.get((floor, one.number))
        if known is not None:
            held[known] = one.facts
        elif (floor, one.number) not in places.ended:
            fresh[floor, one.number] = _put(Room(building_id=building, floor_id=floor, number=one.number), one.facts)
    Room.objects.bulk_create(fresh.values(), batch_size=1000)
    changed = _changed(held)
    columns = [one.name for one in fields(RoomFacts)]
    Room.objects.bulk_update(changed, columns, batch_size=200)
    record_many(_entries(actor, now, "estate.rooms", fresh.values(), changed))
    return len(fresh), len(changed)


@transaction.atomic
def note_export(*, actor: Actor, now: datetime, rows: int, filters: dict[str, object]) -> None:
    """Record that a list of buildings was carried away.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    facts = {"rows": rows, "filters": {name: value for name, value in filters.items() if value}}
    record(actor=actor, now=now, verb="estate.export", stream="estate.exports", facts=facts)


def _changed(held: dict[int, RoomFacts]) -> list[Room]:
    found = []
    for row in Room.objects.select_for_update().filter(pk__in=held) if held else ():
        before = _facts(row)
        if _facts(_put(row, held[row.pk])) != before:
            found.append(row)
    return found


def _entries(actor: Actor, now: datetime, verb: str, fresh: Iterable[Room], changed: list[Room]) -> list[Entry]:
    counts: dict[int, list[int]] = {}
    for place, rows in enumerate((fresh, changed)):
        for row in rows:
            counts.setdefault(row.building_id, [0, 0])[place] += 1
    return [
        Entry(actor, now, verb, f"estate.building:{building}", facts={"made": made, "changed": moved})
        for building, (made, moved) in counts.items()
    ]


def _check(facts: RoomFacts) -> None:
    problems = {}
    if facts.area is not None and not 0 < facts.area <= LARGEST:
        problems["area"] = "面积应大于 0，不超过 100 万平方米。"
    if facts.asking is not None and not 0 <= facts.asking <= DEAREST:
        problems["asking"] = "报价应在 0 到 100000 元每平方米每月之间。"
    known = {"use": Room.Use.values, "owner_kind": Room.Owner.values, "state": Room.State.values}
    problems |= {name: "请从列表中选择。" for name, values in known.items() if getattr(facts, name) not in values}
    if len(facts.owner.strip()) > 80:
        problems["owner"] = "业主名称超过 80 字，请精简。"
    elif facts.owner.strip() and facts.owner_kind == Room.Owner.PERSON:
        problems["owner"] = "个人业主不登记姓名，请清空业主名称。"
    if problems:
        raise Invalid("还没有保存：" + "".join(problems.values()), problems)


def _put(row: Room, facts: RoomFacts) -> Room:
    row.area, row.use, row.owner_kind = facts.area, facts.use, facts.owner_kind
    row.owner, row.state, row.asking = facts.owner.strip(), facts.state, facts.asking
    return row


def _facts(row: Room) -> dict[str, object]:
    told = {one.name: getattr(row, one.name) for one in fields(RoomFacts)}
    return {name: f"{value:.2f}" if isinstance(value, Decimal) else value for name, value in told.items()}
