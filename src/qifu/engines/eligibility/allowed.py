"""Values of one field that would meet a clause: a span of numbers or days, a list of words, or all words but some."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from .conditions import Clause, Comparison, Literal, Membership
from .fields import Field
from .values import Facts

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_FEW = 40  # values of a list that are tried one by one


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers between two bounds, each with or without the bound itself."""

    low: float = -math.inf
    high: float = math.inf
    with_low: bool = True
    with_high: bool = True

    @staticmethod
    def around(field: Field, bound: float) -> tuple[float, float, float]:
        """A bound and its neighbours by the smallest step of the field, exactly in decimals."""
        exact, step = Decimal(repr(bound)), field.step
        return float(exact), float(exact - step), float(exact + step)

    def nearest(self, field: Field, value: Literal | None) -> float:
        """The value of the span that lies nearest; for an unknown one the bound to be reached."""
        least, most = self._least(field), self._most(field)
        if value is None:
            return least if math.isfinite(least) else most if math.isfinite(most) else 0.0
        return min(max(cast(float, value), least), most)

    def _least(self, field: Field) -> float:
        bound = self.low
        if math.isfinite(bound) and field.type != "number":
            whole = math.floor(bound) + 1 if not self.with_low else math.ceil(bound)
            return float(whole)
        return bound if self.with_low or not math.isfinite(bound) else self.around(field, bound)[2]

    def _most(self, field: Field) -> float:
        bound = self.high
        if math.isfinite(bound) and field.type != "number":
            whole = math.ceil(bound) - 1 if not self.with_high else math.floor(bound)
            return float(whole)
        return bound if self.with_high or not math.isfinite(bound) else self.around(field, bound)[1]

    def joined(self, other: Span) -> Span | None:
        """What lies in both; None if nothing does."""
        low, is_shut_out = max((self.low, not self.with_low), (other.low, not other.with_low))
        high, with_high = min((self.high, self.with_high), (other.high, other.with_high))
        span = Span(low, high, not is_shut_out, with_high)
        empty = low > high or (low == high and not (span.with_low and span.with_high))
        return None if empty else span


@dataclass(frozen=True, slots=True)
class Choice:
    """Words (or flags): those listed or beginning so, or, `but`, all others."""

    words: frozenset[Literal] = frozenset()
    prefixes: tuple[str, ...] = ()
    but: frozenset[Literal] = frozenset()
    but_prefixes: tuple[str, ...] = ()
    is_open: bool = True  # no list of wanted words: any will do that is not refused

    def takes(self, value: Literal) -> bool:
        """Whether a word will do."""
        if value in self.but or (self.but_prefixes and str(value).startswith(self.but_prefixes)):
            return False
        return self.is_open or value in self.words or (bool(self.prefixes) and str(value).startswith(self.prefixes))

    def nearest(self, field: Field, value: Literal | None) -> Literal:
        """The value itself when it will do, else the first that does, else one that is refused (tried in vain)."""
        if value is not None and self.takes(value):
            return value
        known = (True, False) if field.type == "boolean" else tuple(field.members)
        wanted = sorted(self.words, key=lambda word: (known.index(word) if word in known else 99, str(word)))
        return next((each for each in (*wanted, *self.prefixes, *known) if self.takes(each)), "")

    def joined(self, other: Choice) -> Choice | None:
        """What both take; None if that is surely nothing."""
        but, prefixes = self.but | other.but, (*self.but_prefixes, *other.but_prefixes)
        if self.is_open and other.is_open:
            return Choice(but=but, but_prefixes=prefixes)
        wanted = {
            w for w in (*self.words, *self.prefixes, *other.words, *other.prefixes) if self.takes(w) and other.takes(w)
        }
        if not wanted:
            return None
        if any(w in self.prefixes or w in other.prefixes for w in wanted):
            kept = tuple(sorted(str(w) for w in wanted if w in self.prefixes or w in other.prefixes))
            return Choice(frozenset(wanted - set(kept)), kept, but, prefixes, False)
        return Choice(frozenset(wanted), (), but, prefixes, False)


@dataclass(frozen=True, slots=True)
class Anything:
    """No demand."""

    def nearest(self, field: Field, value: Literal | None) -> Literal:
        """The value as it is."""
        return "" if value is None else value


Allowed = Span | Choice | Anything
ANY = Anything()


def merged(one: Allowed, other: Allowed) -> Allowed | None:
    """What meets both demands; None if nothing does."""
    if isinstance(one, Anything):
        return other
    if isinstance(other, Anything):
        return one
    if isinstance(one, Span):
        return one.joined(cast(Span, other))
    return one.joined(cast(Choice, other))


def allowed(clause: Clause, field: Field, inverted: bool, facts: Facts) -> Iterator[Allowed]:
    """The values of one field of a clause that meet it (or, inverted, do not), each a way by itself."""
    if isinstance(clause, Membership):
        yield from _listed(clause, inverted)
    else:
        yield from _compared(clause, field, inverted, facts)


def _listed(clause: Membership, inverted: bool) -> Iterator[Allowed]:
    field = clause.field
    if field.is_ordered:
        points = sorted(cast(float, value) for value in set(clause.values))
        if not inverted:
            yield from (Span(point, point) for point in points[:_FEW])
        else:
            yield from _between([-math.inf, *points, math.inf])
        return
    if clause.operator == "starts_with":
        prefixes = tuple(cast(tuple[str, ...], clause.values))
        yield Choice(but_prefixes=prefixes) if inverted else Choice(prefixes=prefixes, is_open=False)
        return
    words = frozenset(clause.values)
    yield Choice(but=words) if inverted else Choice(words, is_open=False)


def _between(points: list[float]) -> Iterator[Span]:
    for low, high in list(itertools.pairwise(points))[:_FEW]:
        yield Span(low, high, with_low=False, with_high=False)


def _compared(clause: Comparison, first: Field, inverted: bool, facts: Facts) -> Iterator[Allowed]:
    place = clause.operands.index(first)
    values = [facts.get(each.name) if isinstance(each, Field) else each for each in clause.operands]
    demands: list[tuple[str, Literal]] = []
    for left in range(len(values) - 1):
        right = left + 1
        other = right if left == place else left if right == place else -1
        if other >= 0 and values[other] is not None:
            operator = clause.operator if left == place else _MIRROR[clause.operator]
            demands.append((operator, cast(Literal, values[other])))
    if inverted:
        for operator, value in demands:
            yield from _demand(first, _OPPOSITE[operator], value)
        return
    joined: list[Allowed] = [ANY]
    for operator, value in demands:
        joined = [
            m for one in joined for each in _demand(first, operator, value) if (m := merged(one, each)) is not None
        ]
    yield from joined


def _demand(field: Field, operator: str, value: Literal) -> Iterator[Allowed]:
    if not field.is_ordered:
        if field.type == "boolean":
            yield Choice(frozenset({(value is True) is (operator == "==")}), is_open=False)
        else:
            yield Choice(frozenset({value}), is_open=False) if operator == "==" else Choice(but=frozenset({value}))
        return
    bound = cast(float, value)
    if operator == "!=":
        yield from _between([-math.inf, bound, math.inf])
    else:
        yield {
            "<": Span(high=bound, with_high=False),
            "<=": Span(high=bound),
            ">": Span(low=bound, with_low=False),
            ">=": Span(low=bound),
            "==": Span(bound, bound),
        }[operator]
