"""Lists of loans as banks fill them in: one row a drawdown or a repayment, or one row a loan; what is wrong is told by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from qifu.engines.codes import credit
from qifu.engines.payments import day_of, money
from qifu.entry.intake.tables import open_table
from qifu.kernel.errors import Invalid

COLUMNS: Final = {
    "loan": ("借据编号", "借据号", "贷款编号", "合同编号", "合同号"),
    "firm": ("企业名称", "借款人", "借款企业", "客户名称", "单位名称"),
    "code": ("统一社会信用代码", "社会信用代码", "信用代码"),
    "kind": ("类型", "业务类型", "放款/还款", "放还款"),
    "day": ("日期", "发生日期", "放款日期", "交易日期"),
    "amount": ("金额（元）", "金额", "发生额（元）", "发生额"),
    "rate": ("年利率（%）", "年利率", "利率（%）", "执行利率（%）"),
    "due": ("到期日", "贷款到期日", "合同到期日"),
    "extended": ("展期到期日", "展期至"),
    "overdue_from": ("逾期开始日", "逾期起"),
    "overdue_to": ("逾期结束日", "逾期止"),
    "interest": ("本期实付利息（元）", "本期实付利息", "实付利息（元）", "实付利息"),
    "claimed": ("银行测算贴息（元）", "银行测算贴息", "申请贴息金额（元）", "申请贴息"),
}
NEEDED: Final = ("loan", "firm", "code", "kind", "day", "amount", "rate", "due")
KINDS: Final = {"放款": 1, "还款": -1, "提前还款": -1, "利率调整": 0}
MOST_ROWS = 20_000
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Moved:
    """Money lent or paid back (signed), in 元."""

    day: date
    amount: Decimal


@dataclass(slots=True)
class ListedLoan:
    """A loan as the rows of a list give it; `rows` are those that speak of it."""

    loan: str
    code: str
    firm: str
    rows: list[int] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    rates: list[tuple[date, Decimal]] = field(default_factory=list)
    due: date | None = None
    extended: date | None = None
    overdue: list[tuple[date, date]] = field(default_factory=list)
    interest: Decimal | None = None
    claimed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be taken, and what to do about it."""

    row: int
    loan: str
    why: str


@dataclass(frozen=True, slots=True)
class LoanList:
    """What was read. Loans with a wrong row are left out whole: half a loan would be subsidised wrongly."""

    loans: tuple[ListedLoan, ...]
    wrong: tuple[Wrong, ...]
    count: int  # rows


def read_loans(path: Path, name: str) -> LoanList:
    """Read a bank's list of loans.

    :raises Invalid: it is no table, has no rows or too many, or a column that is needed is not there.
    """
    means = {heading: key for key, headings in COLUMNS.items() for heading in headings}
    table = open_table(path, name, lambda heading: _head(heading) in means)
    places: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        if key := means.get(_head(heading)):
            places.setdefault(key, place)
    if missing := [COLUMNS[key][0] for key in NEEDED if key not in places]:
        raise Invalid(f"没有找到“{'”“'.join(missing)}”列，请用下载的模板填写。", {"file": "缺少必需的列"})
    rows = [(number, {key: cells[at] for key, at in places.items()}) for number, cells in table.rows()]
    if not rows or len(rows) > MOST_ROWS:
        raise Invalid(f"清单是空的，或超过 {MOST_ROWS} 行，请核对或分成几份。", {"file": "行数不对"})
    return _gathered(rows)


def _head(text: str) -> str:
    return _BLANK.sub("", text).replace("(", "（").replace(")", "）").removesuffix("*")


def _gathered(rows: list[tuple[int, dict[str, str]]]) -> LoanList:
    loans: dict[str, ListedLoan] = {}
    wrong: list[Wrong] = []
    for number, cells in rows:
        name = cells["loan"].strip().lstrip("'")[:60]
        problems = list(_taken(number, name, cells, loans))
        wrong += [Wrong(number, name, problem) for problem in problems]
    bad = {one.loan for one in wrong}
    good = tuple(loan for name, loan in loans.items() if name not in bad)
    return LoanList(good, tuple(wrong), len(rows))


def _taken(number: int, name: str, cells: dict[str, str], loans: dict[str, ListedLoan]) -> Iterator[str]:
    """Put a row to its loan; yield what is wrong with it."""
    code = credit.normalise(cells["code"])
    if not name:
        yield "没有借据编号。"
        return
    if problem := credit.problem(code):
        yield problem
    loan = loans.setdefault(name, ListedLoan(name, code, cells["firm"].strip()[:120]))
    loan.rows.append(number)
    if loan.code != code:
        yield f"与第 {loan.rows[0]} 行是同一借据，但统一社会信用代码不同。"
    yield from _movement(loan, cells)
    yield from _dates(loan, cells)
    for key in ("interest", "claimed"):
        text = cells.get(key, "")
        if text and (amount := money(text)) is not None and amount >= 0:
            yield from _same(loan, key, amount)
        elif text:
            yield f"{COLUMNS[key][0]}“{text[:20]}”不是金额。"


def _movement(loan: ListedLoan, cells: dict[str, str]) -> Iterator[str]:
    sign, day, rate = KINDS.get(_BLANK.sub("", cells["kind"])), day_of(cells["day"]), percent(cells["rate"])
    amount = money(cells["amount"])
    if sign is None:
        yield f"类型“{cells['kind'][:10]}”应为放款、还款、提前还款或利率调整。"
    if day is None:
        yield f"日期“{cells['day'][:20]}”认不出来，请写成 2026-09-30。"
    if sign and (amount is None or amount <= 0):
        yield f"金额“{cells['amount'][:20]}”应为大于零的数字，单位元。"
    if cells["rate"] and rate is None:
        yield f"年利率“{cells['rate'][:20]}”应为 0 到 36 的百分数，例如 3.45。"
    if day is None or sign is None:
        return
    if sign and amount is not None and amount > 0:
        loan.moved.append(Moved(day, sign * amount))
    if rate is not None and sign >= 0 and (day, rate) not in loan.rates:
        if any(since == day for since, _ in loan.rates):
            yield "同一天有两个不同的年利率，请与借款合同核对。"
        loan.rates.append((day, rate))


def _dates(loan: ListedLoan, cells: dict[str, str]) -> Iterator[str]:
    for key in ("due", "extended"):
        text = cells.get(key, "")
        if text and (day := day_of(text)):
            yield from _same(loan, key, day)
        elif text:
            yield f"{COLUMNS[key][0]}“{text[:20]}”认不出来，请写成 2026-09-30。"
    begin, end = cells.get("overdue_from", ""), cells.get("overdue_to", "")
    if begin or end:
        first, last = day_of(begin), day_of(end)
        if first is None or last is None or last < first:
            yield "逾期开始日和结束日要一起填写，结束日不早于开始日。"
        elif (first, last) not in loan.overdue:
            loan.overdue.append((first, last))


def _same(loan: ListedLoan, key: str, value: date | Decimal) -> Iterator[str]:
    """A loan has one due day and one sum of interest, in whichever of its rows it stands."""
    held = getattr(loan, key)
    if held is not None and held != value:
        yield f"{COLUMNS[key][0]}与同一借据的前一行不同。"
    setattr(loan, key, value)


def percent(text: str) -> Decimal | None:
    """A rate in per cent a year; None when it is none. What a workbook keeps as a part of one (0.0345 shown as 3.45%) is read so."""
    plain = text.strip().lstrip("'")
    try:
        rate = Decimal(plain.removesuffix("%"))
    except InvalidOperation:
        return None
    if not rate.is_finite() or rate.copy_abs() != rate or rate > 36:
        return None
    return rate * 100 if 0 < rate < Decimal("0.1") and not plain.endswith("%") else rate
