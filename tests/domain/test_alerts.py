"""Monitoring: each rule by a table, alerts raised once and closed with a result, rules retired by figures, worth on planted shocks."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.estate import actions as estate
from qifu.domain.registry import courses, naming, watching
from qifu.domain.registry.actions import alerting, enter_known_sources
from qifu.domain.registry.actions.holding import Incoming, put_rows
from qifu.domain.registry.models import Alert, AlertRule, Enterprise, Source
from qifu.domain.registry.signals import BY_CODE, Course, Seen, Signal, Watched, trial
from qifu.domain.registry.watching import Filters
from qifu.entry.clock import watching as nightly
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import verify
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW, House
from tests.domain import registry_lists
from tests.domain.registry_lists import write_csv
from tests.domain.test_registry_sources import load_list
from tests.stage import Stage

CASES = list(csv.DictReader((Path(__file__).parents[1] / "cases/signals.csv").open(encoding="utf-8")))
ON = NOW.date()


def value(text: str) -> object:
    if text.startswith("day "):
        return date.fromisoformat(text[4:])
    try:
        return {"": None, "yes": True, "no": False}[text]
    except KeyError:
        return float(text) if text.lstrip("-")[:1].isdigit() else text


def read(text: str) -> Mapping[str, Course]:
    """`field@source day=value|day=value;…`, the newest first."""
    found = {}
    for part in text.split(";"):
        head, _, told = part.partition(" ")
        name, _, source = head.partition("@")
        seen = [
            Seen(value(said.partition("=")[2]), date.fromisoformat(said.partition("=")[0]), source)
            for said in told.split("|")
        ]
        found[name] = Course(seen[0], tuple(seen[1:]))
    return found


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row['rule']}: {row['case']}")
def test_each_rule_says_what_the_table_says(row: dict[str, str]) -> None:
    rule = BY_CODE[row["rule"]]
    watched = Watched(date.fromisoformat(row["on"]), read(row["values"]), frozenset(row["marks"].split()))
    found = rule.look(rule, watched)
    assert (found is not None) == bool(row["why"])
    if found is not None:
        assert row["why"] in found.why
        assert (found.rule, bool(found.ground), bool(found.behind)) == (rule.code, True, True)
        assert len(found.why) <= 500
        assert len(found.ground) <= 40


def test_every_rule_has_a_reason_and_stands_in_the_table_both_ways() -> None:
    told = {(row["rule"], bool(row["why"])) for row in CASES}
    assert told == {(code, way) for code in BY_CODE for way in (True, False)}
    assert all(len(rule.basis) >= 10 and rule.workdays > 0 for rule in BY_CODE.values())


# What is kept -----------------------------------------------------------------------------------------------------------


def say(source: str, firm: Enterprise, day: date, at: datetime = NOW, **values: object) -> None:
    """A source says something of a firm."""
    with transaction.atomic():
        row = Incoming(f"k{firm.pk}", values, day, firm.pk)
        put_rows(source=Source.objects.get(code=source), rows=[row], now=at)


def signal(rule: str = "abnormal", ground: str = "2026-09-18") -> Signal:
    return Signal(rule, "信用信息显示，该企业被列入经营异常名录。", ground)


def raised(stage: Stage, firm: Enterprise | None = None, rule: str = "abnormal", ground: str = "1") -> Alert:
    firm = firm or stage.firm
    return alerting.raise_alerts(actor=SYSTEM, now=stage.now, found=[(firm.pk, signal(rule, ground))])[0]


@pytest.mark.django_db
def test_the_night_raises_what_is_news_and_the_same_night_again_raises_nothing(stage: Stage) -> None:
    enter_known_sources(actor=SYSTEM, now=NOW)
    firm, other = stage.firm, stage.other_firm
    before = NOW - timedelta(days=90)
    say("tax", firm, date(2024, 12, 31), before, revenue=1250, tax_paid=50)
    say("tax", firm, date(2025, 12, 31), revenue=700, tax_paid=49)
    say("credit", other, before.date(), before, abnormal=True)  # on the first list: no news
    say("credit", firm, date(2026, 9, 18), abnormal=True)
    assert nightly.look(NOW) == 2
    found = {alert.rule: alert for alert in Alert.objects.all()}
    assert set(found) == {"abnormal", "revenue_falling"}
    assert {alert.enterprise_id for alert in found.values()} == {firm.pk}
    fall = found["revenue_falling"]
    assert "由 2024年12月31日 的 1,250 万元降至 2025年12月31日 的 700 万元，下降 44.0%（税务申报）" in fall.why
    assert [one[1:5] for one in fall.behind] == [
        [700, "万元", "2025-12-31", "税务申报"], [1250, "万元", "2024-12-31", "税务申报"],
    ]  # fmt: skip
    assert fall.unit_id == stage.house.street
    assert fall.due_at.date() == date(2026, 10, 20)  # ten working days after the holiday, a Saturday among them
    assert Record.objects.filter(verb="alert.raise").count() == 2
    assert Item.objects.filter(payload__template="alerts_found").count() == 1
    assert nightly.look(NOW + timedelta(hours=1)) == 0
    assert Alert.objects.count() == 2
    assert verify().is_whole


@pytest.mark.django_db
def test_an_alert_is_raised_once_while_open_and_never_again_for_the_same_thing(stage: Stage) -> None:
    raised(stage)
    again = [(stage.firm.pk, signal(ground="1")), (stage.firm.pk, signal(ground="2"))]
    assert alerting.raise_alerts(actor=SYSTEM, now=NOW, found=again) == []
    alert = Alert.objects.get()
    alerting.dismiss_alert(actor=stage.actor("street"), now=NOW, alert=alert.pk, reason="名单同名，不是这家企业")
    assert alerting.raise_alerts(actor=SYSTEM, now=NOW, found=again[:1]) == []
    assert len(alerting.raise_alerts(actor=SYSTEM, now=NOW, found=again)) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(enterprise=stage.firm, rule="abnormal", ground="9", why="再", found_at=NOW, due_at=NOW,
                             unit_id=stage.house.street)  # fmt: skip


@pytest.mark.django_db
def test_closing_needs_an_outcome_and_a_result(stage: Stage) -> None:
    alert, street = raised(stage), stage.actor("street")
    for outcome, result in (("", "已上门了解情况"), ("helped", "好"), ("other", "已上门了解情况")):
        with pytest.raises(Invalid):
            alerting.close_alert(actor=street, now=NOW, alert=alert.pk, outcome=outcome, result=result)
    alert.refresh_from_db()
    assert (alert.state, Record.objects.filter(verb="alert.close").count()) == ("open", 0)
    alerting.close_alert(actor=street, now=NOW, alert=alert.pk, outcome="helped", result="已协助补报年报，移出名录")
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.closed_by_id) == ("closed", "helped", street.account)
    with pytest.raises(Conflict):
        alerting.dismiss_alert(actor=street, now=NOW, alert=alert.pk, reason="其实是误报的")
    assert Record.objects.get(verb="alert.close").facts == {"outcome": "helped", "late": False}


@pytest.mark.django_db
def test_who_sees_and_who_closes(stage: Stage, house: House) -> None:
    alert = raised(stage)
    sees = {name for name in house.accounts if list(watching.visible(stage.actor(name)))}
    assert sees == {"admin", "dispatcher", "supervisor", "street", "leader", "auditor"}
    for name, refusal in (("handler", Missing), ("leader", Forbidden), ("auditor", Forbidden)):
        with pytest.raises(refusal):
            alerting.dismiss_alert(actor=stage.actor(name), now=NOW, alert=alert.pk, reason="不是这样的")
    assert not list(watching.visible(stage.contact))
    alerting.route_rule(actor=stage.actor("supervisor"), now=NOW, code="dishonest", unit=house.department)
    routed = raised(stage, rule="dishonest")
    assert routed.unit_id == house.department
    assert [row.pk for row in watching.visible(stage.actor("handler"))] == [routed.pk]
    alerting.close_alert(
        actor=stage.actor("handler"), now=NOW, alert=routed.pk, outcome="referred", result="已转法院了解"
    )


@pytest.mark.django_db
def test_a_rule_that_cries_wolf_is_retired_and_can_be_brought_back(stage: Stage) -> None:
    firms = Enterprise.objects.bulk_create(
        Enterprise(name=f"武汉第{n}商贸有限公司", street_id=stage.house.street, created=NOW, updated=NOW)
        for n in range(31)
    )
    supervisor = stage.actor("supervisor")
    for n, firm in enumerate(firms):
        alert = raised(stage, firm, "silence", str(n))
        if n == 30:
            continue
        if n < 8:
            alerting.close_alert(actor=supervisor, now=NOW, alert=alert.pk, outcome="helped", result="已电话联系企业")
        else:
            alerting.dismiss_alert(actor=supervisor, now=NOW, alert=alert.pk, reason="企业一切正常")
        if n == 28:
            assert alerting.retire_noisy(now=NOW) == []  # 29 are too few to speak
    assert alerting.retire_noisy(now=NOW) == ["silence"]
    row = AlertRule.objects.get(code="silence")
    assert (row.state, row.why) == ("retired", "处置 30 条，属实 8 条，低于停用线。")
    assert alerting.retire_noisy(now=NOW) == []
    assert "silence" in watching.retired_codes()
    with pytest.raises(Forbidden):
        alerting.bring_back_rule(actor=stage.actor("street"), now=NOW, code="silence", reason="街道认为有用")
    later = NOW + timedelta(days=1)
    alerting.bring_back_rule(actor=supervisor, now=later, code="silence", reason="已把间隔放宽")
    (standing,) = (one for one in watching.standings(ON) if one.rule.code == "silence")
    assert (standing.is_active, standing.closed, standing.open) == (True, 0, 1)
    assert alerting.retire_noisy(now=later) == []


@pytest.mark.django_db
def test_a_retired_rule_raises_nothing(stage: Stage) -> None:
    enter_known_sources(actor=SYSTEM, now=NOW)
    say("credit", stage.other_firm, ON, NOW - timedelta(days=90), penalised=True)
    say("credit", stage.firm, ON, abnormal=True)
    alerting.retire_rule(actor=stage.actor("admin"), now=NOW, code="abnormal", reason="名录数据暂时不准")
    assert nightly.look(NOW) == 0


@pytest.mark.django_db
def test_who_vanished_from_the_list_of_tenants_is_noticed(stage: Stage) -> None:
    enter_known_sources(actor=SYSTEM, now=NOW)
    say("building", stage.firm, date(2026, 2, 1), NOW - timedelta(days=200), building_id="B007")
    Source.objects.filter(code="building").update(complete_on=date(2026, 8, 1))
    row = stage.firm.source_rows.get()
    row.gone_at = NOW - timedelta(days=20)
    row.save()
    found = courses.watched([stage.firm.pk], ON, {}, courses.begun())[stage.firm.pk]
    assert found.courses["building_id"].now == Seen(None, date(2026, 8, 1), "楼宇租户名单")
    assert nightly.look(NOW) == 1
    raised = Alert.objects.get()
    assert (raised.rule, "登记在楼宇 B007，" in raised.why) == ("address_gone", True)


@pytest.mark.django_db
def test_the_building_that_somebody_left_is_told_by_its_name(stage: Stage) -> None:
    enter_known_sources(actor=SYSTEM, now=NOW)
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B007", "云启大厦", (), stage.house.street)])
    say("building", stage.firm, date(2026, 2, 1), NOW - timedelta(days=200), building_id="B007")
    stage.firm.source_rows.update(gone_at=NOW - timedelta(days=20))
    assert nightly.look(NOW) == 1
    raised = Alert.objects.get()
    assert "登记在楼宇 云启大厦（B007），" in raised.why
    assert [one[1] for one in raised.behind] == [None, "云启大厦（B007）"]


def test_days_behind_an_alert_are_said_as_people_say_them() -> None:
    assert watching.value_said("2027-01-06") == "2027年1月6日"
    assert watching.value_said("2027-01") == "2027-01"


@pytest.mark.django_db
def test_complaints_of_a_quarter_are_handed_in(stage: Stage) -> None:
    for _ in range(3):
        stage.submit(kind="complaint")
    found = nightly.handed([stage.firm.pk, stage.other_firm.pk], NOW + timedelta(minutes=1))
    assert set(found) == {stage.firm.pk}
    assert found[stage.firm.pk]["complaints"].now.value == 3
    assert nightly.look(NOW + timedelta(minutes=1)) == 1
    assert "近 90 天该企业提交投诉、信访 3 件，再前 90 天 0 件" in Alert.objects.get().why


@pytest.mark.django_db
def test_the_list_asks_no_more_for_more(stage: Stage) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            watching.alerts(stage.actor("dispatcher"), NOW, Filters(q="武汉"))
        return len(seen)

    raised(stage)
    asked()
    few = asked()
    firms = Enterprise.objects.bulk_create(
        Enterprise(name=f"武汉第{n}商贸有限公司", street_id=stage.house.street, created=NOW, updated=NOW)
        for n in range(40)
    )
    alerting.raise_alerts(actor=SYSTEM, now=NOW, found=[(firm.pk, signal()) for firm in firms])
    assert asked() == few
    page = watching.alerts(stage.actor("dispatcher"), NOW, Filters(), place=25)
    assert (page.count, len(page.lines), page.before, page.after) == (41, 16, 0, None)
    late = watching.alerts(stage.actor("dispatcher"), NOW + timedelta(days=60), Filters(late=True))
    assert late.count == 41


def test_the_rules_foresee_planted_shocks_and_the_measure_tells_good_from_bad() -> None:
    """Another seed than the measure of the rules page; a rule that fired at random would be right a tenth of the time."""
    scores = trial.measure(5, 300)
    assert (scores["heads_falling"].precision or 0) > 0.6
    assert (scores["arrears"].precision or 0) > 0.25
    assert (scores["arrears"].lead or 0) > 30
    assert (scores["silence"].precision or 0) < 0.3
    assert {score.lost for score in scores.values()} == {scores["arrears"].lost}
    assert trial.measure(6, 20) == trial.measure(6, 20)


@pytest.mark.django_db
def test_what_a_trial_found_is_kept_once(house: House) -> None:
    told: dict[str, object] = {"alerts": 9, "right": 4, "lead": 50}
    for _ in range(2):
        alerting.keep_trial(now=NOW, code="arrears", trial=told)
    assert Record.objects.filter(verb="alert_rule.try").count() == 1
    (standing,) = (one for one in watching.standings(ON) if one.rule.code == "arrears")
    assert standing.trial == told


# Pages ------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_street_closes_an_alert_on_its_page(stage: Stage, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    stage.firm.tokens = naming.tokens(stage.firm.name, "", stage.firm.uscc or "")
    stage.firm.save()
    alert = raised(stage)
    client.force_login(stage.house.account("street"))
    listed = client.get("/desk/alerts/?q=云启").content.decode()
    assert "武汉云启软件有限公司" in listed
    assert "没有符合条件的预警" in client.get("/desk/alerts/?q=禾木").content.decode()
    page = f"/desk/alerts/{alert.pk}/"
    assert "列入经营异常名录" in client.get(page).content.decode()
    refused = client.post(f"{page}close/", {"outcome": "helped", "result": "好"})
    assert refused.status_code == 422
    assert "至少四个字" in refused.content.decode()
    assert client.post(f"{page}close/", {"outcome": "helped", "result": "已协助移出名录"}).status_code == 302
    shown = client.get(page).content.decode()
    assert "情况属实，已帮扶" in shown
    assert "已协助移出名录" in shown
    sheet = client.get("/desk/alerts/export/?state=closed")
    assert sheet["Content-Type"].startswith("application/vnd.openxmlformats")
    assert Record.objects.get(verb="alert.export").facts["rows"] == 1


@pytest.mark.django_db
def test_rules_are_shown_to_all_and_changed_by_few(stage: Stage, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    client.force_login(stage.house.account("street"))
    assert "列入经营异常名录" in client.get("/desk/alerts/rules/").content.decode()
    assert client.post("/desk/alerts/rules/abnormal/retire/", {"reason": "不想再看见"}).status_code == 403
    client.force_login(stage.house.account("supervisor"))
    assert client.post("/desk/alerts/rules/abnormal/retire/", {"reason": "名录数据不准"}).status_code == 302
    assert AlertRule.objects.get(code="abnormal").state == "retired"
    assert client.post("/desk/alerts/rules/abnormal/route/", {"unit": stage.house.department}).status_code == 302
    assert AlertRule.objects.get(code="abnormal").unit_id == stage.house.department


@pytest.mark.django_db
def test_the_page_of_an_enterprise_shows_its_alerts_to_who_sees_them(
    stage: Stage, client: Client, settings: Settings
) -> None:
    settings.QIFU_NOW = NOW
    page = f"/desk/enterprises/{stage.firm.pk}/"
    client.force_login(stage.house.account("street"))
    assert 'id="panel-alerts"' not in client.get(page).content.decode()
    raised(stage)
    shown = client.get(page).content.decode()
    assert 'id="panel-alerts"' in shown
    assert f"{page}file/" in shown
    client.force_login(stage.house.account("handler"))
    assert 'id="panel-alerts"' not in client.get(page).content.decode()


@pytest.mark.django_db
def test_lists_of_arrears_and_lawsuits_are_loaded_and_watched(house: House, tmp_path: Path) -> None:
    """Whoever was on the first list is no news; a firm that the second names, and one whose debt grew, are."""
    heads = ["纳税人名称", "税号", "欠税金额（元）"]
    before = [
        [registry_lists.name(1), registry_lists.code(1), "350,000"],
        [registry_lists.name(2), registry_lists.code(2), "0"],
    ]
    load_list(write_csv(tmp_path / "1.csv", before, heads), "tax", as_of=date(2026, 6, 10), days=-100)
    after = [
        [registry_lists.name(1), registry_lists.code(1), "420000"],
        [registry_lists.name(2), registry_lists.code(2), "0"],
        [registry_lists.name(3), registry_lists.code(3), "150000"],
    ]
    load_list(write_csv(tmp_path / "2.csv", after, heads), "tax", as_of=date(2026, 9, 10), days=-1)
    courts = ["企业名称", "统一社会信用代码", "被告案件数"]
    suits = [[registry_lists.name(2), registry_lists.code(2), "1件"]]
    load_list(write_csv(tmp_path / "3.csv", suits, courts), "credit", as_of=date(2026, 6, 10), days=-100)
    suits[0][2] = "5件"
    load_list(write_csv(tmp_path / "4.csv", suits, courts), "credit", as_of=date(2026, 9, 10), days=-1)
    nightly.look(NOW)
    found = {(alert.enterprise.uscc, alert.rule): alert.why for alert in Alert.objects.select_related("enterprise")}
    assert set(found) == {
        (registry_lists.code(1), "arrears"), (registry_lists.code(3), "arrears"), (registry_lists.code(2), "lawsuits"),
    }  # fmt: skip
    assert "欠缴税费 42 万元，2026年6月10日 为 35 万元" in found[registry_lists.code(1), "arrears"]
    assert "欠缴税费 15 万元。" in found[registry_lists.code(3), "arrears"]
    assert "5 件，此前 1 件" in found[registry_lists.code(2), "lawsuits"]
