"""Claims for the staff: who asked for what and was paid, and the lists by which departments told so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import OrderBy

from qifu.domain.people import queries as people
from qifu.domain.policies import access
from qifu.domain.policies.models import Claim, ClaimList, Revision
from qifu.domain.registry import queries as enterprises
from qifu.kernel.actor import Actor

PAGE = 50
RECENT = 100
STATES = {"applied": "已申报，未拨付", "paid": "已拨付"}
SORTS = {"newest": "最近申报", "paid": "最近拨付", "yuan": "金额最多", "item": "按政策"}


@dataclass(frozen=True, slots=True)
class Line:
    """One claim."""

    enterprise: int
    firm: str
    uscc: str
    street: str
    code: str
    title: str
    year: int
    applied_on: date
    paid_on: date | None
    yuan: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the claims that the actor sees, with how many there are and what was paid in all."""

    lines: list[Line]
    count: int
    paid: int
    yuan: Decimal
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class ListView:
    """A list that was handed in, and what came of it."""

    id: int
    name: str
    origin: str
    state: str
    state_label: str
    who: str
    rows: int
    fresh: int
    changed: int
    same: int
    rejected: int
    rejects: tuple[dict[str, object], ...]
    handed_at: datetime
    entered_at: datetime | None


def claims(
    *, actor: Actor, q: str = "", given: Mapping[str, str] | None = None, sort: str = "newest", place: int = 0,
    size: int = PAGE,
) -> Page:  # fmt: skip
    """Who asked for what, within what the actor sees. At most six statements.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = _filtered(_seen(actor), q, given or {})
    told = rows.aggregate(n=Count("pk"), paid=Count("pk", filter=Q(paid_on__isnull=False)), yuan=Sum("yuan"))
    place = max(0, min(place, max(told["n"] - 1, 0)))
    found = list(_sorted(rows, sort).select_related("item")[place : place + size])
    named = Revision.objects.filter(item__in={row.item_id for row in found}).order_by("number")
    titles = dict(named.values_list("item", "title"))  # of the latest revision
    firms: dict[int, enterprises.Brief] = {}
    for start in range(0, len(found), 2_000):
        firms |= enterprises.brief({row.enterprise_id for row in found[start : start + 2_000]})
    after = place + size if place + size < told["n"] else None
    yuan = told["yuan"] or Decimal(0)
    before = max(0, place - size) if place else None
    return Page([_line(row, titles, firms) for row in found], told["n"], told["paid"], yuan, before, after)


def years(actor: Actor) -> list[int]:
    """The years in which something was claimed, the newest first."""
    access.require_staff(actor)
    return list(Claim.objects.order_by("-year").values_list("year", flat=True).distinct())


def lists(actor: Actor) -> tuple[ListView, ...]:
    """The latest lists. Two statements.

    :raises Forbidden: not of those who read lists in.
    """
    access.require_clerk(actor)
    unit = access.unit_of_lists(actor)
    rows = ClaimList.objects.defer("rows", "rejects", "written", "pushes")
    rows = rows if unit is None else rows.filter(unit=unit)
    found = list(rows.order_by("-pk")[:RECENT])
    names = people.names(row.account for row in found)
    return tuple(_view(row, names) for row in found)


def claim_list(actor: Actor, number: int) -> ListView:
    """:raises Missing: there is none. :raises Forbidden: not of those who read lists in."""
    row = access.claim_list(actor, number)
    return _view(row, people.names([row.account]), row.rejects)


def item_choices(actor: Actor) -> list[tuple[str, str]]:
    """The items that a list may be of: code and title, by code."""
    access.require_clerk(actor)
    named = Revision.objects.filter(item=OuterRef("item")).order_by("-number").values("pk")[:1]
    rows = Revision.objects.filter(pk=Subquery(named), state__in=["published", "withdrawn"])
    return [(code, f"{code} {title}") for code, title in rows.order_by("item__code").values_list("item__code", "title")]


def _seen(actor: Actor) -> QuerySet[Claim]:
    own = access.streets(actor)
    rows = Claim.objects.all()
    return rows if own is None else rows.filter(enterprise__street__in=own)


def _filtered(rows: QuerySet[Claim], q: str, given: Mapping[str, str]) -> QuerySet[Claim]:
    for word in q.split()[:5]:
        titled = Revision.objects.filter(title__icontains=word).values("item")
        rows = rows.filter(
            Q(enterprise__name__icontains=word) | Q(enterprise__uscc=word.upper()) | Q(item__code__iexact=word)
            | Q(item__in=titled)
        )  # fmt: skip
    year, state = given.get("year", ""), given.get("state", "")
    if year.isascii() and year.isdecimal() and len(year) == 4:
        rows = rows.filter(year=int(year))
    if given.get("code"):
        rows = rows.filter(item__code=given["code"])
    return rows.filter(paid_on__isnull=state == "applied") if state in STATES else rows


def _sorted(rows: QuerySet[Claim], sort: str) -> QuerySet[Claim]:
    orders: dict[str, list[str | OrderBy]] = {
        "paid": [F("paid_on").desc(nulls_last=True), "-pk"],
        "yuan": [F("yuan").desc(nulls_last=True), "-pk"],
        "item": ["item__code", "-applied_on", "-pk"],
    }
    return rows.order_by(*orders.get(sort, ["-applied_on", "-pk"]))


def _line(row: Claim, titles: Mapping[int, str], firms: Mapping[int, enterprises.Brief]) -> Line:
    firm = firms.get(row.enterprise_id)
    return Line(
        row.enterprise_id, firm.name if firm else "", firm.uscc if firm else "", firm.street_name if firm else "",
        row.item.code, titles.get(row.item_id) or row.item.code, row.year, row.applied_on, row.paid_on, row.yuan, row.source,
    )  # fmt: skip


def _view(row: ClaimList, names: Mapping[int, str], rejects: Iterable[dict[str, object]] = ()) -> ListView:
    return ListView(
        row.pk, row.name, row.origin, row.state, str(row.get_state_display()), names.get(row.account or 0, "系统"),
        row.count, row.fresh, row.changed, row.same, row.rejected, tuple(rejects), row.handed_at, row.entered_at,
    )  # fmt: skip
