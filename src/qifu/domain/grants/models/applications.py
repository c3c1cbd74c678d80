"""Applications of enterprises, their materials, how long they stood in each stage, and the times promised."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.grants.flow.words import CLOCKS
from qifu.domain.grants.models.schemes import Version
from qifu.kernel.sealed import SealedField


class Application(models.Model):
    """One enterprise asks for one scheme, or was listed for it. Its life is `flow.APPLICATION`."""

    number = models.CharField(max_length=20, unique=True)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="applications")
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10)
    is_open = models.BooleanField(default=True)
    round = models.PositiveSmallIntegerField(default=1)
    resumes = models.CharField(max_length=10, blank=True, default="")
    counts = models.JSONField(default=dict)
    seq = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=dict)  # name → {value, held, source, as_of}: what was said beside what was held
    precheck = models.JSONField(default=dict)  # {result, lines: [{text, value, result, source, as_of, cite}], on}
    asked = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    granted = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    worked_out = models.CharField(max_length=300, blank=True, default="")  # how the amount came about
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    minutes = models.TextField(blank=True, default="")  # of the joint review
    refusal = models.CharField(max_length=20, blank=True, default="")  # flow.words.REFUSALS
    clause = models.CharField(max_length=200, blank=True, default="")  # on which a refusal rests
    why = models.CharField(max_length=1000, blank=True, default="")  # said to the enterprise
    lacking = models.JSONField(default=list)  # what it was asked to bring, once
    contact = models.BigIntegerField(null=True)  # account that acts for the enterprise; null: listed by the system
    contact_name = models.CharField(max_length=40, blank=True, default="")
    phone = SealedField(blank=True, default="")
    checker = models.BigIntegerField(null=True)  # account that did the form check or confirmed the list
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()  # into the present state
    closed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "enterprise", "year"],
                condition=~Q(state__in=["withdrawn", "refused", "dropped"]),
                name="application_once_a_year",
            ),
            models.CheckConstraint(name="application_asked", condition=Q(asked=None) | Q(asked__gt=0)),
            models.CheckConstraint(name="application_granted", condition=Q(granted=None) | Q(granted__gt=0)),
            models.CheckConstraint(
                name="application_refused_says_why",
                condition=~Q(state="refused") | (~Q(refusal="") & ~Q(clause="") & ~Q(why="")),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "entered_at", "id"], name="application_state"),
            models.Index(fields=["enterprise", "-id"], name="application_firm"),
            models.Index(fields=["version", "state"], name="application_version"),
        ]

    @property
    def stream(self) -> str:
        """The name of the application's chain of evidence, and the source of its money."""
        return f"grants.application:{self.pk}"


class Stay(models.Model):
    """How long an application stood in one state: the days that everybody entitled sees."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="stays")
    state = models.CharField(max_length=10)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(until=None), name="stay_one_open"),
            models.CheckConstraint(name="stay_span", condition=Q(until=None) | Q(until__gte=F("since"))),
        ]
        indexes = [models.Index(fields=["application", "id"], name="stay_application")]


class Clock(models.Model):
    """One promise about one application, as engines/flow keeps it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=10)
    round = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=10)
    n = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    promised_at = models.DateTimeField()
    calendar = models.CharField(max_length=80)
    is_assumed = models.BooleanField()
    pauses = models.JSONField(default=list)
    met_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=8)

    class Meta:
        indexes = [
            models.Index(fields=["application", "id"], name="grants_clock_application"),
            models.Index(fields=["status", "kind", "due_at"], name="grants_clock_due"),
        ]

    @property
    def kind_label(self) -> str:
        """What is promised, as people say it."""
        return dict(CLOCKS)[self.kind]


class Material(models.Model):
    """A paper that the version asks for, as it was handed in; a later one takes its place."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="materials")
    name = models.CharField(max_length=40)  # of version.materials
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "name"], condition=Q(is_current=True), name="material_one_current"
            )
        ]
