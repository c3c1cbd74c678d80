"""Layouts that nobody showed the reader before: each case was once read wrong, or accused a faultless document."""

from __future__ import annotations

from decimal import Decimal
from html import escape

import pytest

from qifu.engines.statements.audit import Report, audit
from qifu.engines.statements.layouts import titled
from qifu.engines.statements.model import Model
from qifu.engines.statements.reading.whole import read
from qifu.entry.intake.fiscal import open_bytes

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
    assert "NAR-01" in rules(audit(in_yuan("1782000.00", "1728000.00")))


def test_statements_in_yuan_are_added_up_to_the_last_yuan() -> None:
    report = audit(in_yuan("1728000.00", "1728050.00"))
    found = [each for each in report.findings if each.rule.startswith("TBL-05") and each.severity == "error"]
    assert found
    assert "相差50.00元" in found[0].message
