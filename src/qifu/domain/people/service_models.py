"""Where and by whom enterprises are served near by: the card of a station, the profile of a specialist, training."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class StationCard(models.Model):
    """What a station tells everybody: what it does, where it is, what it has. Name, telephone and hours are the unit's."""

    unit = models.OneToOneField("people.Unit", primary_key=True, on_delete=models.PROTECT, related_name="card")
    scope = models.CharField(max_length=300)  # what is served here
    address = models.CharField(max_length=120)
    equipment = models.JSONField(default=list)  # short words
    contact = models.CharField(max_length=40, blank=True, default="")  # who answers, as the station wants it told
    note = models.CharField(max_length=300, blank=True, default="")  # how to get there, when closed
    is_public = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="station_card_scope", condition=~Q(scope="")),
            models.CheckConstraint(name="station_card_address", condition=~Q(address="")),
        ]

    def __str__(self) -> str:
        return str(self.unit_id)


class SpecialistProfile(models.Model):
    """What a specialist is known for: languages, trades, a face for the firms that are looked after."""

    account = models.OneToOneField("people.Account", primary_key=True, on_delete=models.PROTECT, related_name="profile")
    languages = models.JSONField(default=list)  # 英语, 日语 …
    sections = models.JSONField(default=list)  # letters of industries
    intro = models.CharField(max_length=200, blank=True, default="")
    photo = models.OneToOneField("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.account_id)


class Training(models.Model):
    """A training that somebody of the staff had, with the certificate if there was one."""

    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="trainings")
    title = models.CharField(max_length=100)
    day = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    certificate = models.CharField(max_length=60, blank=True, default="")  # its number
    good_until = models.DateField(null=True, blank=True)
    entered_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "title", "day"], name="training_once"),
            models.CheckConstraint(name="training_hours", condition=Q(hours__gt=0, hours__lte=500)),
            models.CheckConstraint(
                name="training_good_until", condition=Q(good_until__isnull=True) | Q(good_until__gte=F("day"))
            ),
        ]
        indexes = [models.Index(fields=["day"], name="training_day")]

    def __str__(self) -> str:
        return self.title
