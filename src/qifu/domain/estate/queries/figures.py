"""Figures of buildings on any day, as known at any moment: never kept, always computed from rooms and tenancies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from qifu.domain.estate.models import Room, Tenancy
from qifu.domain.estate.moments import Moment, lasting, months, on
from qifu.domain.registry import facts

SOON = 12  # months ahead that count as soon to end
NOUGHT = Decimal(0)
CENT = Decimal("0.01")
ELSEWHERE = ("district", "outside")


@dataclass(frozen=True, slots=True)
class Share:
    """A part and the whole that it is of."""

    part: Decimal | int
    whole: Decimal | int

    @property
    def value(self) -> float | None:
        """The share of one; None where there is no whole."""
        return float(self.part) / float(self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Tax:
    """What tenants paid in taxes, of those whose figure is known, and the square metres in which they sit."""

    amount: Decimal = NOUGHT  # 万元
    area: Decimal = NOUGHT  # of rooms whose area is known
    known: int = 0
    tenants: int = 0

    @property
    def per_metre(self) -> Decimal | None:
        """元 a square metre; None where nothing is known."""
        return (self.amount * 10_000 / self.area).quantize(CENT) if self.area and self.known else None


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of a building, or of several together."""

    rooms: int = 0
    measured: int = 0  # rooms whose area is known
    area: Decimal = NOUGHT  # of these
    let_rooms: int = 0
    let_area: Decimal = NOUGHT
    offered: int = 0  # empty, and to let
    offered_area: Decimal = NOUGHT
    tenancies: int = 0
    known: int = 0  # tenancies whose enterprise is in the registry
    tenants: int = 0  # different enterprises
    rent_money: Decimal = NOUGHT  # rent × area, where both are known
    rent_area: Decimal = NOUGHT
    registered_told: int = 0  # tenancies of which it is known where the enterprise is registered
    registered_elsewhere: int = 0
    taxed_told: int = 0
    taxed_elsewhere: int = 0
    leases: int = 0  # of which the last day is known
    ending: int = 0  # leases that end within twelve months

    @property
    def occupancy(self) -> Share:
        """Let square metres of all; by rooms, where no area is known."""
        return Share(self.let_area, self.area) if self.area else Share(self.let_rooms, self.rooms)

    @property
    def vacant_area(self) -> Decimal:
        return self.area - self.let_area

    @property
    def vacant_rooms(self) -> int:
        return self.rooms - self.let_rooms

    @property
    def rent(self) -> Decimal | None:
        """The average by square metres, 元 a square metre and month; None where none is known."""
        return (self.rent_money / self.rent_area).quantize(CENT) if self.rent_area else None

    @property
    def known_share(self) -> Share:
        return Share(self.known, self.tenancies)

    @property
    def registered_share(self) -> Share:
        """Registered elsewhere, of those of which it is known."""
        return Share(self.registered_elsewhere, self.registered_told)

    @property
    def taxed_share(self) -> Share:
        """Taxed elsewhere, of those of which it is known."""
        return Share(self.taxed_elsewhere, self.taxed_told)

    @property
    def ending_share(self) -> Share:
        return Share(self.ending, self.leases)


def measures(moment: Moment, ids: Collection[int] | None = None) -> dict[int, Measures]:
    """The figures by building; all buildings when none are named. Four queries; one without rooms is not in it."""
    found: dict[int, dict[str, Any]] = {}
    for rows in (_of_rooms(moment, ids), _of_offers(moment, ids), _of_tenancies(moment, ids), _of_rents(moment, ids)):
        for row in rows:
            told = found.setdefault(row["building"], {})
            told |= {name: row[name] for name in row.keys() & _NAMES if row[name] is not None}
    return {building: Measures(**told) for building, told in found.items()}


def total(many: Iterable[Measures]) -> Measures:
    """The figures of several together; an enterprise in two of them counts in each."""
    held = list(many)
    summed: dict[str, Any] = {one.name: sum(getattr(m, one.name) for m in held) for one in fields(Measures)}
    return Measures(**{name: value or getattr(_NOTHING, name) for name, value in summed.items()})


_NOTHING = Measures()
_NAMES = {one.name for one in fields(Measures)}


def _rooms(moment: Moment, ids: Collection[int] | None) -> QuerySet[Room]:
    rows = Room.objects.filter(lasting(moment.day)).order_by()
    return rows if ids is None else rows.filter(building__in=ids)


def _tenancies(moment: Moment, ids: Collection[int] | None) -> QuerySet[Tenancy]:
    rows = Tenancy.objects.filter(on(moment)).order_by()
    return rows if ids is None else rows.filter(building__in=ids)


def _taken(moment: Moment) -> Exists:
    return Exists(Tenancy.objects.filter(on(moment), room=OuterRef("pk")))


def _of_rooms(moment: Moment, ids: Collection[int] | None) -> Iterable[Mapping[str, Any]]:
    rows = _rooms(moment, ids).annotate(is_let=_taken(moment)).values("building")
    counted: Iterable[Any] = rows.annotate(
        rooms=Count("pk"),
        measured=Count("area"),
        whole=Sum("area"),
        let_rooms=Count("pk", filter=Q(is_let=True)),
        let_area=Sum("area", filter=Q(is_let=True)),
    )
    for row in counted:
        yield {**row, "area": row["whole"]}


def _of_offers(moment: Moment, ids: Collection[int] | None) -> Iterable[Mapping[str, Any]]:
    rows = _rooms(moment, ids).filter(~_taken(moment), state=Room.State.OFFERED).values("building")
    return rows.annotate(offered=Count("pk"), offered_area=Sum("area"))


def _of_tenancies(moment: Moment, ids: Collection[int] | None) -> Iterable[Mapping[str, Any]]:
    soon = months(moment.day, SOON + 1)[-1].replace(day=min(moment.day.day, 28))
    told = {"registered": "registered_in", "taxed": "taxed_in"}
    counts: dict[str, Any] = {
        "tenancies": Count("pk"),
        "known": Count("enterprise"),
        "tenants": Count("enterprise", distinct=True),
        "leases": Count("lease_until"),
        "ending": Count("pk", filter=Q(lease_until__lte=soon)),
    }
    for name, column in told.items():
        counts[f"{name}_told"] = Count("pk", filter=~Q(**{column: ""}))
        counts[f"{name}_elsewhere"] = Count("pk", filter=Q(**{f"{column}__in": ELSEWHERE}))
    return _tenancies(moment, ids).values("building").annotate(**counts)


def _of_rents(moment: Moment, ids: Collection[int] | None) -> Iterable[Mapping[str, Any]]:
    """Each room once, whoever shares it."""
    asked = Tenancy.objects.filter(on(moment), room=OuterRef("pk"), rent__isnull=False).order_by()
    mean = Subquery(asked.values("room").annotate(mean=Avg("rent")).values("mean"))
    rows = _rooms(moment, ids).filter(area__isnull=False).annotate(rent=mean).filter(rent__isnull=False)
    return rows.values("building").annotate(rent_money=Sum(F("rent") * F("area")), rent_area=Sum("area"))


def taxes(moment: Moment, ids: Collection[int] | None = None) -> dict[int, Tax]:
    """What the tenants of each building paid, as the registry knows it. Three queries and the registry's.

    A tenant's whole tax counts in each building in which it sits; a room that several share is parted evenly.
    """
    rows = _tenancies(moment, ids).filter(enterprise__isnull=False)
    held = list(rows.values_list("building", "enterprise", "room", "room__area"))
    paid = tax_paid({enterprise for _, enterprise, _, _ in held})
    sharers: dict[int, int] = {}
    for _, _, room, _ in held:
        if room is not None:
            sharers[room] = sharers.get(room, 0) + 1
    spread: dict[int, dict[int, Decimal]] = {}
    for building, enterprise, room, area in held:
        own = spread.setdefault(building, {})
        part = area / sharers[room] if room is not None and area is not None else NOUGHT
        own[enterprise] = own.get(enterprise, NOUGHT) + part
    found = {}
    for building, own in spread.items():
        told = {enterprise: area for enterprise, area in own.items() if enterprise in paid}
        amount = sum((paid[enterprise] for enterprise in told), start=NOUGHT)
        found[building] = Tax(amount, sum(told.values(), start=NOUGHT), len(told), len(own))
    return found


def tax_paid(ids: Collection[int]) -> dict[int, Decimal]:
    """What enterprises paid in the last full year, 万元; those whose figure is not known are not in it."""
    if not ids:
        return {}
    found: dict[int, Decimal] = {}
    for pks, columns in facts.stretches(sorted(ids), ["tax_paid"]):
        pairs = zip(pks, columns["tax_paid"], strict=True)
        found |= {pk: Decimal(str(value)) for pk, value in pairs if value is not None}
    return found


def forecast(moment: Moment, ids: Collection[int] | None = None, count: int = SOON) -> list[tuple[date, int, Decimal]]:
    """By month, how many leases end and how many square metres they hold; the first also holds those overdue. One query."""
    starts = months(moment.day, count + 1)
    rows = _tenancies(moment, ids).filter(lease_until__isnull=False, lease_until__lt=starts[-1])
    numbers, areas = dict.fromkeys(starts[:-1], 0), dict.fromkeys(starts[:-1], NOUGHT)
    for day, area in rows.values_list("lease_until", "room__area"):
        if day is not None:
            month = max(day.replace(day=1), starts[0])
            numbers[month] += 1
            areas[month] += area or NOUGHT
    return [(month, numbers[month], areas[month]) for month in starts[:-1]]
