"""Subsidised interest: which days of a loan count, at what rate, and what the ceilings leave of it.

    from qifu.engines.subsidy import Loan, Terms, settled
    settled("91420106MA4K00001J", [loan], terms).loans[0].lines      # each run of days with principal, rate and amount

The first day counts and the last does not; what is missing is said and leaves the amount open. Rules, articles and worked
figures: docs/rules/subsidy.md.
"""

from .cutting import shared_out
from .days import balance, first_drawdown, months_after
from .model import Cut, Doubt, Line, Loan, LoanResult, Movement, RateStep, Settlement, Span, Terms
from .settling import settled

__all__ = [
    "Cut",
    "Doubt",
    "Line",
    "Loan",
    "LoanResult",
    "Movement",
    "RateStep",
    "Settlement",
    "Span",
    "Terms",
    "balance",
    "first_drawdown",
    "months_after",
    "settled",
    "shared_out",
]
