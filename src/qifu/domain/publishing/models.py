"""Articles of knowledge, each version that was written, and whom they helped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

STATES = (("draft", "待审读"), ("published", "已发布"), ("retired", "已停用"))


class Article(models.Model):
    """A question with its answer. Question and answer are those of the version that is out; before any is, of the latest."""

    question = models.CharField(max_length=200)
    answer = models.TextField()
    category = models.CharField(max_length=20, blank=True)  # code of a category of cases
    source = models.CharField(max_length=80, blank=True)  # the stream of the case it was made from
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    author = models.BigIntegerField()  # of the latest version
    checked_by = models.BigIntegerField(null=True)  # who read the version that is out, and put it out
    version = models.PositiveIntegerField(default=1)  # the latest written
    live = models.PositiveIntegerField(default=0)  # the one that is out; 0: none yet
    helped = models.PositiveIntegerField(default=0)
    not_helped = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    tokens = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], name="article_one_per_source", condition=~Q(source="")),
            models.CheckConstraint(name="article_live_was_written", condition=Q(live__lte=models.F("version"))),
            models.CheckConstraint(
                name="article_published_was_checked", condition=~Q(state="published") | Q(checked_by__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="article_state")]

    @property
    def stream(self) -> str:
        """The name of the article's chain of evidence."""
        return f"publishing.article:{self.pk}"

    @property
    def is_waiting(self) -> bool:
        """Whether a version waits for its reader."""
        return self.version > self.live


class Version(models.Model):
    """What an article said, once written never changed."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    question = models.CharField(max_length=200)
    answer = models.TextField()
    category = models.CharField(max_length=20, blank=True)
    author = models.BigIntegerField()
    at = models.DateTimeField()
    checked_by = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_one_per_number"),
            models.CheckConstraint(
                name="version_checked_by_another", condition=Q(checked_by=None) | ~Q(checked_by=models.F("author"))
            ),
        ]


class Vote(models.Model):
    """Whether an article helped somebody: one vote for each account or session."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="votes")
    voter = models.CharField(max_length=80)
    has_helped = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "voter"], name="vote_one_each")]
