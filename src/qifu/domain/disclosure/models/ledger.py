"""What was spent: vouchers and their lines, files of the finance system, closed months.

The database itself lets a voucher be posted only when it balances, and lets nobody change a posted one (triggers.py).
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

from qifu.domain.disclosure.models.budgets import MONEY, Project

KINDS: Final = (("ordinary", "记账"), ("reversal", "冲销"), ("closing", "年末结转"))


class Month(models.Model):
    """A closed month: nothing enters it any more."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    closed_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "month"], name="month_closed_once"),
            models.CheckConstraint(name="month_of_a_year", condition=Q(month__range=(1, 12))),
        ]

    @property
    def stream(self) -> str:
        """The name of the month's chain of evidence."""
        return f"disclosure.month:{self.year}-{self.month:02d}"


class VoucherImport(models.Model):
    """A file of the finance system: tried, with what is wrong by row; entered whole or not at all."""

    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    vouchers = models.JSONField(default=list)  # as read, to be entered
    problems = models.JSONField(default=list)  # [row, sentence]
    rows = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)  # vouchers that are here already
    total = models.DecimalField(max_digits=18, decimal_places=2, default=0)  # debits of the fresh ones
    state = models.CharField(max_length=8, default="tried")
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="voucher_import_state", condition=Q(state__in=["tried", "entered"])),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(state="entered"), name="voucher_import_entered_once"
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="voucher_import_digest")]

    @property
    def stream(self) -> str:
        """The name of the import's chain of evidence."""
        return f"disclosure.import:{self.pk}"


class Voucher(models.Model):
    """A balanced entry of a month. It is written with its lines, then posted, and never changed after."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=30)  # of the finance system: 记-12
    day = models.DateField()
    summary = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=KINDS, default="ordinary")
    origin = models.CharField(max_length=80)  # import:3, grants.entry:12, desk: who has it is known once
    debit = models.DecimalField(max_digits=16, decimal_places=2)
    credit = models.DecimalField(max_digits=16, decimal_places=2)
    digest = models.CharField(max_length=64)  # of what it says: the same number with another content is an error
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    entered = models.ForeignKey(VoucherImport, on_delete=models.PROTECT, null=True, related_name="posted")
    is_posted = models.BooleanField(default=False)
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "month", "number"], name="voucher_number_once"),
            models.CheckConstraint(name="voucher_balances", condition=Q(debit=F("credit"))),
            models.CheckConstraint(name="voucher_month", condition=Q(month__range=(1, 12))),
            models.CheckConstraint(name="voucher_kind", condition=Q(kind__in=["ordinary", "reversal", "closing"])),
            models.CheckConstraint(
                name="voucher_reversal_of_one",
                condition=~Q(kind="reversal") | Q(reverses__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["day", "id"], name="voucher_day"),
            models.Index(fields=["year", "-id"], name="voucher_year"),
        ]

    @property
    def stream(self) -> str:
        """The name of the voucher's chain of evidence."""
        return f"disclosure.voucher:{self.pk}"

    def __str__(self) -> str:
        return self.number


class VoucherLine(models.Model):
    """One side of an entry. Of budgetary expenditure (7…) it names subjects, source of money and project."""

    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="lines")
    place = models.PositiveSmallIntegerField()
    account = models.CharField(max_length=20)
    account_name = models.CharField(max_length=80, blank=True, default="")
    debit = models.DecimalField(max_digits=16, decimal_places=2, default=0)  # red entries are negative
    credit = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    functional = models.CharField(max_length=7, blank=True, default="")
    economic = models.CharField(max_length=5, blank=True, default="")
    money = models.CharField(max_length=8, choices=MONEY, blank=True, default="")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="spent")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voucher", "place"], name="voucher_line_place"),
            models.CheckConstraint(
                name="voucher_line_one_side", condition=(Q(debit=0) & ~Q(credit=0)) | (~Q(debit=0) & Q(credit=0))
            ),
            models.CheckConstraint(
                name="voucher_line_expenditure_is_classed",
                condition=~Q(account__startswith="7") | (~Q(functional="") & ~Q(economic="") & ~Q(money="")),
            ),
        ]
        indexes = [models.Index(fields=["project", "account"], name="voucher_line_project")]
