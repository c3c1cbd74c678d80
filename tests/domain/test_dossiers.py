"""The enterprise file: composed of all rooms, cut to who looks, each figure with its source; tags by rules; few statements."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document
from pytest_django.fixtures import Settings

from qifu.domain.estate import actions as estate
from qifu.domain.people.models import Account
from qifu.domain.registry.actions import alerting, enter_known_sources
from qifu.domain.registry.actions.holding import Incoming, put_rows
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.facts import Held
from qifu.domain.registry.models import Agency, Enterprise, Source, SourceRow
from qifu.domain.registry.persons import masked
from qifu.domain.registry.signals import Signal
from qifu.kernel import reading
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Missing
from qifu.kernel.evidence.models import Record
from qifu.output.charts.yearly import yearly
from qifu.output.dossiers import compose, housed
from qifu.output.dossiers.portrait import portrait
from qifu.output.papers.dossier import build
from tests.conftest import NOW
from tests.domain import visit_room
from tests.domain.registry_lists import run, write_csv
from tests.stage import Stage

ON = NOW.date()


def say(source: str, firm: Enterprise, day: date, **values: object) -> None:
    with transaction.atomic():
        row = Incoming(f"k{firm.pk}", values, day, firm.pk)
        put_rows(source=Source.objects.get(code=source), rows=[row], now=NOW)
        reckon_profiles([firm.pk], NOW)


@pytest.fixture
def known(stage: Stage) -> Stage:
    """The firm with figures of two years, a contact, a case, an alert, a branch."""
    enter_known_sources(actor=SYSTEM, now=NOW)
    firm = stage.firm
    say("tax", firm, date(2024, 12, 31), revenue=900, tax_paid=40)
    say("tax", firm, date(2025, 12, 31), revenue=1250.5, tax_paid=51, revenue_growth=0.39)
    say("street", firm, date(2025, 12, 31), revenue=1000, employees=12)
    Agency.objects.create(account_id=stage.contact.account, enterprise=firm, role="owner", person="钱经理", since=NOW)
    Enterprise.objects.create(name=f"{firm.name}光谷分公司", street_id=stage.house.street, created=NOW, updated=NOW)
    stage.submit()
    alerting.raise_alerts(actor=SYSTEM, now=NOW, found=[(firm.pk, Signal("abnormal", "列入经营异常名录。", "1"))])
    return stage


@pytest.mark.django_db
def test_the_file_is_composed_of_all_rooms(known: Stage) -> None:
    file = compose(known.actor("dispatcher"), NOW + timedelta(minutes=1), known.firm.pk)
    assert file.years == (2024, 2025)
    lines = {line.label: [(cell.text, cell.source) for cell in line.cells] for line in file.figures}
    assert lines["营业收入"] == [("900", "税务申报"), ("1,250.5", "税务申报")]  # the street's round figure is weaker
    assert lines["从业人员"] == [("", ""), ("12", "街道上报")]
    assert [(tag.label, tag.value, tag.source, tag.as_of) for tag in file.tags] == [
        ("高成长", "39.0%", "税务申报", date(2025, 12, 31))
    ]
    assert [one.person for one in file.speakers] == ["钱**"]
    assert [(one.kind, one.name) for one in file.relations] == [("分支机构", "武汉云启软件有限公司光谷分公司")]
    assert (len(file.cases), file.has_more_cases, file.open_alerts) == (1, False, 1)
    assert {one.what for one in file.events} == {"提交诉求", "预警：列入经营异常名录"}
    assert [one.at for one in file.events] == sorted((one.at for one in file.events), reverse=True)


@pytest.mark.django_db
def test_holders_honours_and_risks_stand_with_their_source(known: Stage, tmp_path: Path) -> None:
    firm = known.firm
    headings = ["企业名称", "统一社会信用代码", "法定代表人", "股东及出资比例"]
    cells = [firm.name, firm.uscc or "", "钱守成", "钱守成 60%；武汉岚曜投资有限公司 40%"]
    run(write_csv(tmp_path / "名单.csv", [cells], headings), source="market")
    say("science", firm, ON, high_tech=True)
    say("credit", firm, ON, abnormal=True, penalised=False)
    file = compose(known.actor("dispatcher"), NOW + timedelta(minutes=1), firm.pk)
    assert [(one.label, one.text, one.source) for one in file.people] == [
        ("法定代表人", "钱**", "市场监管登记"),
        ("股东", "钱** 60%；武汉岚曜投资有限公司 40%", "市场监管登记"),
    ]
    assert [(one.field, one.text, one.as_of) for one in file.honours] == [("high_tech", "是", ON)]
    assert [(one.field, one.text) for one in file.risks] == [("abnormal", "是"), ("penalised", "否")]
    assert not SourceRow.objects.filter(values__icontains="守成").exists()
    words = "\n".join(cell.text for table in Document(BytesIO(build(file, "周"))).tables for cell in table._cells)
    assert "武汉岚曜投资有限公司 40%" in words
    assert "经营异常" in words
    assert "守成" not in words


@pytest.mark.django_db
def test_visits_stand_in_the_file_and_on_its_timeline(known: Stage) -> None:
    field = visit_room.build(known)
    told, ahead = field.plan(), field.plan(day=visit_room.TODAY + timedelta(days=30))
    field.report(told)
    file = compose(known.actor("dispatcher"), NOW + timedelta(minutes=1), known.firm.pk)
    assert [(one.number, one.state, one.who, one.why) for one in file.visits] == [
        (ahead.number, "planned", "韩专员", "了解经营情况"),
        (told.number, "done", "韩专员", "了解经营情况"),
    ]
    assert [one.text for one in file.events if one.what == "走访"] == [f"{file.visits[1].unit_name} 韩专员"]


@pytest.mark.django_db
def test_the_file_of_a_branch_names_its_parent(known: Stage) -> None:
    branch = Enterprise.objects.get(name__endswith="分公司")
    file = compose(known.actor("dispatcher"), NOW, branch.pk)
    assert [(one.kind, one.id) for one in file.relations] == [("母公司", known.firm.pk)]
    assert (file.figures, file.tags, file.cases) == ((), (), ())


@pytest.mark.django_db
def test_who_looks_sees_what_is_theirs(known: Stage) -> None:
    handler = compose(known.actor("handler"), NOW + timedelta(minutes=1), known.firm.pk)
    assert (handler.cases, handler.alerts) == ((), ())  # of another unit
    assert handler.figures
    with pytest.raises(Missing):
        compose(known.stranger, NOW, known.firm.pk)


@pytest.mark.django_db
def test_the_file_asks_the_same_of_a_full_and_an_empty_enterprise(known: Stage) -> None:
    actor = known.actor("dispatcher")

    def asked(firm: int) -> int:
        with reading.held(), CaptureQueriesContext(connection) as seen:
            compose(actor, NOW + timedelta(minutes=1), firm)
        return len(seen)

    visit_room.build(known).plan()
    asked(known.firm.pk)
    full, empty = asked(known.firm.pk), asked(known.other_firm.pk)
    assert full <= 28
    assert empty <= full
    for number in range(20):
        alerting.raise_alerts(
            actor=SYSTEM, now=NOW, found=[(known.firm.pk, Signal("silence", "没有联系。", str(number)))]
        )
        known.submit(key=f"k{number}", title=f"第 {number} 件")
    visit_room.build(known).plan(day=visit_room.TODAY + timedelta(days=30))
    assert asked(known.firm.pk) == full


def test_a_tag_follows_from_its_rule_or_is_not_there() -> None:
    def tags(**values: object) -> list[str]:
        held = {name: Held(value, ON, "税务申报", "") for name, value in values.items()}
        return [tag.label for tag in portrait(held, ON)]

    assert tags() == []
    assert tags(revenue_growth=Decimal("0.2")) == ["高成长"]
    assert tags(revenue_growth=Decimal("0.1999")) == []
    assert tags(revenue_growth=Decimal("-0.2")) == ["收入下滑"]
    assert tags(registered_on=date(2024, 1, 1)) == ["初创"]
    assert tags(registered_on=date(2000, 1, 1)) == ["老字辈"]
    assert tags(high_tech=False, above_scale=True, abnormal=True) == ["四上", "经营异常"]
    assert tags(tax_credit="A") == ["纳税信用好"]
    assert tags(tax_credit="B", employees=None) == []
    assert tags(listing="none") == []


def test_the_chart_leaves_a_gap_where_nothing_is_known() -> None:
    option = yearly([("营业收入", "万元", {2024: 900.0, 2025: 1250.5}), ("从业人员", "人", {2025: 12.0})])
    series = option["series"]
    assert isinstance(series, list)
    assert [one["data"] for one in series] == [[900.0, 1250.5], [None, 12.0]]


def test_names_are_masked() -> None:
    assert (masked("钱经理"), masked("钱"), masked("")) == ("钱**", "钱*", "")


@pytest.mark.django_db
def test_the_page_and_the_paper(known: Stage, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW + timedelta(minutes=1)
    client.force_login(known.house.account("dispatcher"))
    client.get(f"/desk/enterprises/{known.firm.pk}/file/")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/desk/enterprises/{known.firm.pk}/file/")
    assert len(seen) <= 27
    address = f"/desk/enterprises/{known.firm.pk}/file"
    page = client.get(f"{address}/").content.decode()
    for words in ("钱**", "1,250.5", "税务申报", "高成长", "光谷分公司", "列入经营异常名录", "楼下停车位不够"):
        assert words in page, words
    assert "钱经理" not in page
    paper = client.get(f"{address}.docx")
    text = "\n".join(
        [p.text for p in Document(BytesIO(paper.content)).paragraphs]
        + [cell.text for table in Document(BytesIO(paper.content)).tables for row in table.rows for cell in row.cells]
    )
    for words in ("武汉云启软件有限公司企业档案", "1,250.5\n税务申报", "高成长", "楼下停车位不够", "生成人：周调度"):
        assert words in text, words
    assert "钱经理" not in text
    assert Record.objects.filter(verb="enterprise.file").count() == 1
    client.force_login(known.house.account("street"))
    assert client.get("/desk/enterprises/987654321/file/").status_code == 404


def test_a_building_is_told_by_its_name_wherever_values_are_compared(known: Stage, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B07", "云启大厦", (), known.house.street)])
    other = Enterprise.objects.create(name="武汉另一家有限公司", street_id=known.house.street, created=NOW, updated=NOW)
    say("building", known.firm, ON, building_id="B07", employees=3)
    say("street", known.firm, ON, building_id="B99")
    say("building", other, ON, building_id="B07")
    row = SourceRow.objects.get(enterprise=other)
    client, owner = Client(), Client()
    client.force_login(known.house.account("dispatcher"))
    owner.force_login(Account.objects.get(pk=known.contact.account))
    for path, said in (
        (f"/desk/enterprises/{known.firm.pk}/fields/", "<td>云启大厦（B07）</td>"),
        (f"/desk/enterprises/{known.firm.pk}/fields/", "<li>B99，"),
        (
            f"/desk/enterprises/{known.firm.pk}/merge/?other={other.pk}",
            "<td>云启大厦（B07）</td><td>云启大厦（B07） <span",
        ),
        (f"/desk/enterprises/{known.firm.pk}/split/", "所在楼宇：云启大厦（B07）；从业人员：3 人"),
        (f"/desk/enterprises/rows/{row.pk}/", "云启大厦（B07）"),
    ):
        assert said in client.get(path).content.decode(), path
    assert "云启大厦（B07）" in owner.get(f"/my/enterprises/{known.firm.pk}/profile/").content.decode()


def test_what_lists_change_names_buildings(known: Stage) -> None:
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B07", "云启大厦", (), known.house.street)])
    lines = [(("所在楼宇", "—", "B07"), ("从业人员", "3 人", "4 人")), (("所在楼宇", "B07", "B99"),)]
    assert housed.changes(lines) == [
        (("所在楼宇", "—", "云启大厦（B07）"), ("从业人员", "3 人", "4 人")),
        (("所在楼宇", "云启大厦（B07）", "B99"),),
    ]
