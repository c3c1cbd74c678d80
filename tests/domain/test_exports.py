"""Long lists carried away in the background: asked for, written, fetched by nobody else, cancelled, cleared; selections kept."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.people import actions as people
from qifu.domain.people.models import Account
from qifu.domain.registry import segments
from qifu.domain.registry.actions import keep_segment
from qifu.domain.registry.models import Segment
from qifu.entry.desk.exports import tasks
from qifu.entry.desk.registry import enterprises
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden
from qifu.kernel.evidence.models import Record
from qifu.kernel.exports import actions, queries
from qifu.kernel.exports.models import Export
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW, House
from tests.domain.registry_lists import line, name, run, write_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place(settings: Settings, tmp_path: Path) -> None:
    settings.QIFU_NOW, settings.HOME = NOW, tmp_path / "home"


def browser(house: House, who: str) -> Client:
    client = Client()
    client.force_login(house.account(who))
    return client


def asked_for(house: House, who: str = "dispatcher", query: str = "") -> Export:
    answer = browser(house, who).post(f"/desk/exports/enterprises/{query}")
    assert answer.status_code == 302, answer.content.decode()
    return Export.objects.latest("pk")


def test_a_long_list_is_written_in_the_background_and_fetched_by_who_asked(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(write_csv(tmp_path / "1.csv", [line(n) for n in range(1, 8)]))
    monkeypatch.setattr(enterprises, "AT_ONCE", 5)
    desk = browser(house, "dispatcher")
    assert "后台导出" in desk.get("/desk/enterprises/").content.decode()
    assert "请在企业名录按“后台导出”" in desk.get("/desk/enterprises/export/").content.decode()
    row = asked_for(house)
    assert (row.state, row.rows, row.size) == ("waiting", 0, None)
    assert Item.objects.filter(channel="task", key__contains=f"exports.export:{row.pk}").count() == 1
    tasks.write.func(row.pk, row.account)
    row.refresh_from_db()
    assert (row.state, row.rows) == ("done", 7)
    listing = desk.get("/desk/exports/").content.decode()
    assert f"/desk/exports/{row.pk}/file/" in listing
    content = b"".join(desk.get(f"/desk/exports/{row.pk}/file/").streaming_content)  # type: ignore[attr-defined]
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [cells[0] for cells in rows] == ["企业名称", *(name(n) for n in range(7, 0, -1))]
    told = Item.objects.get(payload__template="export_done")
    assert told.payload["variables"] == {"title": "企业名单", "count": "7"}
    assert list(Record.objects.filter(stream=f"exports.export:{row.pk}").values_list("verb", flat=True)) == [
        "exports.ask",
        "exports.finish",
    ]
    assert Record.objects.filter(verb="registry.export", facts__rows=7).count() == 1
    assert browser(house, "supervisor").get(f"/desk/exports/{row.pk}/file/").status_code == 404
    assert browser(house, "supervisor").post(f"/desk/exports/{row.pk}/cancel/").status_code == 404


def test_filters_hold_in_the_background_too(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1), line(2)]))
    row = asked_for(house, query=f"?q={name(2)}&cursor=9&size=nonsense")
    assert row.asked == {"q": name(2), "size": "nonsense"}
    tasks.write.func(row.pk, row.account)
    row.refresh_from_db()
    assert (row.state, row.rows) == ("done", 1)


def test_who_may_not_carry_a_list_away_gets_none(house: House) -> None:
    account = people.sign_up_contact(now=NOW, phone="13900000001")
    contact = Client()
    contact.force_login(Account.objects.get(pk=account.pk))
    assert contact.post("/desk/exports/enterprises/").status_code == 403
    assert contact.get("/desk/exports/").status_code == 403
    assert browser(house, "dispatcher").post("/desk/exports/nothing/").status_code == 404
    assert not Export.objects.exists()


def test_a_fourth_waits_until_one_of_three_has_ended(house: House) -> None:
    first = asked_for(house)
    asked_for(house), asked_for(house)
    assert browser(house, "dispatcher").post("/desk/exports/enterprises/").status_code == 409
    assert browser(house, "dispatcher").post(f"/desk/exports/{first.pk}/cancel/").status_code == 302
    asked_for(house)
    assert sorted(Export.objects.values_list("state", flat=True)) == ["cancelled", "waiting", "waiting", "waiting"]


def test_a_cancelled_export_leaves_no_file(house: House) -> None:
    actor, row = house.actor("dispatcher"), asked_for(house)

    def writer(place: Path, progress: actions.Progress) -> int:
        place.write_bytes(b"half")
        progress(2000)
        actions.cancel(actor=actor, now=NOW, export=row.pk)
        progress(4000)
        raise AssertionError("went on after it was cancelled")

    actions.write(actor=actor, clock=lambda: NOW, export=row.pk, writer=writer)
    row.refresh_from_db()
    assert (row.state, row.rows) == ("cancelled", 2000)
    assert list(actions.place_of(row.pk).parent.iterdir()) == []
    with pytest.raises(Conflict):
        queries.opened(actor, row.pk)
    with pytest.raises(Conflict):
        actions.cancel(actor=actor, now=NOW, export=row.pk)


def test_a_writer_that_was_killed_begins_again(house: House) -> None:
    actor, row = house.actor("dispatcher"), asked_for(house)

    def killed(place: Path, progress: actions.Progress) -> int:
        place.write_bytes(b"half")
        progress(2000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.write(actor=actor, clock=lambda: NOW, export=row.pk, writer=killed)
    tasks.write.func(row.pk, row.account)
    row.refresh_from_db()
    assert (row.state, row.rows) == ("done", 0)
    tasks.write.func(row.pk, row.account)  # once more, as a queue may: nothing is told twice
    assert Item.objects.filter(payload__template="export_done").count() == 1


def test_after_a_week_the_file_goes_and_the_line_stays(house: House) -> None:
    row = asked_for(house)
    tasks.write.func(row.pk, row.account)
    done = Export.objects.get(pk=row.pk)
    assert actions.clear(now=done.moved_at + timedelta(days=6)) == 0
    assert actions.clear(now=done.moved_at + timedelta(days=8)) == 1
    assert not actions.place_of(row.pk).exists()
    assert Export.objects.get(pk=row.pk).state == "cleared"
    assert browser(house, "dispatcher").get(f"/desk/exports/{row.pk}/file/").status_code == 409


# Selections


def test_a_selection_is_kept_opened_shared_and_given_up(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1), line(2)]))
    desk = browser(house, "dispatcher")
    assert desk.post("/desk/enterprises/segments/keep/?section=I&q=武汉", {"name": " 软件  企业 "}).status_code == 302
    row = Segment.objects.get()
    assert (row.name, row.asked, row.is_shared) == ("软件 企业", {"q": "武汉", "section": "I"}, False)
    page = desk.get("/desk/enterprises/segments/").content.decode()
    assert "企业：武汉，行业门类：I 信息传输、软件和信息技术服务业" in page
    assert "2 家" in desk.get(f"/desk/enterprises/segments/{row.pk}/size/").content.decode()
    other = browser(house, "supervisor")
    assert other.get(f"/desk/enterprises/segments/{row.pk}/size/").status_code == 404
    assert desk.post(f"/desk/enterprises/segments/{row.pk}/", {"name": "软件", "is_shared": "1"}).status_code == 302
    assert other.get(f"/desk/enterprises/segments/{row.pk}/size/").status_code == 200
    assert [(one.name, one.is_mine) for one in segments.segments(house.actor("supervisor"))] == [("软件", False)]
    assert other.post(f"/desk/enterprises/segments/{row.pk}/drop/").status_code == 404
    assert desk.post(f"/desk/enterprises/segments/{row.pk}/drop/").status_code == 302
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("query", "given", "status"),
    [("", "空", 422), ("?section=nonsense", "空", 422), ("?section=I", " ", 422), ("?section=I", "长" * 41, 422)],
)
def test_what_selects_nothing_or_has_no_name_is_refused(house: House, query: str, given: str, status: int) -> None:
    answer = browser(house, "dispatcher").post(f"/desk/enterprises/segments/keep/{query}", {"name": given})
    assert (answer.status_code, Segment.objects.count()) == (status, 0)


def test_one_name_is_kept_once_by_a_person(house: House) -> None:
    actor, other = house.actor("dispatcher"), house.actor("supervisor")
    keep_segment(actor=actor, now=NOW, name="大型", asked={"size": "large"})
    keep_segment(actor=other, now=NOW, name="大型", asked={"size": "large"})
    with pytest.raises(Conflict):
        keep_segment(actor=actor, now=NOW, name="大型", asked={"size": "large"})
    assert Segment.objects.count() == 2


def test_an_enterprise_keeps_no_selection(house: House) -> None:
    with pytest.raises(Forbidden):
        keep_segment(actor=SYSTEM, now=NOW, name="大型", asked={"size": "large"})
    assert not Segment.objects.exists()
