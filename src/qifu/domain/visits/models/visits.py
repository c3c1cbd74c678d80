"""A visit and what comes of it: photos, needs, facts; and the diary that keeps offices from crowding a firm."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Diary(models.Model):
    """One row an enterprise: whoever plans a visit to it locks this first, so that two cannot overlook each other."""

    enterprise = models.OneToOneField(
        "registry.Enterprise", primary_key=True, on_delete=models.PROTECT, related_name="diary"
    )

    def __str__(self) -> str:
        return str(self.pk)


class Visit(models.Model):
    """One call on an enterprise or a building."""

    class State(models.TextChoices):
        PLANNED = "planned", "待走访"
        UNDER_WAY = "under_way", "走访中"
        DONE = "done", "已走访"
        CANCELLED = "cancelled", "已取消"
        MISSED = "missed", "未成"

    number = models.CharField(max_length=15, unique=True)
    enterprise = models.ForeignKey(
        "registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    building = models.ForeignKey(
        "estate.Building", null=True, blank=True, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    street = models.ForeignKey(  # where it is
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)  # that calls
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="visits", db_index=False)
    handed_from = models.ForeignKey(  # who had it before
        "people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    place = models.PositiveSmallIntegerField(default=0)  # in the route of the day
    rule = models.CharField(max_length=16, default="hand")
    why = models.CharField(max_length=300)
    plan = models.ForeignKey(
        "visits.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    state = models.CharField(max_length=9, default="planned")
    seq = models.PositiveIntegerField(default=1)  # raised by every step: a report names the one it was written against
    reason = models.CharField(max_length=300, blank=True, default="")  # of the last move, cancelling or missing
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy = models.PositiveIntegerField(null=True, blank=True)  # metres
    form = models.CharField(max_length=12, blank=True, default="")  # version of the questions
    answers = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")
    signed_by = models.CharField(max_length=40, blank=True, default="")  # who of the firm stood by what was written
    expected = models.JSONField(default=list)  # keys of the photos that the report promises
    follow_up = models.DateField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visit_to_one_place",
                condition=Q(enterprise__isnull=False, building__isnull=True)
                | Q(enterprise__isnull=True, building__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_state", condition=Q(state__in=["planned", "under_way", "done", "cancelled", "missed"])
            ),
            models.CheckConstraint(
                name="visit_done_is_told",
                condition=~Q(state="done")
                | Q(arrived_at__isnull=False, left_at__isnull=False, reported_at__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_told_is_done", condition=Q(state="done") | Q(left_at__isnull=True, reported_at__isnull=True)
            ),
            models.CheckConstraint(
                name="visit_span", condition=Q(left_at__isnull=True) | Q(left_at__gte=F("arrived_at"))
            ),
            models.CheckConstraint(
                name="visit_off_for_a_reason", condition=~Q(state__in=["cancelled", "missed"]) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="visit_position",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
            ),
            models.CheckConstraint(name="visit_why", condition=~Q(why="")),
            models.UniqueConstraint(
                fields=["enterprise", "unit", "day"],
                condition=Q(state__in=["planned", "under_way"]),
                name="visit_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["building", "unit", "day"],
                condition=Q(state__in=["planned", "under_way"]),
                name="visit_building_once_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "day", "place"], name="visit_route"),
            models.Index(fields=["day", "id"], name="visit_day"),
            models.Index(fields=["state", "day", "id"], name="visit_state_day"),
            models.Index(fields=["unit", "day", "id"], name="visit_unit_day"),
            models.Index(fields=["street", "day", "id"], name="visit_street_day"),
            models.Index(fields=["enterprise", "day"], name="visit_enterprise_day"),
            models.Index(fields=["building", "day"], name="visit_building_day"),
            models.Index(fields=["plan"], name="visit_plan", condition=Q(plan__isnull=False)),
            models.Index(fields=["follow_up"], name="visit_follow_up", condition=Q(follow_up__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """The name of the visit's chain of evidence, and the owner of its photos."""
        return f"visits.visit:{self.pk}"


class Photo(models.Model):
    """A picture of the visit, or the signature, under the key that the device gave it."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "照片"
        SIGNATURE = "signature", "签名"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos", db_index=False)
    key = models.UUIDField()
    kind = models.CharField(max_length=9, choices=Kind)
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "key"], name="photo_once")]

    def __str__(self) -> str:
        return str(self.key)


class Need(models.Model):
    """What the firm needs, found at the visit, and the case that it became."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="needs", db_index=False)
    key = models.UUIDField()
    appeal = models.OneToOneField("appeals.Appeal", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "key"], name="need_once")]

    def __str__(self) -> str:
        return str(self.key)


class Fact(models.Model):
    """What was learnt of the firm, and what the registry made of it: a proposal, or the sentence of why not."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="facts", db_index=False)
    key = models.UUIDField()
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    correction = models.OneToOneField(
        "registry.Correction", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refusal = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "key"], name="fact_once"),
            models.CheckConstraint(
                name="fact_answered",
                condition=(Q(correction__isnull=False) & Q(refusal="")) | (Q(correction__isnull=True) & ~Q(refusal="")),
            ),
        ]

    def __str__(self) -> str:
        return self.field
