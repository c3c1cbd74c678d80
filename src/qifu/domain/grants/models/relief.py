"""Relief and condolence money to persons: standards a head by date, lists of a period, each person once.

Names, identity numbers and accounts are sealed; a person is known again by the keyed digest of the identity number.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from qifu.domain.grants.models.funds import FundLine
from qifu.kernel.sealed import SealedField


class ReliefScheme(models.Model):
    """Money a head for a kind of persons, once each period."""

    class Every(models.TextChoices):
        YEAR = "year", "每年一次"
        HALF = "half", "每半年一次"
        QUARTER = "quarter", "每季度一次"
        MONTH = "month", "每月一次"

    title = models.CharField(max_length=120, unique=True)
    clause = models.CharField(max_length=200)
    line = models.ForeignKey(FundLine, on_delete=models.PROTECT, related_name="relief_schemes")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    every = models.CharField(max_length=8)
    standards = models.JSONField()  # [{kind, since, amount}]: a head, dated
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="relief_every", condition=Q(every__in=["year", "half", "quarter", "month"]))
        ]

    @property
    def stream(self) -> str:
        """The name of the scheme's chain of evidence."""
        return f"grants.reliefscheme:{self.pk}"

    def __str__(self) -> str:
        return self.title


class ReliefList(models.Model):
    """The persons of one period, as they were handed in and decided."""

    class State(models.TextChoices):
        TRIED = "tried", "已试算"
        ENTERED = "entered", "待核定"
        DECIDED = "decided", "已核定"
        UNDONE = "undone", "已撤回"

    scheme = models.ForeignKey(ReliefScheme, on_delete=models.PROTECT, related_name="lists")
    period = models.CharField(max_length=8)  # 2026, 2026H1, 2026Q3, 2026-09
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default="tried")
    rejects = models.JSONField(default=list)  # row number and reason: nothing of the person
    rows = models.PositiveIntegerField()
    handed_by = models.BigIntegerField()
    handed_at = models.DateTimeField()
    reason = models.CharField(max_length=1000, blank=True, default="")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="relief_list_state", condition=Q(state__in=["tried", "entered", "decided", "undone"])
            ),
            models.CheckConstraint(
                name="relief_list_decided", condition=~Q(state="decided") | (~Q(reason="") & ~Q(decided_at=None))
            ),
        ]

    @property
    def stream(self) -> str:
        """The name of the list's chain of evidence."""
        return f"grants.relieflist:{self.pk}"


class ReliefPerson(models.Model):
    """One person of a list. `shown` and `tail` are what lists print."""

    list = models.ForeignKey(ReliefList, on_delete=models.PROTECT, related_name="people")
    scheme = models.ForeignKey(ReliefScheme, on_delete=models.PROTECT, related_name="people")
    period = models.CharField(max_length=8)
    mark = models.CharField(max_length=64)  # keyed digest of the identity number
    name = SealedField()
    identity = SealedField()
    account = SealedField()
    shown = models.CharField(max_length=40)  # 王**
    identity_shown = models.CharField(max_length=24)
    bank = models.CharField(max_length=120)
    tail = models.CharField(max_length=4)
    kind = models.CharField(max_length=40)  # of the standards
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    is_live = models.BooleanField(default=False)
    state = models.CharField(max_length=8, default="listed")  # listed, dropped, held, sent, paid, failed, returned
    receipt = models.CharField(max_length=60, blank=True, default="")
    why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "period", "mark"], condition=Q(is_live=True), name="relief_person_once"
            ),
            models.CheckConstraint(name="relief_amount", condition=Q(amount__gt=0)),
        ]
        indexes = [
            models.Index(fields=["list", "id"], name="relief_list"),
            models.Index(fields=["mark"], name="relief_mark"),
        ]

    @property
    def stream(self) -> str:
        """The name of the person's chain of evidence, and the source of the money."""
        return f"grants.reliefperson:{self.pk}"
