"""Who runs which building, who has confirmed this half-year and who has not, and rounds on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from qifu.domain.estate import access
from qifu.domain.estate.models import Building, Finding, Mandate, Room, Round, Tenancy
from qifu.domain.estate.moments import Moment, half_of, lasting, on, today
from qifu.domain.estate.queries.building import Cell, Sitting, TowerView, sitting, towers
from qifu.domain.estate.queries.directory import Brief, briefs
from qifu.domain.people import queries as people
from qifu.kernel import search
from qifu.kernel.actor import Actor

RECENT = 20


@dataclass(frozen=True, slots=True)
class MandateView:
    """Who answers for a building."""

    id: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """A building of which the tenants are to be confirmed this half-year."""

    brief: Brief
    managers: tuple[str, ...]
    tenants: int
    confirmed: int
    begun_at: datetime | None
    ended_at: datetime | None
    last: str  # the half-year in which all were last confirmed

    @property
    def state(self) -> str:
        return "done" if self.ended_at else "begun" if self.begun_at else "none"


@dataclass(frozen=True, slots=True)
class RunTenant:
    """A tenant to be confirmed."""

    sitting: Sitting
    room: str
    answer: str  # of this half-year; empty: not yet


@dataclass(frozen=True, slots=True)
class RunFloor:
    """A floor with the tenants to be confirmed."""

    id: int
    tower: str
    number: int | None
    tenants: tuple[RunTenant, ...]
    empty: tuple[tuple[int, str], ...]  # rooms in which nobody sits: number of the row, name

    @property
    def left(self) -> int:
        return sum(not one.answer for one in self.tenants)


@dataclass(frozen=True, slots=True)
class RunView:
    """A building for whoever runs it."""

    brief: Brief
    half: str
    floors: tuple[RunFloor, ...]
    tenants: int
    confirmed: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpotRound:
    """A round on the spot with its rooms."""

    id: int
    building: Brief
    who: str
    is_own: bool
    begun_at: datetime
    ended_at: datetime | None
    towers: tuple[TowerView, ...]
    findings: dict[int, Finding]  # by room
    rooms: int

    def answered(self, cell: Cell) -> Finding | None:
        return self.findings.get(cell.room)


def mandates(actor: Actor, building: int) -> tuple[MandateView, ...]:
    """Who answers for a building. Two queries.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = list(Mandate.objects.filter(building=building, until__isnull=True).order_by("since", "pk"))
    names = people.names(row.account_id for row in rows)
    return tuple(MandateView(row.pk, names.get(row.account_id, ""), row.since) for row in rows)


def owed(actor: Actor, now: datetime, q: str = "", state: str = "", street: int | None = None) -> tuple[Owed, ...]:
    """All buildings with how far their half-year's confirmation has come; those that lack most first. Seven queries.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = search.matching(Building.objects.all(), q)
    held = list((rows if street is None else rows.filter(street=street)).defer("tokens").order_by("code"))
    half, moment = half_of(today(now)), Moment(today(now))
    rounds = {one.building_id: one for one in Round.objects.filter(kind=Round.Kind.HALF, half=half)}
    present = dict(
        Tenancy.objects.filter(on(moment))
        .order_by()
        .values("building")
        .annotate(n=Count("pk"))
        .values_list("building", "n")
    )
    said = dict(
        Finding.objects.filter(round__in=[one.pk for one in rounds.values()], tenancy__isnull=False)
        .filter(tenancy__in=Tenancy.objects.filter(on(moment)).values("key"))
        .order_by()
        .values("round__building")
        .annotate(n=Count("pk"))
        .values_list("round__building", "n")
    )
    ended = Round.objects.filter(kind=Round.Kind.HALF, ended_at__isnull=False).order_by()
    last = dict(ended.values("building").annotate(last=Max("half")).values_list("building", "last"))
    managers = _managers()
    found = [
        Owed(
            brief=told,
            managers=managers.get(row.pk, ()),
            tenants=present.get(row.pk, 0),
            confirmed=said.get(row.pk, 0),
            begun_at=rounds[row.pk].begun_at if row.pk in rounds else None,
            ended_at=rounds[row.pk].ended_at if row.pk in rounds else None,
            last=last.get(row.pk, ""),
        )
        for row, told in zip(held, briefs((row, 0) for row in held), strict=True)
    ]
    if state:
        found = [one for one in found if one.state == state]
    return tuple(sorted(found, key=lambda one: (one.ended_at is not None, one.confirmed - one.tenants, one.brief.code)))


def _managers() -> dict[int, tuple[str, ...]]:
    pairs = list(
        Mandate.objects.filter(until__isnull=True).order_by("since", "pk").values_list("building_id", "account_id")
    )
    names = people.names(account for _, account in pairs)
    found: dict[int, tuple[str, ...]] = {}
    for building, account in pairs:
        found[building] = (*found.get(building, ()), names.get(account, ""))
    return found


def runs_any(actor: Actor) -> bool:
    """Whether the actor answers for a building."""
    return bool(access.managed(actor))


def running(actor: Actor, now: datetime) -> tuple[Owed, ...]:
    """The buildings that the actor answers for, with how far this half-year's confirmation has come."""
    mine = access.managed(actor)
    half, moment = half_of(today(now)), Moment(today(now))
    rounds = {one.building_id: one for one in Round.objects.filter(kind=Round.Kind.HALF, half=half, building__in=mine)}
    rows = list(Building.objects.filter(pk__in=mine).defer("tokens").order_by("code"))
    counts = dict(
        Tenancy.objects.filter(on(moment), building__in=mine)
        .order_by()
        .values("building")
        .annotate(n=Count("pk"))
        .values_list("building", "n")
    )
    heard = Finding.objects.filter(round__in=[one.pk for one in rounds.values()]).values("tenancy")
    said = dict(
        Tenancy.objects.filter(on(moment), building__in=mine, key__in=heard)
        .order_by()
        .values("building")
        .annotate(n=Count("pk"))
        .values_list("building", "n")
    )
    return tuple(
        Owed(
            brief=told,
            managers=(),
            tenants=counts.get(row.pk, 0),
            confirmed=said.get(row.pk, 0),
            begun_at=rounds[row.pk].begun_at if row.pk in rounds else None,
            ended_at=rounds[row.pk].ended_at if row.pk in rounds else None,
            last="",
        )
        for row, told in zip(rows, briefs((row, 0) for row in rows), strict=True)
    )


def run(actor: Actor, now: datetime, number: int) -> RunView:
    """A building for whoever runs it: floor by floor, who is to be confirmed. Ten queries at most.

    :raises Missing: there is none, or it is somebody else's.
    """
    row = access.building_to_run(actor, number)
    (short,) = briefs([(row, 0)])
    moment, half = Moment(today(now)), half_of(today(now))
    under_way = Round.objects.filter(building=row, kind=Round.Kind.HALF, half=half).first()
    heard = dict(Finding.objects.filter(round=under_way).values_list("tenancy", "answer")) if under_way else {}
    rows = Tenancy.objects.filter(on(moment), building=row).select_related("room")
    held = list(rows.order_by("room__number", "since", "pk"))
    names = sitting(actor, held, all_names=True)
    tenants: dict[int, list[RunTenant]] = {}
    for one in held:
        place = one.room.number if one.room else ""
        tenants.setdefault(one.floor_id, []).append(RunTenant(names[one.pk], place, heard.get(one.key, "")))
    taken = {one.room_id for one in held}
    rooms = Room.objects.filter(lasting(moment.day), building=row).select_related("floor__tower").order_by("number")
    floors: dict[int, tuple[str, int | None, list[tuple[int, str]]]] = {}
    for room in rooms:
        slot = floors.setdefault(room.floor_id, (room.floor.tower.name, room.floor.number, []))
        if room.pk not in taken:
            slot[2].append((room.pk, room.number))
    for one in held:
        if one.floor_id not in floors:
            floors[one.floor_id] = ("", None, [])
    found = [
        RunFloor(pk, tower, number, tuple(tenants.get(pk, ())), tuple(empty))
        for pk, (tower, number, empty) in sorted(
            floors.items(), key=lambda f: (f[1][0], f[1][1] is None, -(f[1][1] or 0))
        )
    ]
    return RunView(
        brief=short,
        half=half,
        floors=tuple(found),
        tenants=len(held),
        confirmed=sum(one.key in heard for one in held),
        ended_at=under_way.ended_at if under_way else None,
    )


def spot(actor: Actor, number: int) -> SpotRound:
    """A round on the spot with all rooms of its building, as they are believed on the day it began. Ten queries at most.

    :raises Missing: there is none. :raises Forbidden: not of the staff.
    """
    row = access.round_to_see(actor, number)
    (short,) = briefs([(row.building, 0)])
    moment = Moment(today(row.begun_at))
    held = list(Tenancy.objects.filter(on(moment), building=row.building_id).order_by("since", "pk"))
    rooms = list(Room.objects.filter(lasting(moment.day), building=row.building_id).select_related("floor__tower"))
    findings = {one.room_id: one for one in row.findings.filter(tenancy__isnull=True) if one.room_id is not None}
    return SpotRound(
        id=row.pk,
        building=short,
        who=people.names([row.account_id]).get(row.account_id, ""),
        is_own=row.account_id == actor.account and row.kind == Round.Kind.SPOT,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        towers=towers(rooms, held, sitting(actor, held)),
        findings=findings,
        rooms=len(rooms),
    )


@dataclass(frozen=True, slots=True)
class SpotLine:
    """A round in a list."""

    id: int
    kind: str
    who: str
    begun_at: datetime
    ended_at: datetime | None
    looked: int
    differing: int


def spots(actor: Actor, building: int) -> tuple[SpotLine, ...]:
    """The rounds through a building, the newest first. Two queries.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    apart = Q(findings__answer__in=(Finding.Answer.DIFFERS, Finding.Answer.MOVED, Finding.Answer.EMPTY))
    rows = Round.objects.filter(building=building).annotate(
        looked=Count("findings"), differing=Count("findings", filter=apart)
    )
    held = list(rows.order_by("-begun_at", "-pk")[:RECENT])
    names = people.names(row.account_id for row in held)
    return tuple(
        SpotLine(row.pk, row.kind, names.get(row.account_id, ""), row.begun_at, row.ended_at, row.looked, row.differing)
        for row in held
    )
