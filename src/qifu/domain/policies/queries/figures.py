"""Figures of policies: coverage, what is unclaimed, freshness, the funnel of pushes; every rate with its denominator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Count, Min, Q, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.policies import access, planes
from qifu.domain.policies.models import Claim, Document, Match, Push, Revision
from qifu.domain.policies.queries import trial
from qifu.domain.registry import queries as enterprises
from qifu.engines.calendar import SHANGHAI
from qifu.engines.codes import industries
from qifu.kernel.actor import Actor
from qifu.kernel.workdays import queries as workdays

PAGE = 50
NOWHERE = "未登记"  # enterprises of no known street or industry


@dataclass(frozen=True, slots=True)
class ItemCount:
    """How an item stands to all enterprises."""

    code: str
    title: str
    kind: str
    level: str
    eligible: int
    unknown: int
    enterprises: int
    lacking: str  # the field that keeps most of the unknown so
    pushed: int

    @property
    def ineligible(self) -> int:
        return self.enterprises - self.eligible - self.unknown


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the library reaches."""

    at: datetime | None
    enterprises: int
    reached: int  # enterprises that fit at least one item
    items: int
    empty: int  # items that nobody fits
    lacking: list[tuple[str, int]]
    lines: list[ItemCount]


@dataclass(frozen=True, slots=True)
class UnclaimedLine:
    """Eligible and not claimed this year, under one heading."""

    key: str
    label: str
    firms: int
    yuan: int
    claimed: int = 0
    eligible: int = 0


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """What is due to enterprises and was not asked for; sums count each item of an enterprise."""

    at: datetime | None
    year: int
    by: str
    lines: list[UnclaimedLine]
    firms: int
    yuan: int
    filed_items: int = 0  # taken in the tax return, and no list says by whom: left out
    filed_firms: int = 0  # that fit these, counted once an item


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise behind a figure."""

    id: int
    name: str
    uscc: str
    street: str
    industry: str
    size: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The list behind an unclaimed figure."""

    code: str
    title: str
    count: int
    firms: list[Firm]
    place: int
    after: int | None


@dataclass(frozen=True, slots=True)
class Fresh:
    """A document on its way from found to published; days are working days."""

    id: int
    title: str
    number: str
    found_at: datetime
    first_draft: datetime | None
    published_at: datetime | None
    days: int
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fast documents become items."""

    lines: list[Fresh]
    published: int
    waiting: int
    median: float | None  # working days from found to published
    expiring: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """What came of pushes: sent, opened, self-checked, applied, granted, paid; and what was said of them."""

    sent: int
    opened: int
    checked: int
    applied: int
    granted: int
    paid: int
    fits: int
    not_fits: int
    parcels: int
    lines: list[tuple[str, str, int, int, int, int]]  # code, title, sent, opened, applied, does not fit

    @property
    def steps(self) -> list[tuple[str, int]]:
        names = ("已发送", "已打开", "已自查", "已申报", "已核定", "已拨付")
        counts = (self.sent, self.opened, self.checked, self.applied, self.granted, self.paid)
        return list(zip(names, counts, strict=True))


SORTS = {"eligible": "符合最多", "unknown": "最不确定", "code": "按编号"}
CUTS = {"item": "按政策", "street": "按街道", "section": "按行业"}


def coverage(*, actor: Actor, on: date, sort: str = "eligible", kind: str = "") -> Coverage:
    """How many enterprises fit each item, and what keeps the others unknown. Four statements.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = list(matches(kind).defer("unknown_bits", "unclaimed"))
    pushed = dict(Push.objects.values_list("revision").annotate(n=Count("pk")))
    lines = [
        ItemCount(
            m.revision.item.code, m.revision.title, m.revision.item.kind, m.revision.document.level, m.eligible,
            m.unknown, m.enterprises, trial.common_lacking([m.lacking])[0][0] if m.lacking else "",
            pushed.get(m.revision_id, 0),
        )
        for m in rows
    ]  # fmt: skip
    lines.sort(key=lambda one: one.code if sort == "code" else "")
    if sort in ("eligible", "unknown"):
        lines.sort(key=lambda one: (-getattr(one, sort), one.code))
    return Coverage(
        counted_at(rows),
        max((m.enterprises for m in rows), default=0),
        planes.counted(planes.joined([m.eligible_bits for m in rows])),
        len(rows),
        sum(not m.eligible for m in rows),
        trial.common_lacking([m.lacking for m in rows])[:8],
        lines,
    )


def unclaimed(
    *, actor: Actor, on: date, by: str = "item", kind: str = "", street: str = "", section: str = ""
) -> Unclaimed:
    """What is due and was not asked for this year, by item, street or industry, within what the actor sees.

    Items can be cut to one street or one industry.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = list(matches(kind).defer("eligible_bits", "unknown_bits", "lacking"))
    streets = street_names(actor)
    if by != "item":
        lines = by_cut(rows, by, streets)
    else:
        lines = by_item(rows, streets, on.year, *(("street", street) if street else ("section", section)))
    lines.sort(key=lambda one: (-one.yuan, -one.firms, one.key))
    filed = [int(m.unclaimed["filed"]) for m in rows if m.unclaimed.get("filed")]
    return Unclaimed(
        counted_at(rows), on.year, by, lines, sum(n.firms for n in lines), sum(n.yuan for n in lines), len(filed),
        sum(filed),
    )  # fmt: skip


def counted_at(rows: Sequence[Match]) -> datetime | None:
    """Since when figures over these may be out of date: when the oldest of them was counted."""
    return min((m.counted_at for m in rows), default=None)


def open_firms(actor: Actor, rows: Sequence[Match], year: int) -> int:
    """How many enterprises fit at least one item that they have not asked for this year, each counted once."""
    claimed: dict[int, list[int]] = {}
    for item, firm in Claim.objects.filter(year=year).values_list("item_id", "enterprise_id"):
        claimed.setdefault(item, []).append(firm)
    open_ = planes.joined(
        [
            planes.without(m.eligible_bits, claimed.get(m.revision.item_id, ()))
            for m in rows
            if m.eligible and not m.unclaimed.get("filed")
        ]
    )
    if street_names(actor) is None:
        return planes.counted(open_)
    return len(_seen(actor, [int(n) for n in planes.ids_of(open_)], "", ""))


def behind(
    *, actor: Actor, on: date, code: str, street: str = "", section: str = "", q: str = "", place: int = 0,
    size: int = PAGE,
) -> Behind:  # fmt: skip
    """The enterprises that fit an item and have not asked for it this year, within what the actor sees.

    :raises Missing: there is no such item, or it was not matched yet.
    """
    item = access.item(actor, code)
    row = Match.objects.select_related("revision").filter(revision__item=item).first()
    if row is None:
        return Behind(code, code, 0, [], 0, None)
    ids = _open_ids(row, item.pk, on.year)
    seen = _seen(actor, ids, street, section, q.upper().split())
    place = max(0, min(place, max(len(seen) - 1, 0)))
    chosen = seen[place : place + size]
    told = enterprises.brief(chosen)
    firms = [
        Firm(b.id, b.name, b.uscc, b.street_name, b.industry_name, b.size_label) for n in chosen if (b := told.get(n))
    ]
    after = place + size if place + size < len(seen) else None
    return Behind(code, row.revision.title, len(seen), firms, place, after)


def every_behind(
    *, actor: Actor, on: date, code: str, street: str = "", section: str = "", q: str = ""
) -> Iterator[Firm]:
    """All of the list behind a figure, a stretch at a time."""
    place: int | None = 0
    while place is not None:
        page = behind(actor=actor, on=on, code=code, street=street, section=section, q=q, place=place, size=2_000)
        yield from page.firms
        place = page.after


def freshness(*, actor: Actor, on: date, size: int = 50) -> Freshness:
    """How long documents wait from being found until their items are published, in working days.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = Document.objects.filter(author__isnull=False).annotate(
        first_draft=Min("revisions__made_at"), first_out=Min("revisions__published_at")
    )
    calendar = workdays.calendar()
    lines = []
    for row in rows.order_by("-found_at").defer("text", "gist")[:500]:
        until = row.first_out.astimezone(SHANGHAI).date() if row.first_out else on
        first = row.found_at.astimezone(SHANGHAI).date()
        days = sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(1, (until - first).days + 1))
        lines.append(
            Fresh(row.pk, row.title, row.number, row.found_at, row.first_draft, row.first_out, days, row.is_sample)
        )
    done = [one.days for one in lines if one.published_at]
    soon = on + timedelta(days=60)
    expiring = Revision.objects.filter(state="published", force_from__lte=on, force_to__gte=on, force_to__lte=soon)
    return Freshness(lines[:size], len(done), len(lines) - len(done), median(done) if done else None, expiring.count())


def funnel(*, actor: Actor, since: date | None = None) -> Funnel:
    """What came of pushes. :raises Forbidden: not of the staff."""
    access.require_staff(actor)
    rows = Push.objects.all()
    if since is not None:
        rows = rows.filter(sent_at__date__gte=since)
    counted = rows.aggregate(
        sent=Count("pk"),
        opened=Count("pk", filter=Q(opened_at__isnull=False)),
        checked=Count("pk", filter=Q(checked_at__isnull=False)),
        applied=Count("pk", filter=Q(applied_at__isnull=False)),
        fitting=Count("pk", filter=Q(fits=True)),
        unfitting=Count("pk", filter=Q(fits=False)),
        parcels=Count("parcel", distinct=True),
    )
    claims = Claim.objects.filter(Q(paid_on__isnull=False) | Q(granted_on__isnull=False))
    known = list(claims.values_list("enterprise_id", "item_id", "paid_on"))
    come, paid = {one[:2] for one in known}, {one[:2] for one in known if one[2] is not None}
    told = list(rows.filter(applied_at__isnull=False).values_list("enterprise_id", "revision__item_id"))
    each = rows.values_list("revision__item__code", "revision__title").annotate(
        sent=Count("pk"),
        opened=Count("pk", filter=Q(opened_at__isnull=False)),
        applied=Count("pk", filter=Q(applied_at__isnull=False)),
        wrong=Count("pk", filter=Q(fits=False)),
    )
    return Funnel(
        counted["sent"], counted["opened"], counted["checked"], counted["applied"],
        sum(pair in come for pair in told), sum(pair in paid for pair in told),
        counted["fitting"], counted["unfitting"], counted["parcels"], list(each.order_by("-sent", "revision__item__code")[:100]),
    )  # fmt: skip


def matches(kind: str) -> QuerySet[Match]:
    """The matches of the items in force, of one kind if one is named."""
    rows = Match.objects.select_related("revision__item", "revision__document").defer(
        "revision__tokens", "revision__condition", "revision__document__text"
    )
    return rows.filter(revision__item__kind=kind) if kind else rows


def street_names(actor: Actor) -> frozenset[str] | None:
    """The streets within what the actor sees; None: all."""
    own = access.streets(actor)
    if own is None:
        return None
    units = people.unit_tree().units
    return frozenset(units[number].short_name for number in own if number in units)


def by_item(
    rows: Sequence[Match], streets: frozenset[str] | None, year: int, cut: str = "", wanted: str = ""
) -> list[UnclaimedLine]:
    """What is unclaimed of each item; of one street or industry, if one is wanted."""
    claimed = dict(Claim.objects.filter(year=year).values_list("item").annotate(n=Count("pk")))
    lines = []
    for m in rows:
        held = m.unclaimed
        if wanted:
            is_seen = streets is None or (cut == "street" and wanted in streets)
            firms, yuan = held.get(cut, {}).get("" if wanted == NOWHERE else wanted, (0, 0)) if is_seen else (0, 0)
        elif streets is None:
            firms, yuan = int(held.get("firms", 0)), int(held.get("yuan", 0))
        else:
            pairs = [pair for name, pair in held.get("street", {}).items() if name in streets]
            firms, yuan = sum(n for n, _ in pairs), sum(total for _, total in pairs)
        if firms:
            item = m.revision.item
            lines.append(UnclaimedLine(item.code, m.revision.title, firms, yuan, claimed.get(item.pk, 0), m.eligible))
    return lines


def by_cut(rows: Sequence[Match], by: str, streets: frozenset[str] | None) -> list[UnclaimedLine]:
    """What is unclaimed of each street or industry."""
    firms: Counter[str] = Counter()
    yuan: Counter[str] = Counter()
    for m in rows:
        for key, (n, total) in m.unclaimed.get(by, {}).items():
            if streets is None or (by == "street" and key in streets):
                firms[key] += n
                yuan[key] += total
    sections = {each.code: each.name for each in industries.sections()}
    return [UnclaimedLine(key or NOWHERE, sections.get(key, key) or NOWHERE, n, yuan[key]) for key, n in firms.items()]


def _open_ids(row: Match, item: int, year: int) -> list[int]:
    claimed = set(Claim.objects.filter(item=item, year=year).values_list("enterprise_id", flat=True))
    return [int(n) for n in planes.ids_of(row.eligible_bits) if int(n) not in claimed]


def _seen(actor: Actor, ids: Sequence[int], street: str, section: str, words: Sequence[str] = ()) -> list[int]:
    """Those of the ids that the actor sees, cut to a street (by name), a section and words of the name or code."""
    streets = street_names(actor)
    if streets is None and not street and not section and not words:
        return list(ids)
    kept = []
    for stretch in (ids[k : k + 2_000] for k in range(0, len(ids), 2_000)):
        told: Mapping[int, enterprises.Brief] = enterprises.brief(stretch)
        for number in stretch:
            one = told.get(number)
            if one is None or (streets is not None and one.street_name not in streets):
                continue
            is_there = not street or (one.street_name or NOWHERE) == street
            is_there = is_there and all(word in f"{one.name} {one.uscc}".upper() for word in words)
            if is_there and (not section or (one.industry[:1] or NOWHERE) == section):
                kept.append(number)
    return kept
