"""Payment orders and the bank's files: rows of this room on one side, engines/payments on the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.domain.grants.models import PaymentOrder
from qifu.engines import payments as law
from qifu.kernel.errors import Invalid

LAYOUTS = tuple((one.name, one.label) for one in law.LAYOUTS.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says of one order."""

    order: str
    amount: Decimal
    result: str  # paid, failed, returned
    receipt: str
    why: str
    on: str  # ISO date; empty: the bank does not say

    def as_row(self) -> list[str]:
        """As it is kept."""
        return [self.order, self.result, self.receipt, self.why, self.on]


def written(
    layout: str, batch: str, day: date, orders: Iterable[PaymentOrder], holders: Mapping[str, str]
) -> law.BankFile:
    """The file that goes to the bank; the same orders give the same bytes. `holders`: whole names by chain, where they differ.

    :raises Invalid: a name, an account or an amount that the bank would misread.
    """
    rows = [
        law.Payment(one.number, one.account, holders.get(one.source, one.payee), one.bank, one.amount, one.purpose)
        for one in orders
    ]
    try:
        return law.written(layout, batch, day, rows)
    except law.Refused as wrong:
        raise Invalid(str(wrong)) from None


def read(data: bytes) -> tuple[list[Answer], list[list[str]]]:
    """The answers of a file, and what cannot be read: line and reason.

    :raises Invalid: it is no such file at all.
    """
    try:
        told = law.read_answers(data)
    except law.Refused as wrong:
        raise Invalid(str(wrong), {"file": "格式不对"}) from None
    answers = [
        Answer(one.order, one.amount, one.outcome, one.receipt, one.why, one.day.isoformat() if one.day else "")
        for one in told.answers
    ]
    return answers, [[f"第 {one.row} 行", one.why] for one in told.odd]
