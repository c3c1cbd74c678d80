"""Lists of loans from a file to the room, and settlements as workbooks."""

from __future__ import annotations

from collections.abc import Iterator

from qifu.domain.grants.loans import queries
from qifu.domain.grants.loans.actions import lists
from qifu.entry.intake.bank.loans import read_loans
from qifu.entry.intake.uploads import received
from qifu.output.charts.tables import as_xlsx

HEADS = (
    "银行", "借据编号", "企业名称", "银行所写名称", "状态", "贴息天数", "核定贴息（元）", "银行测算（元）", "相差（元）", "说明",
)  # fmt: skip
SHARES = ("银行", "贷款（笔）", "企业（家）", "贴息（元）", "状态", "银行回单")


def handed(upload: object) -> lists.Handed:
    """Read a list that was uploaded.

    :raises Invalid: no file, too large, or no list of loans.
    """
    with received(upload, most=20, name="贷款清单") as kept:
        read = read_loans(kept.path, kept.name)
    loans = [
        lists.Listed(
            one.loan, one.code, one.firm, one.rows, [(move.day, move.amount) for move in one.moved], one.rates, one.due,
            one.extended, one.overdue, one.interest, one.claimed,
        )
        for one in read.loans
    ]  # fmt: skip
    wrong = [lists.Wrong(one.row, one.loan, one.why) for one in read.wrong]
    return lists.Handed(kept.name, kept.digest, read.count, loans, wrong)


def workbook(told: queries.SettlementPage) -> bytes:
    """A settlement: bank by bank, then loan by loan."""
    shares = [(s.bank, s.loans, s.firms, float(s.amount), s.state_label, s.receipt) for s in told.shares]
    return as_xlsx([("银行汇总", SHARES, shares), ("贷款明细", HEADS, _loans(told))])


def _loans(told: queries.SettlementPage) -> Iterator[tuple[object, ...]]:
    for one in told.loans:
        figures = (one.amount, one.claimed, one.difference)
        yield (
            one.bank, one.number, one.firm_name, one.written, one.state_label, one.days,
            *("" if value is None else float(value) for value in figures), "；".join(one.notes),
        )  # fmt: skip
