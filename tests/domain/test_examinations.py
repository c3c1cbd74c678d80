"""Published documents handed in for examination: read in the background, shown with what is wrong in them, nothing lost."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qifu.domain.disclosure import actions, queries
from qifu.domain.disclosure.models import Batch, Examination
from qifu.domain.people.models import Account
from qifu.entry.desk.disclosure import shown
from qifu.entry.desk.disclosure.jobs import examine
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import verify
from qifu.kernel.files.actions import path_of
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW, House
from tests.stage import Stage

pytestmark = pytest.mark.django_db


def paper(total: str = "300.00") -> bytes:
    """Final accounts of an invented unit: the statement of expenditure; its total is 300.00."""
    rows = [
        "2024 年度江泽区示例服务中心部门决算公开",
        "公开 03 表",
        "2024 年度支出决算表",
        "部门：江泽区示例服务中心\t\t\t\t\t\t\t单位：万元",
        "项目\t\t本年支出合计\t基本支出\t项目支出\t上缴上级支出\t经营支出\t对附属单位补助支出",
        "功能分类科目编码\t科目名称\t\t\t\t\t\t",
        "栏次\t\t1\t2\t3\t4\t5\t6",
        f"合计\t\t{total}\t200.00\t100.00\t\t\t",
        "201\t一般公共服务支出\t300.00\t200.00\t100.00\t\t\t",
        "20113\t商贸事务\t300.00\t200.00\t100.00\t\t\t",
        "2011350\t事业运行\t200.00\t200.00\t\t\t\t",
        "2011399\t其他商贸事务支出\t100.00\t\t100.00\t\t\t",
    ]
    return "\n".join(rows).encode()


def handed(stage: Stage, content: bytes = b"", name: str = "决算.txt", who: Any = None, **more: Any) -> int:
    uploads = [(BytesIO(content or paper()), name)]
    done = actions.hand_in(actor=who or stage.house.actor("dispatcher"), now=NOW, uploads=uploads, **more)
    return done.examinations[0]


def examined(stage: Stage, content: bytes = b"", name: str = "决算.txt", who: Any = None) -> int:
    number = handed(stage, content, name, who)
    examine.func(number)
    return number


def client_of(house: House, name: str) -> Client:
    client = Client()
    Account.objects.update(must_change_password=False)
    client.force_login(Account.objects.get(pk=house.accounts[name].pk))
    return client


def test_a_wrong_total_is_found_and_a_right_one_is_not(stage: Stage) -> None:
    dispatcher = stage.house.actor("dispatcher")
    right = queries.sheet(dispatcher, examined(stage))
    wrong = queries.sheet(dispatcher, examined(stage, paper("310.00")))
    assert (right.row.state, right.row.kind, right.row.year) == ("done", "final_accounts", 2024)
    assert [one["rule"] for one in right.findings if one["severity"] == "error"] == []
    errors = [one for one in wrong.findings if one["severity"] == "error"]
    assert {one["rule"] for one in errors} == {"TBL-03"}
    assert "310.00" in errors[0]["figures"]
    assert wrong.row.errors == len(errors)
    assert wrong.lines[7].startswith("合计\t\t310.00")


def test_the_page_shows_what_was_found_at_its_place(stage: Stage) -> None:
    number = examined(stage, paper("310.00"))
    client = client_of(stage.house, "dispatcher")
    findings = client.get(f"/examinations/{number}/").content.decode()
    assert "规则 TBL-03" in findings
    assert 'href="?view=text#l8"' in findings
    text = client.get(f"/examinations/{number}/?view=text").content.decode()
    assert '<li id="l8" class="error" value="8">' in text
    assert "<mark>310.00</mark>" in text
    tables = client.get(f"/examinations/{number}/?view=tables").content.decode()
    assert 'class="num error"' in tables
    for view in ("forms", "repairs"):
        assert client.get(f"/examinations/{number}/?view={view}").status_code == 200
    assert client.get(f"/examinations/{number}/?view=nonsense").status_code == 404


def test_of_equal_figures_in_a_row_the_one_that_the_finding_names_is_lit() -> None:
    found = shown.findings(
        [{"rule": "X", "severity": "warning", "title": "", "message": "2011350的基本支出为200.00", "lines": [3], "figures": ["200.00"]}]
    )  # fmt: skip
    row = {"code": "2011350", "name": "事业运行", "amounts": {"total": "200.00", "basic": "200.00", "project": None}}
    places = {"income": [], "expenditure": [], "rows": [3], "from": 1}
    model = {"tables": {"T05": {"rows": [row], "notes": []}}, "places": {"tables": {"T05": places}}}
    (grid,) = shown.grids(model, found)
    assert [cell.finding is not None for cell in grid.rows[0][2]] == [False, True, False]
    assert grid.gravest == found[0]


def test_the_report_can_be_sent_back(stage: Stage) -> None:
    number = examined(stage, paper("310.00"))
    client = client_of(stage.house, "dispatcher")
    answer = client.get(f"/examinations/{number}/report.docx")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with ZipFile(BytesIO(content)) as archive:
        written = archive.read("word/document.xml").decode()
    assert "预决算公开文本审核意见" in written
    assert "规则 TBL-03" in written
    data = client.get(f"/examinations/{number}/model.json").json()
    assert data["model"]["tables"]["T03"]["rows"][0]["amounts"]["total"] == "310.00"
    assert data["audit"]["summary"]["error"] == 1


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (
            "今天天气很好。".encode(),
            "天气.txt",
            "没有认出预算或决算的报表、说明和绩效表。请确认文件是部门预算或部门决算的公开文本。",
        ),
        (b"%PDF-1.4\n%broken", "坏.pdf", "PDF"),
    ],
)
def test_what_cannot_be_examined_says_why(stage: Stage, content: bytes, name: str, sentence: str) -> None:
    number = examined(stage, content, name)
    sheet = queries.sheet(stage.house.actor("dispatcher"), number)
    assert sheet.row.state == "refused"
    assert sentence in sheet.row.problem
    page = client_of(stage.house, "dispatcher").get(f"/examinations/{number}/")
    assert sheet.row.problem in page.content.decode()


def test_a_picture_is_refused_before_anything_is_kept(stage: Stage) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    with pytest.raises(Invalid, match="不是可以审核的格式"):
        handed(stage, picture, "照片.png")
    assert not Examination.objects.exists()
    upload = SimpleUploadedFile("照片.png", picture)
    answer = client_of(stage.house, "dispatcher").post("/examinations/", {"files": upload})
    assert answer.status_code == 422
    assert "“照片.png”不是可以审核的格式" in answer.content.decode()


def test_several_files_make_a_batch_with_its_progress(stage: Stage) -> None:
    client = client_of(stage.house, "dispatcher")
    uploads = [SimpleUploadedFile(f"{n}.txt", paper()) for n in range(3)]
    answer = client.post("/examinations/", {"files": uploads})
    batch = Batch.objects.get()
    assert answer["Location"] == f"/examinations/batches/{batch.pk}/"
    assert Item.objects.filter(channel="task").count() == 3
    first, *others = Examination.objects.order_by("pk").values_list("pk", flat=True)
    examine.func(first)
    page = client.get(f"/examinations/batches/{batch.pk}/").content.decode()
    assert "已审核 1 份，共 3 份。" in page
    assert 'hx-trigger="every 2s"' in page
    for other in others:
        examine.func(other)
    assert (
        "every 2s"
        not in client.get(f"/examinations/batches/{batch.pk}/", headers={"HX-Request": "true"}).content.decode()
    )
    table = client.get(f"/examinations/batches/{batch.pk}/table.xlsx")
    with ZipFile(BytesIO(b"".join(table.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert "江泽区示例服务中心 2024 年决算" in archive.read("xl/sharedStrings.xml").decode()


def test_each_sees_their_own_and_finance_of_the_centre_sees_all(stage: Stage) -> None:
    number = examined(stage)
    contacts = examined(stage, who=stage.contact)
    handler, auditor = stage.house.actor("handler"), stage.house.actor("auditor")
    for stranger, other in (
        (handler, number),
        (stage.contact, number),
        (handler, contacts),
        (stage.stranger, contacts),
    ):
        with pytest.raises(Missing):
            queries.sheet(stranger, other)
    assert [line.id for line in queries.listing(actor=auditor).lines] == [contacts, number]
    assert [line.id for line in queries.listing(actor=stage.contact).lines] == [contacts]
    with pytest.raises(Missing):
        actions.drop(actor=auditor, now=NOW, examination=number)
    assert Examination.objects.count() == 2


def test_deleting_takes_the_file_off_the_disk_and_leaves_the_evidence(stage: Stage) -> None:
    dispatcher = stage.house.actor("dispatcher")
    number = handed(stage)
    with pytest.raises(Conflict):
        actions.drop(actor=dispatcher, now=NOW, examination=number)
    examine.func(number)
    row = Examination.objects.select_related("file").get()
    place, stream = path_of(row.file.digest), row.stream
    assert place.exists()
    answer = client_of(stage.house, "dispatcher").post(f"/examinations/{number}/drop/")
    assert answer["Location"] == "/examinations/"
    assert not Examination.objects.exists()
    verbs = list(Record.objects.filter(stream=stream).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["disclosure.hand_in", "disclosure.done", "disclosure.drop"]
    assert verify().is_whole


def test_reading_twice_keeps_one_result(stage: Stage) -> None:
    number = examined(stage)
    before = Examination.objects.get().result
    examine.func(number)  # the queue delivers at least once
    assert Examination.objects.get().result == before
    assert Record.objects.filter(verb="disclosure.done").count() == 1
    actions.read_again(actor=stage.house.actor("dispatcher"), now=NOW, examination=number)
    assert Examination.objects.get().state == "waiting"
    examine.func(number)
    assert Examination.objects.get().result == before


def test_a_document_may_be_compared_only_with_ones_own_that_was_read(stage: Stage) -> None:
    mine, waiting = examined(stage), handed(stage)
    assert queries.comparable(stage.house.actor("dispatcher")) == [(mine, "江泽区示例服务中心 2024 年决算（决算.txt）")]
    compared = handed(stage, against=mine)
    examine.func(compared)
    assert Examination.objects.get(pk=compared).state == "done"
    with pytest.raises(Invalid, match="还没有审核完成"):
        handed(stage, against=waiting)
    with pytest.raises(Missing):
        handed(stage, who=stage.contact, against=mine)


def test_the_list_costs_the_same_whatever_it_holds(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    dispatcher = stage.house.actor("dispatcher")
    for count in (1, 4):
        for _ in range(count):
            examined(stage)
        with django_assert_num_queries(2):
            queries.listing(actor=dispatcher)


def test_a_word_on_a_repair_is_kept_and_may_be_changed(stage: Stage) -> None:
    dispatcher = stage.house.actor("dispatcher")
    number = examined(stage)
    with pytest.raises(Invalid, match="没有这处修复"):
        actions.judge_repair(actor=dispatcher, now=NOW, examination=number, place=0, is_right=True)
    Examination.objects.update(repairs=1)
    for is_right in (True, False):
        actions.judge_repair(actor=dispatcher, now=NOW, examination=number, place=0, is_right=is_right)
        assert queries.sheet(dispatcher, number).words == {0: is_right}
    with pytest.raises(Missing):
        actions.judge_repair(actor=stage.house.actor("auditor"), now=NOW, examination=number, place=0, is_right=True)


def test_a_blank_that_should_hold_a_figure_is_lit_and_what_was_not_read_is_said_first(stage: Stage) -> None:
    lost = paper().replace(b"2011399\t", "某\t".encode())
    client = client_of(stage.house, "dispatcher")
    page = client.get(f"/examinations/{examined(stage, lost)}/").content.decode()
    assert "处没有读懂，没有参与核对" in page
    blank = paper().replace("合计\t\t300.00\t200.00".encode(), "合计\t\t300.00\t".encode()).decode()
    rows = [line.split("\t") for line in blank.split("\n")]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[3:])
    web = f"<html><body>{''.join(f'<p>{row[0]}</p>' for row in rows[:3])}<table>{cells}</table></body></html>"
    number = examined(stage, web.encode(), "决算.html")
    tables = client.get(f"/examinations/{number}/?view=tables").content.decode()
    assert ">空白</a>" in tables


def test_an_indicator_without_points_shows_none(stage: Stage) -> None:
    rows = [
        "2024 年度平台运维项目绩效自评表",
        "项目名称\t平台运维",
        "一级指标\t二级指标\t三级指标\t年初目标值\t实际完成值",
    ]
    rows += ["年度财政资金总额\t100.00\t100.00\t100%", "产出指标\t数量指标\t服务企业户数\t≥500户\t520户"]
    number = examined(stage, paper() + ("\n第六部分 附件\n" + "\n".join(rows)).encode())
    page = client_of(stage.house, "dispatcher").get(f"/examinations/{number}/?view=forms").content.decode()
    assert '<td>服务企业户数</td><td>≥500户</td><td>520户</td><td class="num">—</td>' in page


def test_a_document_with_unread_places_is_not_called_faultless(stage: Stage) -> None:
    """A row that cannot be placed is no error, and no green mark either."""
    whole, partly = examined(stage), examined(stage, paper().replace(b"2011399\t", "某\t".encode()))
    unread = len(queries.sheet(stage.house.actor("dispatcher"), partly).model["unreadable"])
    assert unread > 0
    lines = {line.id: line for line in queries.listing(actor=stage.house.actor("dispatcher")).lines}
    assert lines[partly].unread == unread
    assert (lines[whole].errors, lines[whole].unread) == (0, 0)
    page = client_of(stage.house, "dispatcher").get("/examinations/").content.decode()
    assert page.count(f"有 {unread} 处未读出") == 1
    assert page.count(">没有错误") == 1


def test_the_page_says_why_the_second_document_took_no_part(stage: Stage) -> None:
    first = examined(stage)
    number = handed(stage, against=first)
    examine.func(number)
    page = client_of(stage.house, "dispatcher").get(f"/examinations/{number}/").content.decode()
    assert "没有用来对照：对照的文件是2024年决算，应当是2023年决算。" in page
    before = examined(stage, paper().replace(b"2024", b"2023"))
    number = handed(stage, against=before)
    examine.func(number)
    assert "没有用来对照" not in client_of(stage.house, "dispatcher").get(f"/examinations/{number}/").content.decode()


def scanned(short: str = "10.2") -> bytes:
    """Accounts whose class line lost a digit in 01表; 03表 and the closing line of 01表 have it whole."""
    ledger = [
        "2024年度江泽区示例服务中心部门决算公开", "2024年度收入支出决算总表", "部门：江泽区示例服务中心\t单位：万元",
        "收入\t\t\t支出\t\t", "项目\t行次\t金额\t项目\t行次\t金额",
        "一、一般公共预算财政拨款收入\t1\t110.25\t一、一般公共服务支出\t31\t100.00",
        "二、政府性基金预算财政拨款收入\t2\t\t二、外交支出\t32\t",
        "三、国有资本经营预算财政拨款收入\t3\t\t三、国防支出\t33\t",
        "四、上级补助收入\t4\t\t四、公共安全支出\t34\t", "五、事业收入\t5\t\t五、教育支出\t35\t",
        f"六、经营收入\t6\t\t六、科学技术支出\t36\t{short}",
        "本年收入合计\t27\t110.25\t本年支出合计\t57\t110.25", "总计\t30\t110.25\t总计\t60\t110.25",
    ]  # fmt: skip
    spent = [
        "2024年度支出决算表", "部门：江泽区示例服务中心\t\t\t\t\t单位：万元", "科目编码\t科目名称\t本年支出合计\t基本支出\t项目支出",
        "栏次\t\t1\t2\t3", "合计\t\t110.25\t100.00\t10.25", "201\t一般公共服务支出\t100.00\t100.00\t",
        "20113\t商贸事务\t100.00\t100.00\t", "2011350\t事业运行\t100.00\t100.00\t",
        "206\t科学技术支出\t10.25\t\t10.25", "20605\t科技条件与服务\t10.25\t\t10.25", "2060503\t科技条件专项\t10.25\t\t10.25",
    ]  # fmt: skip
    return "\n".join([*ledger, *spent]).encode()


def class_line(sheet: queries.Sheet) -> str | None:
    lines = sheet.model["tables"]["T01"]["expenditure"]
    found: str | None = next(line["amounts"]["amount"] for line in lines if line["line"] == 36)
    return found


def test_a_repair_called_wrong_is_taken_back_and_the_document_checked_anew(stage: Stage) -> None:
    dispatcher = stage.house.actor("dispatcher")
    number = examined(stage, scanned())
    before = queries.sheet(dispatcher, number)
    assert [(one["where"], one["raw"], one["value"]) for one in before.model["repairs"]] == [
        ("T01.206.amount", "10.2", "10.25")
    ]
    assert (class_line(before), before.row.unread) == ("10.25", 0)
    page = client_of(stage.house, "dispatcher")
    page.post(f"/examinations/{number}/repairs/0/wrong/")
    after = queries.sheet(dispatcher, number)
    assert (class_line(after), after.row.unread, after.words) == (None, 1, {0: False})
    assert after.row.relations < before.row.relations
    assert [one["where"] for one in after.model["unreadable"]] == ["T01.206.amount"]
    assert len(after.model["repairs"]) == 1
    assert [one["rule"] for one in after.findings if one["severity"] == "error"] == []
    assert "没有读出" in page.get(f"/examinations/{number}/?view=repairs").content.decode()
    page.post(f"/examinations/{number}/repairs/0/right/")
    again = queries.sheet(dispatcher, number)
    assert (again.model, again.findings, again.row.relations) == (before.model, before.findings, before.row.relations)
    said = Record.objects.filter(stream=before.row.stream, verb="disclosure.judge_repair").order_by("pk")
    assert [record.facts["is_right"] for record in said] == [False, True]


def test_all_repairs_not_spoken_of_are_confirmed_at_once(stage: Stage) -> None:
    dispatcher = stage.house.actor("dispatcher")
    number = examined(stage, scanned())
    Examination.objects.update(repairs=3)
    actions.judge_repair(actor=dispatcher, now=NOW, examination=number, place=1, is_right=False)
    answer = client_of(stage.house, "dispatcher").post(f"/examinations/{number}/repairs/right/", follow=True)
    assert "已确认 2 处修复。" in answer.content.decode()
    assert queries.sheet(dispatcher, number).words == {0: True, 1: False, 2: True}
    assert actions.confirm_repairs(actor=dispatcher, now=NOW, examination=number) == 0
    assert Record.objects.filter(verb="disclosure.confirm_repairs").count() == 1
    with pytest.raises(Missing):
        actions.confirm_repairs(actor=stage.house.actor("auditor"), now=NOW, examination=number)


def test_the_text_says_each_finding_at_its_line_and_leads_to_the_first(stage: Stage) -> None:
    number = examined(stage, paper("310.00"))
    page = client_of(stage.house, "dispatcher").get(f"/examinations/{number}/?view=text").content.decode()
    found = queries.sheet(stage.house.actor("dispatcher"), number).findings
    assert f"问题 1：{found[0]['message']}" in page
    assert page.index('class="jump error" href="#l8"') < page.index('<li id="l8"')
