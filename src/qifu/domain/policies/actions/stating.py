"""An enterprise tells one thing more and is judged anew at once; it says that it has applied; lists of who got what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.policies import access, facts
from qifu.domain.policies.actions import matching
from qifu.domain.policies.models import Claim, Item, Push
from qifu.domain.registry import actions as registry
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import Entry, record, record_many

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
def state(*, actor: Actor, now: datetime, enterprise: int, field: str, value: object) -> int:
    """Keep a fact that the enterprise states of itself and match it anew; return how many answers changed.

    :raises Missing: not an enterprise of the actor's. :raises Invalid: the value cannot be read, or may not be stated.
    """
    access.speaks_for(actor, enterprise)
    registry.state_fact(actor=actor, now=now, enterprise_id=enterprise, field=field, value=value)
    return matching.match_enterprise(now=now, enterprise=enterprise)


@transaction.atomic
def apply(*, actor: Actor, now: datetime, enterprise: int, code: str) -> Claim:
    """Note that the enterprise says it has applied for an item this year; asked for once a year.

    :raises Missing: not an enterprise of the actor's, or no such item in force. :raises Conflict: it is noted already.
    """
    access.speaks_for(actor, enterprise)
    on = facts.day(now)
    row = facts.in_force(on).select_related("item").filter(item__code=code).first()
    if row is None:
        raise Missing(access.NO_ITEM)
    made, is_new = Claim.objects.get_or_create(
        enterprise_id=enterprise, item=row.item, year=on.year, defaults={"applied_on": on, "source": "企业自报"}
    )
    if not is_new:
        raise Conflict("今年已经记过这项的申报。")
    Push.objects.filter(enterprise=enterprise, revision__item=row.item, applied_at=None).update(applied_at=now)
    told = {"item": code, "year": on.year, "source": made.source}
    record(actor=actor, now=now, verb="policies.apply", stream=f"policies.firm:{enterprise}", facts=told)
    return made


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
    told = {"lines": len(rows), "source": source[:120]}
    record_many([Entry(actor, now, "policies.note_claims", "policies.claims", told)])
    return len(rows)
