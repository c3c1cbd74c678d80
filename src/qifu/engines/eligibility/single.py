"""One enterprise against all policies: the verdict, the tree of clauses behind it, and what keeps it unknown."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal as Choice
from typing import NamedTuple, cast

from .conditions import Clause
from .policies import Policy
from .programs import INVERSE, NO, UNKNOWN, YES, Atom, Library, Traced
from .values import Facts
from .wording import sentence, shown_value, values_of

Result = Choice["eligible", "unknown", "ineligible"]
RESULTS: dict[int, Result] = {NO: "ineligible", UNKNOWN: "unknown", YES: "eligible"}
ANSWERS = {NO: "no", UNKNOWN: "unknown", YES: "yes"}


class Line(NamedTuple):
    """One node of the condition as it was answered: where, in words, the value seen, yes or no or unknown."""

    path: str
    text: str
    value: object
    result: str
    depth: int
    fields: tuple[str, ...] = ()
    origin: object = None  # since when the value is known and from whom, as handed in


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict with its reasons; `missing` names the fields that keep it unknown."""

    result: Result
    tree: tuple[Line, ...]
    missing: tuple[str, ...]


def judge(library: Library, facts: Facts, on: date) -> list[Result]:
    """Answer every policy for one enterprise on a day."""
    states = answer(library, facts)
    return [
        RESULTS[states[root]] if policy.is_in_force(on) else "ineligible"
        for policy, root in zip(library.policies, library.roots, strict=True)
    ]


def answer(library: Library, facts: Facts) -> list[int]:
    """Answer every step of the program: 0 no, 1 unknown, 3 yes."""
    asked = [test(facts) for test in _tests(library)]
    states: list[int] = []
    add = states.append
    for kind, parts in _program(library):
        if kind == 0:
            state = YES
            for part in parts:
                state &= states[part]
                if not state:
                    break
            add(state)
        elif kind == 1:
            state = NO
            for part in parts:
                state |= states[part]
            add(state)
        elif kind == 2:
            add(asked[parts[0]])
        elif kind == 3:
            add(INVERSE[asked[parts[0]]])
        else:
            add(YES if parts[0] else NO)
    return states


_KINDS = {"and": 0, "or": 1, "atom": 2, "inverse": 3, "constant": 4}


@lru_cache(maxsize=16)
def _program(library: Library) -> list[tuple[int, tuple[int, ...]]]:
    return [(_KINDS[step.kind], step.parts) for step in library.steps]


@lru_cache(maxsize=16)
def _tests(library: Library) -> list[Callable[[Facts], int]]:
    return [_test(atom) for atom in library.atoms]


def _test(atom: Atom) -> Callable[[Facts], int]:
    """Make the question to one enterprise."""
    name = atom.field.name
    if atom.kind == "mixed":
        return lambda facts: _mixed(atom, facts)
    if atom.kind in ("<", "<=", "=="):
        return _bounded(name, atom.kind, atom.value)
    if atom.kind == "prefix":
        prefixes = tuple(cast(frozenset[str], atom.values))

        def begins(facts: Facts) -> int:
            value = facts.get(name)
            return UNKNOWN if value is None else YES if cast(str, value).startswith(prefixes) else NO

        return begins
    values = atom.values if atom.kind == "in" else frozenset({True})

    def belongs(facts: Facts) -> int:
        value = facts.get(name)
        return UNKNOWN if value is None else YES if value in values else NO

    return belongs


def _bounded(name: str, kind: str, bound: float) -> Callable[[Facts], int]:
    def less(facts: Facts) -> int:
        value = cast(float | None, facts.get(name))
        return UNKNOWN if value is None else YES if value < bound else NO

    def least(facts: Facts) -> int:
        value = cast(float | None, facts.get(name))
        return UNKNOWN if value is None else YES if value <= bound else NO

    def same(facts: Facts) -> int:
        value = facts.get(name)
        return UNKNOWN if value is None else YES if value == bound else NO

    return {"<": less, "<=": least, "==": same}[kind]


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _mixed(atom: Atom, facts: Facts) -> int:
    given = values_of(atom.operands, facts)
    if None in given:
        return UNKNOWN
    compare, known = _COMPARE[atom.operator], cast(Sequence[float], given)
    return YES if all(compare(one, other) for one, other in itertools.pairwise(known)) else NO


class Reading:
    """One enterprise read against a library on a day: verdicts, and explanations of those that are asked for.

    `origins` says of a field's value what the reader should know of it (its date, its source); explanations carry it.
    """

    def __init__(self, library: Library, facts: Facts, on: date, origins: Mapping[str, object] | None = None) -> None:
        self.library, self.facts, self.on = library, facts, on
        self._origins = origins
        self.states = answer(library, facts)
        known = {field for atom in library.atoms for field in atom.fields}
        self._seen: dict[object, object] = {None: None}  # by field; by fields, where some are compared with each other
        self._seen |= {field.name: shown_value(field, facts.get(field.name)) for field in known}
        for atom in library.atoms:
            if len(atom.fields) > 1:
                names = tuple(field.name for field in atom.fields)
                self._seen[names] = {name: self._seen[name] for name in names}

    def result(self, policy: int) -> Result:
        """The verdict of one policy."""
        held = self.library.policies[policy]
        return RESULTS[self.states[self.library.roots[policy]]] if held.is_in_force(self.on) else "ineligible"

    def _origin(self, names: tuple[str, ...]) -> object:
        if self._origins is None or not names:
            return None
        told = {name: self._origins.get(name) for name in names}
        return told[names[0]] if len(told) == 1 else told

    def explain(self, policy: int) -> Explanation:
        """The verdict of one policy with every clause and the value it saw."""
        seen, states, origins = self._seen, self.states, self._origins
        tree = []
        for path, text, names, depth, step, key in _templates(self.library, policy):
            origin = None if origins is None else self._origin(names)
            tree.append(_made(Line, (path, text, seen[key], ANSWERS[states[step]], depth, names, origin)))
        held = self.library.policies[policy]
        if not held.is_in_force(self.on):
            return Explanation("ineligible", (_out_of_force(held, self.on), *tree), ())
        state = states[self.library.roots[policy]]
        lacking = missing(self.library, policy, self.facts, states) if state == UNKNOWN else ()
        return Explanation(RESULTS[state], tuple(tree), lacking)


_made = tuple.__new__  # half the cost of calling the class; there are thousands of lines
_Template = tuple[str, str, tuple[str, ...], int, int, object]


def _templates(library: Library, policy: int) -> list[_Template]:
    """What can be said of each node of a policy before any enterprise is known; kept with the library."""
    trace = library.traces[policy]
    if id(trace) not in library.said:
        library.said[id(trace)] = [_template(each) for each in trace]
    return cast(list[_Template], library.said[id(trace)])


def _template(each: Traced) -> _Template:
    names = tuple(dict.fromkeys(field.name for field in cast(Clause, each.node).fields)) if each.is_clause else ()
    key = names[0] if len(names) == 1 else names or None
    return each.node.path, sentence(each.node), names, each.depth, each.step, key


def _out_of_force(held: Policy, on: date) -> Line:
    if held.effective_from and on < held.effective_from:
        return Line("$.effective_from", f"政策自 {held.effective_from} 起执行", on.isoformat(), "no", 0)
    return Line("$.effective_to", f"政策执行到 {held.effective_to} 为止", on.isoformat(), "no", 0)


def deciding(library: Library, policy: int, states: list[int]) -> list[Traced]:
    """The clauses that decide a verdict: those that agree with every group they stand in."""
    kept: list[bool] = []
    found = []
    trace = library.traces[policy]
    for each in trace:
        above = each.parent
        is_kept = above < 0 or (kept[above] and (trace[above].is_not or states[each.step] == states[trace[above].step]))
        kept.append(is_kept)
        if is_kept and each.is_clause:
            found.append(each)
    return found


def missing(library: Library, policy: int, facts: Facts, states: list[int]) -> tuple[str, ...]:
    """The fields that keep an unknown verdict unknown, in the order of the condition."""
    fields = (field for each in deciding(library, policy, states) for field in cast(Clause, each.node).fields)
    return tuple(dict.fromkeys(field.name for field in fields if facts.get(field.name) is None))
