"""Indicators of performance: a target, what came of it, how far it was reached, what it scores and what must be explained.

    from qifu.engines.indicators import HUBEI, Indicator, measured
    measured(Indicator("数量指标", "走访企业数", "≥50 家", Decimal(10)), "45 家", HUBEI).score      # Decimal("9.00")

A whole form: `scored(Form(budget, executed, goals), HUBEI)`. What cannot be told is said (`unknown`) and scores nothing
until a person has judged it. Rules and worked examples: docs/rules/indicators.md.
"""

from .combining import Share, combined
from .form import Demand, Form, Goal, Line, Scored, scored
from .measuring import Indicator, Judgement, Result, direction_of, measured
from .schemes import HUBEI, MINISTRY, SCHEMES, Band, Scheme

__all__ = [
    "HUBEI",
    "MINISTRY",
    "SCHEMES",
    "Band",
    "Demand",
    "Form",
    "Goal",
    "Indicator",
    "Judgement",
    "Line",
    "Result",
    "Scheme",
    "Scored",
    "Share",
    "combined",
    "direction_of",
    "measured",
    "scored",
]
