"""The street or the centre answers an enterprise that asked for another specialist: with another one, or with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.registry import queries as registry
from qifu.domain.visits import access
from qifu.domain.visits.actions.binding import bind
from qifu.domain.visits.actions.wishing import stream_of
from qifu.domain.visits.models import ChangeWish
from qifu.domain.visits.rules import BY_CODE
from qifu.kernel import typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record


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
