"""Layouts of strangers in Word, Excel and text: whole numbers, last year's column, reordered headings, titles without a cover."""

from __future__ import annotations

import io

import openpyxl
import pytest

from qifu.engines.statements import Model, read
from qifu.entry.intake.fiscal import open_bytes
from tests.engines.test_statements_strangers import read_pages, read_text
from tests.engines.test_statements_unusual import amounts, errors

UNIT = "江州市北城区中小企业服务中心"


def workbook(*rows: list[object]) -> Model:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return read(open_bytes(file.getvalue()))


def test_whole_yuan_beside_last_year_and_projects_before_the_basic_part() -> None:
    model = workbook(
        [f"{UNIT}2022年度部门决算"],
        ["支出决算表"],
        [f"编制单位：{UNIT}", "", "", "", "", "金额单位：元"],
        ["科目编码", "科目名称", "上年决算数", "本年支出合计", "项目支出", "基本支出", "上缴上级支出"],
        ["栏次", "", 1, 2, 3, 4, 5],
        ["合计", "", 9000000, 10000000.5, 2500000.5, 7500000, None],
        ["2150801", "行政运行", 7000000, 7500000, None, 7500000, None],
        ["2150899", "其他支持中小企业发展和管理支出", 2000000, 2500000.5, 2500000.5, None, None],
    )
    assert amounts(model, "T03", "") == {"total": "10000000.5", "basic": "7500000", "project": "2500000.5"}
    assert amounts(model, "T03", "2150801") == {"total": "7500000", "basic": "7500000"}
    assert amounts(model, "T03", "2150899") == {"total": "2500000.5", "project": "2500000.5"}
    assert [place.raw for place in model.unreadable] == ["上年决算数"]
    assert errors(model) == []


def test_the_year_of_a_heading_is_no_code() -> None:
    head = ["功能分类科目", "", "2024年执行数", "2025年预算数", "", "", "增减额", "增减%"]
    names = ["科目编码", "科目名称", "", "小计", "基本支出", "项目支出", "", ""]
    rows = [["合计", "", "400.00", "412.30", "292.30", "120.00", "12.30", "3.08%"]]
    rows += [["2011301", "行政运行", "290.00", "292.30", "292.30", "", "2.30", "0.79%"]]
    rows += [["2011308", "招商引资", "110.00", "120.00", "", "120.00", "10.00", "9.09%"]]
    model = read_pages(f"{UNIT}2025年部门预算", "附表五 一般公共预算支出情况表", "单位：万元", [head, names, *rows])
    assert [row.code for row in model.tables["B05"].rows] == ["", "2011301", "2011308"]
    assert amounts(model, "B05", "") == {"total": "412.30", "basic": "292.30", "project": "120.00"}
    assert amounts(model, "B05", "2011308") == {"total": "120.00", "project": "120.00"}
    assert [place.raw for place in model.unreadable] == ["2024年执行数", "增减额"]
    assert errors(model) == []


def test_a_title_without_a_cover_names_the_unit_and_a_form_without_columns_claims_nothing() -> None:
    model = read_text(
        "江州市青阳区投资服务中心2023年度部门决算\n第二部分 2023年度部门决算表\n第三部分 2023年度部门决算情况说明\n"
        "三、支出决算情况说明\n2023年度支出合计3,210.55万元。\n部门整体支出绩效自评表\n单位名称 江州市青阳区投资服务中心\n"
        "年度资金总额 3300.00 3210.55 10 97.29% 9.73\n一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分\n"
        "产出指标 数量指标 签约项目数 ≥20个 25个 50 50\n第四部分 名词解释\n一、基本支出：指保障机构运转的支出。\n"
    )
    assert model.document.unit == "江州市青阳区投资服务中心"
    assert [(claim.subject, f"{claim.value:f}") for claim in model.claims] == [("支出合计", "3210.55")]
    assert [place.why for place in model.unreadable] == ["自评表没有分栏，不能识读"]


@pytest.mark.parametrize(("upright", "border"), [("│", "├──┼──┤"), ("|", "|---|---|"), ("|", "+----+----+")])
def test_drawn_rulings_part_the_cells(upright: str, border: str) -> None:
    rows = [
        ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
        ["合计", "", "1,300.00", "1,000.00", "300.00"],
    ]
    rows += [["2011350", "事业运行", "1,000.00", "1,000.00", ""], ["2011308", "招商引资", "300.00", "", "300.00"]]
    drawn = f"\n{border}\n".join(f"{upright}{upright.join(row)}{upright}" for row in rows)
    model = read_text(f"{UNIT}2023年度部门决算\n支出决算表\n部门：{UNIT} 单位：万元\n{drawn}\n注：本表反映支出。\n")
    assert amounts(model, "T03", "") == {"total": "1300.00", "basic": "1000.00", "project": "300.00"}
    assert amounts(model, "T03", "2011308") == {"total": "300.00", "project": "300.00"}


def test_two_years_side_by_side_are_not_taken_for_one() -> None:
    head = [["科目编码", "科目名称", "2022年", "", "", "2023年", "", ""]]
    head += [["", "", "合计", "基本支出", "项目支出", "合计", "基本支出", "项目支出"]]
    rows = [["合计", "", "1,200.00", "900.00", "300.00", "1,300.00", "1,000.00", "300.00"]]
    rows += [["2011350", "事业运行", "900.00", "900.00", "", "1,000.00", "1,000.00", ""]]
    rows += [["2011308", "招商引资", "300.00", "", "300.00", "300.00", "", "300.00"]]
    model = read_pages(f"{UNIT}2023年度部门决算", "支出决算表", f"部门：{UNIT}", "单位：万元", [*head, *rows])
    assert model.tables["T03"].rows == ()
    assert [place.why[:8] for place in model.unreadable] == ["同一栏目印了两次"]
    assert errors(model) == []
