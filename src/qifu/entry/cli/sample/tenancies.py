"""Rooms of the sample's buildings and who sat in them: two years of moving in and out, some rooms empty, some leases ending.

A firm of the sample sits in the room that its address says. Beside those rooms stand empty ones and a few whose tenant
nobody has named; firms that sit in no building sat in one before. All is drawn from one seed; `today` moves the days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from qifu.entry.cli.sample.buildings import Building, buildings
from qifu.entry.cli.sample.enterprises import enterprises
from qifu.entry.cli.sample.streams import SEED, stream

NAMELESS = "名称待核实的租户"
EMPTY, UNNAMED = 0.11, 0.025  # of the rooms that are let
USABLE = 0.75  # of a building's gross area
USUAL = 160.0  # square metres of a room at most, in the middle
LIMIT = 24  # rooms of a floor
TERMS, TERM_WEIGHTS = (1, 2, 3, 5), (0.25, 0.35, 0.3, 0.1)  # years of a lease
STATES, STATE_WEIGHTS = ("offered", "fitting", "own", "held"), (0.8, 0.08, 0.07, 0.05)
OWNERS, OWNER_WEIGHTS = ("operator", "state", "firm", "person", ""), (0.55, 0.1, 0.12, 0.18, 0.05)
PLACES = ("here", "district", "outside", "")
REGISTERED, TAXED = (0.84, 0.08, 0.05, 0.03), (0.8, 0.07, 0.08, 0.05)
Place = tuple[str, str, int, str]  # building, tower, floor, room


@dataclass(frozen=True, slots=True)
class SampleRoom:
    """A room; areas in square metres, the price asked in 元 a square metre and month."""

    place: Place
    area: Decimal
    owner_kind: str
    state: str
    asking: Decimal | None


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody in a room; `uscc` is None where nobody has named the tenant."""

    place: Place
    uscc: str | None
    since: date
    until: date | None
    lease_until: date | None
    rent: Decimal | None
    registered_in: str
    taxed_in: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class _Housed:
    uscc: str
    registered_on: date


def tenancies(count: int, today: date, seed: int = SEED) -> tuple[list[SampleRoom], list[Stay]]:
    """Return the rooms and the stays of the first `count` enterprises, the stays by their first day."""
    housed = _housed(count, seed)
    one = {building.id: building for building in buildings(seed)}
    base = _rents(seed)
    spare = _spare(housed, one, seed)
    rng = stream(seed, "tenancies")
    usual = _usual([*housed, *spare], one)
    stays: list[Stay] = []
    for place, firms in housed.items():
        moved = sorted((_moved(firm.registered_on, today, rng), firm.uscc) for firm in firms)
        stays.extend(
            _stay(place, uscc, since, today, base[place[0]], rng, shared=len(firms) > 1) for since, uscc in moved
        )
        if rng.random() < 0.1:
            stays.extend(_before(place, moved[0][0], today, base[place[0]], rng))
    for place, kind in spare.items():
        if kind == "unnamed":
            since = today - timedelta(days=int(rng.integers(60, 1500)))
            stays.append(_stay(place, None, since, today, base[place[0]], rng, shared=False))
        elif rng.random() < 0.6:
            stays.extend(_before(place, today - timedelta(days=int(rng.integers(5, 200))), today, base[place[0]], rng))
    stays = _named(stays, count, seed)
    made = [
        _room(place, usual[place[0]], base[place[0]], rng, empty=spare.get(place) == "empty")
        for place in (*housed, *spare)
    ]
    return made, sorted(stays, key=lambda stay: (stay.since, stay.place))


def _firms(count: int, seed: int) -> pl.DataFrame:
    """The table of firms; that of the one seed is drawn once for all who ask."""
    return enterprises(count) if seed == SEED else enterprises(count, seed)


def _housed(count: int, seed: int) -> dict[Place, list[_Housed]]:
    table = _firms(count, seed).filter(pl.col("building_id").is_not_null())
    found: dict[Place, list[_Housed]] = {}
    for uscc, building, tower, floor, room, day in table.select(
        "uscc", "building_id", "tower", "floor", "room", "registered_on"
    ).iter_rows():
        found.setdefault((building, tower or "", floor, room), []).append(_Housed(uscc, day))
    return found


def _spare(housed: dict[Place, list[_Housed]], one: dict[str, Building], seed: int) -> dict[Place, str]:
    """Rooms beside those that are let: empty ones, and such whose tenant nobody has named; more in some buildings."""
    rng = stream(seed, "tenancies.spare")
    ease = {code: float(rng.uniform(0.2, 2.6)) for code in one}
    by_building: dict[str, list[Place]] = {}
    for place in housed:
        by_building.setdefault(place[0], []).append(place)
    found: dict[Place, str] = {}
    for code, places in sorted(by_building.items()):
        for kind, share in (("empty", EMPTY * ease[code]), ("unnamed", UNNAMED)):
            for _ in range(int(len(places) * share + rng.random())):
                _, tower, floor, _ = places[int(rng.integers(len(places)))]
                room = f"{floor}{int(rng.integers(1, LIMIT + 1)):02d}"
                place = (code, tower, floor, room)
                if place not in housed and place not in found:
                    found[place] = kind
    return found


def _usual(places: list[Place], one: dict[str, Building]) -> dict[str, float]:
    """The usual area of a building's rooms, so that together they fit into it."""
    counts: dict[str, int] = {}
    for place in places:
        counts[place[0]] = counts.get(place[0], 0) + 1
    return {code: min(USUAL, one[code].area * USABLE / number / 1.1) for code, number in counts.items()}


def _rents(seed: int) -> dict[str, float]:
    rng = stream(seed, "tenancies.rent")
    return {
        one.id: float(rng.uniform(32, 75) if one.name.endswith("园") else rng.uniform(48, 128))
        for one in buildings(seed)
    }


def _moved(registered_on: date, today: date, rng: np.random.Generator) -> date:
    """When a firm moved in: at its registration, or later, the latest a week ago."""
    later = today - timedelta(days=7 + int(rng.exponential(900)))
    return min(max(registered_on, later), today - timedelta(days=3))


def _stay(
    place: Place, uscc: str | None, since: date, today: date, base: float, rng: np.random.Generator, *, shared: bool
) -> Stay:
    x, y, z, w = rng.random(4).tolist()
    rent = Decimal(str(round(base * (0.82 + 0.36 * y), 1))) if x < 0.88 and uscc else None
    return Stay(
        place, uscc, since, None, _lease(since, today, z, w) if w > 0.05 else None, rent,
        _drawn(REGISTERED, rng) if uscc else "", _drawn(TAXED, rng) if uscc else "", shared,
    )  # fmt: skip


def _lease(since: date, today: date, z: float, w: float) -> date:
    """The last day of the lease in force; one in fifty ran out and was not renewed on paper."""
    days = 365 * TERMS[int(np.searchsorted(np.cumsum(TERM_WEIGHTS), z * 0.999))]
    ended = since + timedelta(days=days - 1)
    while ended < today and (w < 0.93 or (today - ended).days > 120):
        ended += timedelta(days=days)
    return ended


def _before(place: Place, left: date, today: date, base: float, rng: np.random.Generator) -> list[Stay]:
    """Who sat there before and left within the last two years; nobody, if that was longer ago."""
    until = left - timedelta(days=1 + int(rng.integers(0, 60)))
    if (today - until).days > 720:
        return []
    since = until - timedelta(days=365 * int(rng.integers(1, 5)))
    rent = Decimal(str(round(base * float(rng.uniform(0.75, 1.05)), 1)))
    return [Stay(place, "", since, until, until, rent, _drawn(REGISTERED, rng), _drawn(TAXED, rng), is_shared=False)]


def _named(stays: list[Stay], count: int, seed: int) -> list[Stay]:
    """Give those who left a firm that sits in no building now."""
    outside = _firms(count, seed).filter(pl.col("building_id").is_null())["uscc"].to_list()
    made, place = [], 0
    for stay in stays:
        if stay.uscc == "":
            name = outside[place * 7 % len(outside)]
            place += 1
            stay = Stay(stay.place, name, stay.since, stay.until, stay.lease_until, stay.rent, stay.registered_in,
                        stay.taxed_in, stay.is_shared)  # fmt: skip
        made.append(stay)
    return made


def _room(place: Place, usual: float, base: float, rng: np.random.Generator, *, empty: bool) -> SampleRoom:
    area = Decimal(str(round(usual * float(np.clip(np.exp(0.38 * rng.normal()), 0.45, 2.2)), 1)))
    state = STATES[int(np.searchsorted(np.cumsum(STATE_WEIGHTS), rng.random() * 0.999))] if empty else "offered"
    asking = Decimal(round(base * float(rng.uniform(0.95, 1.15)))) if empty and rng.random() < 0.9 else None
    return SampleRoom(place, area, _drawn(OWNER_WEIGHTS, rng, OWNERS), state, asking)


def _drawn(weights: tuple[float, ...], rng: np.random.Generator, values: tuple[str, ...] = PLACES) -> str:
    return values[int(np.searchsorted(np.cumsum(weights), rng.random() * 0.999))]
