"""What an enterprise owes after it was paid: obligations with their days, and money asked back when one is not kept.

Three people meet in every claw-back: who proposes, who decides, who enters the bank's receipt; a fourth confirms it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.grants.models.applications import Application
from qifu.domain.grants.models.funds import ZERO


class Obligation(models.Model):
    """One thing promised for the money: from the day of payment until a day."""

    class Kind(models.TextChoices):
        STAY = "stay", "不迁出"
        HEADCOUNT = "headcount", "保持人数"
        REPORT = "report", "报告资金使用"

    class State(models.TextChoices):
        RUNNING = "running", "履行中"
        REPORTED = "reported", "待确认"
        ASKING = "asking", "待更正"
        BREACHED = "breached", "疑似违反"
        CLAWBACK = "clawback", "追回中"
        MET = "met", "已履行"
        ENDED = "ended", "已了结"
        VOID = "void", "已取消"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="obligations")
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    said = models.CharField(max_length=200)  # as the enterprise is told it
    rule = models.CharField(max_length=6)  # how much is asked back: terms.RULES
    since = models.DateField()
    until = models.DateField()  # the last day; of a report, the day by which it is due
    least = models.PositiveIntegerField(null=True)  # heads
    state = models.CharField(max_length=10, default="running")
    next_on = models.DateField(null=True)  # of the next reminder
    finding = models.JSONField(default=dict)  # {result, text, value, source, as_of, on}
    report = models.TextField(blank=True, default="")
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    reported_by = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField(null=True)
    is_asked = models.BooleanField(default=False)  # to correct the report: once
    asked_for = models.CharField(max_length=1000, blank=True, default="")
    settled_by = models.BigIntegerField(null=True)  # account that confirmed the report
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], condition=~Q(state="void"), name="obligation_once"),
            models.CheckConstraint(name="obligation_kind", condition=Q(kind__in=["stay", "headcount", "report"])),
            models.CheckConstraint(name="obligation_span", condition=Q(until__gte=F("since"))),
            models.CheckConstraint(name="obligation_heads", condition=~Q(kind="headcount") | Q(least__gt=0)),
            models.CheckConstraint(
                name="obligation_state",
                condition=Q(
                    state__in=["running", "reported", "asking", "breached", "clawback", "met", "ended", "void"]
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "until", "id"], name="obligation_state_until"),
            models.Index(fields=["next_on"], name="obligation_next", condition=Q(next_on__isnull=False)),
        ]

    @property
    def stream(self) -> str:
        """The name of the obligation's chain of evidence."""
        return f"grants.obligation:{self.pk}"

    @property
    def kind_label(self) -> str:
        """What is owed, as people say it."""
        return str(self.Kind(self.kind).label)

    @property
    def state_label(self) -> str:
        """The state as people say it."""
        return str(self.State(self.state).label)


class Clawback(models.Model):
    """Money asked back, or let go, because an obligation was not kept; proposed by one, decided by another."""

    class State(models.TextChoices):
        HEARING = "hearing", "听取意见"
        OWED = "owed", "待退回"
        CLOSED = "closed", "已收清"
        DROPPED = "dropped", "不予追回"

    number = models.CharField(max_length=20, unique=True)
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="clawbacks")
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default="hearing")
    is_waiver = models.BooleanField(default=False)  # proposed to ask nothing back
    clause = models.CharField(max_length=200)
    reason = models.CharField(max_length=1000)
    breached_on = models.DateField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)  # by the rule
    worked_out = models.CharField(max_length=300)
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    hear_until = models.DateTimeField()
    statement = models.TextField(blank=True, default="")  # what the enterprise says to it
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    stated_by = models.BigIntegerField(null=True)
    stated_at = models.DateTimeField(null=True)
    decided = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    why = models.CharField(max_length=1000, blank=True, default="")  # of the decision, said to the enterprise
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)  # by which it is to be paid back
    back = models.DecimalField(max_digits=16, decimal_places=2, default=ZERO)  # confirmed to have come
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["obligation"], condition=~Q(state="dropped"), name="clawback_once"),
            models.CheckConstraint(
                name="clawback_state", condition=Q(state__in=["hearing", "owed", "closed", "dropped"])
            ),
            models.CheckConstraint(name="clawback_amount", condition=Q(amount__gte=0, back__gte=0)),
            models.CheckConstraint(name="clawback_never_more", condition=Q(decided=None) | Q(back__lte=F("decided"))),
            models.CheckConstraint(
                name="clawback_two_people", condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="clawback_decided",
                condition=Q(state="hearing") | (~Q(why="") & ~Q(decided_by=None) & ~Q(decided_at=None)),
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="clawback_state_id")]

    @property
    def stream(self) -> str:
        """The name of the claw-back's chain of evidence, and the source of its entries in the ledger."""
        return f"grants.clawback:{self.pk}"

    @property
    def state_label(self) -> str:
        """The state as people say it."""
        return str(self.State(self.state).label)


class Repayment(models.Model):
    """One sum that came back, by the bank's receipt; it counts once a second officer has confirmed it."""

    clawback = models.ForeignKey(Clawback, on_delete=models.PROTECT, related_name="repayments")
    receipt = models.CharField(max_length=60, unique=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    on = models.DateField()
    entered_by = models.BigIntegerField()
    entered_at = models.DateTimeField()
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="repayment_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="repayment_two_people", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by"))
            ),
        ]
        indexes = [models.Index(fields=["clawback", "id"], name="repayment_clawback")]
