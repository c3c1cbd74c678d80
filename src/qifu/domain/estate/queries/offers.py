"""Rooms to let, for everybody; and which of them fit what an enterprise looks for, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from qifu.domain.estate.models import Building, Room, Tenancy
from qifu.domain.estate.moments import Moment, lasting, on
from qifu.domain.estate.queries.directory import Brief, briefs
from qifu.domain.registry import lookups
from qifu.kernel import search
from qifu.kernel.errors import Missing

PAGE = 20
LOOKED_AT, SHOWN = 2_000, 20
_ORDER = {
    "area": ("area", "pk"), "-area": ("-area", "pk"), "rent": ("asking", "area", "pk"),
    "place": ("building__name", "number", "pk"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """A list of rooms to let as asked for."""

    q: str = ""
    street: int | None = None
    least: Decimal | None = None  # square metres
    most: Decimal | None = None
    rent: Decimal | None = None  # at most, 元 a square metre and month
    use: str = ""
    sort: str = "area"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Need:
    """What an enterprise looks for."""

    area: Decimal  # square metres
    rent: Decimal | None = None  # at most
    street: int | None = None
    use: str = "office"
    section: str = ""  # letter of its industry


@dataclass(frozen=True, slots=True)
class Offer:
    """A room to let."""

    id: int
    building: Brief
    tower: str
    floor: int | None
    number: str
    area: Decimal
    asking: Decimal | None
    use: str
    empty_since: date | None  # the day after the last tenant left

    @property
    def month(self) -> Decimal | None:
        """What it costs a month, in 元."""
        return (self.asking * self.area).quantize(Decimal(1)) if self.asking is not None else None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a room fits or does not; the page has the words."""

    code: str  # area_fits, area_small, area_large, rent_fits, rent_over, rent_unknown, street_fits, street_other, trade, use_other
    value: Decimal | None = None
    wanted: Decimal | None = None
    n: int = 0
    of: int = 0

    @property
    def is_good(self) -> bool:
        return self.code.endswith("_fits") or self.code == "trade"


@dataclass(frozen=True, slots=True)
class Match:
    """A room with how well it fits, of a hundred, and why."""

    offer: Offer
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """What was found: one page of it."""

    items: tuple[Offer, ...]
    count: int
    before: int
    after: int


def _open(day: date) -> QuerySet[Room]:
    """Rooms to let on the day: of known area, offered, and nobody sits there or is to come."""
    taken = Tenancy.objects.filter(room=OuterRef("pk"), dropped_at__isnull=True).exclude(until__lt=day)
    rows = Room.objects.filter(lasting(day), state=Room.State.OFFERED, area__isnull=False)
    return rows.filter(~Exists(taken)).select_related("building", "floor__tower")


def offers(day: date, wish: Wish) -> Offers:
    """A page of the rooms to let. At most five queries."""
    rows = _open(day)
    if wish.q.strip():
        rows = rows.filter(building__in=search.matching(Building.objects.all(), wish.q).values("pk"))
    if wish.street is not None:
        rows = rows.filter(building__street=wish.street)
    if wish.least is not None:
        rows = rows.filter(area__gte=wish.least)
    if wish.most is not None:
        rows = rows.filter(area__lte=wish.most)
    if wish.rent is not None:
        rows = rows.filter(asking__lte=wish.rent)
    if wish.use:
        rows = rows.filter(use=wish.use)
    count = rows.count()
    last = max(1, -(-count // PAGE))
    page = min(max(1, wish.page), last)
    found = rows.order_by(*_ORDER.get(wish.sort, _ORDER["area"]))[(page - 1) * PAGE : page * PAGE]
    return Offers(_offers(list(found)), count, page - 1, page + 1 if page < last else 0)


def offer(day: date, number: int) -> Offer:
    """One room to let.

    :raises Missing: it is not, or no longer, to let.
    """
    found = _offers(list(_open(day).filter(pk=number)))
    if not found:
        raise Missing("这个房间已不在招租，请返回列表看看别的。")
    return found[0]


def match(day: date, need: Need) -> tuple[Match, ...]:
    """The twenty rooms that fit best, the best first; the same need gives the same order. At most nine queries.

    Of a hundred: area 40 (full from 95 % to 120 % of what is needed, none below 70 % or above twice), rent 25, street 15,
    firms of the same industry in the building 15, use 5.
    """
    rows = _open(day).filter(area__gte=need.area * Decimal("0.7"), area__lte=need.area * 2).order_by("area", "pk")
    held = list(rows[:LOOKED_AT])
    near = _same_trade(day, {row.building_id for row in held}, need.section)
    ranked = sorted(
        ((_weigh(row, need, near.get(row.building_id)), row) for row in held),
        key=lambda pair: (-pair[0][0], pair[1].area or 0, pair[1].pk),
    )[:SHOWN]
    told = _offers([row for _, row in ranked])
    return tuple(Match(one, *weighed) for (weighed, _), one in zip(ranked, told, strict=True))


def _weigh(row: Room, need: Need, trade: tuple[int, int] | None) -> tuple[int, tuple[Reason, ...]]:
    said = [_of_area(row.area or Decimal(0), need.area)]
    if need.rent is not None:
        said.append(_of_rent(row.asking, need.rent))
    if need.street is not None:
        said.append(
            (15, Reason("street_fits")) if row.building.street_id == need.street else (0, Reason("street_other"))
        )
    if trade is not None and trade[0]:
        said.append((min(15, 5 + trade[0]), Reason("trade", n=trade[0], of=trade[1])))
    if row.use != need.use:
        said.append((-5, Reason("use_other")))
    score = 5 + sum(part for part, _ in said) + (25 if need.rent is None else 0) + (15 if need.street is None else 0)
    return score, tuple(reason for _, reason in said)


def _of_area(area: Decimal, wanted: Decimal) -> tuple[int, Reason]:
    ratio = area / wanted
    if Decimal("0.95") <= ratio <= Decimal("1.2"):
        return 40, Reason("area_fits", value=area)
    if ratio < 1:
        return int(40 * (ratio - Decimal("0.7")) / Decimal("0.25")), Reason("area_small", value=area, wanted=wanted)
    return int(40 * (2 - ratio) / Decimal("0.8")), Reason("area_large", value=area, wanted=wanted)


def _of_rent(asking: Decimal | None, most: Decimal) -> tuple[int, Reason]:
    if asking is None:
        return 10, Reason("rent_unknown")
    if asking <= most:
        return 25, Reason("rent_fits", value=asking, wanted=most)
    over = (asking - most) / most if most else Decimal(1)
    return max(0, int(25 * (1 - over * 2))), Reason("rent_over", value=asking, wanted=most)


def _same_trade(day: date, buildings: set[int], section: str) -> dict[int, tuple[int, int]]:
    """By building, how many of its enterprises are of the section, and of how many."""
    if not section or not buildings:
        return {}
    pairs = set(
        Tenancy.objects.filter(on(Moment(day)), building__in=buildings, enterprise__isnull=False)
        .order_by()
        .values_list("building", "enterprise")
        .distinct()
    )
    trades = lookups.sections_of({enterprise for _, enterprise in pairs})
    found: dict[int, list[int]] = {}
    for building, enterprise in pairs:
        slot = found.setdefault(building, [0, 0])
        slot[0] += trades.get(enterprise) == section
        slot[1] += 1
    return {building: (own, of_all) for building, (own, of_all) in found.items()}


def _offers(rows: Sequence[Room]) -> tuple[Offer, ...]:
    told = {one.id: one for one in briefs({row.building_id: (row.building, 0) for row in rows}.values())}
    left = _left(rows)
    return tuple(
        Offer(
            id=row.pk,
            building=told[row.building_id],
            tower=row.floor.tower.name,
            floor=row.floor.number,
            number=row.number,
            area=row.area or Decimal(0),
            asking=row.asking,
            use=row.use,
            empty_since=left.get(row.pk),
        )
        for row in rows
    )


def _left(rows: Sequence[Room]) -> dict[int, date]:
    """The last day of whoever left last. One query."""
    held = Tenancy.objects.filter(room__in=[row.pk for row in rows], dropped_at__isnull=True, until__isnull=False)
    found: dict[int, date] = {}
    for room, day in held.values_list("room", "until"):
        if room is not None and day is not None:
            found[room] = max(day, found.get(room, day))
    return found
