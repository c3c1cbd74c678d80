"""An enterprise asks for another specialist."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.visits.models import ChangeWish
from qifu.domain.visits.queries.bindings import require_own
from qifu.kernel import typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
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


def stream_of(row: ChangeWish) -> str:
    """The name of the wish's chain of evidence."""
    return f"visits.wish:{row.pk}"
