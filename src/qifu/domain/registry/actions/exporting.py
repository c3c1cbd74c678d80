"""A list carried away leaves evidence: who took how many, cut by what."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.registry.access import may_export
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden
from qifu.kernel.evidence.actions import record


def require_exporter(actor: Actor) -> None:
    """:raises Forbidden: the actor may not carry a list away."""
    if not may_export(actor):
        raise Forbidden("您的岗位不能导出企业名单，请联系中心。")


@transaction.atomic
def note_export(*, actor: Actor, now: datetime, rows: int, q: str, filters: dict[str, object]) -> None:
    """Record an export that is about to be handed over."""
    require_exporter(actor)
    record(
        actor=actor,
        now=now,
        verb="registry.export",
        stream="registry.exports",
        facts={"rows": rows, "filters": {name: value for name, value in filters.items() if value}},
        content={"q": q} if q else None,
    )
