"""What a round brings home: a page that is new, reads otherwise than before, or is as it was; duplicates are named as they come in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction

from qifu.domain.policies.collected import LEVELS, Finding, Mark, Reading, Source
from qifu.domain.policies.collection import likeness
from qifu.domain.policies.models import Document
from qifu.kernel import search, typed
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import record

LONGEST = 200_000  # characters of a text
JUDGED = 5  # candidates whose texts are compared
LEAST_TITLE = 8  # characters: 公告 alone is no title


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was read."""

    url: str
    title: str
    text: str
    number: str = ""
    issued_on: date | None = None
    extracted: dict[str, object] = field(default_factory=dict)
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Like:
    """What a page is like: a finding or a document, and by what."""

    by: str  # number, title, text
    is_same: bool  # no doubt is left
    finding: Finding | None = None
    document: int | None = None


@transaction.atomic
def report(*, now: datetime, source: Source, page: Page) -> str:
    """Keep a page that was read; answer `new`, `changed` or `same`."""
    page = replace(page, title=typed.line(page.title), text=typed.lines(page.text), number=typed.line(page.number))
    held = Finding.objects.select_for_update().filter(url=page.url).first()
    digest = likeness.digest(page.text or page.title)
    if held is None:
        _keep(source, page, digest, now)
        return "new"
    held.checked_at, held.etag, held.modified = now, page.etag[:200], page.modified[:60]
    if held.digest == digest:
        held.save(update_fields=["checked_at", "etag", "modified"])
        return "same"
    _reread(held, page, digest, now)
    return "changed"


def unchanged(*, now: datetime, finding: int) -> None:
    """Note that the site itself says that a page is as it was."""
    Finding.objects.filter(pk=finding).update(checked_at=now)


def _keep(source: Source, page: Page, digest: str, now: datetime) -> None:
    row = Finding(source=source, url=page.url, first_seen=now, checked_at=now, is_sample=source.is_sample)
    _write(row, page, digest)
    like = _like(row, source.level)
    if like is not None:
        row.likeness, row.like, row.document_id = like.by, like.finding, like.document
        if like.is_same and not (like.finding and _outranks(source, like.finding)):
            row.state, row.decided_at = Finding.State.DUPLICATE, now
    row.save()
    _mark(row)
    Reading.objects.create(finding=row, number=1, at=now, title=row.title, text=row.text, digest=digest)
    facts: dict[str, object] = {"source": source.pk, "digest": digest, "state": row.state, "likeness": row.likeness}
    record(actor=SYSTEM, now=now, verb="policies.found", stream=row.stream, facts=facts, content={"title": row.title})
    if like is not None and like.is_same and like.finding is not None and row.state == Finding.State.NEW:
        _yield_to(like.finding, row, like.by, now)


def _yield_to(lower: Finding, higher: Finding, by: str, now: datetime) -> None:
    """The original has come after its repost: the repost becomes the duplicate."""
    lower.state, lower.like, lower.likeness, lower.decided_at = Finding.State.DUPLICATE, higher, by, now
    lower.version += 1
    lower.save(update_fields=["state", "like", "likeness", "decided_at", "version"])
    higher.like, higher.likeness = None, ""
    higher.save(update_fields=["like", "likeness"])
    facts: dict[str, object] = {"of": higher.pk, "by": by}
    record(actor=SYSTEM, now=now, verb="policies.finding.duplicate", stream=lower.stream, facts=facts)


def _outranks(source: Source, other: Finding) -> bool:
    """Whether a source is of a higher level than a finding that still waits."""
    return other.state == Finding.State.NEW and LEVELS.index(source.level) < LEVELS.index(other.source.level)


def _reread(row: Finding, page: Page, digest: str, now: datetime) -> None:
    before = row.digest
    _write(row, page, digest)
    row.changed_at, row.version = now, row.version + 1
    row.save()
    Mark.objects.filter(finding=row).delete()
    _mark(row)
    number = Reading.objects.filter(finding=row).count() + 1
    Reading.objects.create(finding=row, number=number, at=now, title=row.title, text=row.text, digest=digest)
    facts: dict[str, object] = {"reading": number, "from": before, "to": digest}
    record(actor=SYSTEM, now=now, verb="policies.finding.changed", stream=row.stream, facts=facts)


def _write(row: Finding, page: Page, digest: str) -> None:
    row.title, row.text, row.digest = page.title[:300], page.text[:LONGEST], digest
    row.plain_title, row.number, row.issued_on = likeness.bare(page.title)[:300], page.number[:80], page.issued_on
    row.extracted, row.etag, row.modified = page.extracted, page.etag[:200], page.modified[:60]
    row.tokens = search.tokens(row.title, row.number, str(page.extracted.get("issuer", "")))


def _mark(row: Finding) -> None:
    Mark.objects.bulk_create(Mark(finding=row, value=value) for value in likeness.marks(row.text))


def _like(row: Finding, level: str) -> Like | None:
    """What a page is like: the same text, then the same number, the same title, then nearly the same text."""
    others = Finding.objects.exclude(pk=row.pk).exclude(state=Finding.State.DUPLICATE).select_related("source")
    if len(likeness.bare(row.text)) >= likeness.SHORTEST:
        same = others.filter(digest=row.digest).order_by("pk").first()
        if same is not None:
            return Like("text", True, same, same.document_id)
    has_title = len(row.plain_title) >= LEAST_TITLE
    if row.number:
        for other in others.filter(number=row.number).order_by("pk")[:1]:
            return Like("number", has_title and other.plain_title == row.plain_title, other, other.document_id)
        for pk, title in Document.objects.filter(number=row.number).order_by("pk").values_list("pk", "title")[:1]:
            return Like("number", has_title and likeness.bare(title) == row.plain_title, document=pk)
    if has_title:
        for other in others.filter(plain_title=row.plain_title).order_by("pk")[:1]:
            return Like("title", False, other, other.document_id)
    return _nearly(row)


def _nearly(row: Finding) -> Like | None:
    wanted = likeness.marks(row.text)
    if not wanted:
        return None
    rows = Mark.objects.filter(value__in=wanted).exclude(finding__state=Finding.State.DUPLICATE)
    shared = Counter(rows.values_list("finding_id", flat=True)[: 200 * likeness.MARKS])
    near = [pk for pk, n in shared.most_common(JUDGED) if n >= likeness.CANDIDATE and pk != row.pk]
    judged = [(likeness.share(row.text, other.text), other) for other in Finding.objects.filter(pk__in=near)]
    enough = [pair for pair in judged if pair[0] >= _bar(row, pair[1])]
    best = max(enough, key=lambda pair: (pair[0], -pair[1].pk), default=None)
    return Like("text", False, best[1], best[1].document_id) if best else None


def _bar(row: Finding, other: Finding) -> float:
    """How much two texts must share: two numbers are two documents, however alike their patterns."""
    return likeness.WITHIN if row.number and other.number and row.number != other.number else likeness.NEAR
