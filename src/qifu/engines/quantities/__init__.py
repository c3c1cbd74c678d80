"""Targets and actual values as people write them: read into amounts with bounds, days and phrases; compared, never guessed.

    from qifu.engines.quantities import read, meets
    meets(read("≥1500 册"), read("1520 册")).verdict      # "yes"

What is not understood says so (`Unread`); what no number can decide is left to a person (`Phrase`, `Vague`).
Source of the forms: the tables of indicators of 财预〔2020〕10号 and the published self-evaluations of district centres.
"""

from .compare import Direction, Met, Verdict, meets
from .model import Amount, Bound, Change, Day, Phrase, Quantity, Unread, Vague
from .reading import read

__all__ = [
    "Amount",
    "Bound",
    "Change",
    "Day",
    "Direction",
    "Met",
    "Phrase",
    "Quantity",
    "Unread",
    "Vague",
    "Verdict",
    "meets",
    "read",
]
