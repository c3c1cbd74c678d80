"""The books of a year as sums in 元, and terms that pick from them: a printed figure is the sum of its terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qifu.engines.statements.money import ZERO, rounded

MONEYS = ("general", "fund", "capital")  # what counts as an appropriation
TEN_THOUSAND = Decimal(10_000)
_INCOMES = (  # budgetary income account → column of the income statement
    ("6001", "fiscal"), ("6101", "undertaking"), ("6201", "superior"), ("6301", "affiliate"), ("6401", "business"),
)  # fmt: skip
_SPENDINGS = (("73", "business"), ("74", "remit"), ("75", "subsidy"))


def income_column(account: str) -> str:
    """The column of the income statement that an account 6… belongs to."""
    return next((column for prefix, column in _INCOMES if account.startswith(prefix)), "other")


def spending_column(account: str, is_project: bool) -> str:
    """The column of the expenditure statement that an account 7… belongs to."""
    found = next((column for prefix, column in _SPENDINGS if account.startswith(prefix)), "")
    return found or ("project" if is_project else "basic")


@dataclass(frozen=True, slots=True)
class Held:
    """A sum of rows that are alike, in 元."""

    book: str  # income, spent, initial, adjusted, and what earlier years left: opening_income, opening_spent
    column: str
    functional: str
    economic: str
    money: str
    amount: Decimal
    project: str = ""  # code


@dataclass(frozen=True, slots=True)
class Term:
    """Which rows of a book a figure adds up; empty fields hold nothing still."""

    book: str
    sign: int = 1
    column: str = ""
    functional: str = ""  # beginning of the code
    economic: tuple[str, ...] = ()  # beginnings of codes
    moneys: tuple[str, ...] = ()
    project: str = ""

    def takes(self, held: Held) -> bool:
        """Whether rows of this sort belong to the figure."""
        return (
            held.book == self.book
            and self.column in ("", held.column)
            and self.project in ("", held.project)
            and held.functional.startswith(self.functional)
            and (not self.economic or held.economic.startswith(self.economic))
            and (not self.moneys or held.money in self.moneys)
        )


@dataclass(frozen=True)
class Books:
    """All sums of a year."""

    year: int
    held: tuple[Held, ...]

    def sum(self, terms: Iterable[Term]) -> Decimal:
        """What the terms add up to, in 元."""
        return sum((one.amount * term.sign for term in terms for one in self.held if term.takes(one)), ZERO)

    def codes(self, terms: Sequence[Term]) -> list[str]:
        """The functional subjects that rows of the terms name."""
        return sorted({one.functional for one in self.held for term in terms if term.takes(one) and one.functional})

    def economics(self, terms: Sequence[Term]) -> set[str]:
        """The economic subjects that rows of the terms name."""
        return {one.economic for one in self.held for term in terms if term.takes(one)}


def in_wan(yuan: Decimal) -> Decimal:
    """元 as printed: 万元 with two decimals."""
    return rounded(yuan / TEN_THOUSAND, 2)
