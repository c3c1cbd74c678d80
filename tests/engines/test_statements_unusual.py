"""Ten documents as strangers lay them out: what is read is right or named, and nobody is accused."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from qifu.engines.statements import Model, audit, read
from qifu.entry.intake.fiscal import open_bytes
from tests.engines.test_statements_strangers import Grid, read_pages

HEAD = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]


def amounts(model: Model, statement: str, code: str) -> dict[str, str]:
    row = model.tables[statement].row(code)
    assert row is not None
    return {column: f"{value:f}" for column, value in row.amounts.items() if value}


def errors(model: Model) -> list[str]:
    return [finding.message for finding in audit(model).findings if finding.severity == "error"]


def spending(title: str, *rows: list[str], unit: str = "万元") -> tuple[str, str, str, Grid]:
    return title, "部门：江州市南浦区投资促进局", f"单位：{unit}", [HEAD, *rows]


def test_a_statement_in_yuan_without_a_total_row() -> None:
    rows = [["201", "一般公共服务支出", "1,500,000.00", "1,000,000.00", "500,000.00"]]
    rows += [["2010301", "行政运行", "1,000,000.00", "1,000,000.00", ""]]
    rows += [["2010302", "一般行政管理事务", "500,000.00", "", "500,000.00"]]
    model = read_pages(
        "江州市南浦区投资促进局2022年度部门决算", "表3", *spending("2022年度支出决算表", *rows, unit="元")
    )
    assert model.document.money_unit == "元"
    assert amounts(model, "T03", "2010302") == {"total": "500000.00", "project": "500000.00"}
    assert errors(model) == []


def test_sheets_of_a_workbook_with_whole_numbers_and_noughts() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "03支出"
    rows: list[list[object]] = [["支出决算表"], ["公开03表"], ["部门：江州市南浦区投资促进局", "", "单位：万元"]]
    rows += [[*HEAD, "上缴上级支出", "经营支出", "对附属单位补助支出"], ["栏次", "", 1, 2, 3, 4, 5, 6]]
    rows += [["", "合计", 120.5, 100.5, 20, 0, 0, 0], [215, "资源勘探工业信息等支出", 120.5, 100.5, 20, 0, 0, 0]]
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    model = read(open_bytes(file.getvalue()))
    assert amounts(model, "T03", "215") == {"total": "120.5", "basic": "100.5", "project": "20"}
    assert errors(model) == []


def test_accounts_of_2019_with_projects_before_basic_expenditure() -> None:
    table = [["科目编码", "科目名称", "小计", "项目支出", "基本支出"], ["", "合计", "88.20", "18.20", "70.00"]]
    table += [["2060101", "行政运行", "70.00", "", "70.00"], ["2060102", "一般行政管理事务", "18.20", "18.20", ""]]
    model = read_pages(
        "江州市南浦区科技局2019年度部门决算", "一般公共预算财政拨款支出决算表", "公开05表", "单位：万元", table
    )
    assert model.document.year == 2019
    assert amounts(model, "T05", "") == {"total": "88.20", "project": "18.20", "basic": "70.00"}
    assert errors(model) == []


def test_text_without_columns_whose_names_run_over_the_line() -> None:
    lines = [
        "江州市南浦区企业服务局2024年部门预算",
        "表3 支出预算总表",
        "单位：万元",
        "科目编码 科目名称 合计 基本支出 项目支出",
    ]
    lines += ["合计 300.00 260.00 40.00", "208 社会保障和就业支出 60.00 60.00", "2080505 机关事业单位基本"]
    lines += ["养老保险缴费支出 60.00 60.00", "215 资源勘探工业信息等", "支出 240.00 200.00 40.00"]
    model = read(open_bytes("\n".join(lines).encode()))
    row = model.tables["B03"].row("2080505")
    assert row is not None
    assert (row.name, row.amounts["basic"]) == ("机关事业单位基本养老保险缴费支出", Decimal("60.00"))
    assert errors(model) == []


@pytest.mark.parametrize(("person", "reminded"), [("", False), ("周某", True)])
def test_an_application_with_or_without_a_name(person: str, reminded: bool) -> None:
    projects = [["项目编码", "项目名称", "项目单位", "合计", "一般公共预算财政拨款", "政府性基金预算财政拨款"]]
    projects += [["", "合计", "", "50.00", "50.00", ""]]
    projects += [["42010025T000000001", "招商引资经费", "投资促进局", "50.00", "50.00", ""]]
    form = [["项目名称", "招商引资经费", "", ""], ["项目负责人", person, "联系电话", ""]]
    form += [["项目总预算", "1500000.00", "项目当年预算", "500000.00"], ["项目资金来源", "金额", "", ""]]
    form += [["合计", "500000.00", "", ""], ["年度目标1：", "引进项目10个", "", ""]]
    parts = ("表10 项目支出表", "单位：万元", projects, "表12 项目支出绩效目标申报表", form)
    model = read_pages("江州市南浦区投资促进局2025年部门预算", *parts)
    assert (model.forms[0].budget, model.forms[0].details["sources"]) == (Decimal(50), "500000.00")
    assert any(finding.rule == "PRI-02" for finding in audit(model).findings) is reminded
    assert errors(model) == []


def test_codes_with_points_and_no_rows_of_classes() -> None:
    rows = [["", "合计", "35.00", "30.00", "5.00"], ["201.03.01", "行政运行", "30.00", "30.00", ""]]
    rows += [["201.03.99", "其他政府办公厅（室）及相关机构事务支出", "5.00", "", "5.00"]]
    model = read_pages("江州市南浦区政府办2024年度部门决算", *spending("支出决算表", *rows))
    assert amounts(model, "T03", "2010399") == {"total": "5.00", "project": "5.00"}
    assert errors(model) == []


@pytest.mark.parametrize("part", ["其中：政府性基金", "其中：教育收费"])
def test_a_column_of_which_part_is_printed_beside_it_is_taken_out(part: str) -> None:
    heads = ["科目编码", "科目名称", "本年收入合计", "财政拨款收入", part, "事业收入", "其他收入"]
    table = [heads, ["", "合计", "100.00", "90.00", "20.00", "6.00", "4.00"]]
    model = read_pages("江州市南浦区教育局2024年度部门决算", "收入决算表", "公开02表", "单位：万元", table)
    wanted = {"total": "100.00", "fiscal": "90.00", "undertaking": "6.00", "other": "4.00"}
    assert amounts(model, "T02", "") == wanted
    assert [place.where for place in model.unreadable] == [f"T02“{part.replace('：', ':')}”栏"]
    assert errors(model) == []


def test_a_column_that_the_official_statement_does_not_have_leaves_it_open() -> None:
    heads = ["科目编码", "科目名称", "本年收入合计", "财政拨款收入", "同级横向往来", "其他收入"]
    table = [heads, ["", "合计", "100.00", "90.00", "6.00", "4.00"]]
    model = read_pages("江州市南浦区教育局2024年度部门决算", "收入决算表", "公开02表", "单位：万元", table)
    assert amounts(model, "T02", "") == {"total": "100.00", "fiscal": "90.00", "other": "4.00"}
    assert "同级横向往来" in model.unreadable[0].why
    assert errors(model) == []


def test_a_text_in_yuan_beside_statements_in_wan() -> None:
    said = "2024年度支出合计1500000.00元，其中：基本支出1200000.00元，占80%；项目支出300000.00元，占20%。"
    rows = [["", "合计", "150.00", "120.00", "30.00"], ["201", "一般公共服务支出", "150.00", "120.00", "30.00"]]
    head = "第三部分 2024年度部门决算情况说明"
    parts = (*spending("支出决算表", *rows), head, "三、支出决算情况说明", said)
    model = read_pages("江州市南浦区商务局2024年度部门决算", "第二部分 2024年度部门决算表", *parts)
    assert errors(model) == []
    assert [claim.value for claim in model.claims if claim.subject == "基本支出"][:1] == [Decimal("1200000.00")]


def test_the_statement_of_a_second_unit_is_named_and_not_mixed_in() -> None:
    one = [["", "合计", "150.00", "100.00", "50.00"], ["201", "一般公共服务支出", "150.00", "100.00", "50.00"]]
    two = [["", "合计", "80.00", "60.00", "20.00"], ["201", "一般公共服务支出", "80.00", "60.00", "20.00"]]
    model = read_pages(
        "江州市南浦区商务局2024年度部门决算", *spending("支出决算表", *one), *spending("支出决算表", *two)
    )
    assert amounts(model, "T03", "201") == {"total": "150.00", "basic": "100.00", "project": "50.00"}
    assert [place.where for place in model.unreadable] == ["T03（另一张）"]
    assert errors(model) == []


def test_a_page_that_repeats_the_title_goes_on_with_the_statement() -> None:
    one = [["", "合计", "150.00", "100.00", "50.00"], ["201", "一般公共服务支出", "90.00", "60.00", "30.00"]]
    two = [["208", "社会保障和就业支出", "60.00", "40.00", "20.00"]]
    model = read_pages(
        "江州市南浦区商务局2024年度部门决算", *spending("支出决算表", *one), *spending("支出决算表", *two)
    )
    assert [row.code for row in model.tables["T03"].rows] == ["", "201", "208"]
    assert not model.unreadable
    assert errors(model) == []
