"""What a written target or actual value may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Change = Literal["", "rise", "fall"]  # against the period before


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of an interval; a closed one belongs to it."""

    value: Decimal
    is_closed: bool = True


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with a unit, between two ends; an end that is None is open to infinity.

    Money is in 元 and areas in 平方米 whatever was printed; shares stay in the unit printed (%, ‰, 个百分点). A rough
    amount (近, 约, 余, 多) spans what the word admits: 近 and 约 a tenth, 余 and 多 one step of the last place printed.
    """

    low: Bound | None
    high: Bound | None
    unit: str
    change: Change = ""
    is_rough: bool = False
    subject: str = ""  # the words around the number
    printed: str = ""

    @property
    def is_exact(self) -> bool:
        return self.low is not None and self.low == self.high and self.low.is_closed

    @property
    def point(self) -> Decimal | None:
        """The value itself, where it is exact."""
        return self.low.value if self.low is not None and self.is_exact else None


@dataclass(frozen=True, slots=True)
class Day:
    """Done at the latest on this day."""

    by: date
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that a person must judge: 及时, 有效提升, ≤计划期."""

    printed: str


@dataclass(frozen=True, slots=True)
class Vague:
    """Words that promise nothing and cannot be judged: 根据实际情况."""

    printed: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Not understood, and why, in a sentence for the person who wrote it."""

    printed: str
    why: str


Quantity = Amount | Day | Phrase | Vague | Unread
