"""What entering a list of tenants would do: which rows are new, known, endings, and which cannot be entered and why.

Building and room are read by the engine that reads addresses, in every way people write them. A firm is found by its
code, else by its very name; one that the registry does not hold is entered by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from qifu.domain.estate.actions.letting import DEAREST, EARLIEST, LATEST, LONGEST, Letting
from qifu.domain.estate.actions.seating import Ending, Seat
from qifu.domain.estate.models import Building, Room, Tenancy
from qifu.domain.people import queries as people
from qifu.domain.registry import lookups
from qifu.domain.registry import queries as registry
from qifu.engines.codes import credit
from qifu.engines.linkage import Address
from qifu.engines.linkage import Building as Known
from qifu.engines.linkage.addresses import Reader, Wards
from qifu.engines.linkage.directory import Directory

_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?(?:[ T]\d.*)?")
_OPEN = {"", "至今", "长期", "无", "-", "—", "/"}
_YES = {"是", "Y", "y", "yes", "1", "√", "合租"}
DEEPEST = -9


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list, as it was written; `number` is that of the row in the file."""

    number: int
    building: str
    room: str
    firm: str
    code: str = ""
    since: str = ""
    until: str = ""
    rent: str = ""
    shared: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be entered."""

    number: int
    reason: str
    cells: list[str]


@dataclass
class Plan:
    """What would be done."""

    fresh: list[Seat] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    same: int = 0
    rejects: list[Reject] = field(default_factory=list)


Place = tuple[str, str, int | None, str]  # code of the building, tower, floor, room
Span = tuple[date | None, date | None]


@dataclass
class _Sitting:
    """Somebody in a place, of the database or of an earlier row."""

    firm: int | str
    name: str
    span: Span
    is_shared: bool
    row: Tenancy | None = None


class _Unfit(Exception):
    """Why a row cannot be entered."""


def plan(lines: Sequence[Line]) -> Plan:
    """Go through the rows in their order; the database is only read."""
    return _Planner(lines).planned(lines)


class _Planner:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.buildings = list(Building.objects.order_by("code").defer("tokens"))
        units = people.unit_tree().units
        streets = {key: units[key].name for key in {one.street_id for one in self.buildings} if key in units}
        known = [
            Known(one.code, one.name, tuple(one.aliases), streets.get(one.street_id or 0, ""), one.road, one.number,
                  tuple(one.towers), one.floors or 0)
            for one in self.buildings
        ]  # fmt: skip
        bare = frozenset(re.sub(r"(?:街道办事处|街道|街)$", "", name) for name in streets.values())
        self.reader = Reader(Directory(known), Wards(frozenset(), frozenset(), bare))
        self.codes = {one.code: place for place, one in enumerate(self.buildings)}
        self.by_code = lookups.ids_by_code(credit.normalise(line.code) for line in lines if line.code)
        self.by_name = lookups.ids_by_name(line.firm for line in lines if line.firm)
        self.sitting: dict[Place, list[_Sitting]] = {}
        self.ended = _ended()
        self._read_sitting()

    def _read_sitting(self) -> None:
        rows = Tenancy.objects.filter(dropped_at__isnull=True, room__isnull=False)
        codes = {one.pk: one.code for one in self.buildings}
        for row in rows.select_related("floor__tower", "room").iterator(2000):
            number = row.room.number if row.room else ""
            place = (codes[row.building_id], row.floor.tower.name, row.floor.number, number)
            one = _Sitting(row.enterprise_id or row.tenant, row.tenant, (row.since, row.until), row.is_shared, row)
            self.sitting.setdefault(place, []).append(one)

    def planned(self, lines: Iterable[Line]) -> Plan:
        done = Plan()
        for line in lines:
            try:
                self._take(line, done)
            except _Unfit as why:
                cells = [line.building, line.room, line.firm, line.code, line.since, line.until]
                done.rejects.append(Reject(line.number, str(why), cells))
        return done

    def _take(self, line: Line, done: Plan) -> None:
        place = self._place(line)
        firm, name = self._firm(line)
        since, until = _day(line.since, "入驻日期"), _day(line.until, "迁出日期")
        if since and until and until < since:
            raise _Unfit("迁出日期早于入驻日期。")
        here = self.sitting.setdefault(place, [])
        own = next((one for one in here if one.firm == firm and _meet(one.span, (since, until))), None)
        if own is not None:
            self._known(own, until, done)
            return
        is_shared = line.shared in _YES
        for one in here:
            if _meet(one.span, (since, until)) and not (one.is_shared and is_shared):
                raise _Unfit(f"这个房间在这段时间已登记给“{self._named(one)}”；请先登记其迁出，合租的请两家都标明。")
        letting = Letting(
            enterprise=firm if isinstance(firm, int) else None, tenant="" if isinstance(firm, int) else name,
            since=since, until=until, rent=_rent(line.rent), is_shared=is_shared,
        )  # fmt: skip
        done.fresh.append(Seat(*place, letting))
        here.append(_Sitting(firm, name, (since, until), is_shared))

    def _known(self, own: _Sitting, until: date | None, done: Plan) -> None:
        if until is not None and own.row is not None and (own.span[1] is None or until < own.span[1]):
            done.endings.append(Ending(own.row.key, until))
            own.span = (own.span[0], until)
        else:
            done.same += 1

    def _named(self, one: _Sitting) -> str:
        return registry.names([one.firm]).get(one.firm, one.name) if isinstance(one.firm, int) else one.name

    def _place(self, line: Line) -> Place:
        if not line.building:
            raise _Unfit("没有写楼宇。")
        if line.building in self.codes:
            number = self.codes[line.building]
            read = self.reader.read(self.buildings[number].name, line.room)._replace(place=number)
        else:
            read = self.reader.read(line.building, line.room)
        if read.place < 0:
            raise _Unfit(f"楼宇目录里没有“{line.building}”，请核对名称或先补充别名。")
        return self._inside(self.buildings[read.place], read, line)

    def _inside(self, one: Building, read: Address, line: Line) -> Place:
        if not read.room:
            raise _Unfit(f"看不出房号：“{line.room}”。请写成 1203、12楼03室 一类的样子。")
        floor = int(read.floor)
        if one.floors and not DEEPEST <= floor <= one.floors:
            raise _Unfit(f"{one.name}地上 {one.floors} 层，没有 {floor} 层。")
        if one.towers and not read.tower:
            raise _Unfit(f"{one.name}有{'、'.join(one.towers)}，请写明是哪一座。")
        if next_ones := self.ended.get((one.code, read.tower, floor, read.room)):
            raise _Unfit(f"{read.room} 室已拆分或合并为 {next_ones}，请写新的房号。")
        return one.code, read.tower, floor, read.room

    def _firm(self, line: Line) -> tuple[int | str, str]:
        code = credit.normalise(line.code) if line.code else ""
        if code in self.by_code:
            return self.by_code[code], line.firm
        if not line.firm:
            raise _Unfit("没有写企业名称，信用代码也不在企业库里。" if code else "没有写企业名称。")
        if len(line.firm) > LONGEST:
            raise _Unfit(f"企业名称超过 {LONGEST} 字。")
        return self.by_name.get(line.firm, line.firm), line.firm


def _ended() -> dict[Place, str]:
    """The rooms that were split or joined and stand no more, with the numbers of those that they became."""
    rows = Room.objects.filter(ended_by__isnull=False).select_related("building", "floor__tower", "ended_by")
    found: dict[Place, str] = {}
    standing = set(Room.objects.filter(until__isnull=True).values_list("floor_id", "number")) if rows else set()
    for row in rows.prefetch_related("ended_by__made"):
        if row.ended_by is not None and (row.floor_id, row.number) not in standing:
            place = (row.building.code, row.floor.tower.name, row.floor.number, row.number)
            found[place] = "、".join(sorted(one.number for one in row.ended_by.made.all()))
    return found


def _day(text: str, label: str) -> date | None:
    if text in _OPEN:
        return None
    found = _DAY.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise _Unfit(f"{label}“{text}”不是日期，请写成 2026-01-31。")
    return day


def _rent(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "").removesuffix("元"))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= DEAREST:
        raise _Unfit(f"租金“{text}”不是数字，单位是元每平方米每月。")
    return value.quantize(Decimal("0.01"))


def _meet(one: Span, other: Span) -> bool:
    """Whether two spans share a day."""
    begins = one[0] is None or other[1] is None or one[0] <= other[1]
    return begins and (other[0] is None or one[1] is None or other[0] <= one[1])
