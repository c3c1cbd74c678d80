"""Lists of departments: who asked for what, and when it was paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.policies import access
from qifu.domain.policies.models import Claim, Item, Push
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid
from qifu.kernel.evidence.actions import Entry, record_many

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Claimed:
    """One line of a list of who asked for what, and when it was paid."""

    enterprise: int
    code: str
    applied_on: date
    paid_on: date | None = None
    yuan: Decimal | None = None


@transaction.atomic
def note_claims(*, actor: Actor, now: datetime, lines: Iterable[Claimed], source: str) -> int:
    """Keep a department's list of who asked for what and was paid; a line that is here already is brought up to date.

    :raises Forbidden: the actor does not run policies. :raises Invalid: an item that there is not; then nothing is kept.
    """
    access.require_operator(actor)
    kept = list(lines)
    items = dict(Item.objects.values_list("code", "pk"))
    strange = sorted({line.code for line in kept} - set(items))
    if strange:
        raise Invalid(f"没有编号为“{strange[0]}”的政策事项，名单没有导入。")
    rows = [
        Claim(
            enterprise_id=line.enterprise, item_id=items[line.code], year=line.applied_on.year, source=source[:120],
            applied_on=line.applied_on, paid_on=line.paid_on, yuan=line.yuan,
        )
        for line in kept
    ]  # fmt: skip
    Claim.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["enterprise", "item", "year"],
        update_fields=["applied_on", "paid_on", "yuan", "source"],
    )  # fmt: skip
    note_applied(rows, now)
    told = {"lines": len(rows), "source": source[:120]}
    record_many([Entry(actor, now, "policies.note_claims", "policies.claims", told)])
    return len(rows)


def note_applied(rows: Iterable[Claim], now: datetime) -> list[int]:
    """Count what was pushed before the application came as applied for; return those pushes."""
    firms: dict[tuple[int, date], list[int]] = {}
    for row in rows:
        firms.setdefault((row.item_id, row.applied_on), []).append(row.enterprise_id)
    pushed = set(Push.objects.filter(applied_at=None).values_list("revision__item_id", flat=True).distinct())
    noted: list[int] = []
    for (item, day), some in firms.items():
        if item in pushed:
            told = Push.objects.filter(revision__item=item, enterprise__in=some, applied_at=None)
            noted += told.filter(sent_at__date__lte=day).values_list("pk", flat=True)
    for start in range(0, len(noted), BATCH):
        Push.objects.filter(pk__in=noted[start : start + BATCH]).update(applied_at=now)
    return noted
