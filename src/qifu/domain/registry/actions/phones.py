"""Showing an enterprise's telephone in clear: a reason is asked for, and the look is recorded."""

from __future__ import annotations

from datetime import datetime

from qifu.domain.registry.access import enterprise_to_see, may_dial
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Missing
from qifu.kernel.unmaskings.actions import unmask


def reveal_phone(*, actor: Actor, now: datetime, enterprise: int, reason: str) -> str:
    """Return the number as it is dialled.

    :raises Missing: no such enterprise for this actor, or it has no number.
    :raises Forbidden: the actor's duty does not need it.
    """
    row = enterprise_to_see(actor, enterprise)
    if not may_dial(actor):
        raise Forbidden("您的岗位不需要查看企业电话。")
    if not row.phone:
        raise Missing("这家企业没有登记电话。")
    return unmask(
        actor=actor,
        now=now,
        subject=f"registry.enterprise:{row.pk}",
        field="phone",
        reason=reason,
        value=row.phone.removeprefix("+86"),
    )
