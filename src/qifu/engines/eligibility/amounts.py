"""What an item is worth to an enterprise: a formula over the field catalogue, in exact decimals, with what is missing.

Formulas are JsonLogic arithmetic: numbers, `{"var": field}`, `+ - * min max`, `{"if": [condition, then, …, else]}`, and two
ways to write tiers, both over bounds that rise:

- `{"steps": [x, [[0, 5], [1000, 10]]]}` — the amount of the highest bound that x reaches (below the first: nothing);
- `{"slices": [x, [[0, 0.1], [500, 0.05]]]}` — each slice of x at its own rate.

A missing fact makes an interval of the amount: `{"min": [50, …]}` is still at most 50.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise, product
from typing import cast

from .conditions import MOST_DEEP, Refused, parse, shown
from .fields import NUMERIC, Field, catalogue
from .policies import Policy
from .programs import NO, YES, Library, compile_policies
from .single import answer
from .values import Facts

UNITS = {"元": Decimal(1), "万元": Decimal(10_000)}
CENT = Decimal("0.01")
_ANY = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Interval:
    """What a formula may come to."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of the formula."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Value:
    """A field of the enterprise."""

    field: Field


@dataclass(frozen=True, slots=True)
class Sum:
    """An operation over parts: + - * min max."""

    operator: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The first part whose condition holds, else the last."""

    conditions: tuple[Library, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tiers:
    """Amounts by steps, or rates by slices."""

    is_sliced: bool
    over: Part
    bounds: tuple[tuple[Decimal, Decimal], ...]


Part = Number | Value | Sum | Case | Tiers


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A formula and the unit of its figures; amounts are never below nothing."""

    part: Part
    unit: str = "万元"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in 元, to the cent, halves up: exact, or between two bounds while fields are missing (None: no bound)."""

    least: Decimal
    most: Decimal | None
    missing: tuple[str, ...] = ()

    @property
    def yuan(self) -> Decimal | None:
        """The amount when it is certain."""
        return self.least if self.least == self.most else None


def read_formula(raw: object, unit: str = "万元", fields: Mapping[str, Field] | None = None) -> Formula:
    """Read a formula; :raises Refused: unknown field or operator, not a number, bounds that do not rise."""
    if unit not in UNITS:
        raise Refused(f"金额单位应是 元 或 万元，写的是“{shown(unit)}”。", "the unit is 元 or 万元", path="$.unit")
    return Formula(_part(raw, catalogue() if fields is None else fields, "$.amount", 0), unit)


def _part(raw: object, fields: Mapping[str, Field], path: str, depth: int) -> Part:
    if depth > MOST_DEEP:
        raise Refused(f"公式嵌套超过 {MOST_DEEP} 层。", f"nested deeper than {MOST_DEEP} levels", path=path)
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return Number(_figure(raw, path))
    if not isinstance(raw, dict) or len(raw) != 1:
        raise Refused(f"这里应是数字或公式，写的是“{shown(raw)}”。", "a number or a formula is expected", path=path)
    operator, given = next(iter(raw.items()))
    place = f"{path}.{operator}"
    if operator == "var":
        return Value(_field(given, fields, place))
    parts = given if isinstance(given, list) else []
    if (operator in ("+", "*", "min", "max") and parts) or (operator == "-" and len(parts) == 2):
        return Sum(operator, tuple(_part(each, fields, f"{place}[{n}]", depth + 1) for n, each in enumerate(parts)))
    if operator == "if" and len(parts) >= 3 and len(parts) % 2:
        return _case(parts, fields, place, depth)
    if operator in ("steps", "slices") and len(parts) == 2:
        over = _part(parts[0], fields, f"{place}[0]", depth + 1)
        return Tiers(operator == "slices", over, _bounds(parts[1], f"{place}[1]"))
    raise Refused(f"“{shown(operator)}”不能这样用在公式里。", f"“{shown(operator)}” cannot stand here", path=path)


def _figure(raw: object, path: str) -> Decimal:
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool) and -1e15 < raw < 1e15:
        return Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    raise Refused(f"“{shown(raw)}”不是可用的数字。", f"“{shown(raw)}” is no usable number", path=path)


def _field(name: object, fields: Mapping[str, Field], path: str) -> Field:
    field = fields.get(name) if isinstance(name, str) else None
    if field is None or field.type not in NUMERIC:
        raise Refused(f"“{shown(name)}”不是目录中的数值字段。", f"“{shown(name)}” is no numeric field", path=path)
    return field


def _case(parts: Sequence[object], fields: Mapping[str, Field], path: str, depth: int) -> Case:
    asked = [parse(parts[n], fields, f"{path}[{n}]") for n in range(0, len(parts) - 1, 2)]
    given = [*range(1, len(parts), 2), len(parts) - 1]
    return Case(
        tuple(compile_policies([Policy("", "", node)]) for node in asked),
        tuple(_part(parts[n], fields, f"{path}[{n}]", depth + 1) for n in given),
    )


def _bounds(raw: object, path: str) -> tuple[tuple[Decimal, Decimal], ...]:
    if not isinstance(raw, list) or not raw or not all(isinstance(each, list) and len(each) == 2 for each in raw):
        raise Refused("分档应是 [[下限, 数值], …]。", "tiers are [[from, value], …]", path=path)
    bounds = tuple((_figure(one, path), _figure(other, path)) for one, other in raw)
    if any(one[0] >= other[0] for one, other in pairwise(bounds)):
        raise Refused("分档的下限应逐档升高。", "the bounds of tiers must rise", path=path)
    return bounds


def amount(formula: Formula, facts: Facts) -> Amount:
    """Work out what a formula comes to for an enterprise."""
    found = _interval(formula.part, facts)
    least, most = (_yuan(max(each, Decimal(0)), formula.unit) for each in (found.low, found.high))
    missing = () if found.low == found.high else tuple(dict.fromkeys(_asked(formula.part, facts)))
    return Amount(cast(Decimal, least), most, missing)


def _yuan(value: Decimal, unit: str) -> Decimal | None:
    return (value * UNITS[unit]).quantize(CENT, ROUND_HALF_UP) if value.is_finite() else None


def _interval(part: Part, facts: Facts) -> Interval:
    if isinstance(part, Number):
        return Interval(part.value, part.value)
    if isinstance(part, Value):
        held = facts.get(part.field.name)
        exact = None if held is None else Decimal(repr(held))
        return Interval(-_ANY, _ANY) if exact is None else Interval(exact, exact)
    if isinstance(part, Case):
        return _chosen(part, facts)
    if isinstance(part, Tiers):
        over = _interval(part.over, facts)
        reach = _sliced if part.is_sliced else _stepped
        return reach(part.bounds, over)
    return _OPERATIONS[part.operator]([_interval(each, facts) for each in part.parts])


def _chosen(case: Case, facts: Facts) -> Interval:
    """The part that applies; all that may apply while a condition is unknown."""
    possible: list[Interval] = []
    for condition, part in zip((*case.conditions, None), case.parts, strict=True):
        state = YES if condition is None else answer(condition, facts)[condition.roots[0]]
        if state != NO:
            possible.append(_interval(part, facts))
        if state == YES:
            break
    return Interval(min(each.low for each in possible), max(each.high for each in possible))


def _stepped(bounds: Sequence[tuple[Decimal, Decimal]], over: Interval) -> Interval:
    """Amounts of the steps between the two ends; below the first bound nothing."""
    steps = [(-_ANY, Decimal(0)), *bounds]
    last = max(n for n, (bound, _) in enumerate(steps) if bound <= over.low)
    reached = [value for n, (bound, value) in enumerate(steps) if n == last or over.low < bound <= over.high]
    return Interval(min(reached), max(reached))


def _sliced(bounds: Sequence[tuple[Decimal, Decimal]], over: Interval) -> Interval:
    """Slices are joined lines: the ends and the corners between them bound what they come to."""

    def at(x: Decimal) -> Decimal:
        ends = [bound for bound, _ in bounds[1:]] + [_ANY]
        parts = (
            _times(min(x, end) - bound, rate) for (bound, rate), end in zip(bounds, ends, strict=True) if x > bound
        )
        return sum(parts, Decimal(0))

    corners = [over.low, over.high, *(bound for bound, _ in bounds if over.low < bound < over.high)]
    values = [at(x) for x in corners]
    return Interval(min(values), max(values))


def _times(one: Decimal, other: Decimal) -> Decimal:
    return Decimal(0) if not one or not other else one * other


def _multiplied(parts: Sequence[Interval]) -> Interval:
    result = Interval(Decimal(1), Decimal(1))
    for each in parts:
        ends = [_times(a, b) for a, b in product((result.low, result.high), (each.low, each.high))]
        result = Interval(min(ends), max(ends))
    return result


_OPERATIONS: dict[str, Callable[[Sequence[Interval]], Interval]] = {
    "+": lambda parts: Interval(sum((p.low for p in parts), Decimal(0)), sum((p.high for p in parts), Decimal(0))),
    "-": lambda parts: Interval(parts[0].low - parts[1].high, parts[0].high - parts[1].low),
    "*": _multiplied,
    "min": lambda parts: Interval(min(p.low for p in parts), min(p.high for p in parts)),
    "max": lambda parts: Interval(max(p.low for p in parts), max(p.high for p in parts)),
}


def _asked(part: Part, facts: Facts) -> Iterator[str]:
    """The missing fields of a formula, in its order."""
    if isinstance(part, Value):
        if facts.get(part.field.name) is None:
            yield part.field.name
    elif isinstance(part, Tiers):
        yield from _asked(part.over, facts)
    elif isinstance(part, Sum | Case):
        for library in part.conditions if isinstance(part, Case) else ():
            yield from (name for name in library.fields_of(0) if facts.get(name) is None)
        for each in part.parts:
            yield from _asked(each, facts)
