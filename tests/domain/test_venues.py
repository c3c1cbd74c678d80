"""Rooms: nobody has one twice at one time, the rules of the house, decisions, and the room of an event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from qifu.domain.events.actions import keeping, venues
from qifu.domain.events.models import Booking
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW
from tests.domain.event_room import asked, draft, venue
from tests.stage import Stage


def test_a_room_is_nobodys_twice_at_one_time(stage: Stage) -> None:
    room = venue(stage)
    first = venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=asked(stage), key="k")
    assert venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=asked(stage), key="k").pk == first.pk
    late = asked(stage, starts=first.starts + timedelta(hours=1), ends=first.ends + timedelta(hours=1))
    with pytest.raises(Conflict, match="已有预约"):
        venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=late)
    after = asked(stage, starts=first.ends, ends=first.ends + timedelta(hours=1))
    second = venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=after)
    assert second.state == "asked"
    over = [(second.pk, {"starts": first.starts}), (first.pk, {"ends": first.ends + timedelta(hours=3)})]
    for pk, change in over:
        with pytest.raises(IntegrityError, match="booking_no_overlap"), transaction.atomic():
            Booking.objects.filter(pk=pk).update(**change)
    dispatcher = stage.actor("dispatcher")
    venues.take(actor=dispatcher, now=NOW, booking=first.pk, step="refuse", given={"reason": "设备检修"})
    assert venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=asked(stage)).pk != first.pk
    with pytest.raises(IntegrityError, match="booking_no_overlap"), transaction.atomic():
        Booking.objects.filter(pk=first.pk).update(state="approved")
    assert Item.objects.filter(payload__template="venue_decided").count() == 1


def test_the_rules_of_the_house(stage: Stage) -> None:
    room, good = venue(stage, longest=3, ahead=20), asked(stage)
    day = timedelta(days=1)
    wrong = {
        "people": asked(stage, people=81),
        "purpose": asked(stage, purpose=""),
        "ends": asked(stage, ends=good.starts + timedelta(hours=4)),
        "enterprise": asked(stage, enterprise=stage.other_firm.pk),
    }
    for field, one in wrong.items():
        with pytest.raises(Invalid) as refused:
            venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=one)
        assert set(refused.value.fields) == {field}
    for shift in (-2 * day, 30 * day, -timedelta(hours=2), timedelta(hours=11)):
        moved = asked(stage, starts=good.starts + shift, ends=good.ends + shift)
        with pytest.raises(Invalid):
            venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=moved)
    assert not Booking.objects.exists()


def test_who_decides_and_what_became_of_it(stage: Stage) -> None:
    room = venue(stage)
    row = venues.book(actor=stage.contact, now=NOW, venue=room.pk, asked=asked(stage))
    with pytest.raises(Forbidden):
        venues.take(actor=stage.contact, now=NOW, booking=row.pk, step="approve")
    with pytest.raises(Missing):
        venues.take(actor=stage.stranger, now=NOW, booking=row.pk, step="cancel", given={"reason": "x"})
    supervisor = stage.actor("supervisor")
    venues.take(actor=supervisor, now=NOW, booking=row.pk, step="approve")
    with pytest.raises(Conflict, match="还没有到"):
        venues.take(actor=supervisor, now=NOW, booking=row.pk, step="use")
    assert venues.take(actor=supervisor, now=row.ends, booking=row.pk, step="use").state == "used"
    with pytest.raises(Forbidden):
        venues.put_venue(actor=stage.actor("handler"), now=NOW, facts=None)  # type: ignore[arg-type]


def test_an_event_has_its_room_from_publishing_until_it_is_called_off(stage: Stage) -> None:
    room, dispatcher = venue(stage), stage.actor("dispatcher")
    wanted = draft(stage, venue=room.pk, place="")
    first, second = (keeping.make(actor=dispatcher, now=NOW, draft=wanted) for _ in range(2))
    keeping.take(actor=dispatcher, now=NOW, event=first.pk, step="publish")
    with pytest.raises(Conflict, match="已有预约"):
        keeping.take(actor=dispatcher, now=NOW, event=second.pk, step="publish")
    second.refresh_from_db()
    assert second.state == "draft"
    booking = Booking.objects.get()
    with pytest.raises(Conflict, match="在活动里"):
        venues.take(actor=dispatcher, now=NOW, booking=booking.pk, step="cancel", given={"reason": "x"})
    keeping.take(actor=dispatcher, now=NOW, event=first.pk, step="cancel", given={"reason": "改期"})
    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert keeping.take(actor=dispatcher, now=NOW, event=second.pk, step="publish").state == "published"
