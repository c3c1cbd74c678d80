"""Events on the desk: made, filled, held; the door as it is sent to; whom they reach; rooms."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.events.models import Booking, CheckIn, Coverage, Event, Invitation, Material, Registration, Venue
from qifu.domain.registry.models import Agency
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW
from tests.domain import event_room
from tests.domain.event_room import STARTS, come, person, published
from tests.stage import Stage


@pytest.fixture
def desk(stage: Stage, settings: Settings) -> Client:
    settings.QIFU_NOW = NOW
    return browser(stage, "dispatcher")


def browser(stage: Stage, who: str) -> Client:
    client = Client()
    client.force_login(stage.house.account(who))
    return client


def typed(stage: Stage, **said: str) -> dict[str, str]:
    return {
        "title": "稳岗政策宣讲", "kind": "briefing", "host": str(stage.house.centre), "summary": "讲解稳岗返还和社保补贴怎么办。",
        "starts": "2026-10-09T14:00", "ends": "2026-10-09T16:00", "opens": "2026-09-30T08:00", "closes": "2026-10-09T12:00",
        "place": "三楼会议室", "venue": "", "street": str(stage.house.street), "places": "30", "queue_most": "5",
        "each_most": "2", "budget": "3000", "cost": "",
    } | said  # fmt: skip


def test_an_event_is_made_published_copied_and_called_off(stage: Stage, desk: Client) -> None:
    assert desk.post("/desk/events/new/", typed(stage, ends="2026-10-09T13:00")).status_code == 422
    assert not Event.objects.exists()
    answer = desk.post("/desk/events/new/", typed(stage))
    row = Event.objects.get()
    assert (answer["Location"], row.state, row.starts.isoformat()) == (
        f"/desk/events/{row.pk}/", "draft", "2026-10-09T06:00:00+00:00",
    )  # fmt: skip
    for place in ("", "edit/", "people/", "audience/"):
        assert desk.get(f"/desk/events/{row.pk}/{place}").status_code == 200, place
    assert desk.post(f"/desk/events/{row.pk}/edit/", typed(stage, places="40")).status_code == 302
    assert desk.post(f"/desk/events/{row.pk}/step/publish/").status_code == 302
    assert desk.post(f"/desk/events/{row.pk}/step/fly/").status_code == 404
    assert desk.post(f"/desk/events/{row.pk}/copy/")["Location"].endswith("/edit/")
    assert desk.post(f"/desk/events/{row.pk}/step/cancel/").status_code == 422
    assert desk.post(f"/desk/events/{row.pk}/step/cancel/", {"reason": "暴雨"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.places, Event.objects.count()) == ("cancelled", 40, 2)


def test_the_list_is_searched_filtered_and_carried_away(stage: Stage, desk: Client) -> None:
    published(stage)
    for query in ("", "q=招聘", "kind=fair", "state=published", "month=2026-10", f"host={stage.house.centre}"):
        assert "秋季招聘会" in desk.get(f"/desk/events/?{query}").content.decode(), query
    for query in ("q=无此", "kind=salon", "state=held", "month=2026-11", f"host={stage.tax}"):
        assert "没有符合条件" in desk.get(f"/desk/events/?{query}").content.decode(), query
    assert desk.get("/desk/events/?page=9999999999999999999999&kind=%27&month=x&host=-1").status_code == 200
    answer = desk.get("/desk/events/export/?kind=fair")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert (len(rows), rows[1][0], rows[1][8]) == (2, "秋季招聘会", 2)
    assert Record.objects.get(verb="events.export").facts["rows"] == 1


def test_the_roll_is_kept_by_hand_too(stage: Stage, desk: Client) -> None:
    event = published(stage)
    said = {"person": "李四", "firm": stage.firm.uscc or "", "phone": "13900000077", "idempotency_key": "k"}
    for _ in range(2):
        assert desk.post(f"/desk/events/{event.pk}/people/add/", said).status_code == 302
    assert (
        desk.post(f"/desk/events/{event.pk}/people/add/", said | {"phone": "1", "idempotency_key": ""}).status_code
        == 422
    )
    row = Registration.objects.get()
    assert (row.enterprise_id, row.account_id) == (stage.firm.pk, None)
    page = desk.get(f"/desk/events/{event.pk}/people/?q=13900000077").content.decode()
    assert "139****0077" in page
    assert "<td>13900000077" not in page
    assert desk.get(f"/desk/events/{event.pk}/people/export/").status_code == 200
    assert browser(stage, "taxman").post(f"/desk/events/{event.pk}/people/{row.pk}/strike/").status_code == 403
    assert desk.post(f"/desk/events/{event.pk}/people/{row.pk}/strike/").status_code == 302
    assert Event.objects.get().taken == 0


def test_the_door_takes_what_a_phone_kept(stage: Stage, settings: Settings) -> None:
    event = published(stage)
    rows = [come(person(n), event, n) for n in range(2)]
    settings.QIFU_NOW = STARTS + timedelta(hours=1)
    client, path = browser(stage, "dispatcher"), f"/desk/events/door/{event.pk}/"
    page = client.get(path)
    assert "camera=(self)" in page["Permissions-Policy"]
    told = client.get(f"{path}list/").json()
    assert [one["code"] for one in told["guests"]] == [row.code for row in rows]
    assert set(told["guests"][0]) == {"code", "person", "firm", "state"}
    sent = {"checks": [{"key": "a", "code": rows[0].code, "at": STARTS.isoformat(), "how": "scan", "offline": True}]}
    for _ in range(2):
        answer = client.post(f"{path}checks/", json.dumps(sent), content_type="application/json")
        assert [one["word"] for one in answer.json()["answers"]] == ["in"]
    assert CheckIn.objects.get().at == STARTS
    bad: tuple[object, ...] = (
        [], {"checks": 1}, {"checks": [{}]}, {"checks": [{"key": "", "code": "x", "at": "x"}]},
        {"checks": [{"key": "k", "code": "x\0", "at": STARTS.isoformat()}]},
        {"checks": [{"key": "k" * 99, "code": "x", "at": STARTS.isoformat()}]},
        {"checks": [{"key": "k", "code": "x", "at": STARTS.isoformat(), "how": "fly"}]},
    )  # fmt: skip
    for one in bad:
        assert client.post(f"{path}checks/", json.dumps(one), content_type="application/json").status_code == 422, one
    assert client.post(f"{path}checks/", b"\xff", content_type="application/json").status_code == 422
    worker = client.get("/desk/events/door/sw.js")
    assert "qifu-door-" in worker.content.decode()
    assert browser(stage, "taxman").get(f"{path}list/").status_code == 403


def test_whom_it_is_for_is_previewed_before_anybody_is_told(stage: Stage, desk: Client) -> None:
    event = published(stage)
    Agency.objects.create(account_id=stage.contact.account, enterprise=stage.firm, role="owner", person="钱", since=NOW)
    page = desk.get(f"/desk/events/{event.pk}/audience/").content.decode()
    assert stage.firm.name in page
    assert not Invitation.objects.exists()
    assert desk.post(f"/desk/events/{event.pk}/audience/", {"audience": "segment"}).status_code == 422
    assert desk.post(f"/desk/events/{event.pk}/audience/", {"audience": "policy", "policy": "x"}).status_code == 422
    assert desk.post(f"/desk/events/{event.pk}/invite/").status_code == 302
    assert Invitation.objects.count() == 1


def test_what_the_press_wrote_and_what_can_be_seen_again(stage: Stage, desk: Client) -> None:
    event = published(stage)
    said = {
        "title": "千人求职",
        "outlet": "长江日报",
        "level": "city",
        "day": "2026-09-30",
        "url": "https://example.com/a",
    }
    assert desk.post(f"/desk/events/{event.pk}/coverage/", said | {"url": "javascript:alert(1)"}).status_code == 422
    assert desk.post(f"/desk/events/{event.pk}/coverage/", said).status_code == 302
    assert (
        desk.post(f"/desk/events/{event.pk}/materials/", {"title": "回放", "url": "https://example.com/v"}).status_code
        == 302
    )
    row, film = Coverage.objects.get(), Material.objects.get()
    assert "千人求职" in Client().get(f"/events/{event.pk}/").content.decode()
    assert "回放" not in Client().get(f"/events/{event.pk}/").content.decode()
    assert desk.post(f"/desk/events/{event.pk}/coverage/{row.pk}/drop/").status_code == 302
    assert desk.post(f"/desk/events/{event.pk}/material/{film.pk}/drop/").status_code == 302
    assert desk.post(f"/desk/events/{event.pk}/nothing/{film.pk}/drop/").status_code == 404
    assert "千人求职" not in Client().get(f"/events/{event.pk}/").content.decode()


def test_who_never_comes_is_named(stage: Stage, desk: Client) -> None:
    event = published(stage)
    come(stage.contact, event, 1, enterprise=stage.firm.pk, firm="")
    Registration.objects.update(state="attended")
    Event.objects.update(state="held", starts=NOW - timedelta(days=9), ends=NOW - timedelta(days=8))
    for by in ("street", "section", "size"):
        page = desk.get(f"/desk/events/reach/?by={by}").content.decode()
        assert stage.other_firm.name in page
        assert stage.firm.name not in page
    assert desk.get("/desk/events/reach/export/").status_code == 200
    assert Record.objects.get(stream="events.absent").facts["rows"] == 1


def test_rooms_are_kept_and_bookings_decided(stage: Stage, desk: Client) -> None:
    said = {"name": "一号会议室", "address": "人才基地二楼", "street": "", "seats": "20", "equipment": "投影、白板，投影",
            "opens": "09:00", "closes": "18:00", "weekdays": ["1", "3"], "longest": "4", "ahead": "30",
            "needs_approval": "on", "is_open": "on"}  # fmt: skip
    assert desk.post("/desk/venues/new/", said | {"closes": "08:00"}).status_code == 422
    assert desk.post("/desk/venues/new/", said).status_code == 302
    room = Venue.objects.get()
    assert (room.equipment, room.weekdays) == (["投影", "白板"], "13")
    assert browser(stage, "handler").get(f"/desk/venues/{room.pk}/edit/").status_code == 403
    things = event_room.fill(stage)
    for place in ("", "bookings/", f"{things['venue']}/?week=2026-10-12", f"{room.pk}/edit/"):
        assert desk.get(f"/desk/venues/{place}").status_code == 200, place
    assert desk.post(f"/desk/venues/bookings/{things['booking']}/approve/").status_code == 302
    assert desk.post(f"/desk/venues/bookings/{things['booking']}/approve/").status_code == 409
    assert Booking.objects.get().state == "approved"
