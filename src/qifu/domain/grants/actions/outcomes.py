"""What payment means for an application: to whom it goes, who may not pay it, and its steps when the money moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from qifu.domain.grants import access, facts
from qifu.domain.grants.actions.moves import Move, yuan
from qifu.domain.grants.actions.moving import steps_on
from qifu.domain.grants.models import Application, BankAccount, PaymentOrder
from qifu.domain.grants.sources import FOLLOWING, Payee, Source
from qifu.domain.policies.actions import fulfilling
from qifu.kernel.actor import Actor

STEPS = {"sent": "send", "paid": "pay", "failed": "bounce", "returned": "bounce"}


def payees(keys: Sequence[int]) -> Mapping[int, Payee]:
    """The accounts that the enterprises have confirmed."""
    rows = Application.objects.filter(pk__in=keys, state="granted").select_related("version")
    firms = {row.pk: (row.enterprise_id, row.version.title) for row in rows}
    held = {
        one.enterprise_id: one
        for one in BankAccount.objects.filter(enterprise__in={firm for firm, _ in firms.values()}, is_current=True)
    }
    return {
        pk: Payee(held[firm].holder, held[firm].bank, held[firm].number, title[:60])
        for pk, (firm, title) in firms.items()
        if firm in held
    }


def judges(keys: Sequence[int]) -> Mapping[int, set[int]]:
    """Those who checked, scored or decided."""
    return access.judges(list(keys))


def moved(event: str, orders: Sequence[tuple[int, PaymentOrder]], actor: Actor, now: datetime) -> None:
    """Take the step that follows from what became of the orders."""
    if event not in STEPS:
        return
    by = dict(orders)
    rows = Application.objects.select_for_update(of=("self",)).select_related("version__scheme").filter(pk__in=list(by))
    found = list(rows.order_by("pk"))

    def effect(move: Move) -> None:
        order = by[move.row.pk]
        move.words |= {
            "order": order.number, "amount": yuan(order.amount), "tail": order.tail, "receipt": order.receipt, "why": order.why,
        }  # fmt: skip
        move.facts |= {"order": order.number, "receipt": order.receipt}
        if event == "paid":
            move.row.paid_at = order.paid_at

    steps_on(found, actor=actor, now=now, step=STEPS[event], relations=frozenset({"system"}), effect=effect)
    for follow in FOLLOWING:
        follow(event, found, actor, now)
    if event in ("paid", "returned"):
        _tell_policies(found, event, actor, now)


def _tell_policies(rows: Sequence[Application], event: str, actor: Actor, now: datetime) -> None:
    lines = [
        fulfilling.Fulfilled(
            row.enterprise_id, row.version.scheme.item_id, facts.day(row.submitted_at or row.drafted_at),
            facts.day(now) if event == "paid" else None, row.granted if event == "paid" else None,
        )
        for row in rows
    ]  # fmt: skip
    fulfilling.note(actor=actor, now=now, lines=lines)


SOURCE = Source(payees, judges, moved)
