"""How long finished items are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet

from qifu.kernel.outbox import periodic
from qifu.kernel.outbox.models import Item, State, Worker

KEPT = timedelta(days=30)
KEPT_PERIODIC = timedelta(days=2)
KEPT_PASSING = timedelta(days=2)
BATCH = 1000


def prune(*, now: datetime, kept: timedelta = KEPT, passing: Collection[str] = ()) -> int:
    """Remove done and cancelled items older than `kept` (runs of schedules: two days); parked ones stay for a person, but for
    those whose subject is `passing`: a code that ran out helps nobody.

    A key may be used again after its item is gone: an act that must never repeat needs a receipt of its own.
    """
    removed = _remove(Item.objects.filter(finished_at__lt=now - kept))
    removed += _remove(Item.objects.filter(channel=periodic.CHANNEL, finished_at__lt=now - KEPT_PERIODIC))
    removed += _remove(
        Item.objects.filter(payload__template__in=passing, posted_at__lt=now - KEPT_PASSING), State.PARKED
    )
    Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    return removed


def _remove(old: QuerySet[Item], *more: State) -> int:
    """In batches, so that no writer waits long."""
    total = 0
    closed = old.filter(state__in=[State.DONE, State.CANCELLED, *more]).order_by("finished_at")
    while ids := list(closed.values_list("pk", flat=True)[:BATCH]):
        total += Item.objects.filter(pk__in=ids).delete()[0]
    return total
