"""Budget lines of a year, what is held of them for whom, the ledger of every movement, and the accounts that money goes to.

All amounts are in 元 with two decimals. `source` is the chain of evidence of what the money is for, e.g. `grants.application:12`.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from qifu.kernel.sealed import SealedField

ZERO = Decimal("0.00")


class FundLine(models.Model):
    """A line of the year's budget. Never more is held and paid than there is: the database holds to that."""

    year = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)  # of the budget's project
    project = models.CharField(max_length=120)
    functional = models.CharField(max_length=7)  # 功能分类科目
    economic = models.CharField(max_length=5)  # 部门预算支出经济分类科目
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    total = models.DecimalField(max_digits=16, decimal_places=2)
    reserved = models.DecimalField(max_digits=16, decimal_places=2, default=ZERO)
    paid = models.DecimalField(max_digits=16, decimal_places=2, default=ZERO)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "code", "economic"], name="fund_line_once"),
            models.CheckConstraint(name="fund_line_total", condition=Q(total__gt=0)),
            models.CheckConstraint(name="fund_line_signs", condition=Q(reserved__gte=0, paid__gte=0)),
            models.CheckConstraint(
                name="fund_line_never_over", condition=Q(total__gte=Round(F("reserved") + F("paid"), 2))
            ),
        ]

    @property
    def stream(self) -> str:
        """The name of the line's chain of evidence."""
        return f"grants.fund:{self.pk}"

    @property
    def free(self) -> Decimal:
        """What is neither held nor paid."""
        return self.total - self.reserved - self.paid


class Reservation(models.Model):
    """Money of a line held for one purpose, from the decision until it is paid or let go."""

    class State(models.TextChoices):
        HELD = "held", "已占用"
        PAID = "paid", "已拨付"
        RELEASED = "released", "已释放"

    line = models.ForeignKey(FundLine, on_delete=models.PROTECT, related_name="reservations")
    source = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=8, default="held")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=~Q(state="released"), name="reservation_once"
            ),  # one purpose holds money once
            models.CheckConstraint(name="reservation_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="reservation_state", condition=Q(state__in=["held", "paid", "released"])),
        ]
        indexes = [models.Index(fields=["line", "state"], name="reservation_line")]


class LedgerEntry(models.Model):
    """One movement of money between two books of a line; written once, never changed. One row is both sides, so it balances."""

    class Book(models.TextChoices):
        BUDGET = "budget", "预算下达"
        FREE = "free", "可用"
        RESERVED = "reserved", "已占用"
        PAID = "paid", "已拨付"
        OWED = "owed", "应收追回"
        OFFSET = "offset", "追回冲减"
        TREASURY = "treasury", "已收缴国库"

    class Kind(models.TextChoices):
        GRANT = "grant", "下达预算"
        RESERVE = "reserve", "占用"
        RELEASE = "release", "释放"
        PAY = "pay", "拨付"
        RETURN = "return", "退汇"
        CLAIM = "claim", "追回决定"
        RECOVER = "recover", "追回收款"

    line = models.ForeignKey(FundLine, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8)
    debit = models.CharField(max_length=8)  # the book it goes to
    credit = models.CharField(max_length=8)  # the book it comes from
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    source = models.CharField(max_length=80)
    order = models.CharField(max_length=40, blank=True, default="")  # number of the payment order
    functional = models.CharField(max_length=7)  # as the line had them then: budget execution counts these
    economic = models.CharField(max_length=5)
    project = models.CharField(max_length=40)
    actor = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledger_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="ledger_two_books", condition=~Q(debit=F("credit"))),
            models.CheckConstraint(
                name="ledger_kind",
                condition=Q(kind__in=["grant", "reserve", "release", "pay", "return", "claim", "recover"]),
            ),
        ]
        indexes = [
            models.Index(fields=["line", "at", "id"], name="ledger_line_at"),
            models.Index(fields=["source"], name="ledger_source"),
        ]

    @property
    def kind_label(self) -> str:
        """What moved, as people say it."""
        return str(self.Kind(self.kind).label)

    @property
    def debit_label(self) -> str:
        """The book it went to."""
        return str(self.Book(self.debit).label)

    @property
    def credit_label(self) -> str:
        """The book it came from."""
        return str(self.Book(self.credit).label)


class BankAccount(models.Model):
    """The account of an enterprise that money goes to; the number is sealed, the last four are shown."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=120)
    bank = models.CharField(max_length=120)  # 开户行
    number = SealedField()
    tail = models.CharField(max_length=4)
    confirmed_by = models.BigIntegerField()  # account of the contact
    confirmed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(is_current=True), name="bank_account_one_current"
            )
        ]
