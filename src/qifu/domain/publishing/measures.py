"""The figures that what is published proves."""

from __future__ import annotations

from qifu.domain.publishing.models import Article
from qifu.kernel.measures import PERIOD, Measure, Source

ARTICLES = Source("publishing.article", "question", ("state", "version", "live", "category", "published_at"))

DECLARED = (
    Measure(
        name="publishing.answers",
        label="发布问答条数",
        unit="条",
        over=PERIOD,
        definition="期间内首次或再次发布、目前仍在公开的常见问答。",
        source=ARTICLES,
        rows=lambda ask: Article.objects.filter(
            state="published", published_at__gte=ask.begins, published_at__lt=ask.ends
        ),
        dated="published_at",
        better=1,
    ),
)
