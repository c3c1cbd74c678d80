"""Who answers for a building: granted and taken back, each with a record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.estate import access
from qifu.domain.estate.models import Building, Mandate
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import record


@transaction.atomic
def grant(*, actor: Actor, now: datetime, building: int, account: int) -> Mandate:
    """Let an account that runs buildings answer for this one.

    :raises Forbidden: not of those who grant it. :raises Missing: there is no such building.
    :raises Invalid: the account does not run buildings. :raises Conflict: it answers for it already.
    """
    access.require_clerk(actor)
    row = Building.objects.select_for_update().filter(pk=building).first()
    if row is None:
        raise Missing(access.NO_BUILDING)
    if account not in {person.id for person in people.holders(Role.BUILDING_MANAGER, now)}:
        said = "这个账号没有“楼宇运营方”角色，请先在“人员”里授予。"
        raise Invalid(said, {"account": said})
    if Mandate.objects.filter(building=row, account=account, until__isnull=True).exists():
        raise Conflict("这个账号已经是这栋楼宇的运营方。")
    made = Mandate.objects.create(building=row, account_id=account, since=now)
    _prove("estate.mandate", actor, now, made)
    return made


@transaction.atomic
def revoke(*, actor: Actor, now: datetime, mandate: int) -> Mandate:
    """Take the right back.

    :raises Forbidden: not of those who grant it. :raises Missing: there is none in force.
    """
    row = access.mandate_to_end(actor, mandate)
    row.until = max(now, row.since)
    row.save(update_fields=["until"])
    _prove("estate.mandate_end", actor, now, row)
    return row


def _prove(verb: str, actor: Actor, now: datetime, row: Mandate) -> None:
    facts = {"mandate": row.pk, "account": row.account_id}
    record(actor=actor, now=now, verb=verb, stream=f"estate.building:{row.building_id}", facts=facts)
