"""The only reads others may use: search, one enterprise, short forms in bulk, counts, loads, certifications.

Everything is cut to the actor; what is missing and what is not for the actor answer alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.registry import naming
from qifu.domain.registry.access import enterprise_to_see, visible
from qifu.domain.registry.asking import Asked, ask
from qifu.domain.registry.merged import leading, leadings, together
from qifu.domain.registry.models import Enterprise, FormerName, Mark
from qifu.engines.codes import credit, industries, legal_forms, phones
from qifu.kernel import search as kernel_search
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record
from qifu.kernel.prepared import Prepared, PreparedMany

__all__ = [
    "Asked", "Brief", "EnterpriseView", "Filters", "Identity", "MarkView", "Page", "Total", "ask", "brief", "by_uscc",
    "count", "enterprise", "every", "facets", "found", "history", "identity", "ids_matching", "leading", "leadings",
    "mark_kinds", "matching", "names", "search", "sizes", "statuses", "suggest", "together", "visible_ids",
]  # fmt: skip
PAGE = 25
COUNTED, COUNTED_FOUND = 100_000, 10_000  # of a list, of a search: more than this is told as "more than"
SUGGESTED, LOOKED_AT = 10, 200
FEW = 5_000
_CODE = re.compile(r"[0-9][0-9A-Z]{7,17}")
SORTS = {"recent": "最近登记", "name": "按名称"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is cut to; empty cuts nothing."""

    street: int | None = None
    section: str = ""  # letter of the industry's section
    size: str = ""
    mark: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """An enterprise in one line, for lists of other rooms."""

    id: int
    name: str
    uscc: str
    street: int | None
    street_name: str
    industry: str
    size_class: str
    status: str
    marks: tuple[str, ...]

    @property
    def mark_labels(self) -> tuple[str, ...]:
        """The marks as people say them."""
        return tuple(str(Mark.Kind(kind).label) for kind in self.marks)

    @property
    def size_label(self) -> str:
        """The size as people say it; empty when unknown."""
        return str(Enterprise.Size(self.size_class).label) if self.size_class else ""

    @property
    def status_label(self) -> str:
        """Whether it exists still."""
        return str(Enterprise.Status(self.status).label)

    @property
    def industry_name(self) -> str:
        """The name of the industry; empty when the table does not hold it."""
        held = industries.find(self.industry) if self.industry else None
        return held.name if held else ""


@dataclass(frozen=True, slots=True)
class MarkView:
    """A standing, from then until then."""

    kind: str
    label: str
    since: date
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class EnterpriseView:
    """The identity of one enterprise; the telephone is masked."""

    brief: Brief
    legal_form: str
    registered_on: date | None
    registered_capital: Decimal | None
    employees: int | None
    address: str
    phone: str
    former_names: tuple[tuple[str, date | None], ...]
    marks: tuple[MarkView, ...]
    updated: datetime

    @property
    def id(self) -> int:
        return self.brief.id


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list; `next` continues it, empty at its end."""

    items: tuple[Brief, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Total:
    """How many; `is_more` when there are more than were counted."""

    number: int
    is_more: bool = False


def matching(rows: QuerySet[Enterprise], q: str) -> QuerySet[Enterprise]:
    """Cut the rows to those found by a piece of a name, by initials, or by the start or the last six of a code."""
    return kernel_search.matching(rows, _code_written(q))


def _code_written(q: str) -> str:
    """A code written in groups, as one run; anything else as it is."""
    code = credit.normalise(q)
    return code if _CODE.fullmatch(code) else q


def found(actor: Actor, q: str, filters: Filters) -> QuerySet[Enterprise]:
    """The enterprises that the actor sees, searched and filtered, in no order."""
    rows = matching(visible(actor), q)
    if not q.strip():  # one that was merged is still found by its name
        rows = rows.filter(merged_into=None)
    if filters.street is not None:
        rows = rows.filter(street=filters.street)
    if filters.section:
        rows = rows.filter(industry__gte=filters.section, industry__lt=chr(ord(filters.section[0]) + 1))
    if filters.size:
        rows = rows.filter(size_class=filters.size)
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.mark:
        held = Mark.objects.filter(enterprise=OuterRef("pk"), kind=filters.mark, until__isnull=True)
        rows = rows.filter(Exists(held))
    return rows


def _narrowed(rows: QuerySet[Enterprise], q: str) -> QuerySet[Enterprise]:
    """On PostgreSQL fetch the few that a rare word finds before they are put in order.

    Asked for the newest of them at once, the planner walks the whole table from its end; a word that finds many is
    soon met on that walk, and stays with it.
    """
    if not q.strip() or connection.vendor != "postgresql":
        return rows
    few = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return rows if len(few) > FEW else Enterprise.objects.filter(pk__in=few)


def search(
    actor: Actor, q: str, filters: Filters | None = None, cursor: str = "", *, sort: str = "recent", size: int = PAGE
) -> Page:
    """A page of the enterprises found. At most five queries, whatever the table holds.

    :raises Invalid: the cursor is none of ours.
    """
    rows = _narrowed(found(actor, q, filters or Filters()), q)
    rows = _after(rows, cursor, sort).order_by(*(("initials", "pk") if sort == "name" else ("-pk",)))
    page = list(rows.defer("tokens", "phone")[: size + 1])
    last = page[size - 1] if len(page) > size else None
    following = "" if last is None else (f"{last.pk}~{last.initials}" if sort == "name" else str(last.pk))
    return Page(_briefs(page[:size]), following)


def _after(rows: QuerySet[Enterprise], cursor: str, sort: str) -> QuerySet[Enterprise]:
    if not cursor:
        return rows
    number, _, initials = cursor.partition("~")
    if not re.fullmatch(r"[0-9]{1,18}", number) or not re.fullmatch(r"[a-z0-9]{0,120}", initials):
        raise Invalid("页码无效，请从第一页重新开始。", {"cursor": "无效"})
    if sort == "name":
        return rows.filter(Q(initials__gt=initials) | Q(initials=initials, pk__gt=int(number)))
    return rows.filter(pk__lt=int(number))


def count(actor: Actor, q: str, filters: Filters | None = None) -> Total:
    """How many there are, counted up to a hundred thousand; of a search up to ten thousand."""
    most = COUNTED_FOUND if q.strip() else COUNTED
    number = found(actor, q, filters or Filters()).order_by().values("status")[: most + 1].count()  # an index has it
    return Total(min(number, most), number > most)


def every(actor: Actor, q: str, filters: Filters | None = None, *, size: int = 2000) -> Iterator[Brief]:
    """All that are found, newest first, read a stretch at a time: the search is made once, and only numbers are kept of it."""
    rows = found(actor, q, filters or Filters()).order_by().values_list("pk", flat=True)
    numbers = np.sort(np.fromiter(rows.iterator(chunk_size=size * 10), np.int64))[::-1]
    for start in range(0, len(numbers), size):
        some = Enterprise.objects.filter(pk__in=numbers[start : start + size].tolist()).order_by("-pk")
        yield from _briefs(list(some.defer("tokens", "phone")))


def facets(actor: Actor, q: str, filters: Filters | None = None) -> dict[str, dict[str, int]]:
    """How many by street, section, size and mark, within what is found. Two statements, the first from an index alone."""
    wanted = filters or Filters()
    rows = found(actor, q, wanted).order_by()
    told: dict[str, Counter[str]] = {"street": Counter(), "section": Counter(), "size": Counter(), "mark": Counter()}
    divided = rows.values_list("street_id", "size_class", "status", "industry").annotate(n=Count("*"))
    for street, size, _, industry, n in divided:
        told["street"][str(street if street is not None else "")] += n
        told["section"][industry[:1]] += n
        told["size"][size] += n
    marks = Mark.objects.filter(until__isnull=True)
    if q.strip() or wanted != Filters() or visible(actor).query.where:
        marks = marks.filter(enterprise__in=rows.values("pk"))
    else:  # the few that were merged are left out, rather than the many others looked up
        marks = marks.filter(~Exists(Enterprise.objects.filter(pk=OuterRef("enterprise"), merged_into__isnull=False)))
    told["mark"].update(dict(marks.order_by().values_list("kind").annotate(n=Count("*"))))
    return {name: dict(found) for name, found in told.items()}


def suggest(actor: Actor, q: str) -> tuple[Brief, ...]:
    """At most ten enterprises for somebody who is typing: those that begin with it first, then the shorter names."""
    text = naming.written(q)
    if not text:
        return ()
    rows = list(
        _narrowed(matching(visible(actor).filter(merged_into=None), text), text)
        .order_by("-pk")
        .defer("tokens", "phone")[:LOOKED_AT]
    )
    low = text.lower()

    def rank(row: Enterprise) -> tuple[bool, bool, int, str]:
        begins = row.name.lower().startswith(low) or row.initials.startswith(low) or (row.uscc or "").lower() == low
        return (row.status != "open", not begins, len(row.name), row.name)

    return _briefs(sorted(rows, key=rank)[:SUGGESTED])


def enterprise(actor: Actor, enterprise: int) -> EnterpriseView:
    """The identity of one.

    :raises Missing: there is none, or not for this actor.
    """
    row = enterprise_to_see(actor, enterprise)
    (told,) = _briefs([row])
    former = FormerName.objects.filter(enterprise=row).order_by("-pk").values_list("name", "until")
    marks = Mark.objects.filter(enterprise=row).order_by(F("until").desc(nulls_first=True), "-since", "pk")
    return EnterpriseView(
        brief=told,
        legal_form=_form_label(row.legal_form),
        registered_on=row.registered_on,
        registered_capital=row.registered_capital,
        employees=row.employees,
        address=row.address,
        phone=phones.mask(row.phone) if row.phone else "",
        former_names=tuple(former),
        marks=tuple(MarkView(m.kind, str(Mark.Kind(m.kind).label), m.since, m.until, m.source) for m in marks),
        updated=row.updated,
    )


def history(actor: Actor, enterprise: int, size: int = 50) -> list[Record]:
    """The records of one enterprise, newest first.

    :raises Missing: there is none, or not for this actor.
    """
    enterprise_to_see(actor, enterprise)
    return list(evidence.history(f"registry.enterprise:{enterprise}").order_by("-seq")[:size])


_ROWS = PreparedMany(lambda ids: Enterprise.objects.filter(pk__in=ids).defer("tokens", "phone"))
_NAMES = PreparedMany(lambda ids: Enterprise.objects.filter(pk__in=ids).values_list("pk", "name"))
_MARKS = PreparedMany(
    lambda ids: (
        Mark.objects.filter(enterprise__in=ids, until__isnull=True).order_by("pk").values_list("enterprise_id", "kind")
    )
)


def brief(ids: Iterable[int | None]) -> dict[int, Brief]:
    """Short forms of many at once, for rooms that have passed their own door. At most three queries."""
    rows = _ROWS(number for number in ids if number is not None)
    return {told.id: told for told in _briefs(rows)}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a room needs to know of an enterprise that it keeps a record for."""

    name: str
    uscc: str
    street: int | None


_IDENTITY = Prepared(
    lambda enterprise: Enterprise.objects.filter(pk=enterprise).values_list("name", "uscc", "street"),
    numbers=["enterprise"],
)


def identity(enterprise: int) -> Identity | None:
    """Who the enterprise is, for rooms that have passed their own door; None when there is no such. One query."""
    for name, uscc, street in _IDENTITY(enterprise=enterprise):
        return Identity(name, uscc or "", street)
    return None


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of many at once, for rooms that have passed their own door. One query."""
    return dict(_NAMES(number for number in ids if number is not None))


def by_uscc(code: str) -> Brief | None:
    """The enterprise with the code, written in whatever manner."""
    rows = list(Enterprise.objects.filter(uscc=credit.normalise(code)).defer("tokens", "phone"))
    told = _briefs(rows)
    return told[0] if told else None


def visible_ids(actor: Actor) -> QuerySet[Enterprise, Any]:
    """The enterprises that the actor may see, as a subquery for a room above."""
    return visible(actor).values("pk")


def ids_matching(actor: Actor, q: str, most: int = 1000) -> list[int]:
    """The enterprises found, for other rooms that search by the name of an enterprise."""
    return list(_narrowed(matching(visible(actor), q), q).order_by("-pk").values_list("pk", flat=True)[:most])


def mark_kinds() -> tuple[tuple[str, str], ...]:
    """All kinds of marks with their labels."""
    return tuple((str(value), str(label)) for value, label in Mark.Kind.choices)


def sizes() -> tuple[tuple[str, str], ...]:
    """All sizes with their labels."""
    return tuple((str(value), str(label)) for value, label in Enterprise.Size.choices)


def statuses() -> tuple[tuple[str, str], ...]:
    """All states of registration with their labels."""
    return tuple((str(value), str(label)) for value, label in Enterprise.Status.choices)


def _form_label(code: str) -> str:
    return legal_forms.legal_form(code).name if code else ""


def _briefs(rows: list[Enterprise]) -> tuple[Brief, ...]:
    marks: dict[int, list[str]] = {}
    for owner, kind in _MARKS(row.pk for row in rows):
        marks.setdefault(owner, []).append(kind)
    units = people.unit_tree().units if rows else {}
    return tuple(
        Brief(
            id=row.pk,
            name=row.name,
            uscc=row.uscc or "",
            street=row.street_id,
            street_name=units[row.street_id].short_name if row.street_id in units else "",
            industry=row.industry,
            size_class=row.size_class,
            status=row.status,
            marks=tuple(marks.get(row.pk, ())),
        )
        for row in rows
    )
