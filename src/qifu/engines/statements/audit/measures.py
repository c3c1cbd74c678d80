"""Targets and actual values of indicators as they are really filled: numbers with units, ranges, words.

`50 人次`, `≥90%`, `=100%`, `97%—100%`, `7000 家以上`, `大于 1 亿元`, `2 亿元`, `及时`. Comparing says yes, no or unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from qifu.engines.statements.words import compact

_SCALES = {"万": Decimal(10000), "亿": Decimal(100000000), "千": Decimal(1000)}
_RANGE = re.compile(r"^(\d+(?:\.\d+)?)(%?)[-~～至](\d+(?:\.\d+)?)(%?)(.*)$")
_VALUE = re.compile(r"^(\d[\d,]*(?:\.\d+)?)(万|亿|千)?(余|多)?(.*)$")
_SIGNS = (
    (re.compile(r"^(≥|>=|不低于|不少于|至少|不小于|大于等于|达到)"), ">="),
    (re.compile(r"^(≤|<=|不高于|不超过|不大于|小于等于|控制在)"), "<="),
    (re.compile(r"^(>|大于|超过|高于|多于)"), ">"),
    (re.compile(r"^(<|小于|低于|少于)"), "<"),
    (re.compile(r"^(=|等于)"), "="),
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A value with its sign: at least, at most, more, less, equal; `high` for a range."""

    sign: str  # "", =, >=, <=, >, <, range
    value: Decimal
    unit: str
    high: Decimal | None = None
    about: bool = False


def measure(text: str) -> Measure | None:
    """Read a target or actual value; None when it is no number."""
    plain = compact(text).replace("％", "%").replace("－", "-")
    sign = ""
    for pattern, meaning in _SIGNS:
        if found := pattern.match(plain):
            sign, plain = meaning, plain[found.end() :]
            break
    about = bool(re.match(r"^(约|近|将近)", plain))
    plain = re.sub(r"^(约|近|将近)", "", plain)
    if not sign and plain.endswith(("以上", "及以上")):
        sign = ">="
        plain = re.sub(r"(及)?以上$", "", plain)
    if not sign and plain.endswith(("以内", "以下")):
        sign = "<="
        plain = plain[:-2]
    if found := _RANGE.match(plain):
        return Measure("range", Decimal(found[1]), found[4] or found[2], Decimal(found[3]))
    found = _VALUE.match(plain)
    if not found or len(found[4]) > 8 or re.search(r"\d", found[4]):
        return None
    value = Decimal(found[1].replace(",", "")) * _SCALES.get(found[2] or "", Decimal(1))
    return Measure(sign, value, found[4], None, about or bool(found[3]))


def same_kind(target: Measure, actual: Measure) -> bool:
    """Whether two values may be compared: the same unit, or one of them without."""
    one, other = target.unit, actual.unit
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
