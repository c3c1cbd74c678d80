"""What a person may do to an item: try it again, or take it out of the queue. Both leave evidence."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record
from qifu.kernel.outbox.addresses import scrub
from qifu.kernel.outbox.models import OPEN, Item, State, Worker


def retry(item_id: int, *, actor: Actor, now: datetime) -> Item:
    """Let a waiting, parked or cancelled item run at once, with all its attempts again.

    :raises Conflict: it is running, or done.
    """
    with transaction.atomic():
        item = _locked(item_id, actor)
        if item.state in (State.RUNNING, State.DONE):
            raise Conflict(f"这一项{item.state_label}，不能重试。请刷新页面查看现状。", state=item.state)
        before = item.state
        item.state, item.due_at, item.finished_at, item.attempts = State.WAITING, now, None, 0
        item.save()
        _record(item, "outbox.retry", before, actor, now)
    return item


def cancel(item_id: int, *, actor: Actor, now: datetime, reason: str = "") -> Item:
    """Take an unfinished or parked item out of the queue; a running one is cut by its worker within seconds.

    :raises Invalid: it is parked, and nobody says why it is dropped.
    :raises Conflict: it is done, or already cancelled.
    """
    with transaction.atomic():
        item = _locked(item_id, actor)
        if item.state not in (*OPEN, State.PARKED):
            raise Conflict(f"这一项{item.state_label}，不能取消。请刷新页面查看现状。", state=item.state)
        reason = scrub(reason.strip())[:200]
        if item.state == State.PARKED and len(reason) < 2:
            raise Invalid("请写明为什么丢弃这一项（至少两个字），理由会永久记录。", {"reason": "请写明理由。"})
        before = item.state
        item.state, item.due_at, item.finished_at, item.worker = State.CANCELLED, None, now, ""
        item.save()
        _record(item, "outbox.cancel", before, actor, now, reason)
    return item


def see(worker: str, *, started: datetime, now: datetime, running: int) -> None:
    """Note that a worker is present."""
    Worker.objects.update_or_create(pk=worker, defaults={"started_at": started, "seen_at": now, "running": running})


def leave(worker: str) -> None:
    """Note that a worker has gone, in order."""
    Worker.objects.filter(pk=worker).delete()


def _locked(item_id: int, actor: Actor) -> Item:
    if actor.kind != "system" and not actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以重试或取消后台队列中的项目。")
    item = Item.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise Missing("没有这一项，可能已经超过保存期被清理。")
    return item


def _record(item: Item, verb: str, before: str, actor: Actor, now: datetime, reason: str = "") -> None:
    facts = {"channel": item.channel, "key": item.key, "from": before, "to": str(item.state)}
    facts |= {"reason": reason} if reason else {}
    record(actor=actor, now=now, verb=verb, stream=f"outbox.item:{item.pk}", facts=facts)
