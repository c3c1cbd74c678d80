"""The room of an event: booked when it is published, given back when it is called off."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.events import flow
from qifu.domain.events.models import Booking, Event
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict
from qifu.kernel.evidence.actions import record

TAKEN = "这个场地在这段时间已有预约，请换个时间或换个场地。"


def reserve(*, actor: Actor, now: datetime, event: Event) -> Booking | None:
    """Book the event's venue for its time, or move the booking that it has.

    :raises Conflict: somebody else has the room then.
    """
    held = Booking.objects.select_for_update().filter(event=event, state__in=flow.HOLDING).first()
    if held is not None and (held.venue_id, held.starts, held.ends) == (event.venue_id, event.starts, event.ends):
        return held
    if held is not None:
        settle(actor=actor, now=now, event=event, step="cancel")
    if event.venue_id is None:
        return None
    row = Booking(
        venue_id=event.venue_id, event=event, unit_id=event.host_id, account_id=actor.account, starts=event.starts,
        ends=event.ends, purpose=event.title, people=event.places or 1, state="approved", made_by=actor.mark, made_at=now,
    )  # fmt: skip
    keep(row)
    record(actor=actor, now=now, verb="events.book", stream=row.stream, facts=facts_of(row))
    return row


def keep(row: Booking) -> None:
    """Save a booking; the database refuses one that meets another.

    :raises Conflict: the room is taken.
    """
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(TAKEN, state="taken") from None


def settle(*, actor: Actor, now: datetime, event: Event, step: str) -> None:
    """Let the event's booking go the same way as the event."""
    for row in Booking.objects.select_for_update().filter(event=event, state__in=("asked", "approved")):
        row.reason = "随活动变更" if step == "cancel" else ""
        row.state = flow.target(flow.BOOKING, row.state, step, {"reason": row.reason})
        row.save(update_fields=["state", "reason"])
        record(actor=actor, now=now, verb="events.booking", stream=row.stream, facts={"booking": row.pk, "step": step})


def facts_of(row: Booking) -> dict[str, object]:
    """What evidence says of a booking."""
    return {
        "booking": row.pk, "event": row.event_id, "enterprise": row.enterprise_id, "unit": row.unit_id,
        "starts": row.starts.isoformat(), "ends": row.ends.isoformat(), "state": row.state,
    }  # fmt: skip
