"""The steps of a visit other than its report: begin, move, hand on, cancel, miss, arrange again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from qifu.domain.people import queries as people
from qifu.domain.visits import access, flow
from qifu.domain.visits.actions.arranging import AHEAD, hold, require_room
from qifu.domain.visits.models import Visit
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import Entry, record, record_many

GRACE = 3  # days after which a visit that nobody reported counts as missed
UNHEARD = "到期三天内没有收到走访记录。"


@transaction.atomic
def take(
    *, actor: Actor, now: datetime, number: str, step: str, given: Mapping[str, object], seq: int | None = None
) -> Visit:
    """Take one step.

    :raises Missing: no such visit for this actor, or no such step. :raises Forbidden: the step is not the actor's.
    :raises Conflict: not from this state, or the visit has changed since `seq`. :raises Invalid: something is lacking.
    """
    row = access.visit_to_see(actor, number)
    if row.enterprise_id is not None:
        hold([row.enterprise_id])
    row = Visit.objects.select_for_update().get(pk=row.pk)
    found = flow.step_of(step)
    if step not in (*flow.BY_FORM, "start"):
        raise Invalid("走访记录请在走访页面填写。")
    if not found.who & access.relations(actor, row):
        raise Forbidden(f"“{found.label}”由走访人、走访单位或中心办理。")
    if seq is not None and seq != row.seq:
        raise Conflict("这次走访刚有变化，请刷新后再办。", state=row.state)
    before = row.state
    row.state = flow.target(row.state, step, given)
    changes = _changed(row, step, given, now)
    row.seq += 1
    row.save()
    facts = {"step": step, "from": before, "to": row.state, "seq": row.seq, **changes}
    content = {"reason": row.reason} if given.get("reason") else None
    record(actor=actor, now=now, verb=f"visits.{step}", stream=row.stream, facts=facts, content=content)
    return row


def _changed(row: Visit, step: str, given: Mapping[str, object], now: datetime) -> dict[str, object]:
    """What the step changes besides the state."""
    if step == "start":
        row.arrived_at = now
        return {}
    row.reason = str(given["reason"]).strip()
    if step in ("move", "again"):
        return _moved(row, given["day"], now)
    if step == "hand_on":
        return _handed(row, given["account"], now)
    row.arrived_at = None if step == "miss" else row.arrived_at
    return {}


def _moved(row: Visit, day: object, now: datetime) -> dict[str, object]:
    today = now.astimezone(SHANGHAI).date()
    if not isinstance(day, date) or not today <= day <= today + timedelta(days=AHEAD):
        raise Invalid("日期要从今天起、一年以内。", {"day": "日期要从今天起、一年以内。"})
    if row.enterprise_id is not None:
        require_room(row.enterprise_id, row.unit_id, day, moving=row.pk)
    elif _goes_there(row, day):
        raise Conflict(f"本单位 {day:%Y-%m-%d} 已安排走访这里，请改期或并入那一次。", state="taken")
    was, row.day = row.day, day
    return {"was": was.isoformat(), "day": day.isoformat()}


def _goes_there(row: Visit, day: date) -> bool:
    rows = Visit.objects.filter(building=row.building_id, unit=row.unit_id, day=day, state__in=("planned", "under_way"))
    return rows.exclude(pk=row.pk).exists()


def _handed(row: Visit, account: object, now: datetime) -> dict[str, object]:
    known = {one.id for one in people.staff_of_unit(row.unit_id, now)}
    if account not in known or account == row.account_id:
        raise Invalid("请选择本单位的另一位同事。", {"account": "请重新选择。"})
    row.handed_from_id, row.account_id = row.account_id, int(str(account))
    return {"was": row.handed_from_id, "account": row.account_id}


@transaction.atomic
def note_missed(*, now: datetime) -> int:
    """Note as missed what nobody has reported three days after its day."""
    last = now.astimezone(SHANGHAI).date() - timedelta(days=GRACE)
    rows = list(
        Visit.objects.select_for_update().filter(state__in=("planned", "under_way"), day__lt=last).order_by("pk")[:5000]
    )
    entries = []
    for row in rows:
        facts = {"step": "miss", "from": row.state, "to": "missed", "seq": row.seq + 1}
        row.state, row.seq, row.reason, row.arrived_at = "missed", row.seq + 1, UNHEARD, None
        entries.append(Entry(SYSTEM, now, "visits.miss", row.stream, facts, {"reason": UNHEARD}))
    Visit.objects.bulk_update(rows, ["state", "seq", "reason", "arrived_at"], batch_size=300)
    record_many(entries)
    return len(rows)


@transaction.atomic
def note_export(*, actor: Actor, now: datetime, rows: int, filters: Mapping[str, object]) -> None:
    """Record that a list of visits was carried away.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    told = {name: value for name, value in filters.items() if value and name != "q"}
    record(actor=actor, now=now, verb="visits.export", stream="visits.exports", facts={"rows": rows, "filters": told})
