"""What everybody may read: the items in force, found by words and facets; one item; the calendar of windows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import BinaryIO

from qifu.domain.policies import access, facts, sourcing, windows
from qifu.domain.policies.models import Document, Item, Revision
from qifu.domain.policies.queries import stock as stocks
from qifu.domain.policies.queries.stock import FACETS, SOON
from qifu.domain.policies.told import plainly
from qifu.engines import eligibility as law
from qifu.engines.codes import industries
from qifu.kernel.errors import Missing
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile
from qifu.kernel.reading import once

PAGE = 20
MOST = 20_000  # items carried away at once
SHEET = "政策"
HEADS = (
    "编号", "名称", "层级", "种类", "主题", "负责单位", "金额", "受理时间", "本次截止", "文号", "说明", "备注", "网址",
)  # fmt: skip
KINDS, LEVELS = dict(Item.Kind.choices), dict(Document.Level.choices)
WHENS = {"open": "现在可办", "soon": f"{SOON} 天内截止", "later": "尚未开始"}
STEPS = {"0": "免申即享", "1": "一步办", "2": "需多步办理"}


@dataclass(frozen=True, slots=True)
class Card:
    """An item in a list."""

    code: str
    title: str
    summary: str
    kind: str
    theme: str
    level: str
    unit: str
    amount_words: str
    steps: int
    window: str
    is_open: bool
    closes: date | None
    opens: date | None
    number: str
    is_sample: bool

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def level_label(self) -> str:
        return str(LEVELS[self.level])

    @property
    def is_zero_step(self) -> bool:
        """Only then may it be called 免申即享."""
        return self.steps == 0


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list with how many there are and how they divide; `facets`: name → (value, label, count)."""

    cards: list[Card]
    count: int
    before: int | None
    after: int | None
    facets: dict[str, list[tuple[str, str, int]]]


@dataclass(frozen=True, slots=True)
class Clause:
    """A line of the condition in words, with where it stands."""

    depth: int
    text: str
    cite: str
    says: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """An item as everybody sees it on a day."""

    card: Card
    revision: Revision
    document: Document
    clauses: list[Clause]
    relations: list[tuple[str, str]]
    excludes: list[tuple[str, str]]  # code, title
    sections: list[str]
    earlier: list[tuple[date, date | None, str]]  # revisions before: from, to, title
    files: list[StoredFile]  # attachments of the document


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar: what begins and what ends in it."""

    first: date
    begins: list[tuple[date, Card]] = field(default_factory=list)
    ends: list[tuple[date, Card]] = field(default_factory=list)


def shelf(on: date) -> facts.Shelf:
    """The shelf of a day, once a request."""
    return once(f"policies.shelf:{on}", lambda: facts.shelf(on))


def found(
    on: date, q: str = "", wanted: Mapping[str, str] | None = None, *, sort: str = "", place: int = 0, size: int = PAGE
) -> Page:
    """The items in force on a day, searched and filtered. One statement while no revision changes."""
    held = shelf(on)
    stock = stocks.of(held)
    given = {name: value for name, value in (wanted or {}).items() if name in FACETS and value}
    ranked = stock.places(q)
    kept = stock.kept(ranked, given)
    if sort == "closes":
        kept.sort(key=lambda p: (stock.closing[p], p))
    elif sort == "newest":
        kept.sort(key=lambda p: (-held.revisions[p].force_from.toordinal(), p))
    place = max(0, min(place, max(len(kept) - 1, 0)))
    return Page(
        [card(held.revisions[p], on) for p in kept[place : place + size]],
        len(kept),
        max(0, place - size) if place else None,
        place + size if place + size < len(kept) else None,
        {name: _divided(name, stock.divided(ranked, given, name)) for name in FACETS},
    )


def places(on: date, q: str) -> list[int]:
    """The places of what a question finds, the best first."""
    return stocks.of(shelf(on)).places(q)


def card(row: Revision, on: date) -> Card:
    """An item in a list, as it stands on a day."""
    return Card(
        code=row.item.code, title=row.title, summary=row.summary, kind=row.item.kind, theme=row.item.theme,
        level=row.document.level, unit=row.item.unit, amount_words=row.amount_words, steps=row.steps,
        window=windows.said(row.window), is_open=windows.is_open(row.window, on),
        closes=windows.closes(row.window, on), opens=windows.opens(row.window, on), number=row.document.number,
        is_sample=row.item.is_sample,
    )  # fmt: skip


def row(one: Card) -> tuple[str, ...]:
    """An item as a row of a table that is taken away, under `HEADS` but for the address of its page."""
    return (
        one.code, one.title, one.level_label, one.kind_label, one.theme, one.unit, one.amount_words, one.window,
        one.closes.isoformat() if one.closes else "", one.number, one.summary, "示例" if one.is_sample else "",
    )  # fmt: skip


def revision_on(code: str, on: date) -> Revision:
    """The revision in force on a day.

    :raises Missing: none was.
    """
    rows = facts.in_force(on).select_related("item", "document").filter(item__code=code)
    row = rows.order_by("-force_from").first()
    if row is None:
        raise Missing(access.NO_ITEM)
    return row


def item(code: str, on: date) -> Sheet:
    """An item as it stands on a day. At most five statements.

    :raises Missing: it is not in force on that day.
    """
    row = revision_on(code, on)
    known = sourcing.sources(row.clauses)
    clauses = [
        Clause(line.depth, line.text, source.cite if source else "", source.says if source else "")
        for line in told(row.condition)
        for source in [known.get(line.path) if not line.fields else sourcing.source_of(line.path, known)]
    ]
    kinds = dict(row.document.relations.model.Kind.choices)
    relations = [(str(kinds[one.kind]), one.number) for one in row.document.relations.order_by("pk")]
    titles = {r.item.code: r.title for r in shelf(on).revisions}
    before = Revision.objects.filter(item=row.item, state="published", force_from__lt=row.force_from)
    return Sheet(
        card(row, on),
        row,
        row.document,
        clauses,
        relations,
        [(other, titles[other]) for other in row.excludes if other in titles],
        [section_label(letter) for letter in sorted(stocks.sections(row))],
        list(before.order_by("-force_from").values_list("force_from", "force_to", "title")),
        files.kept_for(row.document.stream, with_internal=False),
    )


def attachment(code: str, on: date, file: int) -> tuple[StoredFile, BinaryIO]:
    """An attachment of the document that an item in force rests on, open for reading.

    :raises Missing: it is not in force on that day, or there is no such attachment.
    """
    return files.opened(revision_on(code, on).document.stream, file, with_internal=False)


def told(condition: object) -> Sequence[law.Line]:
    """A condition in words, before any enterprise is known."""
    library = law.compile_policies([law.Policy("", "", law.parse(condition, law.catalogue()))])
    return plainly(law.Reading(library, {}, date.min).explain(0).tree)


def calendar(on: date, months: int = 6, wanted: Mapping[str, str] | None = None) -> list[Month]:
    """What begins and ends to be open in the coming months, day by day."""
    first = on.replace(day=1)
    found_: list[Month] = []
    for _ in range(months):
        found_.append(Month(first))
        first = (first + timedelta(days=32)).replace(day=1)
    until, held = first - timedelta(days=1), shelf(on)
    given = {name: value for name, value in (wanted or {}).items() if name in FACETS and value}
    for place in stocks.of(held).kept(range(len(held.revisions)), given):
        row = held.revisions[place]
        one = card(row, on)
        for stretch in windows.openings(row.window, on, until):
            for month in found_:
                if _within(stretch.first, month.first) and stretch.first >= on:
                    month.begins.append((stretch.first, one))
                if _within(stretch.last, month.first):
                    month.ends.append((stretch.last, one))
    for month in found_:
        month.begins.sort(key=lambda pair: (pair[0], pair[1].code))
        month.ends.sort(key=lambda pair: (pair[0], pair[1].code))
    return found_


def themes(on: date) -> list[str]:
    """The themes of what is in force, the largest first."""
    counted = Counter(row.item.theme for row in shelf(on).revisions)
    return [theme for theme, _ in counted.most_common()]


def _within(day: date, first: date) -> bool:
    return (day.year, day.month) == (first.year, first.month)


def _divided(name: str, counted: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """A facet as lists show it: value, label, count."""
    labels = _labels(name)
    listed = [(value, labels.get(value, value), count) for value, count in counted.items()]
    if name in ("theme", "unit"):
        return sorted(listed, key=lambda one: (-one[2], one[1]))
    order = list(labels)
    return sorted(listed, key=lambda one: order.index(one[0]) if one[0] in order else 99)


def _labels(name: str) -> dict[str, str]:
    fixed = {"level": LEVELS, "kind": KINDS, "when": WHENS, "steps": STEPS}
    if name == "section":
        return {each.code: each.name for each in industries.sections()}
    return {str(key): str(label) for key, label in fixed.get(name, {}).items()}


def section_label(letter: str) -> str:
    """A section of industries by its letter, in words."""
    return _labels("section").get(letter, letter)
