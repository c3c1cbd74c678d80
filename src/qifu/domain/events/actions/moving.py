"""The waiting list moves up: whoever has waited longest gets the place that became free."""

from __future__ import annotations

from datetime import datetime

from qifu.domain.events import flow
from qifu.domain.events.actions import notices
from qifu.domain.events.models import Event, Registration
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import record


def move_up(event: Event, now: datetime) -> int:
    """Give free places to those who wait; the event is locked by the caller. Answer how many moved."""
    if event.state not in ("published", "closed") or now >= event.starts or not event.waiting:
        return 0
    free = event.waiting if event.places is None else max(0, event.places - event.taken)
    rows = list(Registration.objects.filter(event=event, state="waiting").order_by("pk")[:free])
    if not rows:
        return 0
    for row in rows:
        row.state, row.moved_up_at = flow.target(flow.REGISTRATION, row.state, "move_up"), now
    Registration.objects.bulk_update(rows, ["state", "moved_up_at"], batch_size=200)
    event.taken += len(rows)
    event.waiting -= len(rows)
    event.save(update_fields=["taken", "waiting"])
    notices.tell(event, rows, "event_moved_up", now=now, key="moved_up")
    facts = {"registrations": [row.pk for row in rows]}
    record(actor=SYSTEM, now=now, verb="events.move_up", stream=event.stream, facts=facts)
    return len(rows)
