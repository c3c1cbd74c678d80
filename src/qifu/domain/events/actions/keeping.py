"""Making an event, changing it, copying it, and its way from draft to held or cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from qifu.domain.events import access, flow
from qifu.domain.events.actions import notices, reserving
from qifu.domain.events.actions.moving import move_up
from qifu.domain.events.models import Event, Registration, Venue
from qifu.domain.people import queries as people
from qifu.kernel import search
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

MOST_PLACES = 100_000
LIVE = ("draft", "published", "closed")
MOVED = ("starts", "ends", "place", "venue_id")  # whoever registered is told of a change in these


@dataclass(frozen=True, slots=True)
class Draft:
    """An event as it is written down."""

    title: str
    kind: str
    summary: str
    host: int
    starts: datetime
    ends: datetime
    opens: datetime
    closes: datetime
    street: int | None = None
    place: str = ""
    venue: int | None = None
    places: int | None = None
    queue_most: int = 0
    each_most: int = 3
    budget: Decimal | None = None
    cost: Decimal | None = None


@transaction.atomic
def make(*, actor: Actor, now: datetime, draft: Draft) -> Event:
    """Write down an event; nobody outside sees it until it is published.

    :raises Forbidden: not for this unit. :raises Invalid: something in it cannot be.
    """
    access.require_official(actor)
    access.require_maker(actor, draft.host)
    _check(draft, 0)
    row = Event(made_by=actor.mark, made_at=now)
    _write(row, draft)
    row.save()
    record(actor=actor, now=now, verb="events.make", stream=row.stream, facts=_facts(row))
    return row


@transaction.atomic
def change(*, actor: Actor, now: datetime, event: int, draft: Draft) -> Event:
    """Change an event; those who have a place are told when time or place are others, and who waits moves up into new places.

    :raises Missing: there is none. :raises Forbidden: not the actor's. :raises Invalid: something in it cannot be, or
    fewer places than are taken. :raises Conflict: it was held or cancelled, or the venue is taken then.
    """
    row = access.event_to_keep(actor, event)
    if row.state == "held":  # what it cost is known afterwards only
        return _settle(actor, now, row, draft)
    if row.state not in LIVE:
        raise Conflict("活动已取消，不能再修改。", state=row.state)
    access.require_maker(actor, draft.host)
    _check(draft, row.taken, row.waiting)
    before, old = _facts(row), {name: getattr(row, name) for name in MOVED}
    _write(row, draft)
    row.save()
    if row.state != "draft":
        reserving.reserve(actor=actor, now=now, event=row)
        move_up(row, now)
        if any(getattr(row, name) != old[name] for name in MOVED):
            _tell_moved(row, now)
    after = _facts(row)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        record(
            actor=actor, now=now, verb="events.change", stream=row.stream, facts={"changed": changed},
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return row


def _settle(actor: Actor, now: datetime, row: Event, draft: Draft) -> Event:
    _check_money(draft)
    if (row.budget, row.cost) != (draft.budget, draft.cost):
        row.budget, row.cost = draft.budget, draft.cost
        row.save(update_fields=["budget", "cost"])
        facts = {"changed": ["budget", "cost"], "budget": str(draft.budget or ""), "cost": str(draft.cost or "")}
        record(actor=actor, now=now, verb="events.change", stream=row.stream, facts=facts)
    return row


def _tell_moved(row: Event, now: datetime) -> None:
    live = Registration.objects.filter(event=row, state__in=("registered", "waiting")).iterator(1000)
    notices.tell(row, live, "event_changed", now=now, key=f"changed:{now.isoformat()}")


@transaction.atomic
def copy(*, actor: Actor, now: datetime, event: int) -> Event:
    """Draft the same event once more, a week later than the last or than today.

    :raises Missing: there is none. :raises Forbidden: the actor does not make events of its unit.
    """
    old = access.event_to_see(actor, event)
    access.require_maker(actor, old.host_id)
    shift = timedelta(days=7)
    while old.opens + shift < now:
        shift += timedelta(days=7)
    row = Event.objects.get(pk=old.pk)
    row.pk, row.state, row.reason, row.cost = None, "draft", "", None
    row.taken = row.waiting = 0
    row.reminded_at = row.asked_at = None
    row.starts, row.ends, row.opens, row.closes = (at + shift for at in (old.starts, old.ends, old.opens, old.closes))
    row.made_by, row.made_at = actor.mark, now
    row._state.adding = True
    row.save()
    record(actor=actor, now=now, verb="events.make", stream=row.stream, facts=_facts(row) | {"copied": old.pk})
    return row


@transaction.atomic
def take(*, actor: Actor, now: datetime, event: int, step: str, given: Mapping[str, object] | None = None) -> Event:
    """Publish, close, reopen, hold or cancel.

    :raises Missing: no such event or step. :raises Forbidden: not the actor's to keep. :raises Conflict: not from
    here, or not now. :raises Invalid: no reason for cancelling.
    """
    row = access.event_to_keep(actor, event)
    state = flow.target(flow.EVENT, row.state, step, given)
    facts: dict[str, Any] = {"step": step, "from": row.state}
    if step == "publish":
        _publishable(row, now)
        reserving.reserve(actor=actor, now=now, event=row)
    elif step == "reopen" and row.starts <= now:
        raise Conflict("活动已经开始，不能再开放报名。", state=row.state)
    elif step == "hold":
        facts |= _held(actor, now, row)
    elif step == "cancel":
        row.reason = str((given or {})["reason"]).strip()
        facts |= _cancelled(actor, now, row) | {"reason": row.reason}
    row.state = state
    row.save()
    record(actor=actor, now=now, verb="events.step", stream=row.stream, facts=facts)
    return row


def _publishable(row: Event, now: datetime) -> None:
    if row.starts <= now:
        raise Conflict("活动的开始时间已过，请先修改时间再发布。", state=row.state)
    if not row.place and row.venue_id is None:
        raise Invalid("请先填写地点或选择场地，再发布。", {"place": "请填写地点。"})


def _held(actor: Actor, now: datetime, row: Event) -> dict[str, int]:
    if now < row.starts:
        raise Conflict("活动还没有开始，不能登记已举办。", state=row.state)
    missed = Registration.objects.filter(event=row, state="registered").update(state="no_show")
    lapsed = Registration.objects.filter(event=row, state="waiting").update(state="cancelled", gone_at=now)
    row.waiting = 0
    reserving.settle(actor=actor, now=now, event=row, step="use")
    return {"no_show": missed, "lapsed": lapsed}


def _cancelled(actor: Actor, now: datetime, row: Event) -> dict[str, int]:
    live = list(Registration.objects.filter(event=row, state__in=("registered", "waiting")))
    if Registration.objects.filter(event=row, state="attended").exists():
        raise Conflict("已经有人签到，不能取消活动；请登记已举办。", state=row.state)
    Registration.objects.filter(event=row, state__in=("registered", "waiting")).update(state="cancelled", gone_at=now)
    row.taken = row.waiting = 0
    notices.tell(row, live, "event_cancelled", now=now, key="cancelled", more={"reason": row.reason})
    reserving.settle(actor=actor, now=now, event=row, step="cancel")
    return {"told": len(live)}


def _write(row: Event, draft: Draft) -> None:
    told = asdict(draft)
    for name in ("host", "street", "venue"):
        setattr(row, f"{name}_id", told.pop(name))
    for name, value in told.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.tokens = search.tokens(row.title, row.summary[:500], row.place, people.unit(draft.host).name)


def _facts(row: Event) -> dict[str, object]:
    names = ("title", "kind", "host_id", "street_id", "venue_id", "place", "places", "queue_most", "each_most")
    moments = ("starts", "ends", "opens", "closes")
    return (
        {name: getattr(row, name) for name in names}
        | {name: getattr(row, name).isoformat() for name in moments}
        | {"budget": str(row.budget or ""), "cost": str(row.cost or "")}
    )


def _check(draft: Draft, taken: int, waiting: int = 0) -> None:
    fields: dict[str, str] = {}
    if not 2 <= len(draft.title.strip()) <= 80:
        fields["title"] = "请写 2 至 80 字的名称。"
    if draft.kind not in Event.Kind.values:
        fields["kind"] = "请选择类型。"
    if not 10 <= len(draft.summary.strip()) <= 4000:
        fields["summary"] = "请用 10 至 4000 字说明活动内容。"
    if draft.ends <= draft.starts:
        fields["ends"] = "结束要晚于开始。"
    elif draft.ends - draft.starts > timedelta(days=31):
        fields["ends"] = "一场活动最长 31 天。"
    if draft.closes <= draft.opens:
        fields["closes"] = "报名截止要晚于报名开始。"
    elif draft.closes > draft.ends:
        fields["closes"] = "报名截止不能晚于活动结束。"
    if draft.places is not None and not 1 <= draft.places <= MOST_PLACES:
        fields["places"] = f"名额要在 1 至 {MOST_PLACES} 之间；不限名额请留空。"
    elif draft.places is not None and draft.places < taken:
        fields["places"] = f"已有 {taken} 人报名，名额不能少于这个数。"
    if not waiting <= draft.queue_most <= MOST_PLACES:
        fields["queue_most"] = f"已有 {waiting} 人候补，候补人数不能少于这个数。" if waiting else "候补人数过大。"
    if not 1 <= draft.each_most <= 1000:
        fields["each_most"] = "每家企业 1 至 1000 人。"
    if len(draft.place.strip()) > 120:
        fields["place"] = "地点不超过 120 字。"
    if draft.venue is not None and not Venue.objects.filter(pk=draft.venue).exists():
        fields["venue"] = "没有这个场地，请重新选择。"
    _check_money(draft, fields)


def _check_money(draft: Draft, fields: dict[str, str] | None = None) -> None:
    found = {} if fields is None else fields
    for name, label in (("budget", "预算"), ("cost", "实际支出")):
        value = getattr(draft, name)
        if value is not None and not 0 <= value < 10**9:
            found[name] = f"{label}要在 0 至 10 亿元之间。"
    if found:
        raise Invalid("请核对标出的各项。", found)
