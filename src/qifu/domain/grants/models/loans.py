"""Subsidised interest: banks, programmes with dated terms, lists of loans, and settlements bank by bank.

A settlement takes all lists of a programme's period together, because a firm's ceiling is one whatever banks it borrows from; what
it comes to is paid in one sum a bank, whose own chain of evidence names the loans behind it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.grants.models.funds import FundLine
from qifu.kernel.sealed import SealedField


class Bank(models.Model):
    """A bank that lends under programmes, and where its share is paid to."""

    name = models.CharField(max_length=120, unique=True)
    holder = models.CharField(max_length=120)
    branch = models.CharField(max_length=120)  # 开户行
    account = SealedField()
    tail = models.CharField(max_length=4)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """What interest is subsidised and how. `terms` is what engines/subsidy needs besides the period, amounts as text."""

    title = models.CharField(max_length=120, unique=True)
    clause = models.CharField(max_length=200)  # on which it rests
    line = models.ForeignKey(FundLine, on_delete=models.PROTECT, related_name="programmes")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")  # answers for it
    terms = models.JSONField()
    sizes = models.JSONField(default=list)  # of the firms; empty: any
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    @property
    def stream(self) -> str:
        """The name of the programme's chain of evidence."""
        return f"grants.programme:{self.pk}"

    def __str__(self) -> str:
        return self.title


class LoanList(models.Model):
    """A bank's list of loans of a period: tried first, then entered, and taken back if it was wrong."""

    class State(models.TextChoices):
        TRIED = "tried", "已试算"
        ENTERED = "entered", "已提交"
        UNDONE = "undone", "已撤回"

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="lists")
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="lists")
    first = models.DateField()
    last = models.DateField()
    name = models.CharField(max_length=200)  # of the file
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    state = models.CharField(max_length=8, default="tried")
    rejects = models.JSONField(default=list)  # row number, loan, reason
    rows = models.PositiveIntegerField()
    handed_by = models.BigIntegerField()
    handed_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="loan_list_state", condition=Q(state__in=["tried", "entered", "undone"])),
            models.CheckConstraint(name="loan_list_span", condition=Q(last__gte=F("first"))),
            models.UniqueConstraint(
                fields=["programme", "bank", "first", "digest"], condition=Q(state="entered"), name="loan_list_once"
            ),
        ]
        indexes = [models.Index(fields=["programme", "first", "state"], name="loan_list_period")]

    @property
    def stream(self) -> str:
        """The name of the list's chain of evidence."""
        return f"grants.loanlist:{self.pk}"


class Settlement(models.Model):
    """What a programme comes to in a period, over all banks: worked out as often as wanted, decided once."""

    class State(models.TextChoices):
        DRAFT = "draft", "测算中"
        DECIDED = "decided", "已核定"

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="settlements")
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=8, default="draft")
    total = models.DecimalField(max_digits=16, decimal_places=2)
    worked_by = models.BigIntegerField()
    worked_at = models.DateTimeField()
    reason = models.CharField(max_length=1000, blank=True, default="")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "first"], name="settlement_once"),
            models.CheckConstraint(name="settlement_span", condition=Q(last__gte=F("first"))),
            models.CheckConstraint(
                name="settlement_decided",
                condition=Q(state="draft", decided_at=None) | (Q(state="decided") & ~Q(reason="") & ~Q(decided_at=None)),
            ),
        ]  # fmt: skip

    @property
    def stream(self) -> str:
        """The name of the settlement's chain of evidence."""
        return f"grants.settlement:{self.pk}"


class Loan(models.Model):
    """One loan of a list, and what it comes to with every step of the calculation."""

    class State(models.TextChoices):
        WAITING = "waiting", "待测算"
        KNOWN = "known", "已算出"
        NONE = "none", "不予贴息"
        OPEN = "open", "待补充"
        DROPPED = "dropped", "已剔除"

    trace = models.JSONField(default=list)  # lines of the calculation; before `list` takes that name
    cuts = models.JSONField(default=list)
    doubts = models.JSONField(default=list)
    list = models.ForeignKey(LoanList, on_delete=models.PROTECT, related_name="loans")
    settlement = models.ForeignKey(Settlement, null=True, on_delete=models.PROTECT, related_name="loans")
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="loans")
    number = models.CharField(max_length=60)  # 借据编号
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+")
    written = models.CharField(max_length=120)  # the firm's name as the bank writes it
    first = models.DateField()
    last = models.DateField()
    facts = models.JSONField()  # movements, rates, due, extended, overdue, interest, rows
    claimed = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # what the bank makes of it
    state = models.CharField(max_length=8, default="waiting")
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    by_year = models.JSONField(default=dict)
    is_live = models.BooleanField(default=False)  # its list is entered and it was not dropped
    why = models.CharField(max_length=300, blank=True, default="")  # it was dropped

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "number", "first"], condition=Q(is_live=True), name="loan_once_a_period"
            ),
            models.CheckConstraint(name="loan_amount", condition=Q(amount=None) | Q(amount__gte=0)),
            models.CheckConstraint(
                name="loan_state", condition=Q(state__in=["waiting", "known", "none", "open", "dropped"])
            ),
            models.CheckConstraint(name="loan_dropped_says_why", condition=~Q(state="dropped") | ~Q(why="")),
        ]
        indexes = [
            models.Index(fields=["list", "id"], name="loan_list"),
            models.Index(fields=["settlement", "bank"], name="loan_settlement"),
            models.Index(fields=["enterprise", "first"], name="loan_firm"),
        ]


class BankShare(models.Model):
    """What one bank gets of a decided settlement; its chain is the source of the money."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="shares")
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="shares")
    loans = models.PositiveIntegerField()
    firms = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=8, default="held")  # held, sent, paid, failed, returned: as the order says
    receipt = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "bank"], name="bank_share_once"),
            models.CheckConstraint(name="bank_share_amount", condition=Q(amount__gt=0)),
        ]

    @property
    def stream(self) -> str:
        """The name of the share's chain of evidence, and the source of its money."""
        return f"grants.bankshare:{self.pk}"
