"""Sources of policies, what was found there, each reading of it, and the marks by which near duplicates are found."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

LEVELS = ["national", "provincial", "city", "district"]


class Source(models.Model):
    """Where an office publishes its policies, and how to read it there."""

    class Kind(models.TextChoices):
        FEED = "feed", "订阅源（RSS/Atom）"
        LIST = "list", "列表页"
        PAGE = "page", "单个页面"
        SITEMAP = "sitemap", "站点地图"

    name = models.CharField(max_length=80, unique=True)
    level = models.CharField(max_length=10)
    issuer = models.CharField(max_length=120, blank=True, default="")  # when a text does not say
    kind = models.CharField(max_length=8)
    url = models.URLField(max_length=500)
    host = models.CharField(max_length=260)  # with port: one request at a time
    links = models.CharField(max_length=200, blank=True, default="")  # selector of the links of a list
    body = models.CharField(max_length=200, blank=True, default="")  # selector of the text of a page
    within = models.CharField(max_length=200, blank=True, default="")  # what an address must contain
    words = models.CharField(max_length=200, blank=True, default="")  # of which a title must hold one
    every = models.PositiveSmallIntegerField(default=24)  # hours
    is_paused = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    etag = models.CharField(max_length=200, blank=True, default="")
    modified = models.CharField(max_length=60, blank=True, default="")  # Last-Modified as it was sent
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # somebody wants its pages looked at now
    busy_until = models.DateTimeField(null=True)  # a round is under way; a dead one is taken over after this
    tried_at = models.DateTimeField(null=True)
    good_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    problem = models.CharField(max_length=300, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "policies"
        constraints = [
            models.CheckConstraint(name="policy_source_level", condition=Q(level__in=LEVELS)),
            models.CheckConstraint(
                name="policy_source_kind", condition=Q(kind__in=["feed", "list", "page", "sitemap"])
            ),
            models.CheckConstraint(name="policy_source_every", condition=Q(every__gte=1, every__lte=720)),
            models.CheckConstraint(name="policy_source_list_says_where", condition=~Q(kind="list") | ~Q(links="")),
            models.UniqueConstraint(fields=["url", "kind"], name="policy_source_once"),
        ]
        indexes = [models.Index(fields=["is_paused", "due_at"], name="policy_source_due")]

    @property
    def stream(self) -> str:
        """The name of the source's chain of evidence."""
        return f"policies.source:{self.pk}"


class Finding(models.Model):
    """A page that was found, with its text as it was read last, and what became of it."""

    class State(models.TextChoices):
        NEW = "new", "待处理"
        DUPLICATE = "duplicate", "重复"
        TAKEN = "taken", "已采用"
        IGNORED = "ignored", "不采用"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="findings")
    url = models.URLField(max_length=500, unique=True)
    title = models.CharField(max_length=300)
    plain_title = models.CharField(max_length=300)  # letters and digits alone: titles are compared by it
    number = models.CharField(max_length=80, blank=True, default="")
    issued_on = models.DateField(null=True)
    text = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)  # of the text without spaces and signs
    extracted = models.JSONField(default=dict)
    etag = models.CharField(max_length=200, blank=True, default="")
    modified = models.CharField(max_length=60, blank=True, default="")
    first_seen = models.DateTimeField()
    checked_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)  # it reads otherwise since, and nobody has looked at it
    state = models.CharField(max_length=10, default="new")
    likeness = models.CharField(max_length=10, blank=True, default="")  # why it may be a duplicate: number, title, text
    like = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    document = models.ForeignKey("policies.Document", null=True, on_delete=models.PROTECT, related_name="findings")
    why = models.CharField(max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    is_sample = models.BooleanField(default=False)
    tokens = models.TextField(blank=True, default="")

    class Meta:
        app_label = "policies"
        constraints = [
            models.CheckConstraint(
                name="policy_finding_state", condition=Q(state__in=["new", "duplicate", "taken", "ignored"])
            ),
            models.CheckConstraint(
                name="policy_finding_taken_is_a_document", condition=~Q(state="taken") | Q(document__isnull=False)
            ),
            models.CheckConstraint(name="policy_finding_ignored_says_why", condition=~Q(state="ignored") | ~Q(why="")),
            models.CheckConstraint(name="policy_finding_like_another", condition=Q(like=None) | ~Q(like=F("id"))),
        ]
        indexes = [
            models.Index(fields=["state", "-first_seen"], name="policy_finding_state_seen"),
            models.Index(fields=["digest"], name="policy_finding_digest"),
            models.Index(fields=["plain_title"], name="policy_finding_title"),
            models.Index(fields=["number"], name="policy_finding_number"),
        ]

    @property
    def stream(self) -> str:
        """The name of the finding's chain of evidence."""
        return f"policies.finding:{self.pk}"


class Reading(models.Model):
    """A page as it read from a moment on; a change adds a row."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="readings")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "policies"
        constraints = [models.UniqueConstraint(fields=["finding", "number"], name="policy_reading_number")]


class Mark(models.Model):
    """One of the marks of a finding's text: texts that share many of them are near duplicates."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="marks")
    value = models.BigIntegerField()

    class Meta:
        app_label = "policies"
        constraints = [models.UniqueConstraint(fields=["finding", "value"], name="policy_mark_once")]
        indexes = [models.Index(fields=["value"], name="policy_mark_value")]
