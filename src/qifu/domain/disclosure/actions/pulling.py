"""What grants paid out of the centre's own budget is drawn into the ledger: a balanced voucher each, once; a return reverses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from qifu.domain.disclosure import access
from qifu.domain.disclosure.actions import ledger
from qifu.domain.disclosure.entries import Entry, Side
from qifu.domain.disclosure.models import Month, Voucher
from qifu.domain.grants.queries.movements import Movement, movements
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

ORIGIN = "grants.entry:"


@dataclass
class Pulled:
    """What was drawn in, what was taken back, and what waits and why."""

    entered: int = 0
    reversed: int = 0
    waiting: list[str] = field(default_factory=list)


def pull(*, actor: Actor, now: datetime) -> Pulled:
    """Draw in every payment that is not here yet. What cannot be booked waits with its reason and hinders nothing else.

    :raises Forbidden: the actor does not keep the ledger.
    """
    access.require_write(actor)
    found = movements([unit.id for unit in people.units("centre")])
    pulled = Pulled()
    with transaction.atomic():
        known = {
            row.origin: row
            for row in Voucher.objects.filter(origin__startswith=ORIGIN, is_posted=True).select_related("reversed_by")
        }
        for one in found:
            try:
                with transaction.atomic():
                    _take(actor, now, one, known, pulled)
            except (Invalid, Conflict) as refusal:
                pulled.waiting.append(f"{one.project_name}，拨付单 {one.order or one.id}：{refusal.message}")
        if pulled.entered or pulled.reversed:
            facts = {"entered": pulled.entered, "reversed": pulled.reversed, "waiting": len(pulled.waiting)}
            record(actor=actor, now=now, verb="disclosure.pull", stream="disclosure.ledger:grants", facts=facts)
    return pulled


def _take(actor: Actor, now: datetime, one: Movement, known: dict[str, Voucher], pulled: Pulled) -> None:
    day = _open_day(one.at.astimezone(SHANGHAI).date())
    if not one.is_return:
        origin = f"{ORIGIN}{one.id}"
        if origin not in known:
            known[origin] = ledger.post(actor=actor, now=now, entry=_entry(one, day), origin=origin)
            pulled.entered += 1
        return
    paid = known.get(f"{ORIGIN}{one.pays}")
    if paid is None:
        raise Conflict("退汇的原拨付还没有入账，暂不冲销。")
    if not Voucher.objects.filter(reverses=paid).exists():
        ledger.reverse(actor=actor, now=now, voucher=paid.pk, day=max(day, paid.day), reason=f"银行退汇 {one.order}")
        pulled.reversed += 1


def _open_day(day: date) -> date:
    """The day itself, or the first of the next month of its year that is not closed."""
    closed = set(Month.objects.filter(year=day.year).values_list("month", flat=True))
    month = next((each for each in range(day.month, 13) if each not in closed), None)
    if month is None:
        raise Conflict(f"{day.year} 年各月已经结账，请由财务人员按跨年度事项处理。")
    return day if month == day.month else date(day.year, month, 1)


def _entry(one: Movement, day: date) -> Entry:
    paid = one.at.astimezone(SHANGHAI).date()
    late = f"（{paid:%Y-%m-%d} 拨付）" if paid != day else ""
    return Entry(
        day,
        f"兑-{one.id}",
        f"政策兑现拨付 {one.project_name} {one.order}{late}".strip()[:200],
        (
            Side("500101", "业务活动费用", debit=one.amount),
            Side("101101", "零余额账户用款额度", credit=one.amount),
            Side(
                "720101",
                "事业支出",
                debit=one.amount,
                functional=one.functional,
                economic=one.economic,
                money="general",
                project=one.project,
            ),
            Side(
                "600101",
                "财政拨款预算收入",
                credit=one.amount,
                functional=one.functional,
                money="general",
                project=one.project,
            ),
        ),
    )
