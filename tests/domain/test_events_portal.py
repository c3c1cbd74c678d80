"""Events as everybody meets them: the list, a place on a phone, the ticket, an hour in a room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.events.actions import door, keeping
from qifu.domain.events.actions.door import Check
from qifu.domain.events.models import Booking, Event, Opinion, Registration
from qifu.domain.people.models import Account
from qifu.domain.registry.models import Agency
from tests.conftest import NOW
from tests.domain import event_room
from tests.domain.event_room import STARTS, published
from tests.stage import Stage


@pytest.fixture
def contact(stage: Stage, settings: Settings) -> Client:
    settings.QIFU_NOW = NOW
    Agency.objects.create(account_id=stage.contact.account, enterprise=stage.firm, role="owner", person="钱", since=NOW)
    client = Client()
    client.force_login(Account.objects.get(pk=stage.contact.account))
    return client


def typed(stage: Stage, **said: str) -> dict[str, str]:
    return {"enterprise": str(stage.firm.pk), "firm": "", "person": "钱经理", "phone": "13900000001"} | said


def test_a_visitor_sees_what_is_published_and_may_look_for_it(stage: Stage, settings: Settings, client: Client) -> None:
    settings.QIFU_NOW = NOW
    event = published(stage)
    keeping.make(actor=stage.actor("dispatcher"), now=NOW, draft=event_room.draft(stage, title="还没有发布的沙龙"))
    page = client.get("/events/").content.decode()
    assert "秋季招聘会" in page
    assert "还没有发布" not in page
    assert "报名中，还有 2 个名额" in page
    for query in (
        "q=招聘",
        "kind=fair",
        f"street={stage.house.street}",
        "month=2026-10",
        "open=1",
        "view=calendar&month=2026-10",
    ):
        assert "秋季招聘会" in client.get(f"/events/?{query}").content.decode(), query
    for query in ("q=无此", "kind=salon", "past=1", "view=calendar&month=2026-12"):
        assert "秋季招聘会" not in client.get(f"/events/?{query}").content.decode(), query
    assert client.get("/events/?page=99999999999&month=2026-99&street=x&view=%27").status_code == 200
    assert client.get(f"/events/{event.pk}/").status_code == 200
    assert client.get(f"/events/{Event.objects.get(state='draft').pk}/").status_code == 404
    assert client.get(f"/events/{event.pk}/register/").status_code in (302, 403)


def test_the_calendar_file_is_one_that_calendars_read(stage: Stage, settings: Settings, client: Client) -> None:
    settings.QIFU_NOW = NOW
    event = published(stage, title="招聘会,下半场;二")
    text = client.get(f"/events/{event.pk}/calendar.ics").content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert "DTSTART:20261009T020000Z\r\n" in text
    assert "SUMMARY:招聘会\\,下半场\\;二\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_registering_twice_is_one_place_and_the_ticket_is_ones_own(stage: Stage, contact: Client) -> None:
    event = published(stage)
    form = contact.get(f"/events/{event.pk}/register/").content.decode()
    assert stage.firm.name in form
    said = typed(stage, idempotency_key="k1")
    first = contact.post(f"/events/{event.pk}/register/", said)
    assert (first.status_code, contact.post(f"/events/{event.pk}/register/", said)["Location"]) == (
        302,
        first["Location"],
    )
    row = Registration.objects.get()
    assert (row.enterprise_id, row.state, Event.objects.get().taken) == (stage.firm.pk, "registered", 1)
    assert "13900000001" not in row.phone_sealed
    ticket = contact.get(first["Location"]).content.decode()
    assert "<svg" in ticket
    assert row.code in ticket
    other = Client()
    other.force_login(Account.objects.get(pk=stage.stranger.account))
    assert other.get(first["Location"]).status_code == 404
    assert other.post(f"{first['Location']}cancel/").status_code == 404
    assert contact.post(f"/events/{event.pk}/register/", typed(stage, idempotency_key="k2")).status_code == 409
    assert contact.post(f"{first['Location']}cancel/").status_code == 302
    assert Event.objects.get().taken == 0


def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_kept(stage: Stage, contact: Client) -> None:
    event = published(stage)
    wrong = ({"phone": "12"}, {"person": ""}, {"enterprise": str(stage.other_firm.pk)}, {"enterprise": "", "firm": ""})
    for said in wrong:
        assert contact.post(f"/events/{event.pk}/register/", typed(stage, **said)).status_code == 422, said
    assert not Registration.objects.exists()
    assert Event.objects.get().taken == 0


def test_who_was_there_says_what_it_was_worth(stage: Stage, contact: Client, settings: Settings) -> None:
    event = published(stage)
    contact.post(f"/events/{event.pk}/register/", typed(stage))
    code = Registration.objects.get().code
    settings.QIFU_NOW = STARTS + timedelta(minutes=1)
    contact = Client()  # a session of weeks ago is over
    contact.force_login(Account.objects.get(pk=stage.contact.account))
    door.check_in(
        actor=stage.actor("dispatcher"), now=settings.QIFU_NOW, event=event.pk, checks=[Check("a", code, STARTS)]
    )
    assert contact.post(f"/my/events/{code}/rate/", {"content": "5", "order": "x"}).status_code == 422
    assert not Opinion.objects.exists()
    said = {"content": "5", "order": "4", "use": "4", "words": "很实在"}
    assert contact.post(f"/my/events/{code}/rate/", said).status_code == 302
    assert Opinion.objects.get().total == 13
    assert "很实在" in contact.get(f"/my/events/{code}/").content.decode()


def test_an_hour_in_a_room_on_a_phone(stage: Stage, contact: Client, client: Client) -> None:
    room = event_room.venue(stage)
    assert "路演厅" in client.get("/venues/").content.decode()
    assert client.get(f"/venues/{room.pk}/?week=2026-10-12").status_code == 200
    said = {
        "enterprise": str(stage.firm.pk),
        "day": "2026-10-12",
        "starts": "09:00",
        "ends": "11:00",
        "people": "20",
        "purpose": "路演",
    }
    assert client.post(f"/venues/{room.pk}/", said).status_code in (302, 403)
    assert contact.post(f"/venues/{room.pk}/", said | {"ends": "08:00"}).status_code == 422
    assert contact.post(f"/venues/{room.pk}/", said).status_code == 302
    assert contact.post(f"/venues/{room.pk}/", said).status_code == 409
    assert "路演" not in client.get(f"/venues/{room.pk}/?week=2026-10-12").content.decode().split("哪些时间")[1]
    row = Booking.objects.get()
    assert contact.post(f"/my/bookings/{row.pk}/cancel/").status_code == 302
    row.refresh_from_db()
    assert row.state == "cancelled"
