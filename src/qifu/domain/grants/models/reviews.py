"""The joint review: a seat for each department, its conflict, its scores and its vote; nobody sees another's before all are in.
Visits to the site: who went, on which day, what was found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from qifu.domain.grants.flow import words
from qifu.domain.grants.models.applications import Application


class Seat(models.Model):
    """The place of one department in the review of one application in one round."""

    class Vote(models.TextChoices):
        YES = "yes", "同意"
        NO = "no", "不同意"
        ABSTAIN = "abstain", "弃权"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="seats")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)  # who took it
    has_conflict = models.BooleanField(null=True)  # declared before anything is scored
    conflict = models.CharField(max_length=300, blank=True, default="")
    scores = models.JSONField(default=dict)  # name of version.scoring → points, as text
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # what it holds to be right
    vote = models.CharField(max_length=8, blank=True, default="")
    opinion = models.CharField(max_length=1000, blank=True, default="")
    given_at = models.DateTimeField(null=True)  # scores and vote, or the declared conflict

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "round", "unit"], name="seat_once"),
            models.CheckConstraint(name="seat_vote", condition=Q(vote__in=["", "yes", "no", "abstain"])),
            models.CheckConstraint(
                name="seat_conflict_says_why", condition=~Q(has_conflict=True) | (~Q(conflict="") & Q(vote=""))
            ),
            models.CheckConstraint(name="seat_no_says_why", condition=~Q(vote="no") | ~Q(opinion="")),
        ]
        indexes = [models.Index(fields=["unit", "given_at"], name="seat_unit")]

    @property
    def vote_label(self) -> str:
        """The vote as people say it."""
        return str(self.Vote(self.vote).label) if self.vote else ""


class SiteVisit(models.Model):
    """Officers went to see what was applied for; what they found is part of the reasons of the decision."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="visits")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")  # on whose behalf
    visited_on = models.DateField()
    visitors = models.CharField(max_length=120)  # who went, by name
    place = models.CharField(max_length=120)
    outcome = models.CharField(max_length=8)  # flow.words.VISITS
    findings = models.CharField(max_length=1000)
    files = models.ManyToManyField("files.StoredFile", related_name="+")  # photos and papers
    account = models.BigIntegerField()  # who entered it
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="visit_outcome", condition=Q(outcome__in=["agrees", "differs", "unclear"])),
            models.CheckConstraint(name="visit_says_what", condition=~Q(findings="") & ~Q(visitors="")),
        ]
        indexes = [models.Index(fields=["application", "id"], name="visit_application")]

    @property
    def outcome_label(self) -> str:
        """What came of it, as people say it."""
        return words.label(words.VISITS, self.outcome)

    @property
    def told(self) -> str:
        """The visit as a sentence of the reasons."""
        day = f"{self.visited_on.year}年{self.visited_on.month}月{self.visited_on.day}日"
        return f"{day}，{self.visitors}到{self.place}现场核查，结论为{self.outcome_label}：{self.findings}"
