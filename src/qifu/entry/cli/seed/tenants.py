"""The rooms of the sample district and two years of tenants, learnt half-year by half-year; who runs a building, who confirmed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from qifu.domain.estate import actions as estate
from qifu.domain.estate.models import Building, Finding, Mandate, Round, Tenancy
from qifu.domain.estate.moments import half_of, today
from qifu.domain.people import queries as people
from qifu.domain.registry.models import Enterprise
from qifu.entry.cli.sample import cast
from qifu.entry.cli.sample.tenancies import NAMELESS, Stay, tenancies
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import Entry, record_many

EVERY = timedelta(days=182)
BATCH = 1000


@transaction.atomic
def settle(count: int, opened: datetime, now: datetime) -> int:
    """Enter rooms and tenancies as they became known: at the opening what was, then each half-year what changed."""
    rooms, stays = tenancies(count, today(now))
    rows = [
        estate.RoomRow(*one.place, estate.RoomFacts(area=one.area, owner_kind=one.owner_kind, state=one.state, asking=one.asking))
        for one in rooms
    ]  # fmt: skip
    estate.put_rooms(actor=SYSTEM, now=opened, rows=rows)
    pks = {uscc: pk for uscc, pk in Enterprise.objects.values_list("uscc", "pk") if uscc}
    keys: dict[int, UUID] = {}
    past, before = opened, date.min
    while True:
        day = today(past)
        ended = [n for n, stay in enumerate(stays) if stay.until and before < stay.until <= day and n in keys]
        estate.end_many(actor=SYSTEM, now=past, endings=[_ending(keys[n], stays[n]) for n in ended])
        fresh = [n for n, stay in enumerate(stays) if n not in keys and stay.since <= day]
        seats = [_seat(stays[n], pks, day) for n in fresh]
        keys |= dict(zip(fresh, estate.seat_many(actor=SYSTEM, now=past, seats=seats), strict=True))
        if past >= now:
            return len(keys)
        past, before = min(past + EVERY, now), day


def _ending(key: UUID, stay: Stay) -> estate.Ending:
    assert stay.until is not None
    return estate.Ending(key, stay.until)


def _seat(stay: Stay, pks: dict[str, int], day: date) -> estate.Seat:
    """What was known of a stay on the day: an end that was still to come is not."""
    letting = estate.Letting(
        enterprise=pks[stay.uscc] if stay.uscc else None, tenant="" if stay.uscc else NAMELESS, since=stay.since,
        until=stay.until if stay.until and stay.until <= day else None, lease_until=stay.lease_until, rent=stay.rent,
        registered_in=stay.registered_in, taxed_in=stay.taxed_in, is_shared=stay.is_shared,
    )  # fmt: skip
    return estate.Seat(*stay.place, letting)


@transaction.atomic
def confirm(opened: datetime, now: datetime) -> None:
    """Let managers answer for their buildings; most confirmed the last half-year, some this one, some a part of it."""
    codes = dict(Building.objects.values_list("code", "pk"))
    managers = [one for one in cast.staff() if one.building in codes]
    accounts = {one.username: account.pk for one in managers if (account := people.account_by_username(one.username))}
    mandates = [
        Mandate(building_id=codes[one.building or ""], account_id=accounts[one.username], since=opened)
        for one in managers
    ]
    Mandate.objects.bulk_create(mandates)
    record_many(
        [
            Entry(SYSTEM, opened, "estate.mandate", _stream(m.building_id), {"mandate": m.pk, "account": m.account_id})
            for m in mandates
        ]
    )
    last, this = half_of(today(now) - timedelta(days=182)), half_of(today(now))
    began = now - timedelta(days=20)
    rounds = []
    for number, one in enumerate(mandates):
        if number % 7:
            rounds.append(_round(one, last, max(opened, now - timedelta(days=190)), is_done=True))
        if number % 5 in (0, 1):
            rounds.append(_round(one, this, began, is_done=number % 5 == 0))
    Round.objects.bulk_create(rounds)
    _answer([one for one in rounds if one.half == this])
    record_many(
        [
            Entry(SYSTEM, one.ended_at or one.begun_at, "estate.confirm", _stream(one.building_id), {"half": one.half})
            for one in rounds
        ]
    )


def _round(one: Mandate, half: str, at: datetime, *, is_done: bool) -> Round:
    return Round(building_id=one.building_id, kind=Round.Kind.HALF, half=half, account_id=one.account_id, begun_at=at,
                 ended_at=at + timedelta(days=2) if is_done else None)  # fmt: skip


def _answer(rounds: list[Round]) -> None:
    """All that sit there stay; of a round that is not done, the first half of them is answered."""
    found = []
    for one in rounds:
        held = list(
            Tenancy.objects.filter(building=one.building_id, dropped_at=None, until=None).values_list("key", "room_id")
        )
        for key, room in held if one.ended_at else held[: len(held) // 2]:
            answer = Finding.Answer.STAYS
            found.append(
                Finding(round=one, tenancy=key, room_id=room, answer=answer, account_id=one.account_id, at=one.begun_at)
            )
    Finding.objects.bulk_create(found, batch_size=BATCH)


def _stream(building: int) -> str:
    return f"estate.building:{building}"
