"""Pushing set off by a person: carried out in the background, stretch by stretch, with its progress kept; it can be stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.policies import access
from qifu.domain.policies.actions import notifying, pushing
from qifu.domain.policies.models import PushRun
from qifu.kernel import outbox
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict
from qifu.kernel.evidence.actions import record
from qifu.kernel.outbox import Message

FORGOTTEN = timedelta(hours=2)  # a run that has not moved for so long does not stand in the way of another
OPEN = (PushRun.State.WAITING, PushRun.State.RUNNING)


@transaction.atomic
def begin(*, actor: Actor, now: datetime) -> PushRun:
    """Set off a run in the background.

    :raises Forbidden: the actor does not run pushing. :raises Conflict: one is under way.
    """
    access.require_operator(actor)
    open_ = PushRun.objects.select_for_update().filter(state__in=OPEN)
    if open_.filter(moved_at__gt=now - FORGOTTEN).exists():
        raise Conflict("已有一次推送正在进行，请等它完成或先停止它。")
    open_.update(state=PushRun.State.CANCELLED, ended_at=now)
    row = PushRun.objects.create(account=access.account_of(actor), begun_at=now, moved_at=now)
    outbox.post(channel=notifying.CHANNEL, key=f"push:{row.pk}", payload={"push": row.pk}, now=now)
    record(actor=actor, now=now, verb="policies.begin_push", stream=pushing.STREAM, facts={"run": row.pk})
    return row


@transaction.atomic
def stop(*, actor: Actor, now: datetime, run: int) -> PushRun:
    """Stop a run after the stretch in hand; what has been told stays told.

    :raises Forbidden: the actor does not run pushing. :raises Conflict: it is over.
    """
    row = access.push_run(actor, run, lock=True)
    if not row.is_open:
        raise Conflict("这次推送已经结束，不用停止。", state=row.state)
    row.state, row.ended_at, row.moved_at = PushRun.State.CANCELLED, now, now
    row.save(update_fields=["state", "ended_at", "moved_at"])
    record(actor=actor, now=now, verb="policies.stop_push", stream=pushing.STREAM, facts={"run": row.pk})
    return row


def carry_out(*, now: datetime, run: int) -> int:
    """Do a run, or go on with one that was broken off; return how many items were told. A stopped one is left alone."""
    if not PushRun.objects.filter(pk=run, state__in=OPEN).update(state=PushRun.State.RUNNING, moved_at=now):
        return 0
    before = PushRun.objects.values("firms", "done", "parcels", "pushes", "held_back").get(pk=run)

    def pace(firms: int, done: int, sent: pushing.Sent) -> bool:
        """Keep how far it is, on top of what an earlier try had done."""
        earlier = before["done"] if before["pushes"] else 0
        return bool(
            PushRun.objects.filter(pk=run, state=PushRun.State.RUNNING).update(
                firms=earlier + firms, done=earlier + done, parcels=before["parcels"] + sent.parcels,
                pushes=before["pushes"] + sent.pushes, held_back=sent.held_back, moved_at=now,
            )
        )  # fmt: skip

    pushes = pushing.push(actor=SYSTEM, now=now, pace=pace).pushes
    with transaction.atomic():
        row = PushRun.objects.select_for_update().get(pk=run)
        if row.state == PushRun.State.RUNNING:
            row.state, row.ended_at, row.moved_at = PushRun.State.DONE, now, now
            row.save(update_fields=["state", "ended_at", "moved_at"])
            _tell(row, now)
    return pushes


def _tell(row: PushRun, now: datetime) -> None:
    words = {"parcels": row.parcels, "pushes": row.pushes}
    message = Message("inapp", f"account:{row.account}", "policy_push_done", words, f"push_run:{row.pk}", now)
    outbox.tell_all([message])
