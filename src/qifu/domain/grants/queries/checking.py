"""The reconciliation of a year: payment orders, the bank's answers, the ledger and the lines of the budget held against each other.

Every sum is added here, to the fen; what differs is named one by one, with where to look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain

from qifu.domain.grants import access
from qifu.domain.grants.models import BankReturn, FundLine, LedgerEntry, PaymentOrder, Reservation
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

ZERO = Decimal("0.00")
LATE = timedelta(days=3)  # an order that the bank has had for so long without an answer is named
SAID = {"paid": "付款成功", "failed": "付款失败", "returned": "已退汇"}


@dataclass(slots=True)
class Row:
    """One line of the budget in the four books."""

    line: FundLine
    unit: str
    orders: Decimal = ZERO  # paid, by the orders
    count: int = 0
    receipts: Decimal = ZERO  # paid, by the bank's last word on each order
    ledger: Decimal = ZERO  # paid, by the entries
    held: Decimal = ZERO  # by the reservations
    ledger_held: Decimal = ZERO  # reserved, by the entries
    on_the_way: Decimal = ZERO  # at the bank, not answered

    @property
    def agrees(self) -> bool:
        """Whether all four say the same."""
        paid = self.line.paid == self.orders == self.receipts == self.ledger
        return paid and self.line.reserved == self.held == self.ledger_held


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs: `order` is the number of an order, empty where the difference is of a whole line."""

    what: str
    order: str
    batch: str
    line: FundLine | None
    amount: Decimal | None
    said: str


@dataclass(frozen=True, slots=True)
class Paid:
    """An order as the report lists it."""

    order: PaymentOrder
    line: FundLine
    bank: str  # the bank's last word
    answered_in: str  # name of the file
    ledger: Decimal


@dataclass(frozen=True, slots=True)
class Check:
    """The report of a year."""

    year: int
    years: list[int]
    rows: list[Row]
    differences: list[Difference]
    orders: list[Paid]
    at: datetime

    @property
    def total(self) -> Row | None:
        """All lines together, in the shape of one; none without lines."""
        if not self.rows:
            return None
        line = FundLine(total=ZERO, reserved=ZERO, paid=ZERO)
        found = Row(line, "")
        for one in self.rows:
            line.total, line.reserved, line.paid = (
                line.total + one.line.total, line.reserved + one.line.reserved, line.paid + one.line.paid,
            )  # fmt: skip
            for name in ("orders", "count", "receipts", "ledger", "held", "ledger_held", "on_the_way"):
                setattr(found, name, getattr(found, name) + getattr(one, name))
        return found


@dataclass(slots=True)
class _Books:
    """What was read, by number of the order or key of the line."""

    rows: dict[int, Row]
    orders: list[PaymentOrder]
    said: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # order → the bank's last word, receipt, file
    posted: dict[str, Decimal] = field(default_factory=dict)  # order → paid less returned, by the entries
    odd: list[Difference] = field(default_factory=list)


def check(*, actor: Actor, now: datetime, year: int) -> Check:
    """Hold the books of a year against each other. Seven statements.

    :raises Forbidden: the actor does not look at money.
    """
    access.require_money(actor)
    units = people.unit_tree().units
    lines = FundLine.objects.filter(year=year).order_by("code", "economic")
    rows = {one.pk: Row(one, units[one.unit_id].short_name) for one in lines}
    orders = PaymentOrder.objects.filter(reservation__line__year=year).exclude(state__in=["drawn", "dropped"])
    books = _Books(rows, list(orders.select_related("batch", "reservation").defer("account").order_by("pk")))
    _read_answers(books)
    _read_ledger(books, year)
    for line, amount in Reservation.objects.filter(line__year=year, state="held").values_list("line", "amount"):
        rows[line].held += amount
    for order in books.orders:
        _count(rows[order.reservation.line_id], order, books)
    found = chain(_lines(rows.values()), _orders(books, now), _receipts(books), books.odd)
    years = FundLine.objects.order_by("-year").values_list("year", flat=True).distinct()
    return Check(year, list(years), list(rows.values()), list(found), [_paid(one, books) for one in books.orders], now)


def _read_answers(books: _Books) -> None:
    own = {one.number for one in books.orders}
    for row in BankReturn.objects.order_by("pk"):
        is_ours = False
        for number, result, receipt, *_ in row.lines[: row.done]:
            if number in own:
                is_ours = True
                books.said[number] = (result, receipt, row.name)
        if is_ours or not row.lines:
            books.odd += [
                Difference("回单里对不上的行", "", "", None, None, f"{row.name}：{w}，{why}") for w, why in row.odd
            ]
        if is_ours and row.left:
            books.odd.append(
                Difference("回单没有处理完", "", "", None, None, f"{row.name} 还有 {row.left} 行没有处理。")
            )


def _read_ledger(books: _Books, year: int) -> None:
    entries = LedgerEntry.objects.filter(line__year=year)
    for line, debit, credit, kind, order, amount in entries.values_list(
        "line", "debit", "credit", "kind", "order", "amount"
    ).iterator(2000):
        row = books.rows[line]
        for book, sign in ((debit, 1), (credit, -1)):
            if book == "paid":
                row.ledger += sign * amount
            elif book == "reserved":
                row.ledger_held += sign * amount
        if order and kind in ("pay", "return"):
            books.posted[order] = books.posted.get(order, ZERO) + (amount if kind == "pay" else -amount)


def _count(row: Row, order: PaymentOrder, books: _Books) -> None:
    if order.state == "paid":
        row.orders, row.count = row.orders + order.amount, row.count + 1
    if order.state == "sent":
        row.on_the_way += order.amount
    if books.said.get(order.number, ("", "", ""))[0] == "paid":
        row.receipts += order.amount


def _lines(rows: Iterable[Row]) -> Iterator[Difference]:
    for row in rows:
        line = row.line
        for what, own, other, name in (
            ("已拨付", line.paid, row.orders, "付款单"), ("已拨付", line.paid, row.receipts, "银行回单"),
            ("已拨付", line.paid, row.ledger, "分录"), ("已占用", line.reserved, row.held, "占用记录"),
            ("已占用", line.reserved, row.ledger_held, "分录"),
        ):  # fmt: skip
            if own != other:
                said = f"预算记{what} {own:,.2f} 元，{name}合计 {other:,.2f} 元，相差 {own - other:,.2f} 元。"
                yield Difference(f"预算与{name}不符", "", "", line, own - other, said)


def _orders(books: _Books, now: datetime) -> Iterator[Difference]:
    for order in books.orders:
        result, receipt, name = books.said.get(order.number, ("", "", ""))
        posted, due = books.posted.get(order.number, ZERO), order.amount if order.state == "paid" else ZERO
        if order.state == "sent" and not result and now - order.at > LATE:
            days = (now - order.at).days
            yield _of(order, books, "送银行后没有回单", f"已送银行 {days} 天，还没有回单。请向银行查询。")
        elif not result and order.state in ("paid", "failed", "returned"):
            yield _of(order, books, "没有银行回单", f"付款单是“{order.state_label}”，银行回单里没有这一笔。")
        elif result and result != order.state:
            yield _of(order, books, "付款单与回单不符", f"付款单是“{order.state_label}”，{name}说“{SAID[result]}”。")
        elif result == "paid" and receipt and receipt != order.receipt:
            yield _of(order, books, "回单号不符", f"付款单记 {order.receipt}，{name}是 {receipt}。")
        if posted != due:
            said = f"付款单是“{order.state_label}”，分录记已拨付 {posted:,.2f} 元，应是 {due:,.2f} 元。"
            yield _of(order, books, "付款单与分录不符", said)


def _receipts(books: _Books) -> Iterator[Difference]:
    counts = Counter(one.receipt for one in books.orders if one.state == "paid")
    for order in books.orders:
        if order.state == "paid" and counts[order.receipt] > 1:
            said = f"银行回单号 {order.receipt} 用在 {counts[order.receipt]} 笔付款单上。"
            yield _of(order, books, "回单号重复", said)


def _of(order: PaymentOrder, books: _Books, what: str, said: str) -> Difference:
    line = books.rows[order.reservation.line_id].line
    return Difference(what, order.number, order.batch.number, line, order.amount, said)


def _paid(order: PaymentOrder, books: _Books) -> Paid:
    result, _, name = books.said.get(order.number, ("", "", ""))
    line = books.rows[order.reservation.line_id].line
    return Paid(order, line, SAID.get(result, ""), name, books.posted.get(order.number, ZERO))
