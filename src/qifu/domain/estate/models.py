"""Office buildings and who sits in them: which enterprise on which floor, in which room, from when until when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Building(models.Model):
    """An office building of the district."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    aliases = models.JSONField(default=list)  # what people call it
    street = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="buildings")
    road = models.CharField(max_length=80, blank=True, default="")
    number = models.CharField(max_length=40, blank=True, default="")  # of the house
    towers = models.JSONField(default=list)
    floors = models.PositiveSmallIntegerField(null=True, blank=True)  # above ground
    area = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # square metres
    manager = models.CharField(max_length=80, blank=True, default="")  # who runs it
    tokens = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["street", "code"], name="building_street")]

    def __str__(self) -> str:
        return self.name


class Premises(models.Model):
    """An enterprise in a building, from then until then."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="premises")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="premises")
    tower = models.CharField(max_length=20, blank=True, default="")
    floor = models.SmallIntegerField(null=True, blank=True)
    room = models.CharField(max_length=20, blank=True, default="")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="premises_span",
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "building", "tower", "room"],
                condition=Q(until__isnull=True),
                name="premises_open_once",
            ),
        ]
        indexes = [models.Index(fields=["building", "floor", "room"], name="premises_floor")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} @ {self.building_id}"
