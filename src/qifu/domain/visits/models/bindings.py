"""Who looks after whom: a specialist and an enterprise, a building or a street, from then until then."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Dealing(models.Model):
    """Bindings made at one stroke: by rules over a street, or handed over from one specialist to others."""

    class Kind(models.TextChoices):
        RULES = "rules", "按规则分配"
        HANDOVER = "handover", "移交"

    kind = models.CharField(max_length=8, choices=Kind)
    street = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300)
    bound = models.PositiveIntegerField(default=0)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d}"


class Binding(models.Model):
    """A specialist looks after an enterprise, a building or a street."""

    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="bindings")
    enterprise = models.ForeignKey(
        "registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="bindings", db_index=False
    )
    building = models.ForeignKey(
        "estate.Building", null=True, blank=True, on_delete=models.PROTECT, related_name="bindings", db_index=False
    )
    street = models.ForeignKey(
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rule = models.CharField(max_length=16, default="hand")  # language, industry, load, building, street, asked; hand
    why = models.CharField(max_length=300)
    dealing = models.ForeignKey(
        Dealing, null=True, blank=True, on_delete=models.PROTECT, related_name="bindings", db_index=False
    )
    made_by = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="binding_of_one_thing",
                condition=Q(enterprise__isnull=False, building__isnull=True, street__isnull=True)
                | Q(enterprise__isnull=True, building__isnull=False, street__isnull=True)
                | Q(enterprise__isnull=True, building__isnull=True, street__isnull=False),
            ),
            models.CheckConstraint(name="binding_span", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
            models.CheckConstraint(name="binding_why", condition=~Q(why="")),
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(until__isnull=True), name="binding_one_of_enterprise"
            ),
            models.UniqueConstraint(
                fields=["building"], condition=Q(until__isnull=True), name="binding_one_of_building"
            ),
            models.UniqueConstraint(
                fields=["street", "account"],
                condition=Q(until__isnull=True, street__isnull=False),
                name="binding_once_a_street",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "until"], name="binding_account"),
            models.Index(fields=["enterprise", "since"], name="binding_enterprise"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.enterprise_id or self.building_id or self.street_id}"


class ChangeWish(models.Model):
    """An enterprise asks for another specialist, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", "等待答复"
        CHANGED = "changed", "已更换"
        KEPT = "kept", "没有更换"

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=7, choices=State, default="open")
    answer = models.CharField(max_length=300, blank=True, default="")
    asked_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise"], condition=Q(state="open"), name="change_wish_open_once"),
            models.CheckConstraint(name="change_wish_state", condition=Q(state__in=["open", "changed", "kept"])),
            models.CheckConstraint(
                name="change_wish_answered",
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="change_wish_enterprise"),
            models.Index(fields=["state", "id"], name="change_wish_state_id"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {self.state}"
