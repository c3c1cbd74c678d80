"""Taking items and writing their outcome: lease, fence, back-off, parking. The same statements on both databases.

On the embedded database a claim runs under BEGIN IMMEDIATE, on PostgreSQL under FOR UPDATE SKIP LOCKED. The attempt
is counted at the claim, so that a job which kills its process is parked like one that fails. Every claim raises the
fence; an outcome that carries an older fence comes from a worker that was taken for dead, and is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from qifu.kernel.outbox.addresses import scrub
from qifu.kernel.outbox.models import LANES, Item, State
from qifu.kernel.outbox.registry import BACKOFF_CAP, Delivery, Hopeless, Later, deliver

DIED = "处理进程连续 {attempts} 次意外终止，已停放。请查明原因后重试。"
INTERRUPTED = "处理进程意外终止，租约到期后由其他进程重新处理。"
ERROR_LENGTH = 2000


class Verdict(StrEnum):
    """How one try ended."""

    DONE = "done"
    FAILED = "failed"  # counts; tried again until the attempts are used up
    LATER = "later"  # does not count; tried again after `seconds`
    HOPELESS = "hopeless"  # parked at once


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one try, with the fence under which it was run."""

    id: int
    fence: int
    verdict: Verdict
    sentence: str = ""
    seconds: int = 0
    result: Any = None


def is_due(now: datetime) -> bool:
    """Whether there is anything to claim; looks without taking a lock."""
    return Item.objects.filter(priority__in=LANES, due_at__lte=now).exists()


def claim(*, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Delivery]:
    """Take up to `limit` due items, the urgent lane first; items of dead workers are due when their lease has ended."""
    taken: list[Item] = []
    with transaction.atomic(savepoint=False):
        for lane in LANES:
            if len(taken) < limit:
                taken += _claim_lane(lane, worker, now, lease, limit - len(taken))
    return [_delivery(item, now) for item in taken]


def _claim_lane(lane: int, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Item]:
    due = Item.objects.filter(priority=lane, due_at__lte=now).order_by("due_at", "id")
    rows = list(due.select_for_update(skip_locked=True)[:limit])
    spent = [row for row in rows if row.attempts >= row.max_attempts]
    for row in spent:
        sentence = DIED.format(attempts=row.attempts)
        Item.objects.filter(pk=row.pk).update(**_finished(State.PARKED, now), last_error=sentence)
    fresh = [row for row in rows if row.attempts < row.max_attempts]
    interrupted = [row.pk for row in fresh if row.state == State.RUNNING]
    if interrupted:
        Item.objects.filter(pk__in=interrupted).update(last_error=INTERRUPTED)
    if fresh:
        Item.objects.filter(pk__in=[row.pk for row in fresh]).update(
            state=State.RUNNING,
            attempts=F("attempts") + 1,
            fence=F("fence") + 1,
            due_at=now + lease,
            started_at=now,
            worker=worker,
        )
    for row in fresh:
        row.attempts += 1
        row.fence += 1
    return fresh


def _delivery(item: Item, now: datetime) -> Delivery:
    return Delivery(
        id=item.pk,
        channel=item.channel,
        key=item.key,
        payload=item.payload,
        stream=item.stream,
        attempt=item.attempts,
        fence=item.fence,
        time_limit=item.time_limit,
        posted_at=item.posted_at,
        now=now,
    )


def settle(outcomes: Sequence[Outcome], *, now: datetime) -> list[int]:
    """Write the outcomes; answer the ids of those refused because the item is no longer theirs."""
    refused = []
    with transaction.atomic(savepoint=False):
        for outcome in outcomes:
            mine = Item.objects.filter(pk=outcome.id, state=State.RUNNING, fence=outcome.fence)
            if not mine.update(**_after(outcome, now)):
                refused.append(outcome.id)
    return refused


def _after(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The columns of an item after a try."""
    sentence = scrub(outcome.sentence)[:ERROR_LENGTH]
    if outcome.verdict == Verdict.DONE:
        return {**_finished(State.DONE, now), "result": outcome.result, "last_error": ""}
    if outcome.verdict == Verdict.HOPELESS:
        return {**_finished(State.PARKED, now), "last_error": sentence}
    if outcome.verdict == Verdict.LATER:
        due = now + timedelta(seconds=outcome.seconds)
        return {**_waiting(due), "attempts": F("attempts") - 1, "last_error": sentence}
    item = Item.objects.only("attempts", "max_attempts", "backoff", "fence").get(pk=outcome.id)
    if item.attempts >= item.max_attempts:
        return {**_finished(State.PARKED, now), "last_error": sentence}
    return {**_waiting(now + pause(item)), "last_error": sentence}


def _finished(state: State, now: datetime) -> dict[str, Any]:
    return {"state": state, "due_at": None, "finished_at": now, "worker": ""}


def _waiting(due: datetime) -> dict[str, Any]:
    return {"state": State.WAITING, "due_at": due, "worker": ""}


def pause(item: Item) -> timedelta:
    """The wait before the next try: doubled each time, at most an hour, ±20 % spread by the item's own number."""
    seconds = min(item.backoff * 2 ** min(item.attempts - 1, 12), BACKOFF_CAP)
    spread = zlib.crc32(f"{item.pk}:{item.fence}".encode()) % 401 - 200  # repeatable, unlike a random number
    return timedelta(seconds=seconds * (1 + spread / 1000))


def beat(held: Mapping[int, int], *, now: datetime, lease: timedelta) -> set[int]:
    """Extend the leases of items held (id → fence); answer those lost to a cancellation or to another worker."""
    rows = Item.objects.filter(pk__in=list(held), state=State.RUNNING)
    with transaction.atomic():
        mine = [pk for pk, fence in rows.select_for_update().values_list("pk", "fence") if held.get(pk) == fence]
        Item.objects.filter(pk__in=mine).update(due_at=now + lease)
    return set(held) - set(mine)


def attempt(delivery: Delivery, within: AbstractContextManager[object] | None = None) -> Outcome:
    """Run the sender and turn however it ends into an outcome. Never raises, except when the process is ended."""
    try:
        with within or nullcontext():
            result = deliver(delivery)
    except Later as error:
        return Outcome(delivery.id, delivery.fence, Verdict.LATER, str(error), error.seconds)
    except Hopeless as error:
        return Outcome(delivery.id, delivery.fence, Verdict.HOPELESS, str(error))
    except Exception as error:
        return Outcome(delivery.id, delivery.fence, Verdict.FAILED, f"{type(error).__name__}: {error}")
    return Outcome(delivery.id, delivery.fence, Verdict.DONE, result=result)


def run_due(*, now: datetime, limit: int = 1000, channels: Iterable[str] | None = None) -> int:
    """Deliver what is due in this very process and answer how many tries were made: for tests and seeding.

    No child process, hence no time limit; real work belongs to `qifu worker`.
    """
    wanted = None if channels is None else set(channels)
    for tried in range(limit):
        deliveries = (
            claim(worker="inline", now=now, lease=timedelta(minutes=10), limit=1)
            if wanted is None
            else _claim_of(wanted, now)
        )
        if not deliveries:
            return tried
        settle([_attempt_inline(deliveries[0])], now=now)
    return limit


def _claim_of(channels: set[str], now: datetime) -> list[Delivery]:
    with transaction.atomic():
        row = Item.objects.filter(due_at__lte=now, channel__in=channels).order_by("-priority", "due_at", "id").first()
        if row is None:
            return []
        row.state, row.worker, row.due_at = State.RUNNING, "inline", now + timedelta(minutes=10)
        row.attempts, row.fence, row.started_at = row.attempts + 1, row.fence + 1, now
        row.save()
    return [_delivery(row, now)]


def _attempt_inline(delivery: Delivery) -> Outcome:
    """Inside a caller's transaction a failing sender must not spoil it: a savepoint keeps it whole."""
    return attempt(delivery, transaction.atomic() if connection.in_atomic_block else None)
