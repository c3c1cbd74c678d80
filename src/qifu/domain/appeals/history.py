"""The history of a case: told to each side in its own words, and folded back into the row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from qifu.domain.appeals.models import Appeal
from qifu.kernel.evidence.models import Record

MOMENTS = ("burns_at", "accepted_at", "dispatched_at", "replied_at", "closed_at")


def fold(records: Iterable[Record]) -> dict[str, object]:
    """Replay the changes of a case's records, oldest first; return the columns as they must stand."""
    row: dict[str, object] = {}
    for record in records:
        changes = record.facts.get("changes")
        if isinstance(changes, Mapping):
            row.update({name: _value(name, value) for name, value in changes.items()})
    return row


def differs(appeal: Appeal, records: Iterable[Record]) -> dict[str, tuple[object, object]]:
    """Compare the row with its history: column → (row, history); empty when they agree."""
    folded = fold(records)
    return {name: (getattr(appeal, name), value) for name, value in folded.items() if getattr(appeal, name) != value}


def _value(name: str, value: object) -> object:
    return datetime.fromisoformat(value) if name in MOMENTS and isinstance(value, str) else value
