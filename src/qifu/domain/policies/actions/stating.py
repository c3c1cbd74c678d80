"""An enterprise tells one thing more and is judged anew at once; it says that it has applied."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.policies import access, facts
from qifu.domain.policies.actions import matching
from qifu.domain.policies.models import Claim, Push
from qifu.domain.registry import actions as registry
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Missing
from qifu.kernel.evidence.actions import record


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
        enterprise_id=enterprise,
        item=row.item,
        year=on.year,
        defaults={"applied_on": on, "source": matching.SELF_REPORTED},
    )
    if not is_new:
        raise Conflict("今年已经记过这项的申报。")
    Push.objects.filter(enterprise=enterprise, revision__item=row.item, applied_at=None).update(applied_at=now)
    told = {"item": code, "year": on.year, "source": made.source}
    record(actor=actor, now=now, verb="policies.apply", stream=f"policies.firm:{enterprise}", facts=told)
    return made
