"""The screens of those who run the system: what is wrong is said with what to do, a notice is previewed and recomputed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.appeals import history
from qifu.domain.appeals.actions import clocks
from qifu.domain.appeals.learning.model import save
from qifu.domain.appeals.learning.train import train
from qifu.domain.appeals.models import Appeal, AutoDispatch, Clock, Suggestion
from qifu.entry.clock import schedule
from qifu.entry.clock.seals import seal
from qifu.entry.desk.operations import lights
from qifu.entry.theme import measures
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import verify
from qifu.kernel.outbox.models import Item, Schedule, State, Worker
from qifu.kernel.workdays import queries as workdays
from qifu.kernel.workdays.models import Notice
from tests.conftest import NOW, SHANGHAI
from tests.domain.test_desk_cases import browser, page
from tests.domain.test_learning import LABELS, TEXTS
from tests.stage import Stage

pytestmark = pytest.mark.django_db
INSPECTED = ["/desk/operations/", "/desk/calendar/", "/desk/calendar/?year=2027", "/desk/models/"]
DECEMBER = datetime(2026, 12, 29, 10, 0, tzinfo=SHANGHAI)  # a three-day term from here runs past the known calendar
NOTICE = {
    "document": "国办发明电〔2026〕9号",
    "dated": "2026-11-04",
    "known_until": "2027-12-31",
    "lines": "2027-01-01至2027-01-03 休 元旦\n2027年1月4日 放假 元旦\n2027-01-09：班",
}


@pytest.fixture(autouse=True)
def _here(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.QIFU_NOW, settings.HOME = NOW, tmp_path
    measures.HERE.forget()
    workdays._loaded.cache_clear()  # a notice that was rolled back leaves its number to the next one
    yield
    workdays._loaded.cache_clear()


@pytest.mark.parametrize("url", INSPECTED)
def test_administrator_and_auditor_look_and_others_do_not(stage: Stage, url: str) -> None:
    for who in ("admin", "auditor"):
        assert "运行状况" in page(browser(stage, who), url)
    for who in ("dispatcher", "supervisor", "handler", "leader"):
        page(browser(stage, who), url, 403)


@pytest.mark.parametrize(
    ("url", "given"),
    [
        ("/desk/calendar/", NOTICE | {"act": "enter"}),
        ("/desk/models/train/", {}),
        ("/desk/models/auto/", {"is_on": "on", "threshold": "90"}),
        ("/desk/operations/erase/", {"number": "x", "reason": "当事人要求"}),
    ],
)
def test_only_the_administrator_acts(stage: Stage, url: str, given: dict[str, str]) -> None:
    before = Record.objects.count(), Item.objects.count()
    for who in ("auditor", "dispatcher", "leader"):
        assert browser(stage, who).post(url, given).status_code == 403
    assert (Record.objects.count(), Item.objects.count()) == before
    assert (Notice.objects.count(), AutoDispatch.objects.count()) == (0, 0)


# --- how it stands


def told(stage: Stage, now: datetime = NOW) -> dict[str, lights.Line]:
    return {line.name: line for line in lights.lines(stage.actor("admin"), now)}


def test_a_fresh_installation_is_told_what_it_lacks(stage: Stage) -> None:
    found = told(stage)
    assert (found["后台进程"].tone, found["备份"].tone, found["短信"].tone) == ("red", "red", "red")
    assert found["定时任务"].tone == "red"
    assert found["数据库结构"].seen == "已是最新"
    assert found["库外存证"].tone == "amber"
    assert all(line.remedy for line in found.values() if line.tone != "green")
    shown = page(browser(stage, "admin"), "/desk/operations/")
    assert shown.index("没有备份过") < shown.index("已是最新"), "what is to be done stands first"


def test_one_that_runs_well_is_green(stage: Stage, settings: Settings, tmp_path: Path) -> None:
    settings.VENDORS = {"sms": "http", "mail": "smtp"}
    Worker.objects.create(name="a:1", started_at=NOW, seen_at=NOW, running=0)
    for name, entry in schedule.ENTRIES.items():
        Schedule.objects.create(name=name, last_tick=schedule.latest_tick(entry, NOW))
    seal(NOW)
    (tmp_path / "anchors").mkdir()
    (tmp_path / "anchors" / "2026-09-30.json").write_text("{}")
    (tmp_path / "last-backup.json").write_text(json.dumps({"at": (NOW - timedelta(hours=7)).isoformat(), "bytes": 5}))
    Item.objects.all().delete()
    found = told(stage)
    assert {name: line.seen for name, line in found.items() if line.tone != "green"} == {}
    assert found["备份"].seen == "今天 03:00备份，5 B，7小时前"


@pytest.mark.parametrize(("hours", "tone"), [(25, "green"), (27, "amber"), (73, "red")])
def test_a_backup_grows_old(stage: Stage, tmp_path: Path, hours: int, tone: str) -> None:
    at = (NOW - timedelta(hours=hours)).isoformat()
    (tmp_path / "last-backup.json").write_text(json.dumps({"at": at, "bytes": 5}))
    assert told(stage)["备份"].tone == tone


def test_a_schedule_that_stopped_is_named(stage: Stage) -> None:
    for name, entry in schedule.ENTRIES.items():
        Schedule.objects.create(name=name, last_tick=schedule.latest_tick(entry, NOW))
    assert told(stage, NOW + timedelta(minutes=1))["定时任务"].tone == "green"
    late = told(stage, NOW + timedelta(minutes=3))["定时任务"]
    assert (late.tone, "时限提醒与升级" in late.seen) == ("red", True)
    assert "清理过期的队列记录" not in late.seen, "a daily one is not due yet"


def test_slow_pages_are_listed_and_only_often_asked_ones_alarm(stage: Stage) -> None:
    for _ in range(19):
        measures.HERE.count("desk:cases", "/desk/cases/", 200, 1.8)
    assert told(stage)["响应时间"].tone == "green"
    measures.HERE.count("desk:cases", "/desk/cases/", 500, 1.8)
    found = told(stage)
    assert (found["响应时间"].tone, "/desk/cases/" in found["响应时间"].seen) == ("amber", True)
    assert found["程序故障"].seen == "20 次请求中有 1 次出错"
    (slow,) = lights.slowest()
    assert (slow.count, slow.mean_ms, slow.is_slow) == (20, 1800, True)
    assert "1,800" in page(browser(stage, "admin"), "/desk/operations/")


# --- parked items


@pytest.fixture
def parked(stage: Stage) -> Item:
    stage.submit()
    item = Item.objects.order_by("pk").first()
    assert item is not None
    Item.objects.filter(pk=item.pk).update(state=State.PARKED, due_at=None, last_error="对方拒收", attempts=9)
    return item


def test_a_parked_item_is_shown_with_its_reason(stage: Stage, parked: Item) -> None:
    shown = page(browser(stage, "auditor"), "/desk/operations/")
    assert "1 项反复失败后停放" in shown
    assert "对方拒收" in shown


def test_a_parked_item_is_dropped_with_a_reason_or_not_at_all(stage: Stage, parked: Item) -> None:
    client = browser(stage, "admin")
    for reason in ("", " 无 "):
        assert client.post(f"/desk/queue/{parked.pk}/cancel/", {"reason": reason}).status_code == 422
    parked.refresh_from_db()
    assert (parked.state, Record.objects.filter(verb="outbox.cancel").count()) == (State.PARKED, 0)
    given = {"reason": "号码停用，已改打 19912345678"}
    assert client.post(f"/desk/queue/{parked.pk}/cancel/", given).status_code == 302
    parked.refresh_from_db()
    assert (parked.state, parked.due_at) == (State.CANCELLED, None)
    facts = Record.objects.get(verb="outbox.cancel").facts
    assert facts["reason"] == "号码停用，已改打 199****5678"
    assert (facts["from"], facts["to"]) == ("parked", "cancelled")


def test_a_parked_item_is_tried_again(stage: Stage, parked: Item) -> None:
    assert browser(stage, "admin").post(f"/desk/queue/{parked.pk}/retry/").status_code == 302
    parked.refresh_from_db()
    assert (parked.state, parked.attempts, parked.due_at) == (State.WAITING, 0, NOW)


# --- a notice of the State Council


@pytest.fixture
def winter(stage: Stage, settings: Settings) -> Appeal:
    """A case that came in when the calendar ran out three days later: its due time is provisional."""
    settings.QIFU_NOW = stage.now = DECEMBER
    case = stage.to("working")
    clock = Clock.objects.get(appeal=case, kind="reply")
    assert (clock.due_at, clock.is_assumed) == (datetime(2027, 1, 4, 17, 30, tzinfo=SHANGHAI), True)
    return case


def test_a_notice_is_previewed_entered_and_recomputed_with_a_word_in_the_history(stage: Stage, winter: Appeal) -> None:
    client, before = browser(stage, "admin"), Record.objects.count()
    shown = client.post("/desk/calendar/", NOTICE | {"act": "preview"})
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "1 个会改期" in text
    assert winter.number in text
    assert "另有 2 天本来就是这样" in text  # the weekend
    assert (Notice.objects.count(), Record.objects.count()) == (0, before)
    moved = [(s.number, s.becomes) for s in shown.context["shifts"].moved]
    assert moved == [(winter.number, datetime(2027, 1, 5, 17, 30, tzinfo=SHANGHAI))]

    entered = client.post("/desk/calendar/", NOTICE | {"act": "enter", "seen": shown.context["seen"]})
    assert (entered.status_code, entered["Location"]) == (302, "/desk/calendar/?year=2027")
    assert Notice.objects.get().days == [
        ["2027-01-01", False, "元旦"],
        ["2027-01-04", False, "元旦"],
        ["2027-01-09", True, ""],
    ]
    assert clocks.recompute(now=DECEMBER) == len(moved)
    assert clocks.recompute(now=DECEMBER) == 0
    clock = Clock.objects.get(appeal=winter, kind="reply")
    assert (clock.due_at, clock.is_assumed) == (moved[0][1], False)
    winter.refresh_from_db()
    last = Record.objects.filter(stream=winter.stream).latest("seq")
    assert (last.verb, last.actor) == ("appeals.recompute", SYSTEM.mark)
    told = [one for one in stage.sheet("contact", winter).happenings if one.step == "recompute"]
    assert [one.text for one in told] == ["工作日历有更新，办理期限已按新日历重新计算。"]
    assert history.differs(winter, evidence.history(winter.stream)) == {}
    assert verify().broken == ""
    assert "国办发明电〔2026〕9号" in page(client, "/desk/calendar/?year=2027")


def test_only_what_was_previewed_is_entered(stage: Stage, winter: Appeal) -> None:
    client = browser(stage, "admin")
    seen = client.post("/desk/calendar/", NOTICE).context["seen"]
    changed = NOTICE | {"lines": "2027-01-01 休 元旦", "act": "enter", "seen": seen}
    shown = client.post("/desk/calendar/", changed)
    assert (shown.status_code, Notice.objects.count()) == (200, 0)
    assert "预览之后内容改过" in shown.content.decode()
    assert client.post("/desk/calendar/", NOTICE | {"act": "enter"}).status_code == 200
    assert Notice.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lines": "元旦放假三天"}, "第 1 行读不懂"),
        ({"lines": "2027-01-01 休\n2027-02-30 休"}, "第 2 行：没有这一天。"),
        ({"lines": "2027-01-01 休\n2027-01-01 班"}, "第 2 行：2027-01-01 出现了两次。"),
        ({"lines": "2027-01-08至2027-01-01 休"}, "起止日期颠倒"),
        ({"lines": "2027-01-02 休"}, "请列出放假和调休上班的日子"),  # a Saturday: nothing is left
        ({"known_until": "2026-06-30"}, "有日子晚于截止日期"),
        ({"dated": "昨天"}, "日期"),
    ],
)
def test_a_notice_that_cannot_be_used_is_said_beside_its_field(
    stage: Stage, change: dict[str, str], sentence: str
) -> None:
    client = browser(stage, "admin")
    shown = client.post("/desk/calendar/", NOTICE | change)
    if shown.status_code == 200:  # the room judges when it is entered
        seen = shown.context["seen"]
        shown = client.post("/desk/calendar/", NOTICE | change | {"act": "enter", "seen": seen})
    assert (shown.status_code, Notice.objects.count()) == (422, 0)
    assert sentence in shown.content.decode()


def test_a_notice_is_entered_once(stage: Stage) -> None:
    client = browser(stage, "admin")
    seen = client.post("/desk/calendar/", NOTICE).context["seen"]
    given = NOTICE | {"act": "enter", "seen": seen}
    assert client.post("/desk/calendar/", given).status_code == 302
    again = client.post("/desk/calendar/", NOTICE)  # what is in force already is nothing new to list
    given["seen"] = again.context["seen"]
    assert (client.post("/desk/calendar/", given).status_code, Notice.objects.count()) == (409, 1)


def test_a_change_in_the_middle_of_a_holiday(stage: Stage, settings: Settings) -> None:
    """As in January 2020, when the holiday was made longer while it ran."""
    case = stage.to("working")
    assert Clock.objects.get(appeal=case, kind="reply").due_at == datetime(2026, 10, 10, 17, 30, tzinfo=SHANGHAI)
    settings.QIFU_NOW = NOW + timedelta(days=4)
    longer = NOTICE | {"document": "国办发明电〔2026〕8号", "known_until": "2026-12-31",
                       "lines": "2026-10-08至2026-10-09 休 国庆节\n2026-10-10 休 国庆节"}  # fmt: skip
    client = browser(stage, "admin")
    shown = client.post("/desk/calendar/", longer)
    assert shown.context["form"].errors == {}
    client.post("/desk/calendar/", longer | {"act": "enter", "seen": shown.context["seen"]})
    assert clocks.recompute(now=NOW + timedelta(days=4)) == 1
    assert Clock.objects.get(appeal=case, kind="reply").due_at == datetime(2026, 10, 14, 17, 30, tzinfo=SHANGHAI)


def test_the_year_is_shown_day_by_day(stage: Stage) -> None:
    client = browser(stage, "auditor")
    shown = client.get("/desk/calendar/?year=2026")
    kinds = {
        date(2026, month, cell.day): cell.kind
        for month, weeks in shown.context["sheets"]
        for week in weeks
        for cell in week
        if cell.day
    }
    assert len(kinds) == 365
    assert (kinds[date(2026, 10, 1)], kinds[date(2026, 10, 10)]) == ("holiday", "makeup")
    assert (kinds[date(2026, 10, 3)], kinds[date(2026, 10, 8)]) == ("rest", "work")
    assert shown.context["workdays"] == 248
    assert "录入放假通知" not in shown.content.decode()
    assert "还没有录入" in page(client, "/desk/calendar/?year=2027")
    for odd in ("", "1066", "9999", "二〇二六", "-1"):
        assert client.get("/desk/calendar/", {"year": odd}).context["year"] == 2026


# --- the models


@pytest.fixture
def taught(stage: Stage, tmp_path: Path) -> Client:
    labels = [str(stage.house.department if label == "parking" else stage.tax) for label in LABELS]
    save(train(TEXTS, labels, "20260930-0915"), tmp_path / "models", "unit")
    return browser(stage, "admin")


def test_the_page_says_what_a_model_is_worth(stage: Stage, taught: Client) -> None:
    text = page(taught, "/desk/models/")
    for said in ("2026年9月30日 09:15", "60 / 20", "首选正确", "前三含正确", "不作答", "已关闭"):
        assert said in text, said
    assert AutoDispatch.objects.count() == 0, "automatic transfer is off until somebody allows it"


def test_automatic_transfer_is_allowed_above_a_threshold_and_on_record(stage: Stage, taught: Client) -> None:
    case = stage.to("dispatched")
    assert Suggestion.objects.get(appeal=case).chosen == stage.house.department
    text = page(taught, "/desk/models/")
    assert "最近 90 天转办的 1 件里会自动转办 <strong>1 件</strong>" in text
    for wrong in ({"is_on": "on", "threshold": "49"}, {"is_on": "on", "threshold": "101"}, {"threshold": "x"}):
        assert taught.post("/desk/models/auto/", wrong).status_code == 422
    assert AutoDispatch.objects.count() == 0
    assert taught.post("/desk/models/auto/", {"is_on": "on", "threshold": "90"}).status_code == 302
    row = AutoDispatch.objects.get()
    assert (row.is_on, row.threshold) == (True, 0.9)
    assert Record.objects.get(verb="appeals.allow_auto").facts == {"is_on": True, "threshold": "0.90"}
    assert "已开启" in page(taught, "/desk/models/")
    taught.post("/desk/models/auto/", {"threshold": "90"})
    assert AutoDispatch.objects.get().is_on is False


def test_training_is_handed_over_once_at_a_time(stage: Stage, taught: Client) -> None:
    for _ in range(2):
        assert taught.post("/desk/models/train/").status_code == 302
    item = Item.objects.get(channel="task")
    assert "训练已交给后台" in page(taught, "/desk/models/")
    Item.objects.filter(pk=item.pk).update(state=State.DONE, due_at=None, finished_at=NOW, result={"problem": "太少"})
    assert "没有换上新模型：太少" in page(taught, "/desk/models/")
    taught.post("/desk/models/train/")
    assert Item.objects.filter(channel="task").count() == 2


def test_erasing_asks_for_its_reason_in_our_words(stage: Stage) -> None:
    for reason in ("", "旧"):
        shown = browser(stage, "admin").post("/desk/operations/erase/", {"number": "QS1", "reason": reason})
        assert shown.status_code == 422
        assert "请写明清除的理由，至少两个字。" in shown.content.decode()
