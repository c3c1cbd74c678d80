"""Conditions compiled once: negation pushed to the leaves, equal parts shared, equal comparisons asked once.

A *state* is 0 (no), 1 (unknown) or 3 (yes), so that *and* is `&` and *or* is `|` after Kleene. An *atom* is a question
put to one field (or to several, compared with each other); `x >= 5` is the atom `x < 5` read the other way round.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from .conditions import Clause, Comparison, Constant, Group, Literal, Membership, Negation, Node
from .fields import Field
from .policies import Policy

NO, UNKNOWN, YES = 0, 1, 3
INVERSE = (YES, UNKNOWN, -1, NO)
FALSE, TRUE = 0, 1  # places of the constants among the steps
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Atom:
    """A question: `kind` is one of < <= == is in prefix mixed; `values` its literals."""

    kind: str
    fields: tuple[Field, ...]
    values: frozenset[Literal] = frozenset()
    operator: str = ""  # of mixed
    operands: tuple[Field | Literal, ...] = ()  # of mixed

    @property
    def field(self) -> Field:
        return self.fields[0]

    @property
    def value(self) -> float:
        """The one bound of a comparison."""
        return cast(float, next(iter(self.values)))


@dataclass(frozen=True, slots=True)
class Step:
    """One place of the program: a constant, an atom (perhaps inverted), or a group of earlier places."""

    kind: str  # constant, atom, inverse, and, or
    parts: tuple[int, ...] = ()  # earlier steps; for atom and inverse: the number of the atom


@dataclass(frozen=True, slots=True)
class Traced:
    """A node of the condition as written, and where its answer stands in the program."""

    node: Node
    depth: int
    step: int
    parent: int  # place of the node above in the same list, -1 at the top
    is_clause: bool
    is_not: bool


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Policies compiled together; `roots[i]` is the step that answers policy i."""

    policies: tuple[Policy, ...]
    atoms: tuple[Atom, ...]
    steps: tuple[Step, ...]
    roots: tuple[int, ...]
    traces: tuple[tuple[Traced, ...], ...]
    said: dict[
        int, object
    ]  # by trace, what can be said of its nodes before any enterprise is known; made when asked for

    @property
    def fields(self) -> frozenset[str]:
        """Names of all fields that any condition asks."""
        return frozenset(field.name for atom in self.atoms for field in atom.fields)

    def fields_of(self, policy: int) -> tuple[str, ...]:
        """Names of the fields that one policy asks, in the order of its condition."""
        asked = (each.node for each in self.traces[policy] if isinstance(each.node, Comparison | Membership))
        return tuple(dict.fromkeys(field.name for clause in asked for field in clause.fields))

    def groups(self, root: int, done: set[int]) -> list[int]:
        """The groups at and under a step that are not done yet, parts first; they count as done from now on."""
        found: list[int] = []
        waiting = [root]
        while waiting:
            step = waiting.pop()
            if step not in done and self.steps[step].kind in ("and", "or"):
                done.add(step)
                found.append(step)
                waiting.extend(self.steps[step].parts)
        return sorted(found)  # a part is always interned before its group

    def index(self, policy: str) -> int:
        """The place of a policy; :raises KeyError: there is none of this id."""
        for number, each in enumerate(self.policies):
            if each.id == policy:
                return number
        raise KeyError(policy)


def compile_policies(policies: Iterable[Policy]) -> Library:
    """Compile policies into one program, so that what they share is asked once."""
    return Compiler().library(tuple(policies))


class Compiler:
    """Compiles a library again and again as single policies come and go: only what is new costs anything.

    Steps of policies that have gone stay in the program until half of it serves nobody; then it is compiled anew.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._builder = _Builder()
        self._known: dict[
            int, tuple[Policy, int, tuple[Traced, ...]]
        ] = {}  # by identity, which the policy kept here guards
        self._said: dict[int, object] = {}

    def library(self, policies: tuple[Policy, ...]) -> Library:
        """Compile these; a policy that was compiled before is known by being the same object."""
        if len(self._known) > 2 * max(len(policies), 50):
            self._begin()
        builder, known = self._builder, self._known
        for policy in policies:
            if id(policy) not in known:
                root = builder.lower(policy.when, False)
                known[id(policy)] = policy, root, builder.trace(policy.when)
        found = [known[id(policy)] for policy in policies]
        roots, traces = tuple(root for _, root, _ in found), tuple(trace for _, _, trace in found)
        return Library(policies, tuple(builder.atoms), tuple(builder.steps), roots, traces, self._said)


class _Builder:
    """Interns atoms and steps: what is equal has one place."""

    def __init__(self) -> None:
        self.atoms: dict[Atom, int] = {}
        self.steps: dict[Step, int] = {Step("constant", (0,)): FALSE, Step("constant", (1,)): TRUE}
        self._places: list[Step] = list(self.steps)
        self._lowered: dict[tuple[int, bool], int] = {}

    def _step(self, kind: str, parts: tuple[int, ...]) -> int:
        step = Step(kind, parts)
        place = self.steps.setdefault(step, len(self.steps))
        if place == len(self._places):
            self._places.append(step)
        return place

    def _leaf(self, atom: Atom, inverted: bool) -> int:
        number = self.atoms.setdefault(atom, len(self.atoms))
        return self._step("inverse" if inverted else "atom", (number,))

    def lower(self, node: Node, inverted: bool) -> int:
        """Place a node, inverted or not; the place of what was placed before is remembered."""
        key = (id(node), inverted)
        if key not in self._lowered:
            self._lowered[key] = self._lower(node, inverted)
        return self._lowered[key]

    def _lower(self, node: Node, inverted: bool) -> int:
        if isinstance(node, Constant):
            return TRUE if node.value is not inverted else FALSE
        if isinstance(node, Negation):
            return self.lower(node.part, not inverted)
        if isinstance(node, Group):
            is_and = (node.operator == "and") is not inverted
            return self._join(is_and, [self.lower(part, inverted) for part in node.parts])
        return self._clause(node, inverted)

    def _join(self, is_and: bool, parts: Sequence[int]) -> int:
        """Join places: nested groups of the same kind are flattened, doubles and constants drop out."""
        kind, neutral, deciding = ("and", TRUE, FALSE) if is_and else ("or", FALSE, TRUE)
        flat: set[int] = set()
        for part in parts:
            step = self._places[part]
            flat.update(step.parts if step.kind == kind else (part,))
        flat.discard(neutral)
        if deciding in flat:
            return deciding
        if len(flat) < 2:
            return flat.pop() if flat else neutral
        return self._step(kind, tuple(sorted(flat)))

    def _clause(self, clause: Clause, inverted: bool) -> int:
        if isinstance(clause, Membership):
            return self._membership(clause, inverted)
        fields, operands = clause.fields, clause.operands
        if len(fields) == 1 and len(operands) == 2:
            operator, value = clause.operator, operands[1]
            if isinstance(value, Field):
                operator, value = _MIRROR[operator], operands[0]
            return self._compare(fields[0], operator, cast(Literal, value), inverted)
        if len(fields) == 1 and isinstance(operands[1], Field):
            bounds = (cast(Literal, operands[0]), cast(Literal, operands[2]))
            return self._join(
                not inverted,
                [
                    self._compare(fields[0], _MIRROR[clause.operator], bounds[0], inverted),
                    self._compare(fields[0], clause.operator, bounds[1], inverted),
                ],
            )
        atom = Atom("mixed", tuple(dict.fromkeys(fields)), operator=clause.operator, operands=operands)
        return self._leaf(atom, inverted)

    def _compare(self, field: Field, operator: str, value: Literal, inverted: bool) -> int:
        if operator in ("!=", ">", ">="):
            operator = {"!=": "==", ">": "<=", ">=": "<"}[operator]
            inverted = not inverted
        if field.type == "boolean":
            return self._leaf(Atom("is", (field,)), inverted is (value is True))
        if not field.is_ordered:
            return self._leaf(Atom("in", (field,), frozenset({value})), inverted)
        bound = cast(float, value)
        if field.type != "number" and operator != "==":  # whole numbers: `<= 9.5` is `< 10`
            bound = math.floor(bound) + 1.0 if operator == "<=" else float(math.ceil(bound))
            operator = "<"
        return self._leaf(Atom(operator, (field,), frozenset({bound})), inverted)

    def _membership(self, clause: Membership, inverted: bool) -> int:
        field, values = clause.field, frozenset(clause.values)
        if clause.operator == "starts_with":
            return self._leaf(Atom("prefix", (field,), _shortest(values)), inverted)
        if field.type == "boolean" and len(values) == 1:
            return self._compare(field, "==", next(iter(values)), inverted)
        if field.is_ordered and values:
            return self._join(inverted, [self._compare(field, "==", each, inverted) for each in values])
        return self._leaf(Atom("in", (field,), values), inverted)

    def trace(self, node: Node) -> tuple[Traced, ...]:
        """List the nodes of a condition as written, from the top, each with the place of its answer."""
        found: list[Traced] = []
        waiting = [(node, 0, -1)]
        while waiting:
            each, depth, parent = waiting.pop()
            parts = each.parts if isinstance(each, Group) else (each.part,) if isinstance(each, Negation) else ()
            waiting.extend((part, depth + 1, len(found)) for part in reversed(parts))
            is_clause = isinstance(each, Comparison | Membership)
            step = self.lower(each, False)
            found.append(Traced(each, depth, step, parent, is_clause, isinstance(each, Negation)))
        return tuple(found)


def _shortest(prefixes: frozenset[Literal]) -> frozenset[Literal]:
    """Drop prefixes that begin with another one of the list."""
    kept: list[str] = []
    for prefix in sorted(cast(frozenset[str], prefixes)):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return frozenset(kept)
