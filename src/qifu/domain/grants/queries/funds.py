"""Money as finance sees it: lines, what waits to be paid in its order, batches, the bank's answers, and whether the books agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from qifu.domain.grants import access
from qifu.domain.grants.actions import payments
from qifu.domain.grants.models import (
    Application,
    BankReturn,
    FundLine,
    LedgerEntry,
    PaymentBatch,
    PaymentOrder,
    Reservation,
    Version,
)
from qifu.domain.grants.queries import origins
from qifu.domain.grants.queries.origins import Origin
from qifu.domain.grants.sources import SOURCES, Payee, grouped
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.engines.payments import BankFile
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict

BATCHES = {"drawn": "待复核", "sent": "已送银行", "settled": "已回单", "dropped": "已撤销"}
BATCH_TONES = {"drawn": "amber", "sent": "accent", "settled": "green", "dropped": "calm"}
ORDERS = {
    "drawn": "待送银行",
    "sent": "已送银行",
    "paid": "已到账",
    "failed": "付款失败",
    "returned": "已退汇",
    "dropped": "已撤销",
}
ORDER_TONES = {"paid": "green", "failed": "red", "returned": "red", "sent": "accent"}
MOST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the budget, with whether its figures are those of the ledger."""

    row: FundLine
    unit: str
    agrees: bool

    @property
    def rate(self) -> Decimal:
        """Paid of the total, as a share."""
        return self.row.paid / self.row.total


@dataclass(frozen=True, slots=True)
class Ledger:
    """A line with a stretch of its movements, each with what it was for and the batch of its order; the schemes that rest on it."""

    row: FundLine
    entries: list[tuple[LedgerEntry, Origin, str]]
    schemes: list[Version]
    count: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sum that is held and has no order: its place in the queue, and to whom it would go."""

    place: int
    row: Reservation
    payee: Payee | None  # none: the account is not confirmed yet
    number: str = ""  # of the application that it is for, where it is for one
    firm: str = ""  # whose account is waited for


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch with its orders."""

    row: PaymentBatch
    orders: list[tuple[PaymentOrder, Origin]]
    counts: list[tuple[str, str, int, Decimal]]  # state, label, how many, sum
    returns: list[BankReturn]
    drawn_by: str
    released_by: str
    may_release: bool

    @property
    def state_label(self) -> str:
        """The state as finance says it."""
        return BATCHES[self.row.state]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the bank, with what became of the orders it speaks of."""

    row: BankReturn
    who: str
    counts: list[tuple[str, str, int, Decimal]]  # state, label, how many, sum
    orders: list[tuple[PaymentOrder, Origin]]  # the first five hundred

    @property
    def is_working(self) -> bool:
        """Whether lines wait to be worked off."""
        return self.row.ended_at is None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The books held against each other, over all lines of a year."""

    year: int
    total: Decimal
    reserved: Decimal
    paid: Decimal
    by_orders: Decimal  # what orders say was paid
    by_ledger: Decimal  # what the ledger says was paid
    differing: list[str]  # lines of which the figures differ

    @property
    def agrees(self) -> bool:
        """Whether every book says the same."""
        return self.paid == self.by_orders == self.by_ledger and not self.differing


def lines(*, actor: Actor, year: int | None = None) -> list[Line]:
    """The lines of the budget. :raises Forbidden: the actor does not look at money."""
    access.require_money(actor)
    rows = FundLine.objects.order_by("-year", "code", "economic")
    found = list(rows.filter(year=year) if year else rows)
    books, units = _books(), people.unit_tree().units
    return [
        Line(row, units[row.unit_id].short_name, books.get(row.pk) == (row.free, row.reserved, row.paid))
        for row in found
    ]


def entries(*, actor: Actor, line: int, place: int = 0, size: int = 100) -> Ledger:
    """The movements of a line, the last first. :raises Missing: there is none."""
    row = access.line(actor, line)
    rows = LedgerEntry.objects.filter(line=row)
    count = rows.count()
    place = max(0, min(place, count - 1))
    found = list(rows.order_by("-pk")[place : place + size])
    told = origins.of([one.source for one in found])
    batches = dict(
        PaymentOrder.objects.filter(number__in=[one.order for one in found if one.order]).values_list("number", "batch__number")
    )  # fmt: skip
    schemes = list(row.versions.exclude(state="draft").order_by("-pk"))
    return Ledger(
        row, [(one, told[one.source], batches.get(one.order, "")) for one in found], schemes, count,
        max(0, place - size) if place else None, place + size if place + size < count else None,
    )  # fmt: skip


def waiting(*, actor: Actor) -> list[Waiting]:
    """What is held and has no order, in the order in which it was held; the first five hundred."""
    access.require_money(actor)
    rows = Reservation.objects.filter(state="held").exclude(orders__state__in=["drawn", "sent", "paid"])
    found = list(rows.select_related("line").order_by("pk")[:MOST])
    payees = _payees([row.source for row in found])
    told = _askers([row.source for row in found])
    return [
        Waiting(place, row, payees.get(row.source), *told.get(row.source, ("", "")))
        for place, row in enumerate(found, 1)
    ]


def batches(*, actor: Actor, most: int = 100) -> list[tuple[PaymentBatch, str, str]]:
    """Batches with their state, the newest first."""
    access.require_money(actor)
    return [(row, BATCHES[row.state], BATCH_TONES[row.state]) for row in PaymentBatch.objects.order_by("-pk")[:most]]


def returns(*, actor: Actor, most: int = 50) -> list[BankReturn]:
    """The bank's answers, the newest first."""
    access.require_money(actor)
    return list(BankReturn.objects.select_related("batch").order_by("-pk")[:most])


def answer(*, actor: Actor, number: int) -> Answer:
    """One answer of the bank. :raises Missing: there is none."""
    row = access.bank_return(actor, number)
    numbers = [one[0] for one in row.lines]
    held = {one.number: one for one in PaymentOrder.objects.filter(number__in=numbers[:MOST]).select_related("batch")}
    counted: dict[str, list[Decimal]] = {}
    for state, amount in PaymentOrder.objects.filter(number__in=numbers).values_list("state", "amount"):
        counted.setdefault(state, []).append(amount)
    orders = [held[one] for one in dict.fromkeys(numbers[:MOST]) if one in held]
    told = origins.of([one.source for one in orders])
    return Answer(
        row, people.names([row.by]).get(row.by or 0, "系统"),
        [(state, ORDERS[state], len(some), sum(some, Decimal(0))) for state, some in counted.items()],
        [(one, told[one.source]) for one in orders],
    )  # fmt: skip


def batch(*, actor: Actor, number: str) -> Batch:
    """One batch. :raises Missing: there is none."""
    row = access.batch(actor, number)
    counted: dict[str, list[Decimal]] = {}
    for state, amount in PaymentOrder.objects.filter(batch=row).values_list("state", "amount"):
        counted.setdefault(state, []).append(amount)
    names = people.names([row.drawn_by, row.released_by])
    orders = list(PaymentOrder.objects.filter(batch=row).order_by("pk")[:MOST])
    told = origins.of([one.source for one in orders])
    return Batch(
        row, [(one, told[one.source]) for one in orders],
        [(state, ORDERS[state], len(some), sum(some, Decimal(0))) for state, some in counted.items()],
        list(row.returns.order_by("-pk")),
        names.get(row.drawn_by, ""), names.get(row.released_by or 0, ""),
        access.may_pay(actor) and row.state == "drawn" and row.drawn_by != actor.account,
    )  # fmt: skip


def bank_file(*, actor: Actor, number: str) -> BankFile:
    """The file that goes to the bank. :raises Conflict: the batch has not been released."""
    access.require_payer(actor)
    row = access.batch(actor, number)
    if row.state not in ("sent", "settled"):
        raise Conflict("批次复核后才能导出付款文件。", state=row.state)
    return payments.file_of(row, list(PaymentOrder.objects.filter(batch=row).order_by("pk")))


def reconciled(*, actor: Actor, year: int) -> Reconciled:
    """Hold the figures of the lines, of the ledger and of the orders against each other."""
    access.require_money(actor)
    held = lines(actor=actor, year=year)
    zero = Decimal("0.00")
    orders = PaymentOrder.objects.filter(state="paid", reservation__line__year=year)
    by_orders = sum((amount * n for amount, n in _amounts(orders, "amount")), zero)
    moved = LedgerEntry.objects.filter(line__year=year, kind__in=["pay", "return"])
    by_ledger = sum(
        (amount * (n if kind == "pay" else -n) for kind, amount, n in _amounts(moved, "kind", "amount")), zero
    )
    return Reconciled(
        year, sum((one.row.total for one in held), zero), sum((one.row.reserved for one in held), zero),
        sum((one.row.paid for one in held), zero), by_orders, by_ledger,
        [one.row.project for one in held if not one.agrees],
    )  # fmt: skip


def _books() -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    """What the ledger says of each line: free, reserved, paid."""
    found: dict[int, dict[str, Decimal]] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        for line, book, amount, n in _amounts(LedgerEntry.objects.all(), "line", side, "amount"):
            books = found.setdefault(line, {})
            books[book] = books.get(book, Decimal(0)) + sign * n * amount
    zero = Decimal("0.00")
    return {line: (b.get("free", zero), b.get("reserved", zero), b.get("paid", zero)) for line, b in found.items()}


def _amounts(rows: QuerySet[Any], *by: str) -> list[tuple[Any, ...]]:
    """How often each amount occurs: the database counts, what is compared to the fen is added here."""
    return list(rows.order_by().values_list(*by).annotate(n=Count("pk")))


def _askers(sources: list[str]) -> dict[str, tuple[str, str]]:
    """Number and enterprise of what an application asked for, by its chain."""
    rows = list(Application.objects.filter(pk__in=grouped(sources).get("application", [])))
    names = registry.names([row.enterprise_id for row in rows])
    return {row.stream: (row.number, names.get(row.enterprise_id, "")) for row in rows}


def _payees(sources: list[str]) -> Mapping[str, Payee]:
    return {
        f"grants.{kind}:{key}": payee
        for kind, keys in grouped(sources).items()
        for key, payee in SOURCES[kind].payees(keys).items()
    }
