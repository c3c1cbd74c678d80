"""Carrying out plans in bulk: a few statements for a thousand rows, one record of evidence an enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localdate

from qifu.domain.registry import naming
from qifu.domain.registry.actions.greeting import note_new
from qifu.domain.registry.actions.planning import Plan
from qifu.domain.registry.models import Enterprise, FormerName, Mark
from qifu.kernel import sealed
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import Entry, record_many

BATCH = 500


def write(plans: Sequence[Plan], *, actor: Actor, now: datetime, source: str, facts: dict[str, object]) -> None:
    """Make and change the enterprises of the plans, inside the caller's transaction."""
    made = [(plan, _fresh(plan, now, facts)) for plan in plans if plan.kind == "created"]
    Enterprise.objects.bulk_create([row for _, row in made], batch_size=BATCH)
    note_new([row for _, row in made], now=now, from_load=True)
    changed = [(plan, _changed(plan, now)) for plan in plans if plan.kind == "changed"]
    _update(changed)
    done = [*made, *changed]
    today = localdate(now)
    FormerName.objects.bulk_create(
        [FormerName(enterprise=row, name=name) for plan, row in done for name in plan.former], batch_size=BATCH
    )
    ended = [mark.pk for plan, _ in changed for mark in plan.ended]
    if ended:
        Mark.objects.filter(pk__in=ended).update(until=today)
    Mark.objects.bulk_create(
        [
            Mark(enterprise=row, kind=kind, since=today, source=source[:120])
            for plan, row in done
            for kind in plan.begun
        ],
        batch_size=BATCH,
    )
    record_many([_told(plan, row, actor, now, facts) for plan, row in done])


def _fresh(plan: Plan, now: datetime, facts: dict[str, object]) -> Enterprise:
    load = facts.get("load")
    plan.made = Enterprise(created=now, updated=now, entered_by_id=load if isinstance(load, int) else None)
    return _put(plan, plan.made)


def _changed(plan: Plan, now: datetime) -> Enterprise:
    row = plan.enterprise
    assert row is not None
    row.updated = now
    return _put(plan, row)


def _put(plan: Plan, row: Enterprise) -> Enterprise:
    for name, (_, value) in plan.changes.items():
        setattr(row, name, value)
    if "phone" in plan.changes:
        row.phone_lookup = sealed.lookup(row.phone)
    if "name" in plan.changes or "uscc" in plan.changes or plan.former:
        row.initials = naming.initials(row.name)
        row.tokens = naming.tokens(row.name, row.initials, row.uscc or "", plan.all_former)
    return row


def _update(changed: Sequence[tuple[Plan, Enterprise]]) -> None:
    if not changed:
        return
    fields = {name for plan, _ in changed for name in plan.changes} | {"updated"}
    if "phone" in fields:
        fields.add("phone_lookup")
    if fields & {"name", "uscc"} or any(plan.former for plan, _ in changed):
        fields |= {"initials", "tokens"}
    columns = sorted("street" if name == "street_id" else name for name in fields)
    Enterprise.objects.bulk_update([row for _, row in changed], columns, batch_size=250)


def _told(plan: Plan, row: Enterprise, actor: Actor, now: datetime, facts: dict[str, object]) -> Entry:
    is_new = plan.enterprise is None
    return Entry(
        actor=actor,
        now=now,
        verb="enterprise.create" if is_new else "enterprise.change",
        stream=f"registry.enterprise:{row.pk}",
        facts={**facts, "row": plan.row.number},
        before=None if is_new else plan.before(),
        after=plan.after(),
    )
