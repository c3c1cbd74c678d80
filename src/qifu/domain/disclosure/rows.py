"""The rows that a disclosure is made of, of whatever book, in one shape: what it adds, where it belongs, how one finds it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import blake2b

from django.db.models import Q

from qifu.domain.disclosure.models import BudgetLine, Purchase, Standing, VoucherLine
from qifu.engines.statements.composing import Books, Held, Term
from qifu.engines.statements.composing.books import income_column, spending_column
from qifu.engines.statements.money import ZERO

BUDGETS = ("initial", "adjusted")


@dataclass(frozen=True, slots=True)
class Rowed:
    """One row behind printed figures; `amount` in 元, of a number of the year the number itself."""

    table: str  # disclosure.voucher, disclosure.budget, disclosure.purchase, disclosure.standing
    key: int
    handle: int  # what its page takes
    label: str
    day: str
    about: str
    held: Held

    @property
    def digest(self) -> str:
        """Of all that the disclosure reads of it."""
        held = self.held
        said = (
            self.day,
            held.book,
            held.column,
            held.functional,
            held.economic,
            held.money,
            held.project,
            f"{held.amount:.2f}",
        )
        return blake2b("\x1f".join(said).encode(), digest_size=8).hexdigest()

    @property
    def mark(self) -> str:
        """By what it is told from all others of a disclosure."""
        return f"{self.held.book}:{self.table}:{self.key}"


def rows_of(year: int) -> list[Rowed]:
    """Every row of a year, and the income and expenditure of the years before it, of which the remainder is carried."""
    return [*_ledger(year), *_budget(year), *_purchases(year), *_numbers(year)]


def books_of(year: int, rows: Iterable[Rowed]) -> Books:
    """Rows as sums of those that are alike."""
    sums: dict[Held, Decimal] = {}
    for one in rows:
        kind = replace(one.held, amount=ZERO)
        sums[kind] = sums.get(kind, ZERO) + one.held.amount
    return Books(year, tuple(replace(kind, amount=amount) for kind, amount in sums.items()))


def behind(rows: Iterable[Rowed], terms: Sequence[Term]) -> list[tuple[Rowed, Decimal]]:
    """The rows that a figure adds up, each with what it adds."""
    return [(row, row.held.amount * term.sign) for row in rows for term in terms if term.takes(row.held)]


def _ledger(year: int) -> Iterator[Rowed]:
    sides = Q(account__startswith="6") | Q(account__startswith="7")
    lines = VoucherLine.objects.filter(sides, voucher__is_posted=True, voucher__year__lte=year)
    found = lines.exclude(voucher__kind="closing").order_by("voucher__day", "voucher_id", "place")
    columns = (
        "pk", "voucher_id", "voucher__number", "voucher__day", "voucher__summary", "account", "debit", "credit",
        "functional", "economic", "money", "project__code",
    )  # fmt: skip
    for (
        pk,
        voucher,
        number,
        day,
        about,
        account,
        debit,
        credit,
        functional,
        economic,
        money,
        project,
    ) in found.values_list(*columns).iterator(5000):
        is_income = account[0] == "6"
        book = "income" if is_income else "spent"
        column = income_column(account) if is_income else spending_column(account, bool(project))
        amount = credit - debit if is_income else debit - credit
        held = Held(
            book if day.year == year else f"opening_{book}", column, functional, economic, money, amount, project or ""
        )
        yield Rowed("disclosure.voucher", pk, voucher, f"{day.month}月 {number}", day.isoformat(), about, held)


def _budget(year: int) -> Iterator[Rowed]:
    lines = BudgetLine.objects.filter(version__year=year, version__state="approved").select_related(
        "version", "project"
    )
    for line in lines.order_by("version__number", "pk"):
        about = line.project.name if line.project else "基本支出"
        column, code = ("project", line.project.code) if line.project else ("basic", "")
        day = line.version.approved_at.date().isoformat() if line.version.approved_at else ""
        for book in BUDGETS:
            if book == "adjusted" or line.version.kind == "initial":
                held = Held(book, column, line.functional, line.economic, line.money, line.amount, code)
                yield Rowed("disclosure.budget", line.pk, line.version_id, line.version.title, day, about, held)


def _purchases(year: int) -> Iterator[Rowed]:
    for one in Purchase.objects.filter(year=year).order_by("signed_on", "pk"):
        held = Held("purchase", one.kind, "", "", "small" if one.size else "", one.amount)
        yield Rowed("disclosure.purchase", one.pk, one.pk, one.name, one.signed_on.isoformat(), one.supplier, held)


def _numbers(year: int) -> Iterator[Rowed]:
    for one in Standing.objects.filter(year=year).order_by("pk"):
        held = Held("number", one.item, "", "", "", one.value)
        yield Rowed("disclosure.standing", one.pk, one.pk, one.item, "", one.basis, held)
