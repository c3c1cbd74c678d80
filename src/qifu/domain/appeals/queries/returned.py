"""The units that gave a case back in its present round: it is not handed to them again by habit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qifu.domain.appeals.models import Appeal
from qifu.domain.people import queries as people
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history


@dataclass(frozen=True, slots=True)
class Returned:
    """A unit, and why it gave the case back; the reason is empty once it was erased."""

    unit: int
    unit_name: str
    reason: str


def returned(appeal: Appeal, rows: Iterable[Record] | None = None) -> list[Returned]:
    """Each unit once, the latest return first. `rows` is the case's history where the caller has it already."""
    if not appeal.returns:
        return []
    tree, found = people.unit_tree(), dict[int, Returned]()
    for row in reversed(list(history(appeal.stream) if rows is None else rows)):
        unit = row.facts.get("unit")
        if row.facts.get("step") != "return" or row.facts.get("round") != appeal.round or not isinstance(unit, int):
            continue
        view = tree.units.get(unit)
        if view is not None and unit not in found:
            found[unit] = Returned(unit, view.short_name, _reason(row))
    return list(found.values())


def _reason(row: Record) -> str:
    content = getattr(row, "content", None) if row.content_digest is not None else None
    body = content.body if content is not None else None
    return str(body.get("reason", "")) if isinstance(body, dict) else ""
