"""The rooms of the district as a list: searched, filtered, in any order, a page at a time; rooms to let among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from qifu.domain.estate import access
from qifu.domain.estate.models import Building, Room, Tenancy
from qifu.domain.estate.moments import Moment, lasting, on
from qifu.domain.estate.queries.building import Cell, cell, sitting
from qifu.domain.estate.queries.directory import Brief, briefs, floor_label
from qifu.kernel import search
from qifu.kernel.actor import Actor

PAGE, BATCH = 50, 1000
ROOM_SORTS = {"place": "楼宇", "area": "面积从小到大", "-area": "面积从大到小", "asking": "报价"}
_ORDER: dict[str, tuple[str | Combinable, ...]] = {
    "area": (F("area").asc(nulls_last=True), "pk"), "-area": (F("area").desc(nulls_last=True), "pk"),
    "asking": (F("asking").asc(nulls_last=True), "pk"),
}  # fmt: skip
_PLACE: tuple[str | Combinable, ...] = (
    "building__code",
    "floor__tower__name",
    F("floor__number").asc(nulls_last=True),
    "number",
    "pk",
)


@dataclass(frozen=True, slots=True)
class RoomWish:
    """A list of rooms as asked for; `state`: let, empty, to_let (offered, measured, nobody there or to come), or a state."""

    q: str = ""  # building
    street: int | None = None
    use: str = ""
    state: str = ""
    least: Decimal | None = None  # square metres
    most: Decimal | None = None
    sort: str = "place"
    page: int = 1


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room with who sits there on the day, as far as the actor sees the names."""

    cell: Cell
    building: Brief
    tower: str
    floor: str
    use: str
    asking: Decimal | None  # 元 a square metre and month


@dataclass(frozen=True, slots=True)
class RoomList:
    """What was found: one page of it."""

    lines: tuple[RoomLine, ...]
    count: int
    before: int
    after: int


def room_list(actor: Actor, moment: Moment, wish: RoomWish) -> RoomList:
    """A page of the rooms. At most nine queries.

    :raises Forbidden: not of the staff.
    """
    found = _found(actor, moment, wish)
    count = found.count()
    last = max(1, -(-count // PAGE))
    page = min(max(1, wish.page), last)
    lines = _lines(actor, moment, list(found[(page - 1) * PAGE : page * PAGE]))
    return RoomList(lines, count, page - 1, page + 1 if page < last else 0)


def all_rooms(actor: Actor, moment: Moment, wish: RoomWish) -> Iterator[RoomLine]:
    """All that are asked for, a thousand at a time.

    :raises Forbidden: not of the staff.
    """
    found = _found(actor, moment, wish)
    for start in range(0, found.count(), BATCH):
        yield from _lines(actor, moment, list(found[start : start + BATCH]))


def _found(actor: Actor, moment: Moment, wish: RoomWish) -> QuerySet[Room]:
    access.require_staff(actor)
    here = Exists(Tenancy.objects.filter(on(moment), room=OuterRef("pk")))
    coming = Tenancy.objects.filter(room=OuterRef("pk"), dropped_at__isnull=True).exclude(until__lt=moment.day)
    asked = Q()
    if wish.q.strip():
        asked &= Q(building__in=search.matching(Building.objects.all(), wish.q).values("pk"))
    for name, value in (
        ("building__street", wish.street),
        ("use", wish.use),
        ("area__gte", wish.least),
        ("area__lte", wish.most),
    ):
        if value not in (None, ""):
            asked &= Q(**{name: value})
    if wish.state == "let":
        asked &= Q(here)
    elif wish.state == "to_let":
        asked &= Q(~Exists(coming), state=Room.State.OFFERED, area__isnull=False)
    elif wish.state:
        asked &= Q(~here) if wish.state == "empty" else Q(~here, state=wish.state)
    rows = Room.objects.filter(lasting(moment.day)).filter(asked).select_related("building", "floor__tower")
    return rows.order_by(*_ORDER.get(wish.sort, _PLACE))


def _lines(actor: Actor, moment: Moment, rows: list[Room]) -> tuple[RoomLine, ...]:
    held = list(Tenancy.objects.filter(on(moment), room__in=[row.pk for row in rows]).order_by("since", "pk"))
    names, by_room = sitting(actor, held), dict[int, list[Tenancy]]()
    for one in held:
        by_room.setdefault(one.room_id or 0, []).append(one)
    told = {one.id: one for one in briefs({row.building_id: (row.building, 0) for row in rows}.values())}
    return tuple(
        RoomLine(
            cell=cell(row, tuple(names[one.pk] for one in by_room.get(row.pk, ()))),
            building=told[row.building_id],
            tower=row.floor.tower.name,
            floor=floor_label(row.floor.number),
            use=str(row.get_use_display()),
            asking=row.asking,
        )
        for row in rows
    )
