"""The tree of units, held in memory by each process and read again when a unit was written anywhere.

Every write gives the unit a new random mark; count and sum of the marks tell whether the held tree still stands.
One small query a request, whatever the number of units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from django.db.models import Func

from qifu.domain.people.models import Unit
from qifu.kernel.errors import Missing
from qifu.kernel.prepared import Prepared
from qifu.kernel.reading import once

Spans = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit as others see it."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent: int | None
    hours: Spans | None
    phone: str
    is_active: bool

    @property
    def kind_label(self) -> str:
        return str(Unit.Kind(self.kind).label)


@dataclass(frozen=True, eq=False)
class Tree:
    """All units, and who is under whom. As long as nothing was written it is the same object."""

    units: dict[int, UnitView]
    children: dict[int | None, tuple[int, ...]] = field(default_factory=dict)

    def get(self, unit: int) -> UnitView:
        """:raises Missing: there is no such unit."""
        found = self.units.get(unit)
        if found is None:
            raise Missing("没有这个单位，可能已被撤并，请返回单位列表重新查找。")
        return found

    def ancestors(self, unit: int) -> tuple[int, ...]:
        """The units above, nearest first."""
        above: list[int] = []
        node = self.units.get(unit)
        while node is not None and node.parent is not None and node.parent not in above:
            above.append(node.parent)
            node = self.units.get(node.parent)
        return tuple(above)

    def subtree(self, unit: int) -> frozenset[int]:
        """The unit and all below it."""
        return frozenset(found.id for found, _ in self.walk(unit)) | {unit}

    def walk(self, top: int | None = None, depth: int = 0) -> Iterator[tuple[UnitView, int]]:
        """Units below `top` in order, each with its depth."""
        for child in self.children.get(top, ()):
            yield self.units[child], depth
            yield from self.walk(child, depth + 1)

    def spans(self, unit: int) -> Spans | None:
        """The service hours: the unit's own, else of the nearest unit above that has some."""
        for candidate in (unit, *self.ancestors(unit)):
            hours = self.units[candidate].hours if candidate in self.units else None
            if hours is not None:
                return hours
        return None


_ORDER = {"centre": 0, "department": 1, "street": 2, "station": 3}
_lock = Lock()
_held: tuple[tuple[int, int], Tree] = ((-1, -1), Tree({}))


def tree() -> Tree:
    """Return the present tree of units."""
    return once("people.tree", _present)


_STAMP = Prepared(lambda: Unit.objects.values_list(Func("id", function="COUNT"), Func("mark", function="SUM")))


def _present() -> Tree:
    global _held
    ((rows, marks),) = _STAMP()
    stamp = (int(rows or 0), int(marks or 0))
    held = _held
    if held[0] == stamp:
        return held[1]
    fresh = _read()
    with _lock:
        _held = (stamp, fresh)
    return fresh


def _read() -> Tree:
    units = {row.pk: _view(row) for row in Unit.objects.all()}
    below: dict[int | None, list[int]] = {}
    for view in sorted(units.values(), key=lambda v: (_ORDER[v.kind], v.code)):
        below.setdefault(view.parent, []).append(view.id)
    return Tree(units, {parent: tuple(ids) for parent, ids in below.items()})


def _view(row: Unit) -> UnitView:
    return UnitView(
        id=row.pk,
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        kind=row.kind,
        parent=row.parent_id,
        hours=None if row.hours is None else tuple((start, end) for start, end in row.hours),
        phone=row.phone,
        is_active=row.is_active,
    )
