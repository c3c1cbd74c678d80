"""Answers for an earlier day: by the revision of that day and the facts of that day; and since when an enterprise fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.people import actions as people
from qifu.domain.policies.actions import drafting, publishing
from qifu.domain.policies.models import Revision
from qifu.domain.policies.queries import answers
from qifu.domain.registry import past
from qifu.domain.registry.actions import enter_known_sources, holding
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.models import Enterprise, Load, Source, SourceRow
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Invalid, Missing
from tests.conftest import NOW, House
from tests.domain import policy_room as room
from tests.domain.test_policies_screens import entered
from tests.stage import Stage

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
ZONE = ZoneInfo("Asia/Shanghai")
BIG, BIGGER = {">=": [{"var": "revenue"}, 500]}, {">=": [{"var": "revenue"}, 2000]}
CLAUSE = ({"path": "", "cite": "第一条", "says": "营业收入"},)


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, tzinfo=ZONE)


def heard(stage: Stage, when: datetime, of: date, source: str = "tax", key: str = "", **values: object) -> None:
    """What a source said of the first firm, learned at a moment, of a day."""
    rows = [holding.Incoming(key or f"{source}:{stage.firm.pk}", values, of, stage.firm.pk)]
    with transaction.atomic():
        holding.put_rows(source=Source.objects.get(code=source), rows=rows, now=when)
        reckon_profiles([stage.firm.pk], NOW)


def said(stage: Stage, when: datetime, of: date, **values: object) -> None:
    """What the first firm said of itself, field by field."""
    for field, value in values.items():
        heard(stage, when, of, source="self", key=f"{stage.firm.pk}:{field}", **{field: value})


@pytest.fixture
def scene(stage: Stage) -> Stage:
    """Revenue of 2024 was 600, of 2025 1,500; last year asked for 500, this year asks for 2,000."""
    enter_known_sources(actor=SYSTEM, now=at(2024, 1, 2))
    Enterprise.objects.filter(pk=stage.firm.pk).update(
        registered_on=date(2020, 3, 1), created=at(2024, 1, 2), updated=at(2024, 1, 2)
    )
    heard(stage, at(2025, 4, 10), date(2024, 12, 31), revenue=600)
    heard(stage, at(2026, 4, 20), date(2025, 12, 31), revenue=1500)
    first = revised(stage.house, BIG, date(2025, 1, 1))
    assert first.number == 1
    second = revised(stage.house, BIGGER, date(2026, 1, 1))
    assert (second.number, Revision.objects.get(pk=first.pk).force_to) == (2, date(2025, 12, 31))
    return stage


def revised(house: House, condition: object, start: date) -> Revision:
    """Write, read and publish the next revision of the item."""
    words = replace(room.WORDS, condition=condition, clauses=CLAUSE, force_from=start, formula=None)
    admin, reader = house.actor("admin"), house.actor("supervisor")
    if Revision.objects.filter(item__code=room.CODE).exists():
        made = drafting.renew(actor=admin, now=NOW, code=room.CODE)
        made = drafting.edit(actor=admin, now=NOW, code=room.CODE, number=made.number, words=words, seen=made.version)
        made.cases.all().delete()
    else:
        made = room.draft(house, words, cases=False)
    bound = 500 if condition is BIG else 2000
    for name, kind, given, expected in (
        ("足够", "eligible", {"revenue": bound + 1}, "eligible"),
        ("不足", "not", {"revenue": bound - 1}, "ineligible"),
        ("界上", "boundary", {"revenue": bound}, "eligible"),
        ("未知", "unknown", {}, "unknown"),
    ):
        drafting.add_case(
            actor=admin, now=NOW, code=room.CODE, number=made.number, name=name, kind=kind, on=start, given=given,
            expected=expected,
        )  # fmt: skip
    made.refresh_from_db()
    publishing.read(actor=reader, now=NOW, code=room.CODE, number=made.number, seen=made.version)
    return publishing.publish(actor=reader, now=NOW, code=room.CODE, number=made.number)


def asked(stage: Stage, on: date, known: str = "now") -> answers.Answer:
    actor = stage.actor("admin")
    return answers.answer(actor=actor, enterprise=stage.firm.pk, code=room.CODE, on=on, today=TODAY, known=known)


def test_last_years_revision_answers_with_last_years_revenue(scene: Stage) -> None:
    told = asked(scene, date(2025, 9, 30))
    assert (told.result, told.revision.number if told.revision else 0) == ("eligible", 1)
    assert [(r.value, r.source, r.as_of, r.cite) for r in told.reasons if r.field] == [
        ("600 万元", "税务申报", date(2024, 12, 31), "第一条")
    ]

    now = asked(scene, TODAY)
    assert (now.result, now.revision.number if now.revision else 0) == ("ineligible", 2)
    assert [(r.value, r.as_of) for r in now.reasons if r.field] == [("1,500 万元", date(2025, 12, 31))]


def test_a_day_before_any_revision_and_before_the_enterprise(scene: Stage) -> None:
    assert (asked(scene, date(2024, 6, 1)).result, asked(scene, date(2024, 6, 1)).revision) == ("not_in_force", None)
    Enterprise.objects.filter(pk=scene.firm.pk).update(registered_on=date(2025, 10, 1))
    told = asked(scene, date(2025, 9, 30))
    assert (told.result, told.revision.number if told.revision else 0, told.reasons) == ("not_registered", 1, ())


def test_what_was_known_then_and_what_is_known_now_differ(scene: Stage) -> None:
    """The figure of 2024 came on 10 April 2025; a correction of it in May 2026 counts only for who asks today."""
    said(scene, at(2026, 5, 5), date(2024, 12, 31), revenue=450)
    assert asked(scene, date(2025, 3, 1), "then").result == "unknown"
    assert asked(scene, date(2025, 3, 1), "then").missing == ("营业收入",)
    assert asked(scene, date(2025, 3, 1)).result == "eligible"
    assert asked(scene, date(2025, 9, 30), "then").result == "eligible"
    assert asked(scene, date(2025, 9, 30), "then").since is None


def test_a_mistake_that_was_corrected_never_held(scene: Stage) -> None:
    said(scene, at(2025, 2, 1), date(2024, 12, 31), assets=600)
    said(scene, at(2025, 6, 1), date(2024, 12, 31), assets=480)
    held = past.read(scene.firm.pk)
    assert held is not None
    assert [str(held.on(day)["assets"].value) for day in (date(2025, 5, 1), date(2025, 7, 1))] == ["480", "480"]
    then = [held.on(day, as_known_then=True)["assets"].value for day in (date(2025, 5, 1), date(2025, 7, 1))]
    assert [str(value) for value in then] == ["600", "480"]


def test_who_left_a_list_was_on_it_before(scene: Stage) -> None:
    science = Source.objects.get(code="science")
    heard(scene, at(2025, 2, 1), date(2025, 1, 15), source="science", high_tech=True)
    Source.objects.filter(pk=science.pk).update(complete_on=date(2026, 3, 1))
    SourceRow.objects.filter(source=science).update(gone_at=at(2026, 3, 5))
    Load.objects.create(
        name="名单", source=science, as_of=date(2025, 1, 15), is_complete=True, is_dry=False, state="done", digest="0" * 64,
        started_at=NOW, updated_at=NOW,
    )  # fmt: skip
    held = past.read(scene.firm.pk)
    assert held is not None
    days = (date(2025, 1, 14), date(2025, 1, 15), date(2026, 3, 4), date(2026, 3, 5))
    told = [held.on(day).get("high_tech") for day in days]
    assert [one.value if one else None for one in told] == [None, True, True, False]


def test_a_list_that_was_taken_back_never_held(scene: Stage) -> None:
    load = Load.objects.create(
        name="错的名单", as_of=date(2025, 5, 1), state="undone", digest="0" * 64, started_at=NOW, updated_at=NOW
    )
    SourceRow.objects.filter(as_of=date(2024, 12, 31)).update(load=load)
    held = past.read(scene.firm.pk)
    assert held is not None
    assert "revenue" not in held.on(date(2025, 9, 30))
    assert str(held.on(date(2025, 9, 30), as_known_then=True)["revenue"].value) == "600"


def test_what_an_enterprise_is_was_so_before_it_was_first_heard(scene: Stage) -> None:
    heard(scene, at(2026, 2, 1), date(2026, 1, 31), source="market", industry="C3510")
    held = past.read(scene.firm.pk)
    assert held is not None
    told = held.on(date(2025, 9, 30))["industry"]
    assert (told.value, told.as_of, told.why) == ("C3510", date(2026, 1, 31), past.CARRIED)
    assert "C3510" not in [one.value for one in held.on(date(2025, 9, 30), as_known_then=True).values()]


def test_since_when_it_fits(scene: Stage) -> None:
    """The revision came on 1 January 2025, the figure of 2024 held from its day: the revision decides."""
    told = asked(scene, date(2025, 9, 30))
    assert told.since is not None
    assert (told.since.day, told.since.is_sure) == (date(2025, 1, 1), True)


def test_since_runs_on_across_a_revision(scene: Stage) -> None:
    heard(scene, at(2026, 4, 21), date(2025, 12, 31), revenue=2500)
    told = asked(scene, TODAY)
    assert told.result == "eligible"
    assert told.since is not None
    assert (told.since.day, told.since.is_sure) == (date(2025, 1, 1), True)
    said(scene, at(2026, 4, 22), date(2024, 12, 31), revenue=10)
    Source.objects.filter(code="self").update(authority=100, freshness=366)  # it counts until 1 January 2026
    later = asked(scene, TODAY).since
    assert later is not None
    assert (later.day, later.is_sure) == (date(2026, 1, 2), True)


def test_days_and_words_that_cannot_be_asked_are_refused(scene: Stage) -> None:
    for on, known in ((date(2199, 1, 1), "now"), (date(1800, 1, 1), "now"), (TODAY, "昨天")):
        with pytest.raises(Invalid):
            asked(scene, on, known)
    with pytest.raises(Missing):
        answers.answer(actor=scene.stranger, enterprise=scene.firm.pk, code=room.CODE, on=TODAY, today=TODAY)
    with pytest.raises(Missing):
        answers.answer(actor=scene.actor("admin"), enterprise=scene.firm.pk, code="NIX", on=TODAY, today=TODAY)


def test_an_answer_takes_as_many_statements_however_long_the_past(scene: Stage) -> None:
    for year in range(2010, 2024):
        said(scene, at(2024, 1, 2), date(year, 12, 31), revenue=year)
    actor = scene.actor("admin")
    with CaptureQueriesContext(connection) as statements:
        answers.answer(actor=actor, enterprise=scene.firm.pk, code=room.CODE, on=date(2025, 9, 30), today=TODAY)
    assert len(statements) == 7


def test_the_desk_asks_for_a_day_of_last_year(scene: Stage, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    client = entered(scene, "handler")
    address = f"/desk/policies/items/{room.CODE}/firms/{scene.firm.pk}/"
    page = client.get(address, {"on": "2025-09-30"}).content.decode()
    assert all(words in page for words in ("第 1 版", "600 万元", "2024年12月31日", "税务申报", "自 2025年1月1日起"))
    assert "1,500 万元" not in page
    refused = client.get(address, {"on": "去年"})
    assert refused.status_code == 422
    assert "日期没有写对" in refused.content.decode()
    nobody = client.get(f"/desk/policies/items/{room.CODE}/firms/", {"q": "没有这样的企业"}).content.decode()
    assert "没有找到这样的企业" in nobody


def test_the_api_answers_for_a_day(scene: Stage, client: Client) -> None:
    account = scene.house.account("admin")
    key = people.issue_token(actor=SYSTEM, now=NOW, account=account.pk, label="查询", scopes=["enterprises:read"])
    bearer = {"Authorization": f"Bearer {key.clear}"}
    address = f"/api/v1/enterprises/{scene.firm.pk}/policies/{room.CODE}"
    told = client.get(address, {"on": "2025-09-30"}, headers=bearer).json()
    assert (told["result"], told["revision"]["number"], told["since"]) == (
        "eligible", 1, {"day": "2025-01-01", "is_sure": True},
    )  # fmt: skip
    assert [(one["field"], one["value"], one["as_of"]) for one in told["reasons"]] == [
        ("revenue", "600 万元", "2024-12-31")
    ]
    for given in ({"on": "2025-13-01"}, {"on": "去年"}, {"known": "x"}, {"on": "2199-01-01"}, {"when": "2025-01-01"}):
        assert client.get(address, given, headers=bearer).status_code == 422
    assert client.get(address.replace(room.CODE, "NIX"), headers=bearer).status_code == 404
