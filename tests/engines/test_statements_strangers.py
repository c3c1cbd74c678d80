"""Layouts that nobody showed the reader before: each case was once read wrong, or accused a faultless document."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from html import escape

import pytest

from qifu.engines.statements.audit import Report, audit
from qifu.engines.statements.doubt import Doubt
from qifu.engines.statements.layouts import titled
from qifu.engines.statements.model import Model
from qifu.engines.statements.reading.whole import read
from qifu.engines.statements.relations import cells_of, place_name
from qifu.entry.intake.fiscal import Unusable, open_bytes
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.budgets import budget
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import sample
from qifu.output.papers.fiscal.wear import KINDS, UNRULED

UNIT = "江州市东湖区企业服务中心"
Grid = list[list[str]]


def read_text(text: str) -> Model:
    return read(open_bytes(text.encode()))


def read_pages(*blocks: str | Grid) -> Model:
    """Read a page of paragraphs and tables."""
    found = ["<html><head><meta charset='utf-8'></head><body>"]
    for block in blocks:
        if isinstance(block, str):
            found.append(f"<p>{escape(block)}</p>")
            continue
        rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in block)
        found.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    return read(open_bytes(("".join(found) + "</body></html>").encode()))


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("printed", "statement"),
    [
        ("表5 一般公共预算支出表", "B05"),
        ("附表6：一般公共预算基本支出表", "B06"),
        ("表五 一般公共预算支出表", "B05"),
        ("表十一 部门整体支出绩效目标表", "B11"),
    ],
)
def test_a_number_before_a_title_takes_nothing_of_it(printed: str, statement: str) -> None:
    found = titled(printed)
    assert found is not None
    assert found.id == statement


FOURTH: Grid = [
    ["收入", "", "支出", "", "", "", ""],
    ["项目", "决算数", "项目", "合计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"],
    ["一、一般公共预算财政拨款", "20.50", "一、一般公共服务支出", "20.50", "20.50", "", ""],
    ["二、政府性基金预算财政拨款", "30.00", "十一、城乡社区支出", "30.00", "", "30.00", ""],
    ["本年收入合计", "50.50", "本年支出合计", "50.50", "20.50", "30.00", ""],
    ["总计", "50.50", "总计", "50.50", "20.50", "30.00", ""],
]


def test_a_blank_cell_of_a_statement_without_line_numbers_keeps_its_column() -> None:
    model = read_pages(f"{UNIT}2025年度部门决算", "财政拨款收入支出决算总表", f"部门：{UNIT}", "单位：万元", FOURTH)
    fourth = model.tables["T04"]
    assert [entry.name for entry in fourth.income] == [row[0] for row in FOURTH[2:]]
    land = next(entry for entry in fourth.expenditure if "城乡社区" in entry.name)
    assert land.amounts == {"total": Decimal("30.00"), "general": None, "fund": Decimal("30.00"), "capital": None}
    assert "TBL-04" not in rules(audit(model))


def test_other_income_in_text_without_columns_is_not_taken_for_the_next_column() -> None:
    rows = ["合计 176.00 172.80 3.20", "201 一般公共服务支出 176.00 172.80 3.20"]
    model = read_text("\n".join([f"{UNIT}2023年度部门决算", "收入决算表", "公开02表", "单位：万元", *rows]))
    assert all(row.amounts["superior"] is None for row in model.tables["T02"].rows)
    assert {place.where for place in model.unreadable} >= {"T02.合计", "T02.201"}


def test_the_code_of_a_unit_is_no_amount() -> None:
    heads = [
        "项目编码",
        "项目名称",
        "项目单位",
        "合计",
        "本年一般公共预算",
        "本年政府性基金预算",
        "",
        "",
        "",
        "",
        "",
        "",
    ]
    body = [["42010025T00000010" + n, name, "166001", each, each, *[""] * 7] for n, name, each in PROJECTS]
    total = ["", "合计", "", "30.00", "30.00", *[""] * 7]
    model = read_pages(f"{UNIT}2025年部门预算", "表10 项目支出表", "单位：万元", [heads, total, *body])
    assert [row.amounts["total"] for row in model.tables["B10"].rows] == [
        Decimal(n) for n in ("30.00", "18.00", "12.00")
    ]


PROJECTS = (("1", "企业服务活动", "18.00"), ("2", "招商引资活动", "12.00"))


def test_points_behind_the_names_of_a_form_are_points() -> None:
    form: Grid = [
        ["项目名称", "招商引资项目", "", "", "", ""],
        ["预算执行情况（万元）（10分）", "", "预算数（A）", "执行数（B）", "执行率（B/A）", "得分"],
        ["", "年度财政资金总额", "22.00", "20.50", "93.18%", "9.32"],
        ["一级指标", "二级指标", "三级指标", "年初目标值（A）", "实际完成值（B）", "得分"],
        ["产出指标（50分）", "数量指标（30分）", "举办招商活动次数（30分）", "≥4次", "5次", "30"],
        ["", "质量指标（20分）", "项目签约率（20分）", "≥90%", "95%", "20"],
    ]
    model = read_pages(f"{UNIT}2022年度部门决算", "第五部分 附件", "2022年度招商引资项目绩效自评表", form)
    held = [(i.level1, i.level2, i.name, i.points) for goal in model.forms[0].goals for i in goal.indicators]
    assert held == [
        ("产出指标", "数量指标", "举办招商活动次数", "30"),
        ("产出指标", "质量指标", "项目签约率", "20"),
    ]
    assert not model.unreadable


def in_yuan(said: str, total: str) -> Model:
    table = [
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["", "合计", total, "1523000.00", "205000.00"],
    ]
    rows = [["201", "一般公共服务支出", "1728000.00", "1523000.00", "205000.00"]]
    return read_pages(
        f"{UNIT}2023年度部门决算",
        "第二部分 2023年度部门决算表",
        "2023年度一般公共预算财政拨款支出决算表",
        "公开05表",
        "单位：元",
        table + rows,
        "第三部分 2023年度部门决算情况说明",
        "五、一般公共预算财政拨款支出决算情况说明",
        "（一）总体情况",
        f"2023年度一般公共预算财政拨款支出{said}元。与2022年度相比，增加40000.00元，增长2.4%，主要原因是人员经费增加。",
    )


def test_a_text_in_yuan_is_held_against_statements_in_yuan() -> None:
    assert not {"NAR-01", "REQ-13", "TBL-05"} & rules(audit(in_yuan("1728000.00", "1728000.00")))
    (found,) = [each for each in audit(in_yuan("1782000.00", "1728000.00")).findings if each.rule == "NAR-01"]
    assert "1782000.00元" in found.message
    assert "相差54000.00元" in found.message
    assert "NAR-01" in rules(audit(in_yuan("1728000.50", "1728000.00")))  # compared to the last 分


def test_statements_in_yuan_are_added_up_to_the_last_yuan() -> None:
    report = audit(in_yuan("1728000.00", "1728050.00"))
    found = [each for each in report.findings if each.rule.startswith("TBL-05") and each.severity == "error"]
    assert found
    assert "相差50.00元" in found[0].message


@pytest.mark.parametrize("draw", [sample, budget])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_text_without_columns_is_right_or_named_and_accuses_nobody(draw: Callable[..., Model], kind: str) -> None:
    for seed, wear in zip((4, 7), UNRULED.values(), strict=True):
        model, rng = draw(random.Random(seed)), random.Random(seed)
        found = read_text("\n".join(wear(KINDS[kind](lines_of(model), rng), rng)))
        before, after, doubt = cells_of(model), cells_of(found), Doubt.of(found)
        mended = {repair.where for repair in found.repairs}
        wrong = [key for key in {**before, **after} if (before.get(key) or 0) != (after.get(key) or 0)]
        assert [key for key in wrong if key not in doubt or place_name(key) in mended] == []
        assert [finding.message for finding in audit(found).findings if finding.severity == "error"] == []


def unruled(*rows: str) -> Model:
    head = [f"{UNIT}2024年部门预算", "表3 支出预算总表", "单位：万元", "科目编码 科目名称 合计 基本支出 项目支出"]
    return read_text("\n".join([*head, *rows]))


def test_two_rows_of_the_same_amount_are_not_told_apart() -> None:
    model = unruled(
        "合计 50.00 30.00 20.00",
        "201 一般公共服务支出 30.00 20.00 10.00",
        "208 社会保障和就业支出 10.00 10.00",
        "210 卫生健康支出 10.00 10.00",
    )
    rows = {row.code: row.amounts for row in model.tables["B03"].rows}
    for code in ("208", "210"):
        assert (rows[code]["total"], rows[code]["basic"], rows[code]["project"]) == (Decimal("10.00"), None, None)
    assert {place.where for place in model.unreadable} >= {"B03.208", "B03.210"}
    assert not model.repairs


def test_rows_that_only_one_choice_makes_add_up_are_told_apart() -> None:
    model = unruled(
        "合计 55.00 35.00 20.00",
        "201 一般公共服务支出 30.00 20.00 10.00",
        "208 社会保障和就业支出 15.00 15.00",
        "210 卫生健康支出 10.00 10.00",
    )
    rows = {row.code: row.amounts for row in model.tables["B03"].rows}
    assert (rows["208"]["basic"], rows["208"]["project"]) == (Decimal("15.00"), None)
    assert (rows["210"]["basic"], rows["210"]["project"]) == (None, Decimal("10.00"))


def test_columns_that_nothing_bears_out_are_not_taken() -> None:
    """Three figures under six official columns may be 合计, 基本 and 项目, or something else."""
    rows = ["合计 55.00 35.00 20.00", "201 一般公共服务支出 55.00 35.00 20.00"]
    head = [f"{UNIT}2023年度部门决算", "支出决算表", "公开03表", "单位：万元"]
    alone = read_text("\n".join([*head, *rows])).tables["T03"].row("")
    assert alone is not None
    assert (alone.amounts["total"], alone.amounts["basic"], alone.amounts["project"]) == (Decimal("55.00"), None, None)
    said = "本单位2023年度支出合计55.00万元，其中：基本支出35.00万元，占本年支出63.64%；项目支出20.00万元，占本年支出36.36%。"
    text = ["第三部分 2023年度部门决算情况说明", "三、支出决算情况说明", said]
    borne_out = read_text("\n".join([*head, *rows, *text])).tables["T03"].row("")
    assert borne_out is not None
    assert (borne_out.amounts["basic"], borne_out.amounts["project"]) == (Decimal("35.00"), Decimal("20.00"))


@pytest.mark.parametrize("figure", ["1 247.09", "1 247.09 800.00"])
def test_a_space_that_may_stand_inside_a_figure_is_not_read_through(figure: str) -> None:
    model = unruled(f"合计 {figure}", "201 一般公共服务支出 1247.09 1000.00 247.09")
    assert "B03.合计" in {place.where for place in model.unreadable}
    total = model.tables["B03"].row("")
    assert total is not None
    assert set(total.amounts.values()) == {None}


def broken_off(form: str, share: float) -> bytes:
    raw = render(sample(random.Random(36)), form)
    return raw[: int(len(raw) * share)]


@pytest.mark.parametrize("form", ["txt", "html"])
@pytest.mark.parametrize("share", [0.22, 0.31, 0.5, 0.64, 0.87])
def test_half_a_document_says_where_it_ends_and_is_accused_of_nothing(form: str, share: float) -> None:
    model = read(open_bytes(broken_off(form, share)))
    (end,) = [place for place in model.unreadable if place.where == "文件末尾"]
    assert end.why.startswith("读到这里为止")
    assert model.ends_at == end.line
    assert [finding.message for finding in audit(model).findings if finding.severity != "info"] == []


@pytest.mark.parametrize("form", ["docx", "xlsx", "pdf"])
def test_half_a_file_that_cannot_be_opened_is_refused_in_a_sentence(form: str) -> None:
    with pytest.raises(Unusable, match="没有传完"):
        open_bytes(broken_off(form, 0.5))


@pytest.mark.parametrize("form", ["txt", "html", "docx", "xlsx", "pdf"])
def test_a_whole_document_does_not_break_off(form: str) -> None:
    for draw in (sample, budget):
        assert read(open_bytes(render(draw(random.Random(5)), form))).ends_at == 0
