"""One tenancy: let, end, correct, take back. What was believed stays; each step begins a new belief beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from qifu.domain.estate import access
from qifu.domain.estate.models import Room, Tenancy
from qifu.domain.estate.moments import believed, day_said, meeting
from qifu.domain.registry import queries as registry
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

EARLIEST, LATEST = date(1949, 1, 1), date(2199, 12, 31)
DEAREST = Decimal(100_000)  # 元 a square metre and month
LONGEST = 120  # characters of a name as written
NOTE = 500


@dataclass(frozen=True, slots=True)
class Letting:
    """What is said of a tenancy. `until`: the last day there; `lease_until`: the last day of the lease."""

    enterprise: int | None = None
    tenant: str = ""  # as written, where the enterprise is not in the registry
    since: date | None = None
    until: date | None = None
    lease_until: date | None = None
    rent: Decimal | None = None  # 元 a square metre and month
    registered_in: str = ""
    taxed_in: str = ""
    is_shared: bool = False


@transaction.atomic
def let(*, actor: Actor, now: datetime, room: int, letting: Letting, note: str = "") -> Tenancy:
    """Enter that somebody sits in a room.

    :raises Missing: no such room for this actor. :raises Forbidden: an official of elsewhere.
    :raises Invalid: a field cannot be. :raises Conflict: somebody else sits there on one of the days.
    """
    held = access.room_to_keep(actor, room)
    if held.until is not None:
        raise Conflict("这个房间已经拆分或合并，不能再登记入驻。")
    wanted = checked(letting, note)
    _require_free(held, wanted)
    if wanted.is_shared:
        _share(actor, now, held, wanted)
    row = sat(held, now, wanted)
    _prove("estate.let", actor, now, row, note=note)
    return row


@transaction.atomic
def end(*, actor: Actor, now: datetime, tenancy: int, until: date, note: str = "") -> Tenancy:
    """Enter the last day on which somebody sat there.

    :raises Missing: none for this actor. :raises Invalid: the day cannot be. :raises Conflict: changed meanwhile.
    """
    held = access.tenancy_to_keep(actor, tenancy)
    if held.until is not None and held.until <= until:
        raise Conflict(f"这条入驻记录已在 {day_said(held.until)} 结束。")
    wanted = checked(replace(said(held), until=until), note)
    row = superseded(held, now, wanted)
    _prove("estate.end", actor, now, row, held, note)
    return row


@transaction.atomic
def correct(*, actor: Actor, now: datetime, tenancy: int, letting: Letting, note: str) -> Tenancy:
    """Say better what was said of a tenancy; what was believed until now stays to be read.

    :raises Missing: none for this actor. :raises Invalid: a field cannot be, or no reason is given.
    :raises Conflict: changed meanwhile, nothing differs, or somebody else sits there on one of the days.
    """
    held = access.tenancy_to_keep(actor, tenancy)
    wanted = checked(letting, note)
    if not note.strip():
        raise Invalid("请写明更正的依据。", {"note": "请写明依据，例如“租赁合同”“现场核验”。"})
    if wanted == said(held):
        raise Conflict("内容没有变化，不需要更正。")
    if held.room is not None:
        room = access.room_to_keep(actor, held.room.pk)
        _require_free(room, wanted, held)
        if wanted.is_shared and not held.is_shared:
            _share(actor, now, room, wanted, held)
    row = superseded(held, now, wanted)
    _prove("estate.correct", actor, now, row, held, note)
    return row


@transaction.atomic
def undo(*, actor: Actor, now: datetime, tenancy: int) -> Tenancy | None:
    """Take back the last step on a tenancy: believe again what was believed before it; nothing, if it was the first.

    :raises Missing: none for this actor. :raises Conflict: changed meanwhile, or somebody else sits there by now.
    """
    held = access.tenancy_to_keep(actor, tenancy)
    before = held.replaces
    if before is None:
        _require_not_of_reshaping(held)
        dropped(held, now)
        _prove("estate.undo", actor, now, held)
        return None
    wanted = said(before)
    if held.room is not None:
        _require_free(access.room_to_keep(actor, held.room.pk), wanted, held)
    row = superseded(held, now, wanted)
    _prove("estate.undo", actor, now, row, held)
    return row


def said(row: Tenancy) -> Letting:
    """What a row says."""
    return Letting(
        enterprise=row.enterprise_id,
        tenant=row.tenant,
        since=row.since,
        until=row.until,
        lease_until=row.lease_until,
        rent=row.rent,
        registered_in=row.registered_in,
        taxed_in=row.taxed_in,
        is_shared=row.is_shared,
    )


def checked(letting: Letting, note: str = "") -> Letting:
    """The same, trimmed.

    :raises Invalid: names each field that cannot be.
    """
    wanted = replace(letting, tenant="" if letting.enterprise is not None else letting.tenant.strip())
    problems = _problems(wanted)
    if len(note.strip()) > NOTE:
        problems["note"] = f"说明超过 {NOTE} 字，请精简。"
    if problems:
        raise Invalid("还没有保存：" + "".join(problems.values()), problems)
    return wanted


def _problems(wanted: Letting) -> dict[str, str]:
    problems = {}
    if wanted.enterprise is None and not wanted.tenant:
        problems["tenant"] = "请选择企业，或写明租户名称。"
    elif wanted.enterprise is not None and wanted.enterprise not in registry.names([wanted.enterprise]):
        problems["tenant"] = "企业库里没有这家企业，请重新选择。"
    if len(wanted.tenant) > LONGEST:
        problems["tenant"] = f"租户名称超过 {LONGEST} 字，请精简。"
    days = {"since": wanted.since, "until": wanted.until, "lease_until": wanted.lease_until}
    problems |= {name: "日期超出范围，请核对。" for name, day in days.items() if day and not EARLIEST <= day <= LATEST}
    if wanted.since and wanted.until and wanted.until < wanted.since:
        problems["until"] = "迁出日期早于入驻日期，请核对。"
    if wanted.since and wanted.lease_until and wanted.lease_until < wanted.since:
        problems["lease_until"] = "租约到期日早于入驻日期，请核对。"
    if wanted.rent is not None and not 0 <= wanted.rent <= DEAREST:
        problems["rent"] = "租金应在 0 到 100000 元每平方米每月之间。"
    places = set(Tenancy.Place.values)
    for name in ("registered_in", "taxed_in"):
        if getattr(wanted, name) not in places:
            problems[name] = "请从列表中选择。"
    return problems


def sat(room: Room, now: datetime, wanted: Letting) -> Tenancy:
    """Begin the first belief of a tenancy of a room."""
    row = Tenancy(building_id=room.building_id, floor_id=room.floor_id, room=room, learnt_at=now)
    _say(row, wanted)
    return _saved(row)


def _require_free(room: Room, wanted: Letting, held: Tenancy | None = None) -> None:
    """:raises Conflict: the room does not stand, or somebody else sits there, on one of the days."""
    if room.until is not None and (wanted.until is None or wanted.until > room.until):
        raise Conflict(f"{room.number} 室到 {day_said(room.until)} 为止，之后已拆分或合并，请在新的房间里登记。")
    if room.since is not None and (wanted.since is not None and wanted.since < room.since):
        raise Conflict(f"{room.number} 室从 {day_said(room.since)} 起才是现在这间，更早的请在原来的房间里登记。")
    others = meeting(believed(room.tenancies.all()), wanted.since, wanted.until)
    if held is not None:
        others = others.exclude(key=held.key)
    if wanted.is_shared:
        return
    found = others.order_by("since", "pk").first()
    if found is not None:
        name = registry.names([found.enterprise_id]).get(found.enterprise_id or 0, found.tenant) or "另一租户"
        raise Conflict(f"{room.number} 室在这段时间已登记给“{name}”。请先登记其迁出，或把两家都登记为合租。")


def _share(actor: Actor, now: datetime, room: Room, wanted: Letting, held: Tenancy | None = None) -> None:
    """Correct those who sit there meanwhile: they share the room."""
    others = meeting(believed(room.tenancies.filter(is_shared=False)), wanted.since, wanted.until)
    for other in others.exclude(key=held.key) if held is not None else others:
        row = superseded(other, now, replace(said(other), is_shared=True))
        _prove("estate.correct", actor, now, row, other, "登记了合租企业")


def _require_not_of_reshaping(held: Tenancy) -> None:
    """:raises Conflict: it is there because its room was split or joined."""
    step = held.room.made_by if held.room is not None else None
    if step is not None and step.at == held.learnt_at:
        raise Conflict("这条入驻是随房间拆分或合并来的，请在房间页面撤回拆分或合并；租户已走的请登记迁出。")


def superseded(held: Tenancy, now: datetime, wanted: Letting) -> Tenancy:
    """End one belief and begin the next."""
    dropped(held, now)
    return believed_again(held, now, wanted)


def believed_again(held: Tenancy, now: datetime, wanted: Letting) -> Tenancy:
    """Begin a belief beside one that has ended."""
    row = Tenancy(
        key=held.key,
        building_id=held.building_id,
        floor_id=held.floor_id,
        room_id=held.room_id,
        learnt_at=now,
        replaces=held,
    )
    _say(row, wanted)
    return _saved(row)


def dropped(held: Tenancy, now: datetime) -> None:
    """Cease to believe."""
    held.dropped_at = max(now, held.learnt_at)
    held.save(update_fields=["dropped_at"])


def _say(row: Tenancy, wanted: Letting) -> None:
    for one in fields(wanted):
        value = getattr(wanted, one.name)
        setattr(row, "enterprise_id" if one.name == "enterprise" else one.name, value)


def _saved(row: Tenancy) -> Tenancy:
    """:raises Conflict: the database found somebody else in the room."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("这个房间刚被登记给另一租户，请刷新页面后再看。") from None
    return row


def told(row: Tenancy) -> dict[str, object]:
    """What is said, as evidence keeps it."""
    return {
        one.name: None if value is None else value if isinstance(value, (int, bool)) else str(value)
        for one in fields(Letting)
        for value in [getattr(said(row), one.name)]
    }


def stream_of(row: Tenancy) -> str:
    """The chain to which a tenancy belongs: of its room, else of its building."""
    return f"estate.room:{row.room_id}" if row.room_id else f"estate.building:{row.building_id}"


def _prove(verb: str, actor: Actor, now: datetime, row: Tenancy, before: Tenancy | None = None, note: str = "") -> None:
    record(
        actor=actor,
        now=now,
        verb=verb,
        stream=stream_of(row),
        facts={"tenancy": row.pk, "key": str(row.key), "building": row.building_id},
        content={"note": note.strip()} if note.strip() else None,
        before=told(before) if before is not None else None,
        after=told(row),
    )


def names_of(rows: Iterable[Tenancy]) -> dict[int, str]:
    """The names of tenants by the number of the row. One query."""
    held = list(rows)
    known = registry.names(row.enterprise_id for row in held)
    return {row.pk: known.get(row.enterprise_id or 0, row.tenant) or "租户不详" for row in held}
