"""What a look leaves behind: who carried which list away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from qifu.domain.policies import access
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import record

STREAM = "policies.lists"


@transaction.atomic
def carry_away(*, actor: Actor, now: datetime, what: str, rows: int, asked: Mapping[str, str]) -> None:
    """Keep who took a list away, how long it was, and by what it was cut; what was searched for stays erasable.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    told = {"list": what, "rows": rows} | {name: value for name, value in asked.items() if value and name != "q"}
    content = {"q": asked["q"]} if asked.get("q") else None
    record(actor=actor, now=now, verb="policies.export", stream=STREAM, facts=told, content=content)
