"""What enterprises were told: parcels of a month, the items in each with their proof, the runs that a person set off."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Parcel(models.Model):
    """Pushes to one enterprise that travel together; the month's parcels are numbered, so that no race exceeds the limit."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="+")
    month = models.DateField()  # its first day
    place = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    due = models.DateTimeField()  # never in quiet hours

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "month", "place"], name="parcel_place"),
            models.CheckConstraint(name="parcel_month", condition=Q(place__gte=1, place__lte=9)),
        ]


class PushRun(models.Model):
    """A run of telling enterprises that a person set off: how far it is, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "推送中"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已停止"

    account = models.BigIntegerField(null=True)  # who set it off
    state = models.CharField(max_length=9, choices=State, default="waiting")
    firms = models.PositiveIntegerField(default=0)  # that fit something they were never told of
    done = models.PositiveIntegerField(default=0)
    parcels = models.PositiveIntegerField(default=0)
    pushes = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="push_run_state", condition=Q(state__in=["waiting", "running", "done", "cancelled"])
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=["waiting", "running"]), name="push_run_one_each"
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in (self.State.WAITING, self.State.RUNNING)


class Push(models.Model):
    """One item told to one enterprise with the proof that it fits, and what came of it."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="pushes")
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey("policies.Revision", on_delete=models.PROTECT, related_name="pushes")
    proof = models.JSONField()  # on which day, which clauses were answered how from which value and source
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    fits = models.BooleanField(null=True)
    because = models.CharField(max_length=300, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)  # the editor has dealt with the answer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "revision"], name="push_once"),
            models.CheckConstraint(
                name="push_not_fitting_says_why", condition=Q(fits=None) | Q(fits=True) | ~Q(because="")
            ),
        ]
        indexes = [models.Index(fields=["revision", "sent_at"], name="push_revision")]
