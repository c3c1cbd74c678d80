"""What a look leaves behind: who carried which list of grants away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.grants import access
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import record


@transaction.atomic
def carry_away(*, actor: Actor, now: datetime, what: str, rows: int) -> None:
    """Keep who took a list away and how long it was.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    record(actor=actor, now=now, verb="grants.export", stream="grants.lists", facts={"list": what, "rows": rows})
