"""Targets and actual values of indicators, as the rules of forms compare them: `engines.quantities` reads, this compares.

An audit of what others published is more lenient than a form being filled: `8` and `8 场次` may be compared, `1` for `100%` is a lost
format and no miss, and a range that is exceeded is met.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from qifu.engines.quantities import Amount, read

_NUMERAL = re.compile(r"[\d一二两三四五六七八九十百千万亿]")


@dataclass(frozen=True, slots=True)
class Measure:
    """A value with its sign: at least, at most, more, less, equal; `high` for a range."""

    sign: str  # "", >=, <=, >, <, range
    value: Decimal
    unit: str
    high: Decimal | None = None
    about: bool = False
    change: str = ""  # rise, fall: a change against the period before


@lru_cache(maxsize=4096)
def measure(text: str) -> Measure | None:
    """Read a target or actual value; None when it is no number."""
    found = read(text)
    if not isinstance(found, Amount) or not _NUMERAL.search(text):
        return None  # 无投诉 is for a person to judge, though it says nought
    made = _made(found, text)
    return made and replace(made, change=found.change)


def _made(found: Amount, text: str) -> Measure | None:
    low, high = found.low, found.high
    if low is None:
        return None if high is None else Measure("<=" if high.is_closed else "<", high.value, found.unit)
    if high is None:
        return Measure(">=" if low.is_closed else ">", low.value, found.unit)
    if found.is_rough:
        return Measure("", _named(text, low.value, high.value), found.unit, None, about=True)
    if low.value != high.value:
        return Measure("range", low.value, found.unit, high.value)
    return Measure("", low.value, found.unit)


def _named(text: str, low: Decimal, high: Decimal) -> Decimal:
    """The number that a rough amount names: 近 10 万 lies below it, 70 余 above it, 约 50 about it."""
    if re.search(r"近", text):
        return high
    return (low + high) / 2 if re.search(r"约|左右|上下", text) else low


def same_kind(target: Measure, actual: Measure) -> bool:
    """Whether two values may be compared: the same unit, or one of them without."""
    one, other = target.unit, actual.unit
    if target.change and actual.change and target.change != actual.change:
        return False
    if not one or not other or one == other:
        return ("%" in one) == ("%" in other) or not (one and other) or one == other
    return one.startswith(other) or other.startswith(one)


def is_met(target: Measure, actual: Measure) -> bool | None:
    """Whether an actual value reaches its target; None where they are of different kinds."""
    if not same_kind(target, actual):
        return None
    value, goal = actual.value, target.value
    if ("%" in target.unit) != ("%" in actual.unit) and {target.value, actual.value} & {Decimal(1)}:
        return None  # 1 for 100%: a lost format, not a miss
    if target.sign in ("<=", "<"):
        return value <= goal
    if target.sign == ">":
        return value > goal or (actual.sign in (">", ">=") and value >= goal)
    if target.sign == "range":
        return value >= goal
    return value >= goal


def zero_is_best(name: str, target: Measure) -> bool:
    """Whether the target is an upper bound by its words: 0 次 of accidents, complaints."""
    return (
        target.value == 0
        or bool(re.search(r"(事故|投诉|上访|违规|差错|超支|成本|控制)", name))
        or target.sign in ("<=", "<")
    )
