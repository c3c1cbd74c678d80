"""What payment means for a person: the account, who may not pay it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from qifu.domain.grants.models import PaymentOrder, ReliefPerson
from qifu.domain.grants.sources import Payee, Source
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import record


def payees(keys: Sequence[int]) -> Mapping[int, Payee]:
    """The accounts of the persons; on screens their names stay masked."""
    rows = ReliefPerson.objects.filter(pk__in=keys).select_related("scheme")
    return {one.pk: Payee(one.name, one.bank, one.account, one.scheme.title[:60], one.shown) for one in rows}


def judges(keys: Sequence[int]) -> Mapping[int, set[int]]:
    """Those who handed the lists in and decided them."""
    rows = ReliefPerson.objects.filter(pk__in=keys).values_list("pk", "list__handed_by", "list__decided_by")
    return {pk: {one for one in (handed, decided) if one is not None} for pk, handed, decided in rows}


def moved(event: str, orders: Sequence[tuple[int, PaymentOrder]], actor: Actor, now: datetime) -> None:
    """Keep beside the person what became of the order."""
    if event not in ("sent", "paid", "failed", "returned"):
        return
    by = dict(orders)
    rows = ReliefPerson.objects.select_for_update().filter(pk__in=list(by)).defer("name", "identity", "account")
    for one in rows.order_by("pk"):
        order = by[one.pk]
        one.state, one.receipt = event, order.receipt if event == "paid" else one.receipt
        one.save(update_fields=["state", "receipt"])
        facts = {"order": order.number, "amount": str(order.amount), "receipt": order.receipt}
        record(actor=actor, now=now, verb=f"grants.relief_{event}", stream=one.stream, facts=facts)


SOURCE = Source(payees, judges, moved)
