"""Alerts about enterprises: which rule, why, on what values, to whom, until when, and what came of it; the rules' own state."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.registry.models.enterprises import Enterprise
from qifu.domain.registry.models.sources import Plain


class Alert(models.Model):
    """What a rule found about an enterprise. One open at a time a rule, and never twice for the same thing."""

    class State(models.TextChoices):
        OPEN = "open", "待处置"
        CLOSED = "closed", "已处置"
        FALSE = "false", "误报"

    class Outcome(models.TextChoices):
        HELPED = "helped", "情况属实，已帮扶"
        REFERRED = "referred", "情况属实，已转有关部门"
        LEFT = "left", "情况属实，已迁出或停业"
        RECOVERED = "recovered", "情况属实，已自行恢复"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="alerts", db_index=False)
    rule = models.CharField(max_length=24)
    ground = models.CharField(max_length=40)  # the same while nothing new has happened
    why = models.CharField(max_length=500)
    behind = models.JSONField(default=list, encoder=Plain)  # [label, value, unit, day, source, row]
    found_at = models.DateTimeField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=6, default="open")
    outcome = models.CharField(max_length=9, blank=True, default="")
    result = models.CharField(max_length=500, blank=True, default="")  # what was done; of a false one, why it is
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        "people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "rule"], condition=Q(state="open"), name="alert_open_once"),
            models.UniqueConstraint(fields=["enterprise", "rule", "ground"], name="alert_ground_once"),
            models.CheckConstraint(name="alert_state", condition=Q(state__in=["open", "closed", "false"])),
            models.CheckConstraint(
                name="alert_outcome", condition=Q(outcome__in=["", "helped", "referred", "left", "recovered"])
            ),
            models.CheckConstraint(
                name="alert_closed",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__gte=F("found_at")) & ~Q(result="")),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="alert_due"),
            models.Index(fields=["unit", "state", "due_at"], name="alert_unit"),
            models.Index(fields=["rule", "state", "closed_at"], name="alert_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.enterprise_id}"


class AlertRule(models.Model):
    """Whether a rule is in use, who gets its alerts, and what it was worth when last tried on planted shocks."""

    class State(models.TextChoices):
        ACTIVE = "active", "在用"
        RETIRED = "retired", "已停用"

    code = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=7, default="active")
    unit = models.ForeignKey(  # who gets its alerts; without one, the enterprise's street
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    why = models.CharField(max_length=300, blank=True, default="")  # it is retired, or was brought back
    counted_from = models.DateTimeField()  # alerts closed since then speak for or against it
    changed_at = models.DateTimeField()
    trial = models.JSONField(default=dict, encoder=Plain)  # precision and lead time on planted shocks

    class Meta:
        constraints = [models.CheckConstraint(name="alert_rule_state", condition=Q(state__in=["active", "retired"]))]

    def __str__(self) -> str:
        return self.code
