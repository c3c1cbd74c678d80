"""The only reads of knowledge: what fits a text, what is out, and what the staff see with its figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.publishing import access, overlap
from qifu.domain.publishing.models import STATES, Article, Version
from qifu.kernel import search
from qifu.kernel.actor import Actor

PAGE, COUNTED = 25, 1000
EACH, LOOKED_AT = 120, 30  # rows of one look-up; rows compared in full
ENOUGH = 0.25  # of what was asked must be in an article that is offered


@dataclass(frozen=True, slots=True)
class Answer:
    """An article as everybody sees it."""

    id: int
    question: str
    answer: str
    category: str
    helped: int
    published_at: datetime | None
    share: float = 1.0  # of what was asked it holds


@dataclass(frozen=True, slots=True)
class Line:
    """An article in the list of the staff."""

    id: int
    question: str
    category: str
    state: str
    state_label: str
    author_name: str
    reader_name: str
    version: int
    is_waiting: bool
    helped: int
    not_helped: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of an article."""

    number: int
    question: str
    answer: str
    category: str
    author: int
    author_name: str
    at: datetime
    reader_name: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """An article with everything the staff ask about it."""

    line: Line
    answer: str
    source: str
    live: int
    published_at: datetime | None
    versions: list[VersionView]  # newest first
    may_write: bool
    may_publish: bool  # what waits
    may_retire: bool

    @property
    def latest(self) -> VersionView:
        return self.versions[0]


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list; `next` continues it."""

    lines: list[Line]
    next: str
    count: int
    is_capped: bool


def suggest(text: str, limit: int = 3) -> list[Answer]:
    """What is out and fits a text that somebody is writing, the best first. Bounded work whatever the table holds."""
    rows = Article.objects.filter(state="published")
    found, weights = overlap.votes(rows, overlap.pairs(text), EACH)
    best = sorted(found, key=lambda key: -found[key])[:LOOKED_AT]
    ranked = []
    for row in rows.filter(pk__in=best).defer("tokens"):
        share = overlap.shared(weights, f"{row.question} {row.answer}")
        if share >= ENOUGH:
            ranked.append((share + overlap.shared(weights, row.question), share, row))
    ranked.sort(key=lambda item: (-item[0], -item[2].helped, item[2].pk))
    return [_answer(row, share) for _, share, row in ranked[:limit]]


def published(q: str = "", limit: int = 10) -> list[Answer]:
    """What is out: found by words, or without any what helped most."""
    rows = search.matching(Article.objects.filter(state="published"), q).defer("tokens")
    if not q.strip():
        rows = rows.order_by("-helped", "-pk")
    return [_answer(row, 1.0) for row in rows.order_by("-helped", "-pk")[:limit]]


def answer(actor: Actor, article: int) -> Answer:
    """:raises Missing: nothing of this number is out for this actor."""
    return _answer(access.door(actor, article), 1.0)


def articles(*, actor: Actor, q: str = "", state: str = "", category: str = "", cursor: str = "") -> Page:
    """A page of the list of the staff, newest first. `state` may be `waiting`: a version waits for its reader.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = search.matching(Article.objects.all(), q)
    if state == "waiting":
        rows = rows.filter(version__gt=F("live")).exclude(state="retired")
    elif state:
        rows = rows.filter(state=state)
    if category:
        rows = rows.filter(category=category)
    count = rows.order_by()[: COUNTED + 1].count()
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 19:
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("-pk").defer("tokens", "answer")[: PAGE + 1])
    following = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Page(_lines(found[:PAGE]), following, min(count, COUNTED), count > COUNTED)


def article(*, actor: Actor, number: int) -> Sheet:
    """One article for the staff.

    :raises Forbidden: not of the staff. :raises Missing: there is none.
    """
    access.require_staff(actor)
    row = access.door(actor, number)
    versions = _versions(row.versions.order_by("-number"))
    return Sheet(
        line=_lines([row])[0],
        answer=row.answer,
        source=row.source,
        live=row.live,
        published_at=row.published_at,
        versions=versions,
        may_write=access.may_write(actor),
        may_publish=access.may_publish(actor) and row.is_waiting and versions[0].author != actor.account,
        may_retire=access.may_publish(actor) and row.state != "retired",
    )


def made_from(source: str) -> int | None:
    """The article made from a case, by the case's stream; the caller has passed its door."""
    return Article.objects.filter(source=source).values_list("pk", flat=True).first()

    return F("live")


def _answer(row: Article, share: float) -> Answer:
    return Answer(row.pk, row.question, row.answer, row.category, row.helped, row.published_at, share)


def _lines(rows: list[Article]) -> list[Line]:
    names = people.names([n for row in rows for n in (row.author, row.checked_by)])
    return [
        Line(
            id=row.pk,
            question=row.question,
            category=row.category,
            state=row.state,
            state_label=dict(STATES)[row.state],
            author_name=names.get(row.author, ""),
            reader_name=names.get(row.checked_by or 0, ""),
            version=row.version,
            is_waiting=row.is_waiting and row.state != "retired",
            helped=row.helped,
            not_helped=row.not_helped,
            changed_at=row.changed_at,
        )
        for row in rows
    ]


def _versions(rows: QuerySet[Version]) -> list[VersionView]:
    found = list(rows)
    names = people.names([n for row in found for n in (row.author, row.checked_by)])
    return [
        VersionView(
            number=row.number,
            question=row.question,
            answer=row.answer,
            category=row.category,
            author=row.author,
            author_name=names.get(row.author, ""),
            at=row.at,
            reader_name=names.get(row.checked_by or 0, ""),
            checked_at=row.checked_at,
        )
        for row in found
    ]
