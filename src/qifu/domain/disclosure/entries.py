"""An entry of the ledger before it is one: its shape, what must hold of it, which kind it is. Pure: nothing is read or written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from qifu.domain.disclosure.models.budgets import MONEY
from qifu.engines.statements import subjects

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
LARGEST = Decimal("99999999999999.99")
MONEYS = dict(MONEY)


@dataclass(frozen=True, slots=True)
class Side:
    """One line of an entry."""

    account: str
    account_name: str = ""
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    functional: str = ""
    economic: str = ""
    money: str = ""
    project: str = ""  # code; empty: basic expenditure
    note: str = ""

    @property
    def is_budgetary(self) -> bool:
        return self.account[:1] in "678"

    @property
    def is_expenditure(self) -> bool:
        return self.account.startswith("7")

    @property
    def is_classed(self) -> bool:
        """Whether it names a functional subject and a source: expenditure must, income should."""
        return self.account[:1] in "67"


@dataclass(frozen=True, slots=True)
class Entry:
    """A voucher as it was handed in."""

    day: date
    number: str
    summary: str
    sides: tuple[Side, ...]

    @property
    def debit(self) -> Decimal:
        return sum((side.debit for side in self.sides), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((side.credit for side in self.sides), ZERO)

    @property
    def kind(self) -> str:
        """`closing` where expenditure is carried to a balance at the year's end: against an account 8… other than 8001 资金结存."""
        carried = any(side.account.startswith("8") and not side.account.startswith("8001") for side in self.sides)
        return "closing" if carried and any(side.account[:1] in "67" for side in self.sides) else "ordinary"

    @property
    def digest(self) -> str:
        """Of all that it says."""
        plain = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return sha256(plain.encode()).hexdigest()


def problems(entry: Entry) -> Iterator[tuple[int, str]]:
    """What keeps an entry out: the place of the line (0: the whole), and a sentence."""
    if not entry.number:
        yield 0, "没有凭证号。"
    if len(entry.sides) < 2:
        yield 0, "一张凭证至少有借贷两行。"
    for place, side in enumerate(entry.sides, 1):
        yield from ((place, sentence) for sentence in _of_side(side, entry.day.year))
    for word, sides in (("财务会计", False), ("预算会计", True)):
        held = [side for side in entry.sides if side.is_budgetary is sides]
        debit, credit = sum((one.debit for one in held), ZERO), sum((one.credit for one in held), ZERO)
        if debit != credit:
            yield (
                0,
                f"{word}科目借贷不平：借方 {debit:,.2f} 元，贷方 {credit:,.2f} 元，相差 {abs(debit - credit):,.2f} 元。",
            )


def _of_side(side: Side, year: int) -> Iterator[str]:
    if not (
        side.account.isascii()
        and side.account.isdigit()
        and 4 <= len(side.account) <= 20
        and side.account[0] in "12345678"
    ):
        yield f"会计科目“{side.account}”不是 1—8 开头的科目编码。"
    if (side.debit == 0) == (side.credit == 0):
        yield "借方和贷方金额必须且只能填一个。"
    for amount in (side.debit, side.credit):
        if amount != amount.quantize(CENT) or abs(amount) > LARGEST:
            yield f"金额 {amount} 不是以元为单位、最多两位小数的数。"
    if side.is_expenditure:
        yield from subject_problems(side.functional, side.economic, side.money, year)
    elif side.is_classed and side.functional:
        yield from subject_problems(side.functional, "301", side.money or "general", year)


def subject_problems(functional: str, economic: str, money: str, year: int) -> Iterator[str]:
    """What is wrong with the subjects and the source of an amount."""
    if len(functional) != 7 or not functional.isdigit() or subjects.is_unknown(functional, year):
        yield f"功能分类科目“{functional}”不是 {year} 年的项级科目（7 位）。"
    known = len(economic) in (3, 5) and economic.isdigit() and economic[0] == "3"
    if not known or subjects.is_unknown_economic(economic, year):
        yield f"部门预算支出经济分类科目“{economic}”不是 {year} 年的类或款级科目（3 开头）。"
    if money not in MONEYS:
        yield "资金来源没有写明，或不是已知的来源。"


def all_problems(entries: Sequence[Entry]) -> list[str]:
    """Every sentence about several entries, each with the number of its voucher."""
    return [f"{entry.number or '无号'}：{said}" for entry in entries for _, said in problems(entry)]


def opposite(sides: Iterable[Side]) -> tuple[Side, ...]:
    """The same lines with negative amounts: what a reversal says (红字冲销)."""
    return tuple(
        Side(
            one.account, one.account_name, -one.debit, -one.credit, one.functional, one.economic, one.money, one.project, one.note
        )
        for one in sides
    )  # fmt: skip
