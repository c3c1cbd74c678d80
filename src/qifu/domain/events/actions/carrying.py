"""Who carried a list away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from qifu.domain.events import access
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden
from qifu.kernel.evidence.actions import record


@transaction.atomic
def note_export(*, actor: Actor, now: datetime, stream: str, rows: int, filters: Mapping[str, str]) -> None:
    """Keep who carried away how much of what.

    :raises Forbidden: not of those who may.
    """
    access.require_official(actor)
    if not actor.has_role(*access.CARRIERS):
        raise Forbidden("您的岗位不能导出名单。")
    facts = {"rows": rows, "filters": {name: value for name, value in filters.items() if value}}
    record(actor=actor, now=now, verb="events.export", stream=stream, facts=facts)
