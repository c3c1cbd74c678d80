"""The self-evaluation form as the ministry prints it: 100 points, columns that name themselves, a column of reasons."""

from __future__ import annotations

from decimal import Decimal

from qifu.engines.statements import Model, audit
from qifu.engines.statements.model import Form
from tests.engines.test_statements_strangers import Grid, read_pages, read_text

FUNDS = ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
TOTAL = ["", "年度资金总额", "310.00", "320.00", "300.00", "10", "93.75%", "9.38"]
PART = ["", "其中：当年财政拨款", "310.00", "320.00", "300.00", "—", "93.75%", "—"]
GOAL: Grid = [
    ["年度总体目标", "预期目标", "", "", "实际完成情况", "", "", ""],
    ["", "服务企业五百户，平台全年可用", "", "", "服务企业五百二十户", "", "", ""],
]
HEAD = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
ROWS: Grid = [
    ["产出指标", "数量指标", "服务企业户数", "≥500户", "520户", "20", "20", ""],
    ["", "质量指标", "平台可用率", "≥99%", "99.5%", "30", "30", ""],
    ["效益指标", "社会效益指标", "企业办事便利度", "提升", "提升", "30", "28", "仍有提升空间"],
    ["满意度指标", "服务对象满意度指标", "企业满意度", "≥90%", "95%", "10", "10", ""],
    ["总分", "", "", "", "", "100", "97.38", ""],
]


def form(total: list[str] = TOTAL, funds: list[str] = FUNDS) -> tuple[Model, Form]:
    rows: Grid = [["项目名称", "企业服务平台运维", *[""] * 6], ["主管部门", "江州市东湖区经信局", *[""] * 6]]
    rows += [funds, total, PART, *GOAL, HEAD, *ROWS]
    model = read_pages("江州市东湖区企业服务中心2021年度部门决算", "2021年度企业服务平台运维项目支出绩效自评表", rows)
    (found,) = model.forms
    return model, found


def test_every_figure_stands_under_its_heading() -> None:
    model, found = form()
    assert (found.budget, found.executed, found.rate) == (Decimal("320.00"), Decimal("300.00"), "93.75%")
    assert (found.full, found.score, found.total_score) == (Decimal(10), Decimal("9.38"), Decimal("97.38"))
    assert [goal.text for goal in found.goals] == ["服务企业五百户，平台全年可用"]
    assert [
        (each.level1, each.name, each.target, each.actual, each.points, each.score) for each in found.indicators
    ] == [
        ("产出指标", "服务企业户数", "≥500户", "520户", "20", "20"),
        ("产出指标", "平台可用率", "≥99%", "99.5%", "30", "30"),
        ("效益指标", "企业办事便利度", "提升", "提升", "30", "28"),
        ("满意度指标", "企业满意度", "≥90%", "95%", "10", "10"),
    ]
    assert found.reasons == "企业办事便利度：仍有提升空间"
    assert model.unreadable == ()
    assert not [each for each in audit(model).findings if each.rule.startswith("FRM")]


def test_a_wrong_score_is_found() -> None:
    model, _ = form([*TOTAL[:-1], "9.83"])
    assert {each.rule for each in audit(model).findings if each.severity == "error"} == {"FRM-02"}


def test_money_that_does_not_fit_its_columns_is_named_and_not_guessed() -> None:
    model, found = form(["", "年度资金总额", "310.00", "320.00", "300.00", "93.75%", "9.38", ""])
    assert (found.budget, found.executed, found.score) == (None, None, None)
    assert [place.why for place in model.unreadable] == ["资金与栏目对不上"]


def test_a_row_that_moved_beside_a_column_of_reasons_is_named() -> None:
    lines = ["江州市东湖区企业服务中心2021年度部门决算", "2021年度企业服务平台运维项目支出绩效自评表"]
    lines += ["\t".join(row) for row in (["项目名称", "企业服务平台运维"], FUNDS, TOTAL, HEAD)]
    lines.append("\t".join(["数量指标", "服务企业户数", "≥500户", "520户", "20", "18", "两户停业"]))
    model = read_text("\n".join(lines))
    assert not [each for found in model.forms for each in found.indicators]
    assert "这一行不能归入指标" in [place.why for place in model.unreadable]


def test_points_may_stand_behind_the_score() -> None:
    head = [*HEAD[:5], "得分", "分值", HEAD[7]]
    rows = [[*row[:5], row[6], row[5], row[7]] for row in ROWS]
    funds = ["年度预算执行情况", "", "年初预算数", "预算数（调整后）", "执行数", "分值", "执行率", "得分"]
    grid: Grid = [["部门（单位）名称", "江州市青阳区投资服务中心", *[""] * 6], funds, TOTAL, *GOAL, head, *rows]
    (found,) = read_pages("江州市青阳区投资服务中心2023年度部门决算", "2023年度部门整体绩效自评表", grid).forms
    assert (found.budget, found.score, found.total_score) == (Decimal("320.00"), Decimal("9.38"), Decimal("97.38"))
    assert [(each.points, each.score) for each in found.indicators][2] == ("30", "28")
