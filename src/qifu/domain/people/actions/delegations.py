"""While somebody is away a deputy acts for them. Delegation is not passed on, and some roles never are delegated."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from qifu.domain.people.access import UNDELEGABLE, delegation_to_end, may_administer
from qifu.domain.people.models import Account, Delegation, Membership
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence import actions as evidence

LONGEST = timedelta(days=92)


@transaction.atomic
def delegate(
    *,
    actor: Actor,
    now: datetime,
    deputy: int,
    since: datetime,
    until: datetime,
    reason: str,
    giver: int | None = None,
) -> Delegation:
    """Hand one's duties to a colleague for a time; an administrator may do so for somebody already away."""
    giver = actor.account if giver is None else giver
    if giver is None or not actor.is_staff or (giver != actor.account and not may_administer(actor)):
        raise Forbidden("只能委托自己的岗位；本人不在时请由管理员代为委托。")
    _check_span(now, since, until, reason.strip())
    rows = {row.pk: row for row in _staff(giver, deputy)}
    if giver not in rows or deputy not in rows or giver == deputy:
        raise Invalid("请选择另一位在职的工作人员代办。", {"deputy": "请重新选择。"})
    if not Membership.objects.at(now).filter(account=giver).exclude(role__in=UNDELEGABLE).exists():
        raise Conflict("没有可以委托的岗位：管理员和审计员的岗位不能委托。", state="none")
    if _overlapping(giver, deputy, since, until).exists():
        raise Conflict(f"这段时间已经委托给{rows[deputy].name}，请先撤销再重新委托。", state="held")
    made = Delegation.objects.create(
        giver_id=giver, deputy_id=deputy, since=since, until=until, reason=reason.strip(), created=now
    )
    facts = {"deputy": deputy, "since": since.isoformat(), "until": until.isoformat(), "delegation": made.pk}
    content = {"reason": made.reason}
    evidence.record(
        actor=actor, now=now, verb="delegation.give", stream=f"account:{giver}", facts=facts, content=content
    )
    return made


@transaction.atomic
def revoke_delegation(*, actor: Actor, now: datetime, delegation: int) -> Delegation:
    """Take one's duties back before the time is over."""
    row = delegation_to_end(actor, delegation)
    if row.revoked_at is not None or row.until <= now:
        raise Conflict("这条代办授权已经结束。", state="ended")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    facts = {"deputy": row.deputy_id, "delegation": row.pk}
    evidence.record(actor=actor, now=now, verb="delegation.revoke", stream=f"account:{row.giver_id}", facts=facts)
    return row


def _staff(*accounts: int) -> list[Account]:
    rows = Account.objects.select_for_update().filter(pk__in=accounts, kind="staff", is_active=True)
    return list(rows.order_by("pk"))


def _overlapping(giver: int, deputy: int, since: datetime, until: datetime) -> QuerySet[Delegation]:
    span = Q(since__lt=until, until__gt=since, revoked_at__isnull=True)
    return Delegation.objects.filter(span, giver=giver, deputy=deputy)


def _check_span(now: datetime, since: datetime, until: datetime, reason: str) -> None:
    fields = {}
    if until <= since:
        fields["until"] = "结束要晚于开始。"
    elif until <= now:
        fields["until"] = "结束时间已经过去。"
    elif until - since > LONGEST:
        fields["until"] = f"一次最长 {LONGEST.days} 天。"
    if not 2 <= len(reason) <= 200:
        fields["reason"] = "请写明原因，2 到 200 个字。"
    if fields:
        raise Invalid("".join(fields.values()), fields)
