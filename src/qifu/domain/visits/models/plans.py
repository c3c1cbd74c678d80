"""A month of visits: drawn up by rules, looked at line by line, accepted or dropped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Plan(models.Model):
    """A month for the district, or for one street."""

    class State(models.TextChoices):
        DRAFT = "draft", "待确认"
        ACCEPTED = "accepted", "已采用"
        DROPPED = "dropped", "已放弃"

    month = models.DateField()  # its first day
    street = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    each = models.PositiveSmallIntegerField()  # visits a specialist at most
    state = models.CharField(max_length=8, choices=State, default="draft")
    found = models.JSONField(default=dict)  # rule → how many it asked for, and how many found a place
    accepted = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # lines that had no place any more when it was accepted
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="visit_plan_state", condition=Q(state__in=["draft", "accepted", "dropped"])),
            models.CheckConstraint(
                name="plan_decided",
                condition=Q(state="draft", decided_at__isnull=True) | (~Q(state="draft") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(name="plan_each", condition=Q(each__gte=1, each__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Line(models.Model):
    """One visit that a plan proposes."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lines", db_index=False)
    place = models.PositiveIntegerField()  # by rank, from 1
    enterprise = models.ForeignKey(
        "registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    building = models.ForeignKey(
        "estate.Building", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    street = models.ForeignKey(
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    rule = models.CharField(max_length=16)
    why = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "place"], name="plan_line_place"),
            models.UniqueConstraint(fields=["plan", "enterprise"], name="plan_line_enterprise"),
            models.CheckConstraint(
                name="plan_line_to_one_place",
                condition=Q(enterprise__isnull=False, building__isnull=True)
                | Q(enterprise__isnull=True, building__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}.{self.place}"
