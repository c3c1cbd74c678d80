"""Registering for a place, or for the waiting list; giving a place back. The event's row is locked first."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from qifu.domain.events import access, flow
from qifu.domain.events.actions import notices
from qifu.domain.events.actions.moving import move_up
from qifu.domain.events.models import Event, Registration
from qifu.domain.registry import queries as registry
from qifu.engines.codes import phones
from qifu.kernel import sealed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.receipts import actions as receipts

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read for another
CODE = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who comes."""

    person: str
    phone: str
    enterprise: int | None = None
    firm: str = ""  # of who speaks for no enterprise here


@transaction.atomic
def register(*, actor: Actor, now: datetime, event: int, wanted: Wanted, key: str = "") -> Registration:
    """Register somebody: a place if there is one, else a place in the waiting list. The same key registers once.

    :raises Forbidden: not signed in. :raises Missing: no such event. :raises Invalid: who comes is not said.
    :raises Conflict: registration is not open, all is taken, the number is registered already, or too many of one firm.
    """
    if actor.account is None:
        raise Forbidden("请先登录，再报名。")
    number = _number(wanted)
    lookup = sealed.lookup(number)
    body = {"event": event, "phone": lookup, "enterprise": wanted.enterprise, "firm": wanted.firm, "n": wanted.person}
    claimed = receipts.claim(actor=actor, now=now, act="events.register", key=key, body=body)
    if claimed.done:
        return Registration.objects.select_related("event").get(pk=int(claimed.done))
    row = access.locked(event)
    _require_open(actor, row, now)
    _check_firm(actor, row, wanted)
    _require_room(actor, row, wanted, lookup)
    state = _seat(row)
    made = Registration.objects.create(
        event=row, enterprise_id=wanted.enterprise, firm=wanted.firm.strip() if wanted.enterprise is None else "",
        account_id=actor.account if actor.is_contact else None, person=wanted.person.strip(),
        phone_sealed=sealed.seal(number), phone_lookup=lookup, code=draw(), state=state, at=now,
    )  # fmt: skip
    facts = {"registration": made.pk, "state": state, "enterprise": wanted.enterprise}
    record(
        actor=actor, now=now, verb="events.register", stream=row.stream, facts=facts, content={"person": made.person}
    )
    notices.tell(row, [made], f"event_{state}", now=now, key="registered")
    receipts.settle(claimed, str(made.pk))
    return made


@transaction.atomic
def cancel(*, actor: Actor, now: datetime, code: str) -> Registration:
    """Give a place back; whoever waits longest gets it and is told.

    :raises Missing: no such ticket, or somebody else's. :raises Conflict: it was given back, or the event has begun.
    """
    found = access.ticket_of(actor, code)
    return _cancelled(actor, now, found)


@transaction.atomic
def strike(*, actor: Actor, now: datetime, event: int, registration: int) -> Registration:
    """Take somebody off the list, as who keeps the event.

    :raises Missing: nobody of this event. :raises Forbidden: not the actor's event. :raises Conflict: it has begun.
    """
    access.event_to_keep(actor, event)
    found = Registration.objects.filter(event=event, pk=registration).first()
    if found is None:
        raise Invalid("名单里没有这个人，请刷新页面。")
    return _cancelled(actor, now, found)


def _cancelled(actor: Actor, now: datetime, found: Registration) -> Registration:
    row = access.locked(found.event_id)
    found.refresh_from_db()
    state = flow.target(flow.REGISTRATION, found.state, "cancel")
    if row.starts <= now:
        raise Conflict("活动已经开始，不能再取消报名。", state=found.state)
    if found.state == "registered":
        row.taken -= 1
    else:
        row.waiting -= 1
    found.state, found.gone_at = state, now
    found.save(update_fields=["state", "gone_at"])
    row.save(update_fields=["taken", "waiting"])
    record(actor=actor, now=now, verb="events.give_back", stream=row.stream, facts={"registration": found.pk})
    move_up(row, now)
    found.event = row
    return found


def draw() -> str:
    """A code that nobody guesses: one of 10 to the 18th."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE))


def _number(wanted: Wanted) -> str:
    fields = {}
    number = phones.normalise(wanted.phone)
    if number is None or not phones.is_mobile(wanted.phone):
        fields["phone"] = "请填写 11 位手机号。"
    if not 1 <= len(wanted.person.strip()) <= 40:
        fields["person"] = "请填写参加人姓名。"
    if wanted.enterprise is None and not 2 <= len(wanted.firm.strip()) <= 120:
        fields["firm"] = "请填写单位名称。"
    if fields or number is None:
        raise Invalid("请核对标出的各项。", fields)
    return number


def _require_open(actor: Actor, row: Event, now: datetime) -> None:
    if row.state == "draft":
        raise Conflict("这个活动还没有发布，不能报名。", state=row.state)
    if row.state in ("held", "cancelled"):
        raise Conflict(f"活动{flow.label(flow.EVENT, row.state)}，不能再报名。", state=row.state)
    if actor.is_staff:
        if not access.may_let_in(actor, row):
            raise Forbidden("工作人员报名请由主办单位在名单里登记。")
        if now > row.ends:
            raise Conflict("活动已经结束，不能再报名。", state=row.state)
        return
    if now < row.opens:
        raise Conflict(f"{notices.when(row.opens)}开始报名，请到时再来。", state="early")
    if row.state == "closed" or now >= row.closes:
        raise Conflict("报名已经截止。", state="closed")


def _check_firm(actor: Actor, row: Event, wanted: Wanted) -> None:
    if wanted.enterprise is None:
        return
    known = wanted.enterprise in actor.enterprises if actor.is_contact else False
    if actor.is_staff:
        known = registry.identity(wanted.enterprise) is not None
    if not known:
        raise Invalid("您没有代表这家企业的权限，请重新选择。", {"enterprise": "请重新选择企业。"})


def _require_room(actor: Actor, row: Event, wanted: Wanted, lookup: str) -> None:
    live = Registration.objects.filter(event=row).exclude(state="cancelled")
    if live.filter(phone_lookup=lookup).exists():
        raise Conflict("这个手机号已经报过名，不用重复报名；可在“我的活动”查看。", state="registered")
    same = live.filter(enterprise=wanted.enterprise) if wanted.enterprise else live.filter(firm=wanted.firm.strip())
    if not actor.is_staff and same.count() >= row.each_most:
        raise Conflict(f"每家单位最多 {row.each_most} 人，您的单位已经报满。", state="firm_full")


def _seat(row: Event) -> str:
    """Take a place, or a place in the queue; the row is locked.

    :raises Conflict: neither is left.
    """
    if row.places is None or row.taken < row.places:
        row.taken += 1
        row.save(update_fields=["taken"])
        return "registered"
    if row.waiting < row.queue_most:
        row.waiting += 1
        row.save(update_fields=["waiting"])
        return "waiting"
    raise Conflict("名额和候补都已满，请关注下一场。", state="full")
