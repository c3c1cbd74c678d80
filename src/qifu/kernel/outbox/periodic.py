"""What time sets off: a tick is handed to the queue once, however many workers watch the same clock.

The row of the schedule and the item of the tick are written in one transaction; after that the item has the lease,
the retries and the time limit of any other. A tick that comes while the one before is still open is skipped, and
ticks missed while no worker ran are made up by the latest alone.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.kernel.outbox.models import OPEN, Item, Schedule
from qifu.kernel.outbox.posting import post
from qifu.kernel.outbox.registry import Policy

CHANNEL = "periodic"


def hand_over(*, name: str, tick: datetime, now: datetime, at_once: bool, policy: Policy) -> bool:
    """Post the tick's item unless a worker has done so; answer whether it was posted here.

    `at_once` says whether a schedule never seen before runs its latest tick, or waits for the next.
    """
    row = Schedule.objects.filter(pk=name).first()
    if row is not None and row.last_tick == tick:
        return False
    with transaction.atomic():
        row, is_new = Schedule.objects.select_for_update().get_or_create(pk=name, defaults={"last_tick": tick})
        before = row.last_tick
        # A tick from the future was written under a wrong clock: it must not silence the schedule until then.
        if not is_new and tick <= before <= now:
            return False
        if not is_new:
            row.last_tick = tick
            row.save(update_fields=["last_tick"])
        if is_new and not at_once:
            return False
        if Item.objects.filter(stream=stream(name), state__in=OPEN).exists():
            return False
        key = f"{name}@{tick.isoformat()}"
        post(channel=CHANNEL, key=key, payload={"name": name}, now=now, stream=stream(name), policy=policy)
    return True


def stream(name: str) -> str:
    """The stream under which the runs of a schedule are listed."""
    return f"schedule.{name}"
