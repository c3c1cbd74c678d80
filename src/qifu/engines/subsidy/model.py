"""Loans as banks report them, and the terms by which interest on them is subsidised. Money is in 元, rates in per cent a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Basis = Literal[360, 365]
Way = Literal["share", "points", "benchmark"]
Rounding = Literal["half-up", "down"]


@dataclass(frozen=True, slots=True)
class Movement:
    """Money lent (above nothing) or paid back (below) on a day."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RateStep:
    """A rate in per cent a year, from a day on."""

    since: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day through the last, both counted."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan of one firm. `due` is the day it is to be paid back; `extended` the later one, if that was granted.

    `paid_interest` is what the firm paid of the interest of the period; None: the bank did not say.
    `earlier` is what this loan was subsidised with before.
    """

    number: str
    firm: str
    movements: tuple[Movement, ...]
    rates: tuple[RateStep, ...]
    due: date | None
    extended: date | None = None
    overdue: tuple[Span, ...] = ()
    paid_interest: Decimal | None = None
    earlier: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a scheme subsidises interest.

    `way` says what `value` is: `share` per cent of the interest of the contract (counted up to the benchmark, if there is
    one), `points` percentage points a year, `benchmark` per cent of the benchmark. None subsidises more than the contract bears.
    A ceiling that is None does not exist; `months` is the longest time after the first drawdown.
    """

    period: Span
    way: Way
    value: Decimal
    basis: Basis = 360
    benchmark: tuple[RateStep, ...] = ()
    lent_since: date | None = None
    lent_until: date | None = None
    rate_ceiling: Decimal | None = None
    months: int | None = None
    extension_counts: bool = False
    interest_paid_needed: bool = True
    principal_of_firm: Decimal | None = None
    of_loan: Decimal | None = None
    of_firm_in_year: Decimal | None = None
    of_firm_in_period: Decimal | None = None
    unit: Decimal = Decimal("0.01")
    rounding: Rounding = "half-up"

    def __post_init__(self) -> None:
        if self.period.last < self.period.first:
            raise ValueError("贴息期间的最后一天早于第一天。")
        ceilings = (self.principal_of_firm, self.of_loan, self.of_firm_in_year, self.of_firm_in_period)
        if self.value < 0 or self.unit <= 0 or any(each is not None and each < 0 for each in ceilings):
            raise ValueError("贴息比例、上限不能是负数，取整单位须大于零。")
        if self.way == "benchmark" and not self.benchmark:
            raise ValueError("按基准利率贴息，须给出基准利率表。")
        if self.months is not None and self.months < 1:
            raise ValueError("最长贴息月数须是正整数。")

    @property
    def is_shared(self) -> bool:
        """Whether what one loan of a firm gets depends on its other loans."""
        ceilings = (self.principal_of_firm, self.of_firm_in_year, self.of_firm_in_period)
        return any(each is not None for each in ceilings)


@dataclass(frozen=True, slots=True)
class Line:
    """A run of days on which nothing changed: `days` from `first` through `last`, all counted.

    `principal` is what counts of `balance`; `subsidised` is the rate of the subsidy. `amount` is shown to four places: the
    sum is taken of the exact ones.
    """

    loan: str
    first: date
    last: date
    days: int
    balance: Decimal
    principal: Decimal
    contract: Decimal
    subsidised: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Cut:
    """What a ceiling took away."""

    code: str
    loan: str
    before: Decimal
    after: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a loan gets nothing (`is_missing` false), or cannot be told yet (true)."""

    code: str
    is_missing: bool
    why: str


@dataclass(frozen=True, slots=True)
class LoanResult:
    """What one loan comes to. `amount` is None while something is missing; `doubts` say what, or why nothing is due."""

    loan: str
    amount: Decimal | None
    lines: tuple[Line, ...]
    cuts: tuple[Cut, ...]
    doubts: tuple[Doubt, ...]
    days: int = 0
    by_year: tuple[tuple[int, Decimal], ...] = ()

    @property
    def is_known(self) -> bool:
        return self.amount is not None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a firm comes to. `amount` is None while one of its loans cannot be told; `known` is what the others come to."""

    firm: str
    amount: Decimal | None
    known: Decimal
    loans: tuple[LoanResult, ...]
