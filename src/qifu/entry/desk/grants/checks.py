"""The reconciliation of a year as a workbook: lines, differences, orders."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from qifu.domain.grants.queries.checking import Check

LINES = (
    "项目", "编码", "单位", "功能科目", "经济科目", "总额", "预算记已拨付", "付款单", "银行回单", "分录",
    "预算记已占用", "占用记录", "分录已占用", "在途", "结论",
)  # fmt: skip
DIFFERENCES = ("差异", "付款单", "批次", "预算", "金额", "说明")
ORDERS = (
    "付款单", "批次", "预算", "功能科目", "经济科目", "收款人", "账号尾号", "金额", "状态",
    "银行回单号", "银行回单说", "回单文件", "分录已拨付", "到账时间",
)  # fmt: skip
Sheet = tuple[str, tuple[str, ...], Iterator[tuple[object, ...]]]


def sheets(told: Check) -> list[Sheet]:
    """The three sheets."""
    return [
        ("按预算", LINES, _lines(told)),
        ("差异", DIFFERENCES, _differences(told)),
        ("付款单", ORDERS, _orders(told)),
    ]


def _lines(told: Check) -> Iterator[tuple[object, ...]]:
    for one in told.rows:
        line = one.line
        sums = (
            line.total,
            line.paid,
            one.orders,
            one.receipts,
            one.ledger,
            line.reserved,
            one.held,
            one.ledger_held,
            one.on_the_way,
        )
        names = (line.project, line.code, one.unit, line.functional, line.economic)
        yield (*names, *map(float, sums), "相符" if one.agrees else "不符")


def _differences(told: Check) -> Iterator[tuple[object, ...]]:
    for one in told.differences:
        yield (one.what, one.order, one.batch, one.line.project if one.line else "", _figure(one.amount), one.said)


def _orders(told: Check) -> Iterator[tuple[object, ...]]:
    for one in told.orders:
        order, line = one.order, one.line
        yield (
            order.number, order.batch.number, line.project, line.functional, line.economic, order.payee, order.tail,
            float(order.amount), order.state_label, order.receipt, one.bank, one.answered_in, float(one.ledger),
            f"{order.paid_at:%Y-%m-%d}" if order.paid_at else "",
        )  # fmt: skip


def _figure(amount: Decimal | None) -> object:
    return "" if amount is None else float(amount)
