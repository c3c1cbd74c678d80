"""What would make it eligible: the smallest changes of an enterprise's facts, each tried before it is told.

The condition is taken apart into *ways* to meet it: for each field the values that would do. A way costs what has to be
changed: first how many fields, then how hard such fields are to change, then by how much. Ways that cost most are
dropped when there are too many. What one field alone can do is searched exhaustively besides: every bound that the
policy names for it is tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from .allowed import ANY, Allowed, Span, allowed, merged
from .conditions import Clause, Constant, Group, Literal, Negation, Node
from .fields import Change, Field
from .programs import YES, Library, compile_policies
from .single import answer
from .values import Facts
from .wording import shown_value, written

MOST_WAYS = 48
MOST_FIELDS = 4
_EFFORT = {Change.FIGURE: 1, Change.STATUS: 2, Change.TIME: 3, Change.IDENTITY: 4}


@dataclass(frozen=True, slots=True)
class Move:
    """One field from what it is (None unknown) to what would do."""

    field: Field
    before: Literal | None
    after: Literal

    @property
    def text(self) -> str:
        """The move in words."""
        label, goal = self.field.label, written(self.field, self.after)
        if self.before is None:
            return f"补充{label}：为 {goal} 时符合"
        return f"{label}由 {written(self.field, self.before)} 变为 {goal}"

    def as_json(self) -> dict[str, object]:
        """The move for programs; the value can be written back into a table."""
        return {
            "field": self.field.name,
            "label": self.field.label,
            "from": shown_value(self.field, self.before),
            "to": shown_value(self.field, self.after),
            "text": self.text,
            "supplier": self.field.supplier,
        }


@dataclass(frozen=True, slots=True)
class Nearest:
    """Moves that together make the enterprise eligible; `effort` is that of the hardest."""

    moves: tuple[Move, ...]
    cost: tuple[int, int, float]

    def as_json(self) -> dict[str, object]:
        """The change for programs."""
        return {"changes": [move.as_json() for move in self.moves], "text": "；".join(m.text for m in self.moves)}


Way = Mapping[str, Allowed]  # field name → values that would do


def nearest(library: Library, policy: int, facts: Facts, *, limit: int = 5) -> list[Nearest]:
    """Find the smallest changes that make an enterprise eligible for a policy, smallest first; none if it is."""
    alone = compile_policies([library.policies[policy]])
    if _is_met(alone, facts):
        return []
    search = _Search(alone, facts)
    found: dict[tuple[tuple[str, object], ...], Nearest] = {}
    for after in search.candidates(library.policies[policy].when):
        change = search.change(after)
        if change is not None:
            key = tuple((move.field.name, move.after) for move in change.moves)
            found.setdefault(key, change)
    return _leanest(sorted(found.values(), key=lambda change: change.cost))[:limit]


def _leanest(changes: Iterable[Nearest]) -> list[Nearest]:
    """Drop a change whose fields hold all fields of a smaller one: it asks for more than is needed."""
    kept: list[Nearest] = []
    for change in changes:
        names = {move.field.name for move in change.moves}
        if not any({move.field.name for move in each.moves} <= names for each in kept):
            kept.append(change)
    return kept


def _is_met(library: Library, facts: Facts) -> bool:
    return answer(library, facts)[library.roots[0]] == YES


class _Search:
    """One enterprise, one policy."""

    def __init__(self, library: Library, facts: Facts) -> None:
        self.library, self.facts = library, facts
        self.fields = {field.name: field for atom in library.atoms for field in atom.fields}

    def candidates(self, when: Node) -> Iterator[dict[str, Literal]]:
        """Changed values to try: of each field alone, then of the ways through the condition."""
        for name, field in self.fields.items():
            for value in self._bounds(field):
                yield {name: value}
        for way in self.ways(when, False):
            yield self._goals(way)

    def change(self, after: Mapping[str, Literal]) -> Nearest | None:
        """Try a change; None when it does not do, or asks what nobody can change."""
        moves = tuple(
            Move(self.fields[name], self.facts.get(name), value)
            for name, value in sorted(after.items())
            if value != self.facts.get(name)
        )
        if not moves or len(moves) > MOST_FIELDS or not all(map(_is_possible, moves)):
            return None
        if not _is_met(self.library, {**self.facts, **{move.field.name: move.after for move in moves}}):
            return None
        return Nearest(moves, (len(moves), max(map(_effort, moves)), sum(map(_distance, moves))))

    def _bounds(self, field: Field) -> Iterator[Literal]:
        """Every value of a field at which an answer may turn, nearest first."""
        found: set[Literal] = set()
        for atom in self.library.atoms:
            if field in atom.fields:
                given = (self.facts.get(v.name) if isinstance(v, Field) else v for v in atom.operands)
                found |= _turns(field, atom.values | {value for value in given if value is not None})
        if field.type == "boolean":
            found = {True, False}
        yield from sorted(
            found, key=lambda value: (_distance(Move(field, self.facts.get(field.name), value)), str(value))
        )

    def ways(self, node: Node, inverted: bool) -> list[Way]:
        """The cheapest ways to make a node true, or, inverted, false."""
        if isinstance(node, Negation):
            return self.ways(node.part, not inverted)
        if isinstance(node, Group):
            parts = [self.ways(part, inverted) for part in node.parts]
            if (node.operator == "and") is inverted:
                return self._cheapest(way for part in parts for way in part)
            return self._all(parts)
        if isinstance(node, Constant):
            return [{}] if node.value is not inverted else []
        return self._clause(node, inverted)

    def _clause(self, clause: Clause, inverted: bool) -> list[Way]:
        fields = dict.fromkeys(clause.fields)  # compared with each other, one moves while the others stay
        return [{field.name: each} for field in fields for each in allowed(clause, field, inverted, self.facts)]

    def _all(self, parts: list[list[Way]]) -> list[Way]:
        joined: list[Way] = [{}]
        for part in parts:
            joined = self._cheapest(way for one in joined for other in part if (way := _both(one, other)) is not None)
        return joined

    def _cheapest(self, ways: Iterable[Way]) -> list[Way]:
        return sorted(ways, key=self._cost)[:MOST_WAYS]

    def _cost(self, way: Way) -> tuple[int, int, float]:
        moves = [Move(self.fields[n], self.facts.get(n), value) for n, value in self._goals(way).items()]
        changed = [move for move in moves if move.before != move.after]
        impossible = sum(not _is_possible(move) for move in changed)
        return len(changed) + 100 * impossible, max(map(_effort, changed), default=0), sum(map(_distance, changed))

    def _goals(self, way: Way) -> dict[str, Literal]:
        return {name: each.nearest(self.fields[name], self.facts.get(name)) for name, each in way.items()}


def _both(one: Way, other: Way) -> Way | None:
    """What meets both; None when no value of some field does."""
    both = dict(one)
    for name, each in other.items():
        joined = merged(both.get(name, ANY), each)
        if joined is None:
            return None
        both[name] = joined
    return both


def _turns(field: Field, values: frozenset[Literal]) -> set[Literal]:
    """A bound of a number, and its neighbours by the smallest step of the field; words as they are."""
    if not field.is_ordered:
        return set(values) | (set(field.members) if field.type == "enum" else set())
    return {value for bound in values for value in Span.around(field, cast(float, bound))}


def _is_possible(move: Move) -> bool:
    """Whether the field can change so: nobody grows younger, and what never changes does not."""
    if move.before is None:
        return True  # nothing changes: a fact is supplied
    if move.field.change is Change.NEVER:
        return False
    if move.field.name == "age_months":
        return cast(float, move.after) > cast(float, move.before)
    return True


def _effort(move: Move) -> int:
    return 0 if move.before is None else _EFFORT.get(move.field.change, 5)


def _distance(move: Move) -> float:
    """How far a number moves in proportion to where it stands; one for a word or a flag."""
    if move.before is None or not move.field.is_ordered:
        return 0.0 if move.before == move.after else 1.0
    before, after = float(cast(float, move.before)), float(cast(float, move.after))
    if move.field.type == "date":
        return abs(after - before) / 365
    return abs(after - before) / max(abs(before), abs(after), 1e-9)
