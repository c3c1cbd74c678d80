"""Events for tests: a draft that is good, people who register, and one of each for pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from qifu.domain.events.actions import afterwards, keeping, registering, venues
from qifu.domain.events.actions.keeping import Draft
from qifu.domain.events.actions.registering import Wanted
from qifu.domain.events.models import Booking, Event, Registration, Venue
from qifu.domain.people.models import Account
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.sealed import seal
from tests.conftest import NOW
from tests.stage import Stage

STARTS = NOW + timedelta(days=9)


def draft(stage: Stage, **said: Any) -> Draft:
    """A good draft, but for what is said otherwise."""
    good = Draft(
        title="秋季招聘会",
        kind="fair",
        summary="面向高校毕业生和在岗人员的综合招聘会，欢迎企业设摊。",
        host=stage.house.centre,
        starts=STARTS,
        ends=STARTS + timedelta(hours=3),
        opens=NOW - timedelta(days=1),
        closes=STARTS - timedelta(hours=1),
        place="云启大厦一楼大厅",
        street=stage.house.street,
        places=2,
        queue_most=2,
        each_most=20,
    )
    return replace(good, **said)


def published(stage: Stage, **said: Any) -> Event:
    """An event that is open for registration."""
    dispatcher = stage.actor("dispatcher")
    made = keeping.make(actor=dispatcher, now=NOW, draft=draft(stage, **said))
    return keeping.take(actor=dispatcher, now=NOW, event=made.pk, step="publish")


def person(n: int) -> Actor:
    """A contact who speaks for no enterprise here."""
    row = Account.objects.create(
        kind="contact", name=f"报名人{n}", phone_sealed=seal(f"p{n}"), phone_lookup=f"event{n}", created=NOW
    )
    return Actor(row.pk, "contact", row.name)


def come(actor: Actor, event: Event, n: int, **said: Any) -> Registration:
    """Register somebody."""
    wanted = Wanted(person=f"参加人{n}", phone=f"139{n:08d}", firm="某某公司")
    at = said.pop("now", NOW)
    key = said.pop("key", "")
    return registering.register(actor=actor, now=at, event=event.pk, wanted=replace(wanted, **said), key=key)


def venue(stage: Stage, name: str = "路演厅", **said: Any) -> Venue:
    """A room that is open on working days from nine to nine."""
    facts = venues.VenueFacts(
        name=name, address="人才基地三楼", seats=80, opens=time(9), closes=time(21), street=stage.house.street,
        equipment=("投影", "音响"),
    )  # fmt: skip
    return venues.put_venue(actor=SYSTEM, now=NOW, facts=replace(facts, **said))


def asked(stage: Stage, **said: Any) -> venues.Asked:
    """A morning in a room, for the firm."""
    starts = NOW.replace(hour=9) + timedelta(days=12)  # a Monday
    good = venues.Asked(starts, starts + timedelta(hours=2), "新品路演", 20, enterprise=stage.firm.pk)
    return replace(good, **said)


def fill(stage: Stage) -> dict[str, object]:
    """One of each sort, by the name under which addresses mean it."""
    event = published(stage, places=5)
    ticket = come(stage.contact, event, 1, enterprise=stage.firm.pk, firm="")
    room = venue(stage)
    booking = venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=asked(stage))
    assert isinstance(booking, Booking)
    film = afterwards.add_material(
        actor=stage.actor("dispatcher"), now=NOW, event=event.pk, title="回放", url="https://example.com/v"
    )
    return {
        "event": event.pk,
        "ticket": ticket.code,
        "registration": ticket.pk,
        "venue": room.pk,
        "booking": booking.pk,
        "film": film.pk,
    }
