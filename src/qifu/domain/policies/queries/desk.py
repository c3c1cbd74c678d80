"""The library as the staff see it: all items with their state, one item with its revisions, documents, answers to pushes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, TypeAlias

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from qifu.domain.people import queries as people
from qifu.domain.policies import access, checking, composing
from qifu.domain.policies.models import Case, Document, Item, Match, Push, Relation, Revision
from qifu.engines import eligibility as law
from qifu.kernel import search
from qifu.kernel.actor import Actor
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile

RevisionRow: TypeAlias = Revision  # for whoever shows them
DocumentRow: TypeAlias = Document
CaseRow: TypeAlias = Case
CASE_KINDS = [(str(kind), str(label)) for kind, label in Case.Kind.choices]
PAGE = 25
EXPIRING = 60  # days
STATES = {
    "in_force": "在执行", "draft": "起草中", "reviewed": "已审读待发布", "coming": "即将执行", "expiring": f"{EXPIRING} 天内到期",
    "over": "已停止执行", "withdrawn": "已撤回",
}  # fmt: skip
TONES = {"in_force": "green", "draft": "amber", "reviewed": "accent", "coming": "calm", "over": "", "withdrawn": ""}
DOCUMENT_SORTS = {
    "newest": "最近登记",
    "issued": "最近成文",
    "until": "最早停止执行",
    "most": "事项最多",
    "title": "按标题",
}
SORTS = {"code": "按编号", "newest": "最近改动", "eligible": "符合最多", "until": "最早到期"}


@dataclass(frozen=True, slots=True)
class Line:
    """An item in the list of the staff: the revision that counts now, else the one in work, else the last."""

    code: str
    title: str
    kind: str
    theme: str
    unit: str
    level: str
    number: int
    state: str
    force_from: date
    force_to: date | None
    changed_at: datetime
    is_sample: bool
    in_work: bool  # a newer one is being written
    eligible: int | None
    unknown: int | None
    ending: bool

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def kind_label(self) -> str:
        return str(Item.Kind(self.kind).label)

    @property
    def level_label(self) -> str:
        return str(Document.Level(self.level).label)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list."""

    lines: list[Line]
    count: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision in the history of its item."""

    row: Revision
    state: str
    author: str
    reader: str

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An item with one of its revisions: words, cases as they turn out, what stands in the way, and who may do what."""

    item: Item
    shown: RevisionView
    revisions: list[RevisionView]  # newest first
    clauses: list[tuple[int, str, str]]
    tried: list[checking.Tried]
    problems: list[str]
    match: Match | None
    lacking: list[tuple[str, int]]
    files: list[StoredFile]  # attachments of its document
    may_write: bool
    may_read: bool
    may_publish: bool
    may_withdraw: bool
    may_renew: bool


@dataclass(frozen=True, slots=True)
class DocumentSheet:
    """A document with what rests on it."""

    row: Document
    relations: list[Relation]
    related: list[Relation]  # what others do to it
    lines: list[Line]
    files: list[StoredFile]
    may_write: bool
    may_publish: bool


@dataclass(frozen=True, slots=True)
class Objection:
    """What an enterprise said does not fit, and why."""

    push: int
    code: str
    title: str
    because: str
    at: datetime
    enterprise: int


def library(
    *, actor: Actor, on: date, q: str = "", given: Mapping[str, str] | None = None, sort: str = "code",
    place: int = 0, size: int = PAGE,
) -> Page:  # fmt: skip
    """A page of all items. Four statements, whatever the table holds.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = _sorted(_filtered(_items(on), on, q, given or {}), sort)
    count = rows.count()
    place = max(0, min(place, max(count - 1, 0)))
    found = list(rows[place : place + size])
    lines = _lines(found, on)
    after = place + size if place + size < count else None
    return Page(lines, count, max(0, place - size) if place else None, after)


def counts(actor: Actor, on: date) -> dict[str, int]:
    """How many items stand in each state. One statement."""
    access.require_staff(actor)
    held = Revision.objects.aggregate(
        in_force=Count("pk", filter=_in_force(on)),
        draft=Count("pk", filter=Q(state="draft")),
        reviewed=Count("pk", filter=Q(state="reviewed")),
        expiring=Count("pk", filter=_in_force(on) & Q(force_to__lte=_soon(on))),
    )
    return {name: int(n) for name, n in held.items()}


def sheet(*, actor: Actor, code: str, on: date, number: int | None = None) -> Sheet:
    """One item for the staff; of the revisions the one named, else the one in work, else the newest.

    :raises Missing: there is none.
    """
    item = access.item(actor, code)
    rows = list(item.revisions.select_related("document").defer("tokens", "document__text").order_by("-number"))
    names = people.names([n for row in rows for n in (row.author, row.reader)])
    views = [_view(row, on, names) for row in rows]
    chosen = next((v for v in views if v.row.number == number), None) if number else views[0]
    if chosen is None:
        access.revision(actor, code, number or 0)  # says that there is none
        raise AssertionError
    row = chosen.row
    row.item = item
    cases = list(row.cases.order_by("pk"))
    is_draft = row.state in ("draft", "reviewed")
    match = Match.objects.filter(revision=row, at__gte=row.changed_at).defer("eligible_bits", "unknown_bits").first()
    publisher = access.may_publish(actor)
    return Sheet(
        item, chosen, views, _said(row), checking.tried(row, cases),
        checking.in_the_way(row, cases) + ([] if row.reader or not is_draft else ["除起草人外还没有人审读。"]) if is_draft else [],
        match, [(law.catalogue()[name].label, n) for name, n in (match.lacking if match else {}).items()],
        files.kept_for(row.document.stream, with_internal=True),
        may_write=access.may_write(actor) and is_draft,
        may_read=publisher and row.state == "draft" and row.author != actor.account,
        may_publish=publisher and is_draft,
        may_withdraw=publisher and (is_draft or chosen.state in ("in_force", "coming")),
        may_renew=access.may_write(actor) and not any(v.row.state in ("draft", "reviewed") for v in views),
    )  # fmt: skip


def revision(*, actor: Actor, code: str, number: int) -> Revision:
    """One revision for whoever edits it.

    :raises Missing: there is none.
    """
    return access.revision(actor, code, number)


def numbers_of(actor: Actor, code: str) -> list[int]:
    """The numbers of an item's revisions, newest first."""
    return list(access.item(actor, code).revisions.order_by("-number").values_list("number", flat=True))


def documents(
    *, actor: Actor, q: str = "", level: str = "", sort: str = "newest", place: int = 0, size: int = PAGE
) -> tuple[list[Document], int]:
    """A page of documents with how many items rest on each; and how many there are."""
    access.require_staff(actor)
    rows = Document.objects.defer("text", "gist")
    for word in q.split()[:5]:
        rows = rows.filter(Q(title__icontains=word) | Q(number__icontains=word) | Q(issuer__icontains=word))
    if level:
        rows = rows.filter(level=level)
    count = rows.count()
    counted = rows.annotate(items=Count("revisions__item", distinct=True))
    orders = {
        "issued": F("issued_on").desc(nulls_last=True), "until": F("effective_to").asc(nulls_last=True),
        "most": F("items").desc(), "title": F("title").asc(),
    }  # fmt: skip
    ordered = counted.order_by(orders[sort], "-pk") if sort in orders else counted.order_by("-pk")
    return list(ordered[place : place + size]), count


def document(*, actor: Actor, number: int, on: date) -> DocumentSheet:
    """One document with what rests on it.

    :raises Missing: there is none.
    """
    row = access.document(actor, number)
    lines = _lines(list(_items(on).filter(revisions__document=row).distinct().order_by("code")[:100]), on)
    return DocumentSheet(
        row,
        list(row.relations.order_by("pk")),
        list(Relation.objects.select_related("document").filter(other=row).order_by("pk")),
        lines,
        files.kept_for(row.stream, with_internal=True),
        access.may_write(actor),
        access.may_publish(actor),
    )


def attachment(*, actor: Actor, number: int, file: int) -> tuple[StoredFile, BinaryIO]:
    """An attachment of a document, open for reading.

    :raises Missing: there is none.
    """
    return files.opened(access.document(actor, number).stream, file, with_internal=True)


def document_choices(actor: Actor) -> list[tuple[int, str]]:
    """The newest documents to choose from."""
    access.require_staff(actor)
    rows = Document.objects.order_by("-pk").values_list("pk", "number", "title")[:300]
    return [(pk, f"{number} {title}".strip()) for pk, number, title in rows]


def objections(*, actor: Actor, size: int = 50) -> list[Objection]:
    """What enterprises said does not fit and nobody has dealt with, the oldest first."""
    access.require_staff(actor)
    rows = Push.objects.filter(fits=False, handled_at=None).select_related("revision__item").defer("proof")
    return [
        Objection(p.pk, p.revision.item.code, p.revision.title, p.because, p.answered_at or p.sent_at, p.enterprise_id)
        for p in rows.order_by("answered_at", "pk")[:size]
    ]


def state_of(row: Revision, on: date) -> str:
    """Where a revision stands on a day."""
    if row.state != "published":
        return str(row.state)
    if row.force_from > on:
        return "coming"
    return "over" if row.force_to is not None and row.force_to < on else "in_force"


def themes(actor: Actor) -> list[str]:
    """The themes in use, for whoever filters or writes."""
    access.require_staff(actor)
    return list(Item.objects.order_by("theme").values_list("theme", flat=True).distinct())


def _in_force(on: date) -> Q:
    return Q(state="published", force_from__lte=on) & (Q(force_to=None) | Q(force_to__gte=on))


def _soon(on: date) -> date:
    return date.fromordinal(on.toordinal() + EXPIRING)


def _items(on: date) -> QuerySet[Item]:
    own = Revision.objects.filter(item=OuterRef("pk"))
    return Item.objects.annotate(
        current=Subquery(own.filter(_in_force(on)).order_by("-force_from").values("pk")[:1]),
        work=Subquery(own.filter(state__in=["draft", "reviewed"]).values("pk")[:1]),
        last=Subquery(own.order_by("-number").values("pk")[:1]),
    )


def _filtered(rows: QuerySet[Item], on: date, q: str, given: Mapping[str, str]) -> QuerySet[Item]:
    if q.strip():
        held = search.matching(Revision.objects.all(), q)
        rows = rows.filter(pk__in=held.values("item"))
    for name in ("kind", "theme"):
        if given.get(name):
            rows = rows.filter(**{name: given[name]})
    if given.get("level"):
        rows = rows.filter(pk__in=Revision.objects.filter(document__level=given["level"]).values("item"))
    state = given.get("state", "")
    own = Revision.objects.all()
    cuts = {
        "in_force": own.filter(_in_force(on)),
        "expiring": own.filter(_in_force(on) & Q(force_to__lte=_soon(on))),
        "coming": own.filter(state="published", force_from__gt=on),
        "draft": own.filter(state="draft"),
        "reviewed": own.filter(state="reviewed"),
        "withdrawn": own.filter(state="withdrawn"),
    }
    if state in cuts:
        rows = rows.filter(pk__in=cuts[state].values("item"))
    elif state == "over":
        rows = rows.exclude(pk__in=own.filter(_in_force(on) | Q(state__in=["draft", "reviewed"])).values("item"))
    return rows


def _sorted(rows: QuerySet[Item], sort: str) -> QuerySet[Item]:
    if sort == "newest":
        newest = Revision.objects.filter(item=OuterRef("pk")).order_by("-changed_at").values("changed_at")[:1]
        return rows.annotate(changed=Subquery(newest)).order_by("-changed", "code")
    if sort == "eligible":
        fitting = Match.objects.filter(revision__item=OuterRef("pk")).order_by("-eligible").values("eligible")[:1]
        return rows.annotate(fitting=Subquery(fitting)).order_by(F("fitting").desc(nulls_last=True), "code")
    if sort == "until":
        ends = Revision.objects.filter(pk=OuterRef("current")).values("force_to")[:1]
        return rows.annotate(ends=Subquery(ends)).order_by(F("ends").asc(nulls_last=True), "code")
    return rows.order_by("code")


def _lines(items: list[Item], on: date) -> list[Line]:
    chosen = {item.pk: item.current or item.work or item.last for item in items}  # type: ignore[attr-defined]
    rows = Revision.objects.select_related("document").defer("tokens", "condition", "document__text")
    held = {row.pk: row for row in rows.filter(pk__in=[pk for pk in chosen.values() if pk])}
    matches = {
        pk: (eligible, unknown)
        for pk, eligible, unknown in Match.objects.filter(
            revision__in=list(held), at__gte=F("revision__changed_at")
        ).values_list("revision_id", "eligible", "unknown")
    }
    found = []
    for item in items:
        row = held.get(chosen[item.pk] or 0)
        if row is None:
            continue
        counted = matches.get(row.pk, (None, None))
        state = state_of(row, on)
        ending = state == "in_force" and row.force_to is not None and row.force_to <= _soon(on)
        found.append(
            Line(
                item.code, row.title, item.kind, item.theme, item.unit, row.document.level, row.number, state,
                row.force_from, row.force_to, row.changed_at, item.is_sample,
                bool(item.current and item.work), counted[0], counted[1], ending,  # type: ignore[attr-defined]
            )
        )  # fmt: skip
    return found


def _view(row: Revision, on: date, names: Mapping[int, str]) -> RevisionView:
    author = names.get(row.author, "") if row.author else "起步政策库"
    return RevisionView(row, state_of(row, on), author, names.get(row.reader, "") if row.reader else "")


def _said(row: Revision) -> list[tuple[int, str, str]]:
    try:
        return composing.said(row.condition, row.clauses)
    except law.Refused as refusal:
        return [(0, f"条件不能用：{refusal.zh}", "")]
