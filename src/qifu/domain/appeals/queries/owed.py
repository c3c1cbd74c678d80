"""What is owed on each case of a list: the reply to the enterprise, or the enterprise's own word on it. One query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.appeals.models import Clock
from qifu.domain.appeals.queries.lists import Line


@dataclass(frozen=True, slots=True)
class Owed:
    """A promised time that is still open."""

    kind: str  # reply: owed to the enterprise · confirm: awaited from it
    due: datetime
    start: datetime
    is_paused: bool
    is_assumed: bool


def owed(lines: Iterable[Line]) -> dict[int, Owed]:
    """The live promise of each case, by the case's id. The lines have passed the door of their list."""
    ids = [line.id for line in lines if line.is_open]
    rows = Clock.objects.filter(appeal__in=ids, kind__in=("reply", "confirm"), status__in=("running", "paused"))
    return {
        row.appeal_id: Owed(row.kind, row.due_at, row.started_at, row.status == "paused", row.is_assumed)
        for row in rows.order_by("pk")
    }
