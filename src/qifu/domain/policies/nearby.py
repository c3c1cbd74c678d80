"""Which items may be one step away: a quick look before the search for the smallest change, which takes a hundred times as long."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from qifu.engines import eligibility as law
from qifu.engines.eligibility.conditions import Comparison, Group, Membership
from qifu.engines.eligibility.fields import Change
from qifu.engines.eligibility.programs import Traced

YES = 3  # of a step of the program
_MOVES = (Change.FIGURE, Change.STATUS)
_Part = tuple[int, frozenset[str]]  # the step that answers it, and the fields in it that can be moved


def may_be(library: law.Library, place: int, states: Sequence[int]) -> bool:
    """Whether moving one field could make an item fit: each part of all-of that does not hold must ask that field."""
    shared: frozenset[str] | None = None
    for step, fields in _parts(library)[place]:
        if states[step] != YES:
            shared = fields if shared is None else shared & fields
            if not shared:
                return False
    return bool(shared)


@lru_cache(maxsize=8)
def _parts(library: law.Library) -> tuple[tuple[_Part, ...], ...]:
    return tuple(tuple(_parts_of(trace)) for trace in library.traces)


def _parts_of(trace: Sequence[Traced]) -> list[_Part]:
    """The parts of a condition that must all hold; one that is no such group is its own only part."""
    root = trace[0].node
    tops = [0]
    if isinstance(root, Group) and root.operator == "and":
        tops = [n for n, each in enumerate(trace) if each.parent == 0]
    return [(trace[n].step, _moved(trace, n)) for n in tops]


def _moved(trace: Sequence[Traced], top: int) -> frozenset[str]:
    """The fields under a node that business or an authority can move."""
    found: set[str] = set()
    for n, each in enumerate(trace):
        above = n
        while above > top:
            above = trace[above].parent
        if above == top and isinstance(each.node, Comparison | Membership):
            found |= {field.name for field in each.node.fields if field.change in _MOVES}
    return frozenset(found)
