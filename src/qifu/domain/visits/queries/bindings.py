"""Who looks after whom: the specialists with their load and reach, and the one of an enterprise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Q, Value, When

from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.people.service import Face, faces, trained
from qifu.domain.people.specialists import serving
from qifu.domain.registry import queries as registry
from qifu.domain.visits import access, rules
from qifu.domain.visits.models import Binding, Visit
from qifu.domain.visits.unbound import unbound
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing

PAGE = 50
A_YEAR = timedelta(days=365)
USUAL = (("09:00", "12:00"), ("14:00", "17:30"))  # hours where nobody has set any


@dataclass(frozen=True, slots=True)
class Load:
    """A specialist with what is looked after, and what was done in a year."""

    account: int
    name: str
    unit: int
    unit_name: str
    street_name: str
    enterprises: int
    buildings: int
    ahead: int
    done: int
    reached: int  # different enterprises visited in the year
    trainings: int
    hours: Decimal
    face: Face | None


@dataclass(frozen=True, slots=True)
class Tied:
    """Something that a specialist looks after."""

    id: int
    enterprise: int | None
    building: int | None
    street: int | None
    title: str
    rule_label: str
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Mine:
    """The specialist of an enterprise, as the enterprise sees one."""

    account: int
    name: str
    unit: int
    unit_name: str
    phone: str
    hours: str
    face: Face | None
    why: str


def loads(actor: Actor, now: datetime, *, street: int | None = None, q: str = "") -> tuple[Load, ...]:
    """The specialists, of one street or all, with their load. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    there = [one for one in serving(now, street) if q in one.name]
    ids = [one.account for one in there]
    today = now.astimezone(SHANGHAI).date()
    held = Binding.objects.filter(account__in=ids, until__isnull=True).order_by().values_list("account_id")
    tied = {pk: (n, m) for pk, n, m in held.annotate(n=Count("enterprise"), m=Count("building"))}
    gone = Visit.objects.filter(account__in=ids, day__gt=today - A_YEAR).order_by().values_list("account_id")
    counted = gone.annotate(
        n=Count("pk", filter=Q(state="done")), m=Count("enterprise", filter=Q(state="done"), distinct=True),
        k=Count("pk", filter=Q(state="planned", day__gte=today)),
    )  # fmt: skip
    visits = {pk: (n, m, k) for pk, n, m, k in counted}
    known, taught = faces(ids), trained(ids, today - A_YEAR)
    return tuple(
        Load(
            one.account, one.name, one.unit, _short(one.unit), _short(one.street), *tied.get(one.account, (0, 0)),
            ahead=visits.get(one.account, (0, 0, 0))[2], done=visits.get(one.account, (0, 0, 0))[0],
            reached=visits.get(one.account, (0, 0, 0))[1], trainings=taught.get(one.account, (0, Decimal(0)))[0],
            hours=taught.get(one.account, (0, Decimal(0)))[1], face=known.get(one.account),
        )
        for one in there
    )  # fmt: skip


def unbound_by_street(actor: Actor) -> dict[int, int]:
    """How many open enterprises nobody looks after, by street that the actor keeps. One query."""
    streets = access.kept_streets(actor)
    if not streets:
        return {}
    rows = unbound(streets).order_by().values_list("street_id")
    return {street: n for street, n in rows.annotate(n=Count("pk")) if street is not None}


def of_specialist(actor: Actor, account: int, page: int = 1) -> tuple[tuple[Tied, ...], int]:
    """What a specialist looks after: a page of it, and how many there are. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    rows = Binding.objects.filter(account=account, until__isnull=True).order_by("-street", "-building", "pk")
    count = rows.count()
    held = list(rows[(max(1, page) - 1) * PAGE : max(1, page) * PAGE])
    visible = registry.visible_ids(actor).filter(pk__in=[row.enterprise_id for row in held if row.enterprise_id])
    names = registry.names(visible.values_list("pk", flat=True))
    places = estate.brief(row.building_id for row in held)
    return tuple(
        Tied(
            row.pk, row.enterprise_id if row.enterprise_id in names else None, row.building_id, row.street_id,
            _title(row, names, {pk: one.name for pk, one in places.items()}), rules.label(row.rule), row.why, row.since,
        )
        for row in held
    ), count  # fmt: skip


def _title(row: Binding, names: dict[int, str], places: dict[int, str]) -> str:
    if row.enterprise_id is not None:
        return names.get(row.enterprise_id, "非本街道企业")
    return places.get(row.building_id or 0, "") if row.building_id is not None else _short(row.street_id) + "（全街道）"


def specialist_of(enterprise: int, now: datetime) -> Mine | None:
    """Who looks after the enterprise: its own tie, else its building's, else its street's. The caller has passed its door."""
    place = Q(building__tenancies__enterprise=enterprise, building__tenancies__dropped_at=None) & (
        Q(building__tenancies__until=None) | Q(building__tenancies__until__gte=now.astimezone(SHANGHAI).date())
    )
    known = registry.identity(enterprise)
    street = Q(street=known.street) if known and known.street else Q(pk__in=())
    nearness = Case(
        When(enterprise__isnull=False, then=Value(0)), When(building__isnull=False, then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    found = (
        Binding.objects.filter(Q(enterprise=enterprise) | place | street, until__isnull=True)
        .order_by(nearness, "since", "pk")
        .first()
    )
    there = {one.account: one for one in serving(now)}
    if found is None or found.account_id not in there:
        return None
    one = there[found.account_id]
    unit = people.unit(one.unit)
    spans = people.unit_tree().spans(one.unit) or USUAL
    phone = unit.phone or next(
        (people.unit(above).phone for above in people.unit_tree().ancestors(one.unit) if people.unit(above).phone), ""
    )
    hours = "，".join(f"{start}–{end}" for start, end in spans)
    return Mine(
        one.account, one.name, unit.id, unit.name, phone, hours, faces([one.account]).get(one.account), found.why
    )


def require_own(actor: Actor, enterprise: int, now: datetime) -> Mine:
    """The specialist of an enterprise that the actor speaks for.

    :raises Missing: not the actor's enterprise, or nobody looks after it.
    """
    if enterprise not in actor.enterprises or (found := specialist_of(enterprise, now)) is None:
        raise Missing("没有这家企业，或还没有服务专员。")
    return found


def _short(unit: int | None) -> str:
    units = people.unit_tree().units
    return units[unit].short_name if unit in units else ""


def last_seen(enterprise: int) -> date | None:
    """When the enterprise was last visited; the caller has passed its door."""
    rows = Visit.objects.filter(enterprise=enterprise, state="done").order_by("-day")
    return rows.values_list("day", flat=True).first()
