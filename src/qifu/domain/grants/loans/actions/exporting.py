"""Carrying a settlement away leaves a record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.grants.loans import access
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import record


@transaction.atomic
def note_export(*, actor: Actor, now: datetime, number: int, rows: int) -> None:
    """Record that a settlement was carried away.

    :raises Missing: there is none for this actor.
    """
    row = access.settlement(actor, number)
    record(actor=actor, now=now, verb="grants.export_settlement", stream=row.stream, facts={"rows": rows})
