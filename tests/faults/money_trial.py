"""The inside of a trial of money, run as a program of its own on the trial's database.

python -m tests.faults.money_trial line TOTAL        a line of the budget
python -m tests.faults.money_trial reserve NAME N    hold one yuan N times over, each for a purpose of its own
python -m tests.faults.money_trial orders N          a batch of N orders at the bank, and the bank's answer, kept and not worked off
python -m tests.faults.money_trial settle            work the answer off, from where it stands
python -m tests.faults.money_trial audit             what the line, the ledger and the orders say
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import Sum  # noqa: E402

from qifu.domain.grants import sources  # noqa: E402
from qifu.domain.grants.actions import money, payments  # noqa: E402
from qifu.domain.grants.models import (  # noqa: E402
    BankReturn,
    FundLine,
    LedgerEntry,
    PaymentBatch,
    PaymentOrder,
    Reservation,
)
from qifu.domain.people.models import Unit  # noqa: E402
from qifu.kernel.actor import SYSTEM  # noqa: E402
from qifu.kernel.errors import Invalid  # noqa: E402

NOW = datetime.now(UTC)
YUAN = Decimal("1.00")
sources.SOURCES["trial"] = sources.Source(lambda keys: {}, lambda keys: {}, lambda event, orders, actor, now: None)


def line(total: str) -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    unit = Unit.objects.order_by("pk").first()
    assert unit is not None
    made = FundLine.objects.create(
        year=2026, code="T", project="试验", functional="2150805", economic="31204", unit=unit, total=Decimal(total), made_at=NOW
    )  # fmt: skip
    return {"line": made.pk}


def reserve(name: str, count: str) -> dict[str, Any]:
    number, held, refused = FundLine.objects.get().pk, 0, 0
    for place in range(int(count)):
        try:
            with transaction.atomic():
                source = f"grants.trial:{name}{place:04d}"
                money.reserve(actor=SYSTEM, now=NOW, line=number, source=source, amount=YUAN)
            held += 1
        except Invalid:
            refused += 1
    return {"held": held, "refused": refused}


@transaction.atomic
def orders(count: str) -> dict[str, Any]:
    own, total = FundLine.objects.get(), int(count)
    FundLine.objects.filter(pk=own.pk).update(reserved=total)
    held = [Reservation(line=own, source=f"grants.trial:{place}", amount=YUAN, at=NOW) for place in range(1, total + 1)]
    Reservation.objects.bulk_create(held, batch_size=500)
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(line=own, kind="reserve", debit="reserved", credit="free", amount=YUAN, source=one.source,
                        functional="2150805", economic="31204", project="T", actor="system", at=NOW)
            for one in held
        ],
        batch_size=500,
    )  # fmt: skip
    batch = PaymentBatch.objects.create(
        number="PC1", state="sent", count=total, total=total, drawn_by=1, drawn_at=NOW, released_by=2
    )
    sent = [
        PaymentOrder(number=f"ZF{n:06d}", batch=batch, reservation=one, source=one.source, payee="某", bank="某", account="1",
                     tail="1", amount=YUAN, purpose="试", state="sent", at=NOW)
        for n, one in enumerate(Reservation.objects.order_by("pk"))
    ]  # fmt: skip
    PaymentOrder.objects.bulk_create(sent, batch_size=500)
    results = [
        [one.number, "failed" if n % 50 == 0 else "paid", f"HD{n}", "户名不符", ""] for n, one in enumerate(sent)
    ]
    BankReturn.objects.create(batch=batch, digest="x", name="回单", lines=results, at=NOW)
    return {"orders": len(sent)}


def settle() -> dict[str, Any]:
    held = payments.go_on(actor=SYSTEM, now=NOW, number=BankReturn.objects.get().pk)
    return {"done": held.done}


def audit() -> dict[str, Any]:
    own = FundLine.objects.get()
    books = {
        side: dict(LedgerEntry.objects.order_by().values_list(side).annotate(n=Sum("amount")))
        for side in ("debit", "credit")
    }
    told = {name: books["debit"].get(name, 0) - books["credit"].get(name, 0) for name in ("reserved", "paid")}
    states = PaymentOrder.objects.order_by().values_list("state").annotate(n=Sum("amount"))
    done = BankReturn.objects.values_list("done", "ended_at").first() or (0, None)
    return {
        "line": [str(own.reserved), str(own.paid)], "ledger": [f"{told['reserved']:.2f}", f"{told['paid']:.2f}"],
        "reservations": Reservation.objects.exclude(state="released").count(),
        "orders": {state: int(n) for state, n in states}, "done": done[0], "is_ended": done[1] is not None,
    }  # fmt: skip


if __name__ == "__main__":
    act = {"line": line, "reserve": reserve, "orders": orders, "settle": settle, "audit": audit}[sys.argv[1]]
    print(json.dumps(act(*sys.argv[2:])))
