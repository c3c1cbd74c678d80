"""A second person reads a draft; what nothing stands in the way of is published; what is wrong is withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.policies import access, checking, facts
from qifu.domain.policies.actions import notifying
from qifu.domain.policies.models import Revision
from qifu.kernel import typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record


@transaction.atomic
def read(*, actor: Actor, now: datetime, code: str, number: int, seen: int) -> Revision:
    """Say that one has read the draft against its document. Nobody reads what they wrote.

    :raises Forbidden: the author, or no reader. :raises Conflict: it is no draft, or it changed since it was seen.
    """
    access.require_publisher(actor)
    row = access.revision(actor, code, number, lock=True)
    if row.author == access.account_of(actor):
        raise Forbidden("不能审读自己写的版本，请另一位同事审读。")
    if row.state != Revision.State.DRAFT:
        raise Conflict("这一版不在起草中，不用审读。", state=row.state)
    if row.version != seen:
        raise Conflict("您看到的不是最新内容，请刷新后再审读。", state=row.state)
    row.reader, row.read_at, row.changed_at, row.state = actor.account, now, now, Revision.State.REVIEWED
    row.save(update_fields=["reader", "read_at", "changed_at", "state"])
    _prove(row, "policies.read", actor, now)
    return row


@transaction.atomic
def publish(*, actor: Actor, now: datetime, code: str, number: int) -> Revision:
    """Put out a revision that a second person has read; the one before it ends the day before, and matching is set off.

    :raises Forbidden: the actor does not publish. :raises Conflict: it is published, or overlaps a later one.
    :raises Invalid: with `problems`, everything that stands in the way.
    """
    access.require_publisher(actor)
    item = access.item(actor, code, lock=True)
    row = access.revision(actor, code, number, lock=True)
    if row.state not in (Revision.State.DRAFT, Revision.State.REVIEWED):
        raise Conflict("这一版已经发布或撤回。", state=row.state)
    problems = checking.in_the_way(row, row.cases.order_by("pk"))
    if row.reader is None:
        problems.append("除起草人外还没有人审读。")
    if problems:
        raise Invalid(f"还不能发布，有 {len(problems)} 处要先解决。", problems=problems)
    held = list(item.revisions.select_for_update().filter(state=Revision.State.PUBLISHED).order_by("force_from"))
    if any(other.force_from >= row.force_from for other in held):
        raise Conflict("已有一版从同一天或更晚开始执行，请核对开始执行的日期。", state=row.state)
    for other in held:
        _give_way(other, row, actor, now)
    row.state, row.published_at, row.changed_at = Revision.State.PUBLISHED, now, now
    row.save(update_fields=["state", "published_at", "changed_at"])
    _prove(row, "policies.publish", actor, now)
    notifying.set_off(now=now, code=code)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, now: datetime, code: str, number: int, reason: str) -> Revision:
    """Take a revision back: a draft for good, a published one from today on.

    One that was in force keeps answering for the days before. One that never was gives its place back to the revision
    before it.

    :raises Forbidden: the actor does not publish. :raises Invalid: no reason. :raises Conflict: it is over already.
    """
    access.require_publisher(actor)
    row = access.revision(actor, code, number, lock=True)
    reason = typed.line(reason)[:300]
    if len(reason) < 4:
        raise Invalid("请写明撤回的原因（至少四个字）。", {"reason": "请写明原因。"})
    today = facts.day(now)
    if row.state == Revision.State.WITHDRAWN or (row.force_to and row.force_to < today and row.state == "published"):
        raise Conflict("这一版已经撤回或停止执行。", state=row.state)
    if row.state == Revision.State.PUBLISHED and row.force_from < today:
        row.force_to = today - timedelta(days=1)
    else:
        row.state = Revision.State.WITHDRAWN
    row.ended_why, row.changed_at = reason, now
    row.save(update_fields=["state", "force_to", "ended_why", "changed_at"])
    _prove(row, "policies.withdraw", actor, now, {"reason": reason})
    if row.state == Revision.State.WITHDRAWN:
        _give_back(row, actor, now)
    notifying.set_off(now=now, code=code)
    return row


def _give_way(other: Revision, row: Revision, actor: Actor, now: datetime) -> None:
    last = row.force_from - timedelta(days=1)
    if other.force_to is None or other.force_to > last:
        other.force_was, other.force_to = other.force_to, last
        other.changed_at, other.ended_why = now, _taken_over(row)
        other.save(update_fields=["force_was", "force_to", "changed_at", "ended_why"])
        _prove(other, "policies.give_way", actor, now)


def _give_back(row: Revision, actor: Actor, now: datetime) -> None:
    """Let the revision that had given way to this one go on as if this one had never been."""
    rows = Revision.objects.select_for_update().filter(item=row.item_id, state=Revision.State.PUBLISHED)
    for other in rows.filter(ended_why=_taken_over(row)):
        other.force_to, other.force_was = other.force_was, None
        other.changed_at, other.ended_why = now, ""
        other.save(update_fields=["force_was", "force_to", "changed_at", "ended_why"])
        _prove(other, "policies.go_on", actor, now)


def _taken_over(row: Revision) -> str:
    return f"由第 {row.number} 版接替"


def _prove(row: Revision, verb: str, actor: Actor, now: datetime, more: dict[str, str] | None = None) -> None:
    told = {
        "revision": row.number, "state": str(row.state), "version": row.version, "author": row.author,
        "reader": row.reader, "force_to": row.force_to.isoformat() if row.force_to else None,
    }  # fmt: skip
    record(actor=actor, now=now, verb=verb, stream=row.item.stream, facts=told, content=more)
