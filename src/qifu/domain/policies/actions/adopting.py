"""Taking documents with their items in as a whole: the starter library, or a sample district's. Again changes nothing.

What is adopted was read by those who made the library; it still has to pass all that a revision of our own must pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.db import transaction

from qifu.domain.policies import access, checking, library
from qifu.domain.policies.actions.documents import Paper
from qifu.domain.policies.actions.drafting import About, Words, checked, say, written
from qifu.domain.policies.models import Case, Document, Item, Relation, Revision
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Invalid
from qifu.kernel.evidence.actions import Entry, record_many

BATCH = 500


@dataclass(frozen=True, slots=True)
class Example:
    """A case as it is handed in."""

    name: str
    kind: str
    on: date
    facts: Mapping[str, object]
    expected: str


@dataclass(frozen=True, slots=True)
class Offered:
    """An item as it is handed in, with its cases."""

    about: About
    words: Words
    cases: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A document with its items; `relations` are kinds and numbers."""

    paper: Paper
    items: Sequence[Offered]
    relations: Sequence[tuple[str, str]] = ()
    is_sample: bool = False


@dataclass(slots=True)
class Adopted:
    """What came of it."""

    documents: int = 0
    items: int = 0
    kept: list[str] = field(default_factory=list)  # codes that were here already


@transaction.atomic
def adopt(*, now: datetime, bundles: Iterable[Bundle], actor: Actor = SYSTEM) -> Adopted:
    """Take in what is not here yet, by code, and publish it; all or nothing.

    :raises Forbidden: the actor does not run policies.
    :raises Invalid: an item cannot be used, fails a case, or has a clause without a source.
    """
    access.require_operator(actor)
    known, done = set(Item.objects.values_list("code", flat=True)), Adopted()
    fresh: list[tuple[Document, Offered]] = []
    related: list[tuple[Document, str, str]] = []
    for bundle in bundles:
        wanted = [one for one in bundle.items if one.about.code not in known]
        done.kept += [one.about.code for one in bundle.items if one.about.code in known]
        known |= {one.about.code for one in wanted}
        document, is_new = _document(bundle, now)
        done.documents += is_new
        related += [(document, kind, number) for kind, number in bundle.relations if is_new]
        fresh += [(document, one) for one in wanted]
    _relate(related)
    done.items = len(fresh)
    rows = _published(fresh, now)
    record_many([_proof(row, actor, now) for row in rows])
    return done


def starter() -> list[Bundle]:
    """The starter library, as it is handed in.

    :raises Faulty: a file of it cannot be used.
    """
    return [
        Bundle(
            Paper(
                level=one.level, title=one.title, issuer=one.issuer, number=one.number, issued_on=one.issued_on,
                effective_from=one.effective_from, effective_to=one.effective_to, gist=one.gist, url=one.url,
                checked=one.checked,
            ),
            [_of_library(item) for item in one.items],
            [(relation.kind, relation.number) for relation in one.relations],
        )
        for one in library.read()
    ]  # fmt: skip


def _of_library(item: library.Item) -> Offered:
    window = item.window
    opens = {"kind": window.kind, "from": window.starts, "to": window.ends, "note": window.note}
    words = Words(
        title=item.title, force_from=item.effective_from, force_to=item.effective_to, summary=item.summary,
        condition=item.when, formula=item.amount, amount_words=item.amount_words, materials=list(item.materials),
        window=opens, steps=item.steps, how=item.how, beyond=list(item.beyond), excludes=list(item.excludes),
        clauses=[clause.as_json() for clause in item.clauses],
    )  # fmt: skip
    cases = [Example(case.name, case.kind, case.on, case.facts, case.result) for case in item.cases]
    return Offered(About(item.code, item.kind, item.theme, item.unit), words, cases)


def _document(bundle: Bundle, now: datetime) -> tuple[Document, bool]:
    paper = asdict(bundle.paper)
    return Document.objects.get_or_create(
        number=paper.pop("number"),
        title=paper.pop("title"),
        defaults=paper | {"found_at": now, "is_sample": bundle.is_sample},
    )


def _relate(related: Sequence[tuple[Document, str, str]]) -> None:
    numbers = {number for _, _, number in related}
    others = {row.number: row for row in Document.objects.filter(number__in=numbers).exclude(number="")}
    Relation.objects.bulk_create(
        (
            Relation(document=one, kind=kind, number=number, other=_other(one, others.get(number)))
            for one, kind, number in related
        ),
        batch_size=BATCH,
    )


def _other(one: Document, other: Document | None) -> Document | None:
    return None if other is None or other.pk == one.pk else other


def _published(fresh: Sequence[tuple[Document, Offered]], now: datetime) -> list[Revision]:
    items = Item.objects.bulk_create(
        (Item(**asdict(one.about), is_sample=document.is_sample, made_at=now) for document, one in fresh),
        batch_size=BATCH,
    )
    rows, cases = [], []
    for item, (document, one) in zip(items, fresh, strict=True):
        row = Revision(
            item=item, document=document, number=1, force_from=one.words.force_from, made_at=now, changed_at=now,
            state=Revision.State.PUBLISHED, published_at=now,
        )  # fmt: skip
        own = [Case(name=c.name, kind=c.kind, on=c.on, facts=dict(c.facts), expected=c.expected) for c in one.cases]
        _check(row, one, own)
        rows.append(row)
        cases.append(own)
    made = Revision.objects.bulk_create(rows, batch_size=BATCH)
    for row, own in zip(made, cases, strict=True):
        for case in own:
            case.revision = row
    Case.objects.bulk_create([case for own in cases for case in own], batch_size=BATCH)
    return made


def _check(row: Revision, one: Offered, cases: Sequence[Case]) -> None:
    """:raises Invalid: with the code, everything that stands in the way."""
    try:
        checked(one.words)
    except Invalid as refusal:
        raise Invalid(f"{one.about.code}：{refusal.message}") from None
    say(row, one.words)
    if problems := checking.in_the_way(row, cases):
        raise Invalid(f"{one.about.code}：{''.join(problems)}", problems=problems)


def _proof(row: Revision, actor: Actor, now: datetime) -> Entry:
    told = {
        "revision": row.number, "document": row.document_id, "state": str(row.state), "author": None,
        "force_from": row.force_from.isoformat(), "condition": written(row.condition), "formula": written(row.formula),
    }  # fmt: skip
    return Entry(actor, now, "policies.adopt", row.item.stream, told, {"title": row.title})
