from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid, TooMany
from qifu.kernel.evidence.actions import record
from qifu.kernel.unmaskings.models import Unmasking

LIMIT, WINDOW = 60, timedelta(hours=1)


@transaction.atomic
def unmask(*, actor: Actor, now: datetime, subject: str, field: str, reason: str, value: str) -> str:
    """Return the clear value after recording who looked, at what and why. The caller has passed the object's door.

    :raises Invalid: no reason was given.
    :raises TooMany: more than sixty looks in an hour by one person.
    """
    reason = reason.strip()
    if len(reason) < 2:
        raise Invalid("请写明查看的理由（至少两个字）,这次查看会被记录。", {"reason": "请写明理由"})
    if Unmasking.objects.filter(actor=actor.mark, at__gt=now - WINDOW).count() >= LIMIT:
        raise TooMany("一小时内查看敏感信息已达 60 次，请稍后再试，或请管理员导出名单。")
    Unmasking.objects.create(
        actor=actor.mark, account=actor.account, subject=subject, field=field, reason=reason[:200], at=now
    )
    record(
        actor=actor,
        now=now,
        verb="unmask",
        stream=subject,
        facts={"field": field},
        content={"reason": reason[:200]},
    )
    return value
