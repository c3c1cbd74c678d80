"""Rooms of the innovation base: putting them down, asking for one, deciding, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from django.db import transaction

from qifu.domain.events import access, flow
from qifu.domain.events.actions import notices, reserving
from qifu.domain.events.models import Booking, Venue
from qifu.engines.calendar import SHANGHAI
from qifu.kernel import outbox
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.receipts import actions as receipts


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """A room as it is described."""

    name: str
    address: str
    seats: int
    opens: time
    closes: time
    street: int | None = None
    equipment: tuple[str, ...] = ()
    weekdays: str = "12345"
    rules: str = ""
    longest: int = 8
    ahead: int = 60
    needs_approval: bool = True
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A stretch of time as it is asked for."""

    starts: datetime
    ends: datetime
    purpose: str
    people: int
    enterprise: int | None = None
    unit: int | None = None


@transaction.atomic
def put_venue(*, actor: Actor, now: datetime, facts: VenueFacts, venue: int | None = None) -> Venue:
    """Put down a room, or change one.

    :raises Forbidden: not of those who keep rooms. :raises Missing: there is none. :raises Invalid: it cannot be so.
    """
    row = access.venue_to_keep(actor, venue) or Venue()
    _check(facts, row)
    told = asdict(facts)
    row.street_id = told.pop("street")
    for name, value in told.items():
        setattr(row, name, list(value) if name == "equipment" else value.strip() if isinstance(value, str) else value)
    row.save()
    kept = asdict(facts) | {"opens": f"{facts.opens:%H:%M}", "closes": f"{facts.closes:%H:%M}"}
    record(actor=actor, now=now, verb="events.venue", stream=row.stream, facts=kept | {"equipment": row.equipment})
    return row


@transaction.atomic
def book(*, actor: Actor, now: datetime, venue: int, asked: Asked, key: str = "") -> Booking:
    """Ask for a room; where no approval is needed it is given at once.

    :raises Forbidden: neither an enterprise's nor an official. :raises Missing: no such room.
    :raises Invalid: outside its opening or its rules. :raises Conflict: somebody else has it then.
    """
    if actor.account is None or not (actor.is_contact or access.is_official(actor)):
        raise Forbidden("请先登录，再预约场地。")
    body = {"venue": venue, "starts": asked.starts.isoformat(), "ends": asked.ends.isoformat(), "for": asked.enterprise}
    claimed = receipts.claim(actor=actor, now=now, act="events.book", key=key, body=body)
    if claimed.done:
        return Booking.objects.get(pk=int(claimed.done))
    place = access.venue_to_see(venue)
    if problems := _problems(actor, place, asked, now):
        raise Invalid("；".join(text.rstrip("。") for text in problems.values()) + "。", problems)
    state = "asked" if place.needs_approval and not access.is_clerk(actor) else "approved"
    row = Booking(
        venue=place, enterprise_id=asked.enterprise, unit_id=asked.unit, account_id=actor.account, starts=asked.starts,
        ends=asked.ends, purpose=asked.purpose.strip(), people=asked.people, state=state, made_by=actor.mark, made_at=now,
    )  # fmt: skip
    reserving.keep(row)
    record(actor=actor, now=now, verb="events.book", stream=row.stream, facts=reserving.facts_of(row))
    receipts.settle(claimed, str(row.pk))
    return row


@transaction.atomic
def take(*, actor: Actor, now: datetime, booking: int, step: str, given: Mapping[str, object] | None = None) -> Booking:
    """Approve, refuse, cancel, or note that they came or did not; whoever asked is told of a decision.

    :raises Missing: none of the actor's business, or no such step. :raises Forbidden: not the actor's step.
    :raises Conflict: not from here, or not now. :raises Invalid: no reason.
    """
    row = access.booking_to_change(actor, booking)
    wanted = flow.step_of(flow.BOOKING, step)
    if not wanted.who & access.booking_relations(actor, row):
        raise Forbidden(f"您不能{wanted.label}。")
    if row.event_id is not None and step in ("cancel", "refuse"):
        raise Conflict("这是活动占用的场地，请在活动里改场地或取消活动。", state=row.state)
    state = flow.target(flow.BOOKING, row.state, step, given)
    if step in ("use", "miss") and now < row.starts:
        raise Conflict("还没有到预约的时间。", state=row.state)
    if step == "cancel" and now >= row.starts:
        raise Conflict("预约的时间已到，不能再取消。", state=row.state)
    before = row.state
    row.state, row.reason = state, str((given or {}).get("reason", "")).strip()
    reserving.keep(row)
    facts = {"booking": row.pk, "step": step, "from": before, "reason": row.reason}
    record(actor=actor, now=now, verb="events.booking", stream=row.stream, facts=facts)
    if step in ("approve", "refuse") or (step == "cancel" and row.account_id != actor.account):
        _tell(row, flow.label(flow.BOOKING, state), now)
    return row


def _tell(row: Booking, result: str, now: datetime) -> None:
    if row.account_id is None:
        return
    words = {"title": row.venue.name, "when": notices.when(row.starts), "result": result, "reason": row.reason}
    outbox.tell(
        channel="inapp", to=f"account:{row.account_id}", template="venue_decided", variables=words,
        key=f"booking:{row.pk}:{row.state}", now=now, stream=row.stream,
    )  # fmt: skip


def _check(facts: VenueFacts, row: Venue) -> None:
    fields = {}
    if not 2 <= len(facts.name.strip()) <= 60:
        fields["name"] = "请写 2 至 60 字的名称。"
    elif Venue.objects.filter(name=facts.name.strip()).exclude(pk=row.pk).exists():
        fields["name"] = "已有同名的场地。"
    if not 2 <= len(facts.address.strip()) <= 120:
        fields["address"] = "请填写地址。"
    if not 1 <= facts.seats <= 100_000:
        fields["seats"] = "座位要在 1 至 100000 之间。"
    if facts.closes <= facts.opens:
        fields["closes"] = "关门要晚于开门。"
    if not facts.weekdays or set(facts.weekdays) - set("1234567"):
        fields["weekdays"] = "请至少选一天。"
    if not 1 <= facts.longest <= 24:
        fields["longest"] = "一次预约 1 至 24 小时。"
    if not 1 <= facts.ahead <= 365:
        fields["ahead"] = "可提前 1 至 365 天预约。"
    if len(facts.rules.strip()) > 500:
        fields["rules"] = "最多 500 个字。"
    if len(facts.equipment) > 20 or any(len(one) > 20 for one in facts.equipment):
        fields["equipment"] = "设备最多 20 项，每项不超过 20 字。"
    if fields:
        raise Invalid("请核对标出的各项。", fields)


def _problems(actor: Actor, place: Venue, asked: Asked, now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    starts, ends = asked.starts.astimezone(SHANGHAI), asked.ends.astimezone(SHANGHAI)
    if not place.is_open:
        found["starts"] = "这个场地暂停预约。"
    elif ends <= starts:
        found["ends"] = "结束要晚于开始。"
    elif starts <= now:
        found["starts"] = "开始时间已过，请改选以后的时间。"
    elif starts > now + timedelta(days=place.ahead):
        found["starts"] = f"最多提前 {place.ahead} 天预约。"
    elif ends - starts > timedelta(hours=place.longest):
        found["ends"] = f"一次最长 {place.longest} 小时。"
    elif starts.date() != ends.date() or starts.time() < place.opens or ends.time() > place.closes:
        found["starts"] = f"请在开放时间 {place.opens:%H:%M}—{place.closes:%H:%M} 以内预约。"
    elif str(starts.isoweekday()) not in place.weekdays:
        found["starts"] = "这一天不开放，请改选别的日子。"
    if not 2 <= len(asked.purpose.strip()) <= 120:
        found["purpose"] = "请写明用途（2 至 120 字）。"
    if not 1 <= asked.people <= place.seats:
        found["people"] = f"人数要在 1 至 {place.seats} 之间。"
    if actor.is_contact and asked.enterprise not in actor.enterprises:
        found["enterprise"] = "请选择您代表的企业。"
    if actor.is_staff and asked.unit not in actor.units():
        found["unit"] = "请选择您所在的单位。"
    return found
