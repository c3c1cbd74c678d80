"""Figures of statements: amounts in 万元 as printed, rounding tails, percentages, scores.

Tolerances (docs/rules/statements.md): a sum of N printed addends may be off by 0.005·(N+1) through rounding from 元 to
万元; a percentage with n decimals is right when the quotient of the printed amounts rounds half up to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DecimalException

ZERO = Decimal(0)
CENT = Decimal("0.01")
HALF = Decimal("0.005")
HUNDRED = Decimal(100)
_POINT = re.compile(r"(?<=\d)\s*[.．。·]\s*(?=\d)")
_COMMA = re.compile(r"(?<=\d)\s*[,，、']\s*(?=\d{3}(?!\d))")
_GROUPED = re.compile(r"^([+-]?\d{1,3})((?:[ \u3000\u00a0.]\d{3})+)(\.\d{1,2})?$")
_PLAIN = re.compile(r"^[+-]?\d+(?:\.\d+)?$")
_BLANKS = frozenset({"", "-", "--", "---", "—", "——", "–", "_", "/", "\\", "无", "."})


def amount(text: str) -> Decimal | None:
    """Read a figure as printed; None when the text is blank or not a figure.

    Spaces inside, a full-width comma and a space or a point for a thousands comma are read through.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("–", "-")
    if not plain or len(plain) > 40:
        return None
    plain = _COMMA.sub("", _POINT.sub(".", plain))
    if grouped := _GROUPED.match(plain):
        plain = grouped[1] + re.sub(r"[ .\u3000\u00a0]", "", grouped[2]) + (grouped[3] or "")
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if not _PLAIN.match(plain):
        return None
    try:
        return Decimal(plain)
    except DecimalException:
        return None


def is_blank(text: str) -> bool:
    """Whether a cell holds nothing, or one of the strokes that stand for nothing."""
    return unicodedata.normalize("NFKC", text).strip() in _BLANKS


def shown(value: Decimal | None) -> str:
    """Write an amount for a message."""
    return "空白" if value is None else f"{value:f}"


def total(values: Iterable[Decimal | None]) -> Decimal:
    """Add amounts; a blank counts as zero."""
    return sum((value for value in values if value is not None), ZERO)


def decimals(value: Decimal) -> int:
    """How many decimals a figure is printed with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def tail(addends: int) -> Decimal:
    """The largest difference that rounding so many addends can make; at least one cent."""
    return max(CENT, HALF * (addends + 1))


def rounded(value: Decimal, places: int) -> Decimal:
    """Round half up to so many decimals."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How a printed percentage stands to the quotient of two printed amounts."""

    verdict: str  # right, rounding, near, wrong, undefined
    expected: Decimal | None


def percentage(printed: Decimal, part: Decimal, whole: Decimal, *, places: int | None = None) -> Ratio:
    """Compare a printed percentage with part ÷ whole.

    `rounding`: some amounts that print the same give it; `near`: off by one unit in the last place.
    """
    if whole == 0:
        return Ratio("right" if part == 0 and printed in (ZERO, HUNDRED) else "undefined", None)
    places = decimals(printed) if places is None else places
    expected = rounded(part / whole * HUNDRED, places)
    if expected == printed:
        return Ratio("right", expected)
    if _possible(printed, part, whole, places):
        return Ratio("rounding", expected)
    unit = Decimal(1).scaleb(-places)
    return Ratio("near" if abs(expected - printed) <= unit and places > 0 else "wrong", expected)


def _possible(printed: Decimal, part: Decimal, whole: Decimal, places: int) -> bool:
    low_whole, high_whole = abs(whole) - HALF, abs(whole) + HALF
    if low_whole <= 0:
        return False
    part = abs(part)
    low = (part - HALF if part >= HALF else ZERO) / high_whole * HUNDRED
    high = (part + HALF) / low_whole * HUNDRED
    half_unit = Decimal(5).scaleb(-places - 1)
    # The tolerance is for small denominators; with large ones the interval is empty of further values.
    return low < abs(printed) + half_unit and high >= abs(printed) - half_unit and high - low <= 1
