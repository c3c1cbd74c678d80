"""Visits at the desk and what a device sends: pages show what there is, refuse what cannot be, and never answer with a trace."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.registry.models import Enterprise
from qifu.domain.visits.models import Photo, Plan, Visit
from qifu.kernel.evidence.models import Record
from qifu.kernel.search import tokens
from tests.conftest import NOW
from tests.domain.visit_room import TODAY, Field, build
from tests.journeys.world import PICTURE
from tests.stage import Stage


@pytest.fixture
def field(stage: Stage, settings: Settings) -> Field:
    settings.QIFU_NOW = NOW
    return build(stage)


def entered(field: Field, who: str = "dispatcher") -> Client:
    client = Client()
    client.force_login(field.account if who == "specialist" else field.stage.house.account(who))
    return client


def parcel(visit: Visit, **given: object) -> dict[str, object]:
    told: dict[str, object] = {
        "key": str(uuid4()), "sent": NOW.isoformat(), "number": visit.number, "seq": visit.seq,
        "arrived": (NOW - timedelta(minutes=30)).isoformat(), "left": NOW.isoformat(), "form": "2026-1",
        "answers": {"state": "normal"},
    }  # fmt: skip
    return told | given


def send(client: Client, told: object) -> tuple[int, dict[str, object]]:
    answer = client.post("/field/reports/", json.dumps(told), content_type="application/json")
    return answer.status_code, answer.json()


def test_a_device_is_told_its_day_and_hands_in_what_was_done(field: Field) -> None:
    visit, client = field.plan(), entered(field, "specialist")
    told = client.get("/field/day/").json()
    assert (told["person"], told["today"], [call["title"] for call in told["calls"]]) == (
        f"staff:{field.account.pk}", "2026-09-30", [field.stage.firm.name],
    )  # fmt: skip
    assert {one["version"] for one in told["forms"]} == {"2026-1", "2026-1b"}
    body = parcel(visit)
    status, first = send(client, body)
    assert (status, first["state"], first["again"]) == (200, "done", False)
    assert send(client, body) == (200, first | {"again": True})
    key = str(uuid4())
    for expected in (201, 200):
        file = SimpleUploadedFile("x.png", PICTURE)
        answer = client.post(f"/field/visits/{visit.number}/photos/", {"key": key, "kind": "photo", "file": file})
        assert answer.status_code == expected
    assert Photo.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"number": 5}, {"seq": True}, {"seq": -1}, {"arrived": "yesterday"}, {"arrived": "2026-09-30T10:00:00"}, {"key": "x"},
        {"answers": []}, {"answers": {"state": {"a": 1}}}, {"answers": {"staff": 1.5}}, {"note": 7}, {"photos": ["x"]},
        {"photos": [str(uuid4())] * 51}, {"needs": [{"title": "x"}]}, {"facts": [{}]}, {"follow_up": "soon"}, {"over": 1},
        {"position": {"latitude": "x", "longitude": 1}}, {"position": {"latitude": 1e12, "longitude": 1}},
        {"position": {"latitude": 1, "longitude": 1, "height": 3}}, {"state": "done"}, {"account": 1}, {"note": "\ud800"},
        {"left": "9999-12-31T23:59:59+00:00"}, {"arrived": "0001-01-01T00:00:00+14:00"},
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_whole(field: Field, given: dict[str, object]) -> None:
    visit = field.plan()
    status, told = send(entered(field, "specialist"), parcel(visit, **given))
    assert (status, told["code"]) == (422, "invalid")
    assert Visit.objects.get().state == "planned"


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{", "[" * 5000, '{"a":' * 2000, "\x00", '{"seq": NaN}', "x" * 300_000]
)
def test_what_is_no_json_is_refused(field: Field, body: str) -> None:
    answer = entered(field, "specialist").post("/field/reports/", body, content_type="application/json")
    assert answer.status_code == 422


def test_a_device_that_is_signed_out_is_told_so_in_its_own_words(field: Field) -> None:
    visit = field.plan()
    assert Client().get("/field/day/").status_code == 401
    assert send(Client(), parcel(visit))[0] == 401
    assert Client().get("/field/").status_code == 302


def test_a_visit_that_the_desk_changed_is_told_as_it_stands(field: Field) -> None:
    visit, desk = field.plan(), entered(field)
    desk.post(f"/desk/visits/{visit.number}/move/", {"reason": "企业改约", "day": "2026-10-09", "seq": "1"})
    status, told = send(entered(field, "specialist"), parcel(visit))
    assert status == 409
    assert told["standing"] == {
        "number": visit.number, "seq": 2, "state": "planned", "state_label": "待走访", "day": "2026-10-09", "who": "韩专员",
        "reason": "企业改约",
    }  # fmt: skip


def test_the_service_worker_and_the_manifest_hold_nothing_private(field: Field) -> None:
    worker = Client().get("/field/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"
    text = worker.content.decode()
    assert all(f"/static/field/{name}.js" in text for name in ("app", "store", "sync"))
    told = Client().get("/field/manifest.webmanifest").json()
    assert (told["scope"], told["display"], [one["sizes"] for one in told["icons"]]) == (
        "/field/", "standalone", ["192x192", "512x512", "512x512"],
    )  # fmt: skip
    page = entered(field, "specialist").get("/field/")
    assert "geolocation=(self)" in page["Permissions-Policy"]
    assert "camera=()" in page["Permissions-Policy"]


def test_the_list_finds_filters_and_is_carried_away_with_a_record(field: Field) -> None:
    visit = field.plan(why="核实预警")
    field.plan(field.stage.other_firm, day=TODAY + timedelta(days=9))
    Enterprise.objects.filter(pk=field.stage.firm.pk).update(tokens=tokens(field.stage.firm.name))
    client = entered(field)
    assert client.get("/desk/visits/").context["found"].count == 2
    for query, count in (
        (f"q={visit.number}", 1), ("q=云启软件", 1), ("q=没有这样的", 0), ("since=2026-10-01", 1), ("state=done", 0),
        ("rule=hand", 2), ("of=building", 0), (f"street={field.stage.house.street}", 2), ("unit=999999", 0), ("page=x", 2),
    ):  # fmt: skip
        assert client.get(f"/desk/visits/?{query}").context["found"].count == count, query
    answer = client.get("/desk/visits/export/?q=云启软件")
    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)  # type: ignore[union-attr, attr-defined]
    assert [row[:2] for row in rows[1:]] == [(visit.number, field.stage.firm.name)]
    assert Record.objects.get(verb="visits.export").facts == {"rows": 1, "filters": {}}


def test_a_visit_is_arranged_moved_and_shown(field: Field) -> None:
    client, station = entered(field), field.stage.house.station
    typed = {
        "of": "enterprise",
        "tenant": field.stage.firm.name,
        "day": "2026-10-09",
        "staff": f"{station}-{field.account.pk}",
        "why": "了解情况",
    }
    assert client.post("/desk/visits/new/", typed | {"tenant": "没有这家"}).status_code == 422
    assert client.post("/desk/visits/new/", typed | {"day": "2020-01-01"}).status_code == 422
    assert Visit.objects.count() == 0
    assert client.post("/desk/visits/new/", typed).status_code == 302
    visit = Visit.objects.get()
    moved = {"day": "2026-10-10", "reason": "企业改约", "seq": "1"}
    assert client.post(f"/desk/visits/{visit.number}/move/", moved).status_code == 302
    page = client.get(f"/desk/visits/{visit.number}/").content.decode()
    assert all(text in page for text in ("企业改约", "2026-10-09 改到 2026-10-10", "了解情况"))


def test_a_month_is_drawn_up_looked_at_and_accepted(field: Field) -> None:
    client = entered(field)
    assert client.post("/desk/visits/plans/", {"month": "x", "each": "0"}).status_code == 422
    client.post("/desk/visits/plans/", {"month": "2026-10", "street": "", "each": "20"})
    plan = Plan.objects.get()
    page = client.get(f"/desk/visits/plans/{plan.pk}/").content.decode()
    assert field.stage.firm.name in page
    assert "入库以来没有任何部门走访过" in page
    assert Visit.objects.count() == 0
    client.post(f"/desk/visits/plans/{plan.pk}/accept/")
    assert Visit.objects.filter(plan=plan).count() == 2
    assert client.get("/desk/visits/calendar/?day=2026-10-08").context["count"] == 2


def test_the_unvisited_are_listed_and_carried_away(field: Field) -> None:
    client = entered(field)
    assert client.get("/desk/visits/unseen/").context["found"].count == 2
    assert client.get("/desk/visits/unseen/?span=all&mark=key").context["found"].count == 0
    assert client.get("/desk/visits/unseen/export/").status_code == 200
    assert Record.objects.get(verb="visits.export").facts["rows"] == 2


def test_figures_are_drawn_from_the_rows(field: Field) -> None:
    field.report(field.plan())
    field.plan(field.stage.other_firm)
    client = entered(field, "leader")
    for name in ("done", "buildings", "kept", "useful", "reach", "fresh"):
        answer = client.get(f"/desk/measures/visits.{name}/")
        assert answer.status_code == 200, name
    page = client.get("/desk/measures/visits.kept/").content.decode()
    assert "50" in page
