"""What time does with events: reminders a day before, opinions asked the day after, the end noted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.events.actions import notices
from qifu.domain.events.actions.keeping import take
from qifu.domain.events.models import Event, Registration
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import record

BEFORE, AFTER = timedelta(hours=24), timedelta(hours=12)
PATIENCE = timedelta(days=2)  # after its end an event that nobody closed is taken as held


def remind_due(*, now: datetime) -> int:
    """Remind all who have a place in an event of the next day; answer how many were told."""
    rows = Event.objects.filter(
        state__in=("published", "closed"), reminded_at=None, starts__gt=now, starts__lte=now + BEFORE
    )
    return sum(
        _told(pk, now, "reminded_at", "registered", "event_reminder") for pk in rows.values_list("pk", flat=True)
    )


def ask_due(*, now: datetime) -> int:
    """Ask all who were there what they thought, the day after; answer how many were asked."""
    ended = datetime.combine(now.astimezone(SHANGHAI).date(), datetime.min.time(), SHANGHAI)
    rows = Event.objects.filter(
        state__in=("published", "closed", "held"), asked_at=None, ends__lt=ended, ends__gt=now - timedelta(days=14)
    )
    return sum(_told(pk, now, "asked_at", "attended", "event_opinion") for pk in rows.values_list("pk", flat=True))


@transaction.atomic
def _told(event: int, now: datetime, mark: str, state: str, template: str) -> int:
    row = Event.objects.select_for_update(of=("self",)).select_related("venue").get(pk=event)
    if getattr(row, mark) is not None or row.state in ("draft", "cancelled"):
        return 0
    setattr(row, mark, now)
    row.save(update_fields=[mark])
    told = list(Registration.objects.filter(event=row, state=state, account__isnull=False, opinion=None))
    notices.tell(row, told, template, now=now, key=mark)
    record(actor=SYSTEM, now=now, verb=f"events.{template[6:]}", stream=row.stream, facts={"told": len(told)})
    return len(told)


def hold_due(*, now: datetime) -> int:
    """Note as held what ended two days ago and was not called off; whoever did not come is marked so."""
    rows = Event.objects.filter(state__in=("published", "closed"), ends__lt=now - PATIENCE).order_by("pk")
    due = list(rows.values_list("pk", flat=True)[:200])
    for pk in due:
        take(actor=SYSTEM, now=now, event=pk, step="hold")
    return len(due)
