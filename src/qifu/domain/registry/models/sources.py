"""What each source says of an enterprise, version by version, and which of its values stands.

A row of a source is never changed: another content closes it and opens the next version. A person's word and what an
enterprise states of itself are sources like any other. Telephones and names of people are not kept here.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q


class Plain(json.JSONEncoder):
    """Chinese is kept as it is: a third of the space."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"ensure_ascii": False, "separators": (",", ":")}))


class Source(models.Model):
    """Somebody who keeps a list of enterprises, and how far that list is to be believed."""

    class Kind(models.TextChoices):
        LIST = "list", "名单"
        SELF = "self", "企业自报"
        WORD = "word", "人工核定"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=4, default="list")
    authority = models.PositiveSmallIntegerField(default=50)
    strengths = models.JSONField(default=dict, encoder=Plain)  # field → authority, where it differs
    freshness = models.PositiveIntegerField(default=400)  # days that a value counts as fresh after its day
    absent = models.JSONField(default=dict, encoder=Plain)  # field → value of whoever is not on this complete list
    complete_on = models.DateField(null=True, blank=True)  # the day of the last complete list
    mapping = models.JSONField(default=dict, encoder=Plain)  # field → heading in this source's own spelling
    may_tell = models.BooleanField(default=False)  # its telephones may be used to greet new enterprises
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="source_authority", condition=Q(authority__lte=100)),
            models.CheckConstraint(name="source_kind", condition=Q(kind__in=["list", "self", "word"])),
            models.CheckConstraint(name="source_freshness", condition=Q(freshness__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class SourceRow(models.Model):
    """One version of what a source says in one row; open until another takes its place or it leaves the list."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="rows", db_index=False)
    row_key = models.CharField(max_length=160)  # what makes it the same row in the next list
    enterprise = models.ForeignKey(
        "registry.Enterprise",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="source_rows",
        db_index=False,
    )
    load = models.ForeignKey(
        "registry.Load", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    row_number = models.PositiveIntegerField(null=True, blank=True)  # of the file, as the person sees it
    values = models.JSONField(default=dict, encoder=Plain)  # field → value: figures as numbers, days as 2026-09-30
    as_of = models.DateField()  # the day of which it speaks
    days = models.JSONField(default=dict, encoder=Plain)  # field → day, where the value is of an earlier version
    learned_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_load = models.ForeignKey(
        "registry.Load", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seen_load = models.ForeignKey(  # the last load in which the row stood like this
        "registry.Load", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "row_key"], condition=Q(gone_at__isnull=True), name="source_row_open_once"
            ),
            models.CheckConstraint(
                name="source_row_span", condition=Q(gone_at__isnull=True) | Q(gone_at__gte=models.F("learned_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "source"], name="source_row_of"),
            models.Index(fields=["load"], name="source_row_load", condition=Q(load__isnull=False)),
            models.Index(fields=["gone_load"], name="source_row_gone", condition=Q(gone_load__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.row_key}"


class Profile(models.Model):
    """What stands of one enterprise: a value a field, and from which row it comes and why.

    `stands`: field → [row, source, day, why]; row 0 when it follows from not being on a complete list or is computed.
    The other values are those of the open rows; `standing` says for each why it does not stand.
    """

    enterprise = models.OneToOneField(
        "registry.Enterprise", primary_key=True, on_delete=models.CASCADE, related_name="profile"
    )
    values = models.JSONField(default=dict, encoder=Plain)
    stands = models.JSONField(default=dict, encoder=Plain)
    reckoned_at = models.DateTimeField()
    review_on = models.DateField(null=True, blank=True)  # when a value ceases to be fresh and another may stand

    class Meta:
        indexes = [models.Index(fields=["review_on"], name="profile_review", condition=Q(review_on__isnull=False))]

    def __str__(self) -> str:
        return str(self.enterprise_id)
