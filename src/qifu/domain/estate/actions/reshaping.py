"""A room split into several, or several joined into one, from a day on; who sits there follows, and it can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from qifu.domain.estate import access
from qifu.domain.estate.actions.letting import EARLIEST, NOTE, Letting, believed_again, dropped, said, sat, superseded
from qifu.domain.estate.actions.rooms import LARGEST
from qifu.domain.estate.models import Finding, Reshaping, Room, Tenancy
from qifu.domain.estate.moments import believed, today
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import Entry, record_many

MOST = 20  # rooms at once
_SHAPE = ("use", "owner_kind", "owner", "state", "asking")


@dataclass(frozen=True, slots=True)
class Part:
    """A room as it is from then on; `tenancies`: the numbers of those who sit in it, None for all."""

    number: str
    area: Decimal | None = None  # square metres
    tenancies: Collection[int] | None = None


@transaction.atomic
def reshape(
    *, actor: Actor, now: datetime, rooms: Sequence[int], parts: Sequence[Part], day: date, note: str = ""
) -> list[Room]:
    """Split a room, or join several of one floor, from the day on; whoever sits there that day or later goes along.

    What is true of the old rooms ends the day before. The same firm in several rooms that are joined sits there once;
    a rent or the end of a lease on which they differ is then unknown.

    :raises Missing: no such room for this actor. :raises Forbidden: an official of elsewhere.
    :raises Invalid: a field cannot be, or somebody has been given no room. :raises Conflict: a room has ended already.
    """
    old = _standing(actor, rooms)
    _check(old, parts, day, today(now), note)
    following = list(_following(old, day))
    _require_placed(following, parts)
    step = Reshaping.objects.create(building_id=old[0].building_id, day=day, at=now)
    for row in following:
        _leave(row, now, day)
    for room in old:
        room.until, room.ended_by = day - timedelta(days=1), step
        room.save(update_fields=["until", "ended_by"])
    made = [_made(old, part, day, step) for part in parts]
    for room, part in zip(made, parts, strict=True):
        mine = [row for row in following if part.tenancies is None or row.pk in part.tenancies]
        for letting in _together(mine, day):
            sat(room, now, letting)
    _prove("estate.reshape", actor, now, step, old, made, note)
    return made


@transaction.atomic
def undo_reshape(*, actor: Actor, now: datetime, room: int) -> list[Room]:
    """Take back the splitting or joining that made the room: the old rooms stand again, with who sat there.

    :raises Missing: no such room for this actor. :raises Forbidden: an official of elsewhere.
    :raises Conflict: it was not made so, or something has been entered since, which is to be taken back first.
    """
    step = access.room_to_keep(actor, room).made_by
    if step is None or step.undone_at is not None:
        raise Conflict("这个房间不是拆分或合并来的，没有可撤回的。")
    made = list(Room.objects.select_for_update().filter(made_by=step))
    old = list(Room.objects.select_for_update().filter(ended_by=step))
    _require_untouched(step, made, old)
    for row in believed(Tenancy.objects.filter(room__in=made)):
        dropped(row, now)
    for one in made:  # as if it had never stood: no day is left to it
        one.since, one.until = None, EARLIEST
        one.save(update_fields=["since", "until"])
    for one in old:
        one.until, one.ended_by = None, None
        one.save(update_fields=["until", "ended_by"])
    for row in Tenancy.objects.filter(room__in=old, dropped_at=step.at).select_related("room"):
        _return(row, now)
    step.undone_at = now
    step.save(update_fields=["undone_at"])
    _prove("estate.reshape_undo", actor, now, step, made, old, "")
    return old


def _standing(actor: Actor, rooms: Sequence[int]) -> list[Room]:
    found = [access.room_to_keep(actor, number) for number in sorted(set(rooms))]
    if any(row.until is not None for row in found):
        raise Conflict("有房间已经拆分或合并过，请刷新页面后再办。")
    if len({row.floor_id for row in found}) > 1:
        raise Invalid("只能合并同一层的房间。", {"rooms": "只能合并同一层的房间。"})
    return found


def _check(old: Sequence[Room], parts: Sequence[Part], day: date, at: date, note: str) -> None:
    if not old or (len(old) == 1) == (len(parts) == 1) or min(len(old), len(parts)) != 1:
        raise Invalid("拆分请写明至少两间新房，合并请选至少两间。", {"rooms": "合并请至少选两间。"})
    problems = {}
    if max(len(old), len(parts)) > MOST:
        problems["rooms"] = f"一次最多 {MOST} 间。"
    if not EARLIEST < day <= at:
        problems["day"] = "日期应在今天或以前。"
    elif any(row.since is not None and row.since >= day for row in old):
        problems["day"] = "日期早于房间现在这个样子的开始，请核对。"
    if len(note.strip()) > NOTE:
        problems["note"] = f"说明超过 {NOTE} 字，请精简。"
    numbers = [part.number for part in parts]
    taken = Room.objects.filter(floor=old[0].floor_id, until__isnull=True, number__in=numbers)
    others = set(taken.exclude(pk__in=[row.pk for row in old]).values_list("number", flat=True))
    for place, part in enumerate(parts, 1):
        if not part.number or len(part.number) > 20:
            problems[f"number_{place}"] = "请写明房号，不超过 20 字。"
        elif part.number in others or numbers.count(part.number) > 1:
            problems[f"number_{place}"] = f"这一层已有 {part.number} 室，请换一个房号。"
        if part.area is not None and not 0 < part.area <= LARGEST:
            problems[f"area_{place}"] = "面积应大于 0，不超过 100 万平方米。"
    if not problems and not note.strip():
        problems |= _gained_or_lost(old, parts)
    if problems:
        raise Invalid("还没有保存：" + "".join(dict.fromkeys(problems.values())), problems)


def _gained_or_lost(old: Sequence[Room], parts: Sequence[Part]) -> dict[str, str]:
    """What is wrong when square metres come from nowhere or go missing: more than a tenth asks for a word."""
    before, after = _whole(row.area for row in old), _whole(part.area for part in parts)
    if before is None or after is None or abs(after - before) <= before / 10:
        return {}
    return {"note": f"面积原来共 {before:f} 平方米，现在共 {after:f} 平方米，请核对；确实如此的，请写明依据。"}


def _whole(areas: Iterable[Decimal | None]) -> Decimal | None:
    """The areas together; None when one is not known."""
    told = list(areas)
    known = [area for area in told if area is not None]
    return sum(known, start=Decimal(0)) if len(known) == len(told) else None


def _following(old: Sequence[Room], day: date) -> Iterator[Tenancy]:
    rows = believed(Tenancy.objects.filter(room__in=old)).select_for_update(of=("self",))
    yield from rows.filter(Q(until__isnull=True) | Q(until__gte=day)).order_by("since", "pk")


def _require_placed(following: Sequence[Tenancy], parts: Sequence[Part]) -> None:
    known = {row.pk for row in following}
    named = {number for part in parts for number in part.tenancies or ()}
    if named - known:
        raise Conflict("租户登记刚有变化，请刷新页面后再办。")
    if all(part.tenancies is not None for part in parts) and known - named:
        text = "有租户没有分到房间；已迁出的请先登记迁出。"
        raise Invalid(text, {"tenants_1": text})


def _leave(row: Tenancy, now: datetime, day: date) -> None:
    """Who sat there before goes the day before; who was to come later never comes to the old room."""
    if row.since is None or row.since < day:
        superseded(row, now, replace(said(row), until=day - timedelta(days=1)))
    else:
        dropped(row, now)


def _return(row: Tenancy, now: datetime) -> None:
    """Believe again what was believed of an old room."""
    held = believed(Tenancy.objects.filter(key=row.key)).first()
    if held is not None:
        superseded(held, now, said(row))
    else:
        believed_again(row, now, said(row))


def _made(old: Sequence[Room], part: Part, day: date, step: Reshaping) -> Room:
    """A new room like the old ones; what they do not agree on is as for a room of which nothing has been said."""
    row = Room(building_id=old[0].building_id, floor_id=old[0].floor_id, number=part.number, area=part.area)
    for name in _SHAPE:
        values = {getattr(one, name) for one in old}
        if len(values) == 1:
            setattr(row, name, values.pop())
    if row.owner_kind == Room.Owner.PERSON:
        row.owner = ""
    row.since, row.made_by = day, step
    row.save(force_insert=True)
    return row


def _together(rows: Iterable[Tenancy], day: date) -> list[Letting]:
    """Who sits in a new room: each firm once for the same days, sharing with those of the same days."""
    found: list[Letting] = []
    for row in rows:
        told = replace(said(row), since=max(row.since or day, day))
        same = next((one for one in found if _firm(one) == _firm(told) and _meet(one, told)), None)
        if same is not None:
            found.remove(same)
            told = _joined(same, told)
        found.append(told)
    return [replace(one, is_shared=any(_meet(one, other) for other in found if other is not one)) for one in found]


def _firm(letting: Letting) -> tuple[int | None, str]:
    return letting.enterprise, letting.tenant


def _meet(one: Letting, other: Letting) -> bool:
    def begins(first: Letting, second: Letting) -> bool:
        return first.since is None or second.until is None or first.since <= second.until

    return begins(one, other) and begins(other, one)


def _joined(one: Letting, other: Letting) -> Letting:
    ends = (one.until, other.until)
    return replace(
        one,
        since=min(day for day in (one.since, other.since) if day is not None),
        until=None if None in ends else max(day for day in ends if day is not None),
        rent=one.rent if one.rent == other.rent else None,
        lease_until=one.lease_until if one.lease_until == other.lease_until else None,
        registered_in=one.registered_in if one.registered_in == other.registered_in else "",
        taxed_in=one.taxed_in if one.taxed_in == other.taxed_in else "",
    )


def _require_untouched(step: Reshaping, made: Sequence[Room], old: Sequence[Room]) -> None:
    later = Tenancy.objects.filter(Q(room__in=[*made, *old]), Q(learnt_at__gt=step.at) | Q(dropped_at__gt=step.at))
    looked = Finding.objects.filter(room__in=made)
    if any(row.until is not None for row in made) or later.exists() or looked.exists():
        raise Conflict("这次拆分或合并以后又有登记、核验或再次拆分，不能撤回；请先撤回那些登记，或另办一次合并。")


def _prove(
    verb: str, actor: Actor, now: datetime, step: Reshaping, old: Sequence[Room], made: Sequence[Room], note: str
) -> None:
    """One record for each room, so that each has it in its history."""
    facts = {"from": [row.pk for row in old], "to": [row.pk for row in made], "day": step.day.isoformat()}
    told = {"from": [row.number for row in old], "to": [row.number for row in made]}
    content = told | ({"note": note.strip()} if note.strip() else {})
    record_many([Entry(actor, now, verb, row.stream, facts=facts, content=content) for row in (*old, *made)])
