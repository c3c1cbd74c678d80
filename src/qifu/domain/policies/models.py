"""Documents, items and their dated revisions with cases; matches of all enterprises; parcels of pushes; claims.

What an enterprise can get is an item. What is true of it on a day is the revision in force on that day: revisions are
written, read by a second person, published, and never changed after that.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q


class Document(models.Model):
    """A policy document as it was issued."""

    class Level(models.TextChoices):
        NATIONAL = "national", "国家"
        PROVINCIAL = "provincial", "省"
        CITY = "city", "市"
        DISTRICT = "district", "区"

    level = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    issuer = models.CharField(max_length=200)
    number = models.CharField(max_length=80, blank=True, default="")  # 文号
    issued_on = models.DateField(null=True, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    text = models.TextField(blank=True, default="")
    gist = models.TextField(blank=True, default="")  # in own words
    url = models.URLField(max_length=500, blank=True, default="")
    checked = models.CharField(max_length=500, blank=True, default="")  # how it was confirmed
    found_at = models.DateTimeField()  # when it came to the centre: freshness counts from here
    author = models.BigIntegerField(null=True)  # None: adopted from the starter library
    is_sample = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="document_level", condition=Q(level__in=["national", "provincial", "city", "district"])
            ),
            models.CheckConstraint(
                name="document_span",
                condition=Q(effective_from=None) | Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
            ),
            models.UniqueConstraint(fields=["number", "title"], name="document_once"),
        ]
        indexes = [models.Index(fields=["level", "-id"], name="document_level_id")]

    @property
    def stream(self) -> str:
        """The name of the document's chain of evidence."""
        return f"policies.document:{self.pk}"


class Relation(models.Model):
    """What one document does to another, known by its number even where it is not kept here."""

    class Kind(models.TextChoices):
        AMENDS = "amends", "修改"
        REPEALS = "repeals", "废止"
        IMPLEMENTS = "implements", "落实"
        EXTENDS = "extends", "延续"

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=10)
    number = models.CharField(max_length=120)
    other = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="related")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="relation_kind", condition=Q(kind__in=["amends", "repeals", "implements", "extends"])
            ),
            models.CheckConstraint(name="relation_to_another", condition=Q(other=None) | ~Q(other=F("document"))),
            models.UniqueConstraint(fields=["document", "kind", "number"], name="relation_once"),
        ]


class Item(models.Model):
    """One thing an enterprise can get."""

    class Kind(models.TextChoices):
        TAX = "tax", "税费减免"
        MONEY = "money", "资金"
        RECOGNITION = "recognition", "资质认定"
        SERVICE = "service", "服务"

    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=12)
    theme = models.CharField(max_length=20)
    unit = models.CharField(max_length=80)  # who answers for it, in general words
    is_sample = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="item_kind", condition=Q(kind__in=["tax", "money", "recognition", "service"]))
        ]

    @property
    def stream(self) -> str:
        """The name of the item's chain of evidence."""
        return f"policies.item:{self.pk}"


class Revision(models.Model):
    """What holds of an item from a day to a day. A published one is never changed, only ended or withdrawn."""

    class State(models.TextChoices):
        DRAFT = "draft", "起草中"
        REVIEWED = "reviewed", "已审读"
        PUBLISHED = "published", "已发布"
        WITHDRAWN = "withdrawn", "已撤回"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions")
    force_from = models.DateField()
    force_to = models.DateField(null=True, blank=True)  # the last day in force; None open
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=400)
    condition = models.JSONField()
    formula = models.JSONField(null=True)  # of the amount, in 万元
    amount_words = models.CharField(max_length=300, blank=True, default="")
    materials = models.JSONField(default=list)
    window = models.JSONField(default=dict)  # kind always yearly once, from, to, note
    closes_on = models.DateField(null=True)  # of a window that comes once
    steps = models.PositiveSmallIntegerField(default=2)  # to be done by the enterprise: 0, 1, more
    how = models.CharField(max_length=600, blank=True, default="")
    contact = models.CharField(max_length=120, blank=True, default="")
    beyond = models.JSONField(default=list)  # what the office checks besides
    excludes = models.JSONField(default=list)  # codes of items that cannot be had together with this
    clauses = models.JSONField(default=list)  # where each part of the condition stands: path, cite, says
    state = models.CharField(max_length=10, choices=State.choices, default="draft")
    version = models.PositiveIntegerField(default=1)
    author = models.BigIntegerField(null=True)  # None: adopted
    reader = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True, default="")
    force_was = models.DateField(null=True)  # its last day before a later revision took over; null: it had none
    tokens = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="revision_number"),
            models.UniqueConstraint(
                fields=["item", "force_from"], condition=Q(state="published"), name="revision_published_from"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["draft", "reviewed"]), name="revision_one_in_work"
            ),
            models.CheckConstraint(
                name="revision_state", condition=Q(state__in=["draft", "reviewed", "published", "withdrawn"])
            ),
            models.CheckConstraint(name="revision_span", condition=Q(force_to=None) | Q(force_to__gte=F("force_from"))),
            models.CheckConstraint(
                name="revision_read_by_another",
                condition=Q(reader=None) | Q(author=None) | ~Q(reader=F("author")),
            ),
            models.CheckConstraint(
                name="revision_published_was_read",
                condition=~Q(state="published") | Q(author=None) | Q(reader__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "force_from"], name="revision_force"),
            models.Index(fields=["state", "changed_at", "id"], name="revision_stamp"),
        ]

    @property
    def is_zero_step(self) -> bool:
        """Whether nothing is to be done to get it: only then may it be called 免申即享."""
        return self.steps == 0

    @property
    def is_by_filing(self) -> bool:
        """Whether a tax relief is taken by filling in the tax return, one step in all: nobody asks for it anywhere else."""
        return self.item.kind == Item.Kind.TAX and self.steps <= 1

    def is_in_force(self, on: date) -> bool:
        """Whether it is published and holds on a day."""
        return self.state == "published" and self.force_from <= on <= (self.force_to or date.max)


class Case(models.Model):
    """An example that the condition must answer as expected before it may be published."""

    class Kind(models.TextChoices):
        ELIGIBLE = "eligible", "符合"
        NOT = "not", "不符合"
        BOUNDARY = "boundary", "正在界上"
        UNKNOWN = "unknown", "缺信息"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="cases")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    on = models.DateField()
    facts = models.JSONField(default=dict)
    expected = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_kind", condition=Q(kind__in=["eligible", "not", "boundary", "unknown"])),
            models.CheckConstraint(
                name="case_expected", condition=Q(expected__in=["eligible", "ineligible", "unknown"])
            ),
            models.UniqueConstraint(fields=["revision", "name"], name="case_name"),
        ]


class Match(models.Model):
    """Who fits a revision, as two planes of bits over the ids of enterprises: bit n is enterprise n."""

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, related_name="match")
    on = models.DateField()
    at = models.DateTimeField()
    counted_at = models.DateTimeField()  # when its figures were last counted over all enterprises
    since = models.DateField()  # when the item was first matched: changes are kept from then on
    enterprises = models.PositiveIntegerField()  # asked about
    eligible = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    eligible_bits = models.BinaryField()
    unknown_bits = models.BinaryField()
    lacking = models.JSONField(default=dict)  # field → how many it keeps unknown
    unclaimed = models.JSONField(default=dict)  # eligible and not claimed this year: street and section → firms, yuan

    class Meta:
        constraints = [
            models.CheckConstraint(name="match_sum", condition=Q(enterprises__gte=F("eligible") + F("unknown")))
        ]


class MatchChange(models.Model):
    """An enterprise began or ceased to fit a revision."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="changes")
    became = models.CharField(max_length=10)
    on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="change_became", condition=Q(became__in=["eligible", "ineligible", "unknown"]))
        ]
        indexes = [models.Index(fields=["enterprise", "-id"], name="match_change_firm")]


class Claim(models.Model):
    """An enterprise has asked for an item for a year, or got it."""

    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="claims")
    year = models.PositiveSmallIntegerField()
    applied_on = models.DateField()
    granted_on = models.DateField(null=True)  # decided by the room that pays it; lists of departments do not say
    paid_on = models.DateField(null=True)
    yuan = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "item", "year"], name="claim_once_a_year"),
            models.CheckConstraint(
                name="claim_paid_after", condition=Q(paid_on=None) | Q(paid_on__gte=F("applied_on"))
            ),
            models.CheckConstraint(name="claim_yuan", condition=Q(yuan=None) | Q(yuan__gte=0)),
        ]
        indexes = [models.Index(fields=["item", "year"], name="claim_item_year")]


class ClaimList(models.Model):
    """A department's list of who claimed what: tried first, then entered, and taken back if it was wrong."""

    class State(models.TextChoices):
        TRIED = "tried", "已试算"
        ENTERED = "entered", "已导入"
        UNDONE = "undone", "已撤回"

    name = models.CharField(max_length=200)  # of the file
    origin = models.CharField(max_length=80)  # the department that keeps it
    digest = models.CharField(max_length=64)  # SHA-256 of what was read
    account = models.BigIntegerField(null=True)
    unit = models.BigIntegerField(null=True)  # of whoever handed it in; null: the centre
    state = models.CharField(max_length=8, choices=State, default="tried")
    rows = models.JSONField(default=list)  # as read: number, item, firm, code, applied, paid, yuan, wan
    count = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    rejects = models.JSONField(default=list)  # row number, reason, cells
    written = models.JSONField(default=list)  # what entering it did: claim, before, after
    pushes = models.JSONField(default=list)  # pushes that it marked as applied for
    handed_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="claim_list_state", condition=Q(state__in=["tried", "entered", "undone"]))
        ]
        indexes = [models.Index(fields=["-id"], name="claim_list_newest")]


class Subscription(models.Model):
    """Which policies a person wants to be told of for an enterprise; without a row: all."""

    account = models.BigIntegerField()
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.CASCADE, related_name="+")
    themes = models.JSONField(default=list)  # empty: all
    is_on = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "enterprise"], name="subscription_once")]


from qifu.domain.policies.collected import Finding, Mark, Reading, Source  # noqa: E402, F401  (tables of the room)
from qifu.domain.policies.pushed import Parcel as Parcel  # noqa: E402
from qifu.domain.policies.pushed import Push as Push  # noqa: E402
from qifu.domain.policies.pushed import PushRun as PushRun  # noqa: E402
