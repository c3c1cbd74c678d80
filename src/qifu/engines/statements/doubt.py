"""What of a document could not be read: no relation that touches it proves anything, and nothing is mended by its help."""

from __future__ import annotations

from dataclasses import dataclass

from .layouts import COLUMN_NAMES
from .model import Model
from .relations import Key, Relation

ALL = "*"


@dataclass(frozen=True)
class Doubt:
    """(statement, row, column) of what is unreadable; `*` stands for all columns of a row or all of a statement."""

    places: frozenset[Key]

    @classmethod
    def of(cls, model: Model) -> Doubt:
        return cls(frozenset(_places(model)))

    def __contains__(self, key: Key) -> bool:
        statement, row, column = key
        name = row.partition(":")[2] or row or "合计"
        return not self.places.isdisjoint({(statement, name, column), (statement, name, ALL), (statement, ALL, ALL)})

    def touches(self, relation: Relation) -> bool:
        """Whether a relation speaks of anything unreadable."""
        if (relation.of, ALL, ALL) in self.places:
            return True
        return bool(self.places) and any(cell in self for cell, _ in relation.cells)


def _places(model: Model) -> set[Key]:
    found = set()
    for place in model.unreadable:
        statement, _, rest = place.where.partition(".")
        row, _, column = rest.partition(".")
        name = statement.split(" ")[0]
        if name not in model.tables:
            continue
        if not rest or " " in statement:
            found.add((name, ALL, ALL))
        else:
            found.add((name, row, column if column in COLUMN_NAMES else ALL))
    return found
