"""What followed the payments of the sample district: a report that waits, one confirmed, and money asked back in parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import facts
from qifu.domain.grants.models import Obligation
from qifu.domain.grants.obligations import terms
from qifu.domain.grants.obligations.actions import keeping, recovering, reporting
from qifu.kernel.actor import Actor

DUTIES = [
    one.as_row()
    for one in terms.read(
        "不迁出 | 36 个月 | 按未满期限追回\n保持人数 | 24 个月 | 不少于 80% | 按缺口比例追回\n报告资金使用 | 3 个月 | 全额追回"
    )
]
USED = "资金全部用于购置设备和培训，发票已入账，设备在用。"
CLAUSE = "项目管理办法第十五条"


@transaction.atomic
def write(
    *, contacts: Sequence[Actor], lead: Actor, decider: Actor, finance: Actor, payer: Actor, at: datetime, now: datetime
) -> int:  # fmt: skip
    """Play it for the first enterprises that were paid; return how many obligations there are."""
    for place, who in enumerate(contacts[:3]):
        owed = {row.kind: row.pk for row in Obligation.objects.filter(enterprise__in=who.enterprises)}
        if place < 2 and "report" in owed:
            reporting.report(actor=who, now=at, number=owed["report"], text=USED)
            if place:
                reporting.confirm(actor=lead, now=at + timedelta(days=1), number=owed["report"])
        elif "stay" in owed:
            _asked_back(who, owed["stay"], lead, decider, finance, payer, at)
    keeping.check_all(now=now)
    return Obligation.objects.count()


def _asked_back(
    who: Actor, number: int, lead: Actor, decider: Actor, finance: Actor, payer: Actor, at: datetime
) -> None:
    """One has moved away: heard, decided, and half of it paid back."""
    on, next_day = facts.day(at), at + timedelta(days=1)
    reporting.note_breach(
        actor=lead, now=at, number=number, text="税务登记已迁往外区", source="税务部门迁移通知", as_of=on
    )
    row = recovering.propose(
        actor=lead, now=at, number=number, clause=CLAUSE, reason="企业已迁往外区，约定期限未满。", breached_on=on
    )
    recovering.state(actor=who, now=next_day, number=row.number, text="因厂房到期搬迁，愿意按约定退回，请求分两次退。")
    row = recovering.decide(
        actor=decider, now=next_day, number=row.number, is_upheld=True, reason="事实清楚，企业无异议。"
    )
    half = ((row.decided or Decimal(0)) / 2).quantize(Decimal("0.01"))
    later = at + timedelta(days=5)
    back = recovering.enter(
        actor=finance, now=later, number=row.number, receipt=f"TK{row.number[2:]}", amount=half, on=facts.day(later)
    )
    recovering.confirm(actor=payer, now=later + timedelta(hours=2), repayment=back.pk)
