"""What payment means for a bank's share: to whom it goes, who may not pay it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from qifu.domain.grants.loans import access
from qifu.domain.grants.models import BankShare, PaymentOrder
from qifu.domain.grants.sources import Payee, Source
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import record


def payees(keys: Sequence[int]) -> Mapping[int, Payee]:
    """The accounts of the banks."""
    rows = BankShare.objects.filter(pk__in=keys).select_related("bank", "settlement__programme")
    return {
        one.pk: Payee(one.bank.holder, one.bank.branch, one.bank.account, one.settlement.programme.title[:60])
        for one in rows
    }


def judges(keys: Sequence[int]) -> Mapping[int, set[int]]:
    """Those who handed the lists in, worked the settlement out or decided it."""
    return {
        one.pk: access.judges(one.settlement)
        for one in BankShare.objects.filter(pk__in=keys).select_related("settlement")
    }


def moved(event: str, orders: Sequence[tuple[int, PaymentOrder]], actor: Actor, now: datetime) -> None:
    """Keep beside the share what became of its order."""
    if event not in ("sent", "paid", "failed", "returned"):
        return
    by = dict(orders)
    for one in BankShare.objects.select_for_update().filter(pk__in=list(by)).order_by("pk"):
        order = by[one.pk]
        one.state, one.receipt = event, order.receipt if event == "paid" else one.receipt
        one.save(update_fields=["state", "receipt"])
        facts = {"order": order.number, "amount": str(order.amount), "receipt": order.receipt}
        record(actor=actor, now=now, verb=f"grants.share_{event}", stream=one.stream, facts=facts)


SOURCE = Source(payees, judges, moved)
