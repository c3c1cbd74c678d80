"""A disclosure while it is composed, signed by three, and frozen: model, figures' terms and every row as it then stood."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

STATES: Final = (("open", "编制中"), ("drawn", "待审核"), ("reviewed", "待签发"), ("published", "已公开"))


class Account(models.Model):
    """The disclosure of a year. What officers wrote is kept beside it; the rest is computed until it is published."""

    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, default="final_accounts")
    unit = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    begun_by = models.BigIntegerField(null=True)
    begun_at = models.DateTimeField()
    drawn_by = models.BigIntegerField(null=True)
    drawn_at = models.DateTimeField(null=True)
    reviewed_by = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    published_by = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    opinion = models.CharField(max_length=400, blank=True, default="")  # of who gave it back
    errors = models.PositiveIntegerField(default=0)  # of the audit when it was last signed
    warnings = models.PositiveIntegerField(default=0)
    signed = models.CharField(max_length=64, blank=True, default="")  # digest of what was signed
    frozen = models.BinaryField(default=b"")  # compressed JSON: model, terms, origins, numbers, rows
    digest = models.CharField(max_length=64, blank=True, default="")  # SHA-256 of `frozen` before it was compressed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "kind"], name="account_once_a_year"),
            models.CheckConstraint(
                name="account_state", condition=Q(state__in=["open", "drawn", "reviewed", "published"])
            ),
            models.CheckConstraint(
                name="account_published_is_frozen",
                condition=~Q(state="published") | (~Q(frozen=b"") & ~Q(digest="") & Q(errors=0)),
            ),
            models.CheckConstraint(
                name="account_three_people",
                condition=~Q(state="published")
                | (~Q(drawn_by=F("reviewed_by")) & ~Q(drawn_by=F("published_by")) & ~Q(reviewed_by=F("published_by"))),
            ),
        ]

    @property
    def title(self) -> str:
        """What it is called in public."""
        return f"{self.year}年度{self.unit}部门决算公开"

    @property
    def stream(self) -> str:
        """The name of the disclosure's chain of evidence."""
        return f"disclosure.account:{self.pk}"


class Word(models.Model):
    """What an officer wrote at a place of the text."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="words")
    place = models.CharField(max_length=40)
    text = models.CharField(max_length=2000)
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "place"], name="account_word_place")]
