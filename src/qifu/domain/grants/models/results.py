"""What becomes public and what is decided: lists with masked lines, objections with their settlement, numbered decisions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.grants.models.applications import Application
from qifu.domain.grants.models.schemes import Version
from qifu.kernel.sealed import SealedField


class Notice(models.Model):
    """A public list of whom a scheme is about to pay."""

    number = models.CharField(max_length=30, unique=True)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="notices")
    title = models.CharField(max_length=160)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()  # the end of the last of its working days
    closed_at = models.DateTimeField(null=True)
    made_by = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="notice_span", condition=Q(due_at__gte=F("opened_at")))]
        indexes = [models.Index(fields=["closed_at", "due_at"], name="notice_due")]

    @property
    def stream(self) -> str:
        """The name of the notice's chain of evidence."""
        return f"grants.notice:{self.pk}"


class NoticeLine(models.Model):
    """One line of a public list, as it was shown."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notice_lines")
    shown = models.CharField(max_length=120)  # the name; of a person who trades, masked
    code = models.CharField(max_length=18)  # credit code, masked
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "application"], name="notice_line_once")]


class Objection(models.Model):
    """Somebody says that a line of the list is not right."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        UPHELD = "upheld", "异议成立"
        REJECTED = "rejected", "异议不成立"

    number = models.CharField(max_length=20, unique=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="objections")
    text = models.CharField(max_length=2000)
    who = SealedField()
    phone = SealedField()
    at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open")
    settlement = models.CharField(max_length=1000, blank=True, default="")
    settled_by = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="objection_state", condition=Q(state__in=["open", "upheld", "rejected"])),
            models.CheckConstraint(
                name="objection_settled",
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & ~Q(settlement="")),
            ),
        ]
        indexes = [models.Index(fields=["state", "at"], name="objection_open")]

    @property
    def state_label(self) -> str:
        """The state as people say it."""
        return str(self.State(self.state).label)


class Decision(models.Model):
    """The numbered document by which money is granted or refused."""

    class Kind(models.TextChoices):
        GRANT = "grant", "予以支持"
        REFUSE = "refuse", "不予支持"

    number = models.CharField(max_length=40, unique=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    clause = models.CharField(max_length=200)
    reasons = models.CharField(max_length=1000)
    by = models.BigIntegerField(null=True)  # null: deemed, by the clock
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "round"], name="decision_once"),
            models.CheckConstraint(name="decision_kind", condition=Q(kind__in=["grant", "refuse"])),
            models.CheckConstraint(name="decision_amount", condition=~Q(kind="grant") | Q(amount__gt=0)),
        ]
