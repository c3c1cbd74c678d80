"""Schemes: an item of the policy library with money behind it, in versions that are never changed once published."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.grants.models.funds import FundLine


class Scheme(models.Model):
    """One thing that is paid: an item of the library as a department carries it out."""

    code = models.CharField(max_length=24, unique=True)
    item = models.ForeignKey("policies.Item", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")  # answers for it
    made_at = models.DateTimeField()

    @property
    def stream(self) -> str:
        """The name of the scheme's chain of evidence."""
        return f"grants.scheme:{self.pk}"


class Version(models.Model):
    """How a scheme works from one publication to the next."""

    class State(models.TextChoices):
        DRAFT = "draft", "起草中"
        PUBLISHED = "published", "已发布"
        CLOSED = "closed", "已停止受理"

    class Way(models.TextChoices):
        NONE = "none", "免申即享"
        CONFIRM = "confirm", "一步确认"
        APPLY = "apply", "申报"

    class Amount(models.TextChoices):
        FIXED = "fixed", "定额"
        FORMULA = "formula", "按政策公式"
        ASKED = "asked", "按申报额核定"

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="draft")
    title = models.CharField(max_length=120)
    revision = models.ForeignKey(
        "policies.Revision", on_delete=models.PROTECT, related_name="+"
    )  # the clause it rests on
    line = models.ForeignKey(FundLine, on_delete=models.PROTECT, related_name="versions")
    way = models.CharField(max_length=8)
    basis = models.CharField(max_length=8)  # how the amount comes about
    fixed = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    cap = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # for one enterprise
    quota = models.PositiveIntegerField(null=True)  # enterprises; none: as far as the money goes
    opens_on = models.DateField()
    closes_on = models.DateField(null=True)  # the last day; none: rolling
    fields = models.JSONField(default=list)  # names of the eligibility catalogue, filled in where held
    questions = models.JSONField(default=list)  # {name, label, kind text|number|money|date, is_required, hint}
    materials = models.JSONField(default=list)  # {name, label, hint, is_required}
    scoring = models.JSONField(default=list)  # {name, label, most}; empty: no scores
    pass_mark = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    reviewers = models.JSONField(default=list)  # ids of units that review side by side; empty: no joint review
    publicity_days = models.PositiveSmallIntegerField(default=5)  # working days; 0: no publicity
    decide_days = models.PositiveSmallIntegerField(default=20)  # working days from submission to decision
    is_deemed = models.BooleanField(
        default=False
    )  # what is not decided in time counts as granted: where the rule says so
    clawback = models.CharField(max_length=600, blank=True, default="")
    duties = models.JSONField(default=list)  # {kind, months, least, share, rule}: what is owed after payment
    author = models.BigIntegerField()
    publisher = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    seq = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="version_number"),
            models.UniqueConstraint(fields=["scheme"], condition=Q(state="published"), name="version_one_published"),
            models.UniqueConstraint(fields=["scheme"], condition=Q(state="draft"), name="version_one_in_work"),
            models.CheckConstraint(name="version_state", condition=Q(state__in=["draft", "published", "closed"])),
            models.CheckConstraint(name="version_way", condition=Q(way__in=["none", "confirm", "apply"])),
            models.CheckConstraint(name="version_basis", condition=Q(basis__in=["fixed", "formula", "asked"])),
            models.CheckConstraint(name="version_fixed", condition=~Q(basis="fixed") | Q(fixed__gt=0)),
            models.CheckConstraint(name="version_span", condition=Q(closes_on=None) | Q(closes_on__gte=F("opens_on"))),
            models.CheckConstraint(
                name="version_published_by_another",
                condition=Q(state="draft", publisher=None)
                | (~Q(state="draft") & Q(publisher__isnull=False) & ~Q(publisher=F("author"))),
            ),
        ]
