"""An enterprise asks for another specialist; the street or the centre answers, with another one or with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.registry import queries as registry
from qifu.domain.visits import access
from qifu.domain.visits.actions.binding import bind
from qifu.domain.visits.models import ChangeWish
from qifu.domain.visits.queries.bindings import require_own
from qifu.domain.visits.rules import BY_CODE
from qifu.kernel import typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record


@transaction.atomic
def ask_change(*, actor: Actor, now: datetime, enterprise: int, reason: str) -> ChangeWish:
    """Ask for another specialist.

    :raises Missing: not the actor's enterprise, or nobody looks after it. :raises Invalid: no reason.
    :raises Conflict: one is waiting for an answer.
    """
    present = require_own(actor, enterprise, now)
    text = typed.line(reason)
    if not 4 <= len(text) <= 300:
        raise Invalid("请写明希望更换的原因（4 至 300 字）。", {"reason": "请写明原因（4 至 300 字）。"})
    try:
        with transaction.atomic():
            row = ChangeWish.objects.create(
                enterprise_id=enterprise, account_id=present.account, reason=text, asked_by_id=actor.account or 0,
                asked_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("您已经提出过更换，正在办理，请等答复。", state="open") from None
    facts = {"enterprise": enterprise, "account": present.account}
    record(actor=actor, now=now, verb="visits.ask_change", stream=stream_of(row), facts=facts, content={"reason": text})
    return row


@transaction.atomic
def answer_change(*, actor: Actor, now: datetime, wish: int, answer: str, account: int | None = None) -> ChangeWish:
    """Answer: with another specialist, or with the reason why it stays.

    :raises Missing: none waits here for this actor. :raises Forbidden: not the actor's street. :raises Invalid: no answer, or
    the same specialist.
    """
    access.require_official(actor)
    row = ChangeWish.objects.select_for_update().filter(pk=wish).first()
    known = registry.identity(row.enterprise_id) if row else None
    if row is None or known is None:
        raise Missing("没有这条更换申请，请刷新页面。")
    if not access.keeps_street(actor, known.street):
        raise Forbidden("只有中心和企业所在街道的工作人员可以答复。")
    if row.state != "open":
        raise Conflict("这条更换申请已经答复。", state=row.state)
    text = typed.line(answer)
    if not 2 <= len(text) <= 300:
        raise Invalid("请写明答复（2 至 300 字），企业会看到。", {"answer": "请写明答复。"})
    if account is not None:
        if account == row.account_id:
            raise Invalid("请选择另一位专员，或不更换并说明原因。", {"account": "请重新选择。"})
        why = BY_CODE["asked"].why.format(what=row.reason)[:300]
        bind(actor=actor, now=now, account=account, why=why, enterprise=row.enterprise_id, rule="asked")
    row.state, row.answer, row.decided_at = "kept" if account is None else "changed", text, now
    row.save()
    facts = {"state": row.state, "account": account}
    record(
        actor=actor, now=now, verb="visits.answer_change", stream=stream_of(row), facts=facts, content={"answer": text}
    )
    return row


def stream_of(row: ChangeWish) -> str:
    """The name of the wish's chain of evidence."""
    return f"visits.wish:{row.pk}"
