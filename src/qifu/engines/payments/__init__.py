"""Files to and from banks: orders out in the layouts that banks take, their answers in however they word them.

    from qifu.engines.payments import Payment, read_answers, written
    written("fixed", "PC2611200000001", day, payments).content
    read_answers(content).answers

Layouts, widths and the words that are understood: docs/rules/payments.md.
"""

from .answers import Answer, Answers, Odd, day_of, money, read_answers
from .orders import LAYOUTS, BankFile, Layout, Payment, cut, written
from .refusing import Refused

__all__ = [
    "LAYOUTS",
    "Answer",
    "Answers",
    "BankFile",
    "Layout",
    "Odd",
    "Payment",
    "Refused",
    "cut",
    "day_of",
    "money",
    "read_answers",
    "written",
]
