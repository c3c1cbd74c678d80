"""The collection as the staff see it: the queue of findings, one finding with what changed, the health of sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.policies import access
from qifu.domain.policies.actions.documents import Paper
from qifu.domain.policies.collected import Finding, Reading, Source
from qifu.domain.policies.collection import likeness
from qifu.domain.policies.collection.actions.deciding import NO_FINDING
from qifu.domain.policies.collection.actions.sources import NO_SOURCE
from qifu.domain.policies.models import Document
from qifu.kernel import search
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record

PAGE = 25
MOST_EXPORTED = 5000
STATES = {
    "new": "待处理", "changed": "页面有改动", "suspect": "疑似重复", "taken": "已采用", "duplicate": "重复", "ignored": "不采用",
}  # fmt: skip
TONES = {"new": "amber", "taken": "green", "duplicate": "calm", "ignored": ""}
SORTS = {"newest": "最近发现", "oldest": "等得最久", "issued": "最近发文"}
LIKENESS = {"number": "文号相同", "title": "标题相同", "text": "正文相近"}
HEALTH = {
    "good": "正常",
    "partly": "部分没有读到",
    "failing": "读取失败",
    "never": "还没有读过",
    "paused": "已暂停",
    "late": "超期未读",
}
HEALTH_TONES = {"good": "green", "partly": "amber", "failing": "red", "never": "calm", "paused": "", "late": "red"}
LATE = timedelta(hours=6)  # beyond what was due


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in the queue."""

    row: Finding
    source: str
    level: str

    @property
    def state_label(self) -> str:
        return str(Finding.State(self.row.state).label)

    @property
    def tone(self) -> str:
        return TONES[self.row.state]

    @property
    def likeness_label(self) -> str:
        return LIKENESS.get(self.row.likeness, "")


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the queue."""

    lines: list[Line]
    count: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One finding: its text, what changed, what it is like, and the document that it would become."""

    row: Finding
    source: Source
    readings: list[Reading]  # newest first
    changes: list[tuple[str, str]]
    like: Finding | None
    document: Document | None
    share: float | None  # of the text in common with what it is like
    paper: Paper
    decided_by: str
    may_write: bool

    @property
    def state_label(self) -> str:
        return str(Finding.State(self.row.state).label)

    @property
    def tone(self) -> str:
        return TONES[self.row.state]

    @property
    def level_label(self) -> str:
        return str(Document.Level(self.source.level).label)

    @property
    def likeness_label(self) -> str:
        return LIKENESS.get(self.row.likeness, "")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source with how it is doing and what came of it."""

    row: Source
    health: str
    findings: int
    waiting: int
    taken: int

    @property
    def health_label(self) -> str:
        return HEALTH[self.health]

    @property
    def tone(self) -> str:
        return HEALTH_TONES[self.health]

    @property
    def kind_label(self) -> str:
        return str(Source.Kind(self.row.kind).label)

    @property
    def level_label(self) -> str:
        return str(Document.Level(self.row.level).label)


@dataclass(frozen=True, slots=True)
class Round:
    """How a round of a source ended."""

    at: datetime
    new: int
    changed: int
    left: int
    is_failed: bool
    problem: str


def queue(
    *, actor: Actor, q: str = "", given: Mapping[str, str] | None = None, sort: str = "newest", place: int = 0
) -> Page:
    """A page of the queue. Three statements, whatever the table holds.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = _filtered(q, given or {})
    count = rows.count()
    place = max(0, min(place, max(count - 1, 0)))
    found = [_line(row) for row in _sorted(rows, sort)[place : place + PAGE]]
    after = place + PAGE if place + PAGE < count else None
    return Page(found, count, max(0, place - PAGE) if place else None, after)


def exported(
    *, actor: Actor, q: str = "", given: Mapping[str, str] | None = None, sort: str = "newest"
) -> Iterator[Line]:
    """The rows of a queue for taking away, at most `MOST_EXPORTED`."""
    access.require_staff(actor)
    return map(_line, _sorted(_filtered(q, given or {}), sort)[:MOST_EXPORTED].iterator(chunk_size=500))


def counts(actor: Actor) -> dict[str, int]:
    """How many findings wait for what. One statement."""
    access.require_staff(actor)
    held = Finding.objects.aggregate(
        new=Count("pk", filter=Q(state="new")),
        suspect=Count("pk", filter=Q(state="new") & ~Q(likeness="")),
        changed=Count("pk", filter=Q(changed_at__isnull=False)),
        taken=Count("pk", filter=Q(state="taken")),
        duplicate=Count("pk", filter=Q(state="duplicate")),
        ignored=Count("pk", filter=Q(state="ignored")),
    )
    return {name: int(n) for name, n in held.items()}


def sheet(*, actor: Actor, number: int) -> Sheet:
    """One finding.

    :raises Forbidden: not of the staff. :raises Missing: there is none.
    """
    access.require_staff(actor)
    row = Finding.objects.select_related("source", "like__source", "document").filter(pk=number).first()
    if row is None:
        raise Missing(NO_FINDING)
    readings = list(row.readings.order_by("-number")[:10])
    changes = likeness.differences(readings[1].text, readings[0].text) if len(readings) > 1 else []
    other = row.like.text if row.like else row.document.text if row.document else ""
    names = people.names([row.decided_by])
    return Sheet(
        row, row.source, readings, changes, row.like, row.document,
        likeness.share(row.text, other) if other and row.state != Finding.State.TAKEN else None,
        paper_of(row), names.get(row.decided_by or 0, "系统" if row.decided_at else ""), access.may_write(actor),
    )  # fmt: skip


def paper_of(row: Finding) -> Paper:
    """The document that a finding would become, for the editor to check."""
    told = row.extracted
    return Paper(
        level=row.source.level,
        title=row.title[:200],
        issuer=str(told.get("issuer") or row.source.issuer)[:200],
        number=row.number,
        issued_on=row.issued_on,
        effective_from=_day(told.get("effective_from")),
        effective_to=_day(told.get("effective_to")),
        text=row.text,
        url=row.url,
        checked=f"采集自“{row.source.name}”",
    )


def sources(*, actor: Actor, now: datetime) -> list[SourceLine]:
    """All sources with their health, those in trouble first. One statement."""
    access.require_staff(actor)
    lines = [_source_line(row, now) for row in _counted()]
    order = ["failing", "late", "partly", "never", "good", "paused"]
    return sorted(lines, key=lambda line: (order.index(line.health), line.row.name))


def source(*, actor: Actor, number: int, now: datetime) -> SourceLine:
    """One source.

    :raises Missing: there is none.
    """
    access.require_staff(actor)
    row = _counted().filter(pk=number).first()
    if row is None:
        raise Missing(NO_SOURCE)
    return _source_line(row, now)


def rounds(*, actor: Actor, number: int, most: int = 10) -> list[Round]:
    """The last rounds of a source, from evidence."""
    access.require_staff(actor)
    rows = evidence.latest(stream=f"policies.source:{number}", verb="policies.source.round", size=most)
    return [
        Round(
            row.at, _count(row.facts, "new"), _count(row.facts, "changed"), _count(row.facts, "left"),
            _count(row.facts, "failures") > 0, _problem(row),
        )
        for row in rows
    ]  # fmt: skip


def source_names(actor: Actor) -> list[tuple[int, str]]:
    """The sources to choose from."""
    access.require_staff(actor)
    return list(Source.objects.order_by("name").values_list("pk", "name"))


def may_write(actor: Actor) -> bool:
    """Whether the actor keeps sources and decides findings."""
    return access.may_write(actor)


def known(urls: Iterable[str]) -> set[str]:
    """Which of these addresses have been found before."""
    return set(Finding.objects.filter(url__in=list(urls)).values_list("url", flat=True))


def finding_at(url: str) -> Finding | None:
    """The finding of an address."""
    return Finding.objects.filter(url=url).defer("text", "tokens").first()


def to_look_at_again(source: int, before: datetime, most: int) -> list[Finding]:
    """The findings of a source that were not looked at since, the longest ago first; what was left out is let alone."""
    rows = Finding.objects.filter(source=source, checked_at__lt=before, state__in=["new", "taken"])
    return list(rows.defer("text", "tokens").order_by("checked_at", "pk")[:most])


def _filtered(q: str, given: Mapping[str, str]) -> QuerySet[Finding]:
    rows = search.matching(Finding.objects.all(), q) if q.strip() else Finding.objects.all()
    state = given.get("state", "")
    if state == "changed":
        rows = rows.filter(changed_at__isnull=False)
    elif state == "suspect":
        rows = rows.filter(state="new").exclude(likeness="")
    elif state in Finding.State.values:
        rows = rows.filter(state=state)
    if given.get("source", "").isdecimal() and len(given["source"]) < 18:
        rows = rows.filter(source=int(given["source"]))
    if given.get("level"):
        rows = rows.filter(source__level=given["level"])
    return rows


def _sorted(rows: QuerySet[Finding], sort: str) -> QuerySet[Finding]:
    rows = rows.select_related("source").defer("text", "tokens")
    if sort == "oldest":
        return rows.order_by("first_seen", "pk")
    if sort == "issued":
        return rows.order_by(F("issued_on").desc(nulls_last=True), "-pk")
    return rows.order_by("-first_seen", "-pk")


def _line(row: Finding) -> Line:
    return Line(row, row.source.name, str(Document.Level(row.source.level).label))


def _counted() -> QuerySet[Source]:
    return Source.objects.annotate(
        findings_count=Count("findings"),
        waiting_count=Count("findings", filter=Q(findings__state="new")),
        taken_count=Count("findings", filter=Q(findings__state="taken")),
    )


def _source_line(row: Source, now: datetime) -> SourceLine:
    counted = vars(row)
    return SourceLine(
        row, _health(row, now), counted["findings_count"], counted["waiting_count"], counted["taken_count"]
    )


def _health(row: Source, now: datetime) -> str:
    if row.is_paused:
        return "paused"
    if row.failures:
        return "failing"
    if row.tried_at is None:
        return "never" if row.due_at + LATE > now else "late"
    if row.due_at + LATE < now:
        return "late"
    return "partly" if row.problem else "good"


def _count(facts: Mapping[str, object], name: str) -> int:
    found = facts.get(name, 0)
    return found if isinstance(found, int) else 0


def _problem(row: Record) -> str:
    content = getattr(row, "content", None)
    return str((content.body or {}).get("problem", "")) if content is not None else ""


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
