"""What an editor makes of a finding: a document, a duplicate, nothing; and the way back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.policies import access
from qifu.domain.policies.actions import documents
from qifu.domain.policies.actions.documents import Paper
from qifu.domain.policies.collected import Finding
from qifu.domain.policies.models import Document
from qifu.kernel import typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import record

NO_FINDING = "没有这条线索，请返回列表重新选择。"


def require_decider(actor: Actor) -> None:
    """:raises Forbidden: the actor neither keeps sources nor decides findings."""
    access.require_writer(actor)


@transaction.atomic
def take(*, actor: Actor, now: datetime, finding: int, paper: Paper, seen: int) -> Document:
    """Make a document of a finding; its freshness counts from the day on which the page was found.

    :raises Missing: no such finding. :raises Forbidden: the actor does not write policies.
    :raises Conflict: it has been decided or reads otherwise meanwhile, or the document is here already.
    :raises Invalid: the document lacks something.
    """
    row = _door(actor, finding, seen)
    if row.state == Finding.State.TAKEN:
        raise Conflict("这条线索已经采用过了。", state=row.state)
    made = documents.enter(actor=actor, now=now, paper=paper)
    Document.objects.filter(pk=made.pk).update(found_at=row.first_seen, is_sample=row.is_sample)
    made.found_at, made.is_sample = row.first_seen, row.is_sample
    row.document_id, row.like, row.likeness, row.changed_at = made.pk, None, "", None
    _decide(row, Finding.State.TAKEN, "", actor, now, {"document": made.pk})
    return made


@transaction.atomic
def ignore(*, actor: Actor, now: datetime, finding: int, why: str, seen: int) -> Finding:
    """Leave a finding out, with the reason.

    :raises Invalid: no reason. :raises Conflict: it has been decided meanwhile.
    """
    row = _door(actor, finding, seen)
    _require_open(row)
    why = typed.line(why)
    if not 2 <= len(why) <= 300:
        raise Invalid("请写明不采用的原因（2 至 300 字）。", {"why": "请写明原因。"})
    row.changed_at = None
    return _decide(row, Finding.State.IGNORED, why, actor, now, {})


@transaction.atomic
def duplicate(
    *, actor: Actor, now: datetime, finding: int, seen: int, of: int | None = None, document: int | None = None
) -> Finding:
    """Say that a finding is one with another finding or with a document.

    :raises Invalid: neither is named, or the finding itself. :raises Missing: there is no such one.
    """
    row = _door(actor, finding, seen)
    _require_open(row)
    if (of is None) == (document is None) or of == row.pk:
        raise Invalid("请选择它与哪一条线索或哪一份文件重复。", {"of": "请选择。"})
    other = Finding.objects.filter(pk=of).first() if of is not None else None
    paper = Document.objects.filter(pk=document).first() if document is not None else None
    if other is None and paper is None:
        raise Missing("没有这条线索或这份文件，请核对编号。")
    row.like, row.changed_at = other, None
    row.document_id = paper.pk if paper else other.document_id if other else None
    facts: dict[str, object] = {"of": of, "document": row.document_id}
    return _decide(row, Finding.State.DUPLICATE, "", actor, now, facts)


@transaction.atomic
def reopen(*, actor: Actor, now: datetime, finding: int, seen: int) -> Finding:
    """Put a finding that was left out back into the queue.

    :raises Conflict: it waits already, or has become a document.
    """
    row = _door(actor, finding, seen)
    if row.state not in (Finding.State.IGNORED, Finding.State.DUPLICATE):
        raise Conflict("只有“重复”和“不采用”的线索可以退回待处理。", state=row.state)
    row.like, row.likeness, row.document_id = None, "", None
    row = _decide(row, Finding.State.NEW, "", actor, now, {})
    return row


@transaction.atomic
def note_change(*, actor: Actor, now: datetime, finding: int, seen: int) -> Finding:
    """Say that the change of a page has been looked at.

    :raises Conflict: it has not changed, or has changed once more.
    """
    row = _door(actor, finding, seen)
    if row.changed_at is None:
        raise Conflict("这个页面没有待核对的改动。", state=row.state)
    row.changed_at, row.version = None, row.version + 1
    row.save(update_fields=["changed_at", "version"])
    facts: dict[str, object] = {"digest": row.digest}
    record(actor=actor, now=now, verb="policies.finding.noted", stream=row.stream, facts=facts)
    return row


def _door(actor: Actor, finding: int, seen: int) -> Finding:
    """:raises Forbidden, Missing, Conflict: not a writer, no such finding, not as it was shown."""
    access.require_writer(actor)
    row = Finding.objects.select_for_update().filter(pk=finding).first()
    if row is None:
        raise Missing(NO_FINDING)
    if row.version != seen:
        raise Conflict("这条线索刚被别人处理过，或页面又有改动，请看最新内容再决定。", state=row.state)
    return row


def _require_open(row: Finding) -> None:
    if row.state != Finding.State.NEW:
        raise Conflict("这条线索已经处理过，如需改动请先退回待处理。", state=row.state)


def _decide(row: Finding, state: str, why: str, actor: Actor, now: datetime, facts: dict[str, object]) -> Finding:
    before = {"state": row.state}
    is_open = state == Finding.State.NEW
    row.state, row.why, row.version = state, why, row.version + 1
    row.decided_at, row.decided_by = (None, None) if is_open else (now, actor.account)
    row.save()
    verb = {"taken": "take", "ignored": "ignore", "duplicate": "duplicate", "new": "reopen"}[state]
    content = {"why": why} if why else None
    record(
        actor=actor, now=now, verb=f"policies.finding.{verb}", stream=row.stream, facts=facts, content=content,
        before=before, after={"state": state},
    )  # fmt: skip
    return row
