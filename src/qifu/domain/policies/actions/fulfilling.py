"""What became of an item for an enterprise, told by the room that pays it: it completes the way from push to money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.policies.models import Claim, Push
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import Entry, record_many

SOURCE = "政策兑现"


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """An enterprise has asked for an item, or got it."""

    enterprise: int
    item: int
    applied_on: date
    paid_on: date | None = None
    yuan: Decimal | None = None


@transaction.atomic
def granted(*, actor: Actor, now: datetime, enterprise: int, item: int, applied_on: date, on: date) -> None:
    """Keep that it was granted; who was listed without asking has asked that day. The caller has passed its own door."""
    claim, _ = Claim.objects.get_or_create(
        enterprise_id=enterprise, item_id=item, year=applied_on.year,
        defaults={"applied_on": applied_on, "source": SOURCE},
    )  # fmt: skip
    claim.granted_on = on
    claim.save(update_fields=["granted_on"])
    rows = Push.objects.filter(revision__item=item, enterprise=enterprise, applied_at=None)
    rows.update(applied_at=now)
    record_many([Entry(actor, now, "policies.note_granted", "policies.claims", {"item": item, "claim": claim.pk})])


@transaction.atomic
def note(*, actor: Actor, now: datetime, lines: Iterable[Fulfilled]) -> None:
    """Keep that it was asked for, or paid; a year's claim is brought up to date. The caller has passed its own door."""
    kept = list(lines)
    rows = [
        Claim(enterprise_id=one.enterprise, item_id=one.item, year=one.applied_on.year, applied_on=one.applied_on,
              paid_on=one.paid_on, yuan=one.yuan, source=SOURCE)
        for one in kept
    ]  # fmt: skip
    Claim.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["enterprise", "item", "year"],
        update_fields=["applied_on", "paid_on", "yuan", "source"],
    )  # fmt: skip
    for item in sorted({one.item for one in kept}):
        firms = [one.enterprise for one in kept if one.item == item]
        Push.objects.filter(revision__item=item, enterprise__in=firms, applied_at=None).update(applied_at=now)
    told = {"lines": len(kept), "paid": sum(one.paid_on is not None for one in kept)}
    record_many([Entry(actor, now, "policies.note_fulfilled", "policies.claims", told)])
