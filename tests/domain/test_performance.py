"""Goals and self-evaluation: promised, approved by a second person, filled from frozen figures, explained, handed in, reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document
from pytest_django.fixtures import Settings

from qifu.domain.performance import actions, queries
from qifu.domain.performance.actions import Promised
from qifu.domain.performance.models import Actual, Evaluation, Plan
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Record
from qifu.kernel.measures.models import Snapshot
from tests.conftest import NOW
from tests.domain import budget_room as room
from tests.domain.budget_room import YEAR, paying, post
from tests.stage import Stage

OUT, GAIN, GLAD = "产出指标", "效益指标", "满意度指标"
LINES = (
    Promised("办好企业诉求", OUT, "数量指标", "诉求办理件数", "≥2件", Decimal(20), measure="appeals.replied_count"),
    Promised("办好企业诉求", OUT, "时效指标", "按时回复率", "≥95%", Decimal(20), measure="appeals.reply"),
    Promised("办好企业诉求", OUT, "成本指标", "培训人均成本", "≤500元/人", Decimal(10)),
    Promised("改善营商环境", GAIN, "社会效益指标", "营商环境", "有效提升", Decimal(20)),
    Promised("改善营商环境", GLAD, "服务对象满意度指标", "服务对象满意度", "≥90%", Decimal(10)),
)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    room.finance(stage.house)
    return stage


def draw(stage: Stage, lines: tuple[Promised, ...] = LINES, name: str = "单位整体支出", project: str = "") -> Plan:
    numbered = list(enumerate(lines, 2))
    actor = stage.actor("accountant")
    return actions.draw(actor=actor, now=NOW, year=YEAR, name=name, project=project, scheme="hubei", lines=numbered)


def approved(stage: Stage) -> Plan:
    return actions.approve(actor=stage.actor("treasurer"), now=NOW, plan=draw(stage).pk)


def by_name(sheet: queries.Sheet) -> dict[str, queries.IndicatorView]:
    return {one.row.name: one for goal in sheet.goals for one in goal.lines}


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Plan, Evaluation, Actual, Snapshot, Record))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target": "根据实际情况"}, "目标值“根据实际情况”无法衡量：没有可以衡量的内容。"),
        ({"level2": "速度指标"}, "“产出指标／速度指标”不是规定的一级、二级指标。"),
        ({"points": Decimal(21)}, "预算执行 20 分与各指标分值合计 101 分，应为 100 分。"),
        ({"measure": "appeals.guess"}, "没有代码为“appeals.guess”的指标口径，请从指标口径页面复制。"),
    ],
)
def test_what_cannot_be_promised_is_said(stage: Stage, change: dict[str, object], said: str) -> None:
    before = counts()
    with pytest.raises(Invalid) as refusal:
        draw(stage, (replace(LINES[0], **change), *LINES[1:]))  # type: ignore[arg-type]
    assert refusal.value.extra["problems"] == [(2, said)]
    assert counts() == before


def test_a_plan_is_approved_by_another_and_then_stands(stage: Stage) -> None:
    row = draw(stage)
    with pytest.raises(Forbidden):
        actions.approve(actor=stage.actor("accountant"), now=NOW, plan=row.pk)
    with pytest.raises(Conflict):
        actions.fill(actor=stage.actor("accountant"), now=NOW, plan=row.pk)
    actions.approve(actor=stage.actor("leader"), now=NOW, plan=row.pk)
    before = counts()
    with pytest.raises(Conflict):
        actions.drop(actor=stage.actor("accountant"), now=NOW, plan=row.pk)
    with pytest.raises(Conflict):
        draw(stage)
    assert counts() == before


def test_from_promise_to_an_accepted_self_evaluation(stage: Stage) -> None:
    """Two replies in time; 1,200 of 1,940,000 spent; everything else written by hand and judged."""
    for _ in range(2):
        stage.to("replied")
    room.approved(stage.house)
    post(stage.house, paying("记-1", date(YEAR, 1, 20), "1200.00"))
    row, accountant = approved(stage), stage.actor("accountant")
    evaluation = actions.fill(actor=accountant, now=stage.now, plan=row.pk)
    assert (evaluation.budget, evaluation.executed) == (Decimal("1940000.00"), Decimal("1200.00"))
    sheet = queries.plan(actor=accountant, number=row.pk)
    found = by_name(sheet)
    assert [(name, one.actual.value if one.actual else "", one.result.score) for name, one in found.items()] == [
        ("诉求办理件数", "2 件", Decimal("20.00")),
        ("按时回复率", "100%", Decimal("20.00")),
        ("培训人均成本", "", None),
        ("营商环境", "", None),
        ("服务对象满意度", "", None),
    ]
    assert found["按时回复率"].actual is not None
    assert found["按时回复率"].actual.frozen.count == 2  # type: ignore[union-attr]

    with pytest.raises(Conflict):
        _say(stage, row, found["按时回复率"].row.pk, "99%")
    _say(stage, row, found["培训人均成本"].row.pk, "400元/人")
    _say(stage, row, found["服务对象满意度"].row.pk, "96%")
    _say(stage, row, found["营商环境"].row.pk, "有效提升")
    with pytest.raises(Invalid):
        _judge(stage, row, found["营商环境"].row.pk, "partly", "0.9")
    _judge(stage, row, found["营商环境"].row.pk, "reached", "0.95")
    with pytest.raises(Conflict):
        _judge(stage, row, found["服务对象满意度"].row.pk, "reached", "1")

    before = counts()
    with pytest.raises(Invalid) as refusal:
        actions.hand_in(actor=accountant, now=NOW, plan=row.pk)
    assert refusal.value.message == "还不能提交：执行率 0.06%，低于 90%，请写明原因和改进措施。"
    assert counts() == before
    actions.explain(actor=accountant, now=NOW, plan=row.pk, reasons="年初刚开始支付。", remedies="按合同进度支付。")
    handed = actions.hand_in(actor=accountant, now=NOW, plan=row.pk)
    assert (handed.state, handed.score) == ("handed_in", Decimal("79.01"))

    with pytest.raises(Conflict):
        _say(stage, row, found["培训人均成本"].row.pk, "300元/人")
    with pytest.raises(Forbidden):
        actions.review(actor=accountant, now=NOW, plan=row.pk, is_accepted=True, opinion="")
    with pytest.raises(Invalid):
        actions.review(actor=stage.actor("leader"), now=NOW, plan=row.pk, is_accepted=False, opinion="")
    actions.review(actor=stage.actor("leader"), now=NOW, plan=row.pk, is_accepted=False, opinion="请补充培训名单")
    actions.hand_in(actor=accountant, now=NOW, plan=row.pk)
    done = actions.review(actor=stage.actor("leader"), now=NOW, plan=row.pk, is_accepted=True, opinion="同意")
    assert done.state == "accepted"


def _say(stage: Stage, row: Plan, indicator: int, value: str) -> Actual:
    accountant = stage.actor("accountant")
    return actions.say(actor=accountant, now=NOW, plan=row.pk, indicator=indicator, value=value, proof="档案柜 3 号盒")


def _judge(stage: Stage, row: Plan, indicator: int, grade: str, share: str) -> Actual:
    accountant = stage.actor("accountant")
    return actions.judge(
        actor=accountant,
        now=NOW,
        plan=row.pk,
        indicator=indicator,
        grade=grade,
        share=Decimal(share),
        why="企业回访记录",
    )


def test_a_project_is_measured_by_its_own_money(stage: Stage) -> None:
    room.fill_execution(stage.house)
    project = next(one for one in room.projects() if one.code == "P02")
    row = draw(stage, name="惠企活动经费", project=str(project.pk))
    actions.approve(actor=stage.actor("leader"), now=NOW, plan=row.pk)
    evaluation = actions.fill(actor=stage.actor("accountant"), now=NOW, plan=row.pk)
    assert (evaluation.budget, evaluation.executed) == (Decimal("100000.00"), Decimal("12000.00"))


def test_others_look_or_stay_outside(stage: Stage) -> None:
    row = approved(stage)
    before = counts()
    for name in ("leader", "auditor", "supervisor"):
        assert queries.plan(actor=stage.actor(name), number=row.pk).row == row
        with pytest.raises(Forbidden):
            actions.fill(actor=stage.actor(name), now=NOW, plan=row.pk)
    for name in ("handler", "street", "dispatcher"):
        with pytest.raises(Forbidden):
            queries.plans(actor=stage.actor(name), year=YEAR)
    assert counts() == before


def test_on_the_desk_from_a_table_to_the_form_in_word(stage: Stage, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    stage.to("replied")
    room.approved(stage.house)
    table = (
        "绩效目标,一级指标,二级指标,三级指标,目标值,分值,取数口径\n"
        "办好诉求,产出指标,数量指标,办理件数,≥1件,40,appeals.replied_count\n"
        ",,时效指标,按时回复率,≥95%,40分,appeals.reply\n"
    )
    client.force_login(stage.house.account("accountant"))
    asked = {"year": "2026", "name": "单位整体支出", "project": "", "scheme": "hubei"}
    bad = client.post("/desk/performance/new/", {**asked, "file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert (bad.status_code, Plan.objects.count()) == (422, 0)
    client.post("/desk/performance/new/", {**asked, "file": SimpleUploadedFile("指标.csv", table.encode())})
    row = Plan.objects.get()
    client.force_login(stage.house.account("leader"))
    client.post(f"/desk/performance/{row.pk}/approve/")
    client.force_login(stage.house.account("accountant"))
    client.post(f"/desk/performance/{row.pk}/fill/")
    page = client.get(f"/desk/performance/{row.pk}/").content.decode()
    assert "执行率 0.00%，低于 90%，请写明原因和改进措施。" in page
    assert f"/desk/measures/snapshots/{Actual.objects.order_by('pk')[0].frozen_id}/" in page
    early = client.post(f"/desk/performance/{row.pk}/hand-in/")
    assert early.status_code == 422
    client.post(f"/desk/performance/{row.pk}/explain/", {"reasons": "刚开始", "remedies": "加快支付"})
    client.post(f"/desk/performance/{row.pk}/hand-in/")
    client.force_login(stage.house.account("leader"))
    client.post(f"/desk/performance/{row.pk}/review/", {"word": "accept", "opinion": "同意"})
    assert Evaluation.objects.get().state == "accepted"
    assert "80.00" in client.get("/desk/performance/").content.decode()
    answer = client.get(f"/desk/performance/{row.pk}/form.docx")
    cells = [[cell.text for cell in each.cells] for each in Document(BytesIO(answer.content)).tables[0].rows]
    assert ["产出指标", "数量指标", "办理件数", "≥1件", "1 件", "40.00", "40.00"] in cells
    assert cells[1][2:] == ["194.00", "0.00", "0.00%", "20", "0.00"]
