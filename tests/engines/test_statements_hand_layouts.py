"""Layouts written by hand: noughts, codes in brackets, repeated titles, projects without codes, other tables."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from qifu.engines.statements import Model, audit, read
from qifu.entry.intake.fiscal import open_bytes, pdf
from qifu.output.papers.fiscal import render
from tests.engines.test_statements_strangers import Grid, read_pages, read_text
from tests.engines.test_statements_unusual import amounts, errors

UNIT = "江州市临河区科技创新服务中心"
ACCOUNTS = f"{UNIT}2023年度部门决算"
BUDGET = f"{UNIT}2025年部门预算"
WHERE = f"部门：{UNIT} 单位：万元"


def lines_of(model: Model, statement: str, side: str) -> dict[int | None, str | None]:
    entries = getattr(model.tables[statement], side)
    return {
        entry.line: None if (value := next(iter(entry.amounts.values()))) is None else f"{value:f}" for entry in entries
    }


def two_sided(first: int, last: int, nil: str) -> Grid:
    held = {
        1: "1640.00",
        27: "1640.00",
        29: "4.50",
        30: "1644.50",
        36: "1569.02",
        38: "75.48",
        57: "1644.50",
        60: "1644.50",
    }
    names = {
        1: "一、一般公共预算财政拨款收入",
        2: "二、政府性基金预算财政拨款收入",
        3: "三、国有资本经营预算财政拨款收入",
    }
    names |= {4: "四、上级补助收入", 5: "五、事业收入", 6: "六、经营收入", 7: "七、附属单位上缴收入", 8: "八、其他收入"}
    names |= {27: "本年收入合计", 28: "使用非财政拨款结余", 29: "年初结转和结余", 30: "总计"}
    names |= {
        31: "一、一般公共服务支出",
        32: "二、外交支出",
        33: "三、国防支出",
        34: "四、公共安全支出",
        35: "五、教育支出",
    }
    names |= {
        36: "六、科学技术支出",
        37: "七、文化旅游体育与传媒支出",
        38: "八、社会保障和就业支出",
        39: "九、卫生健康支出",
    }
    names |= {57: "本年支出合计", 58: "结余分配", 59: "年末结转和结余", 60: "总计"}

    def side(line: int) -> list[str]:
        return [names.get(line, ""), str(line), held.get(line, nil if line in names else "")]

    return [[*side(line), *side(line + 30)] for line in range(first, last + 1)]


@pytest.mark.parametrize("nil", ["0", "0.00", "-", ""])
def test_a_nought_beside_the_number_of_a_line_is_an_amount(nil: str) -> None:
    head = [["收入", "", "", "支出", "", ""], ["项目", "行次", "金额", "项目", "行次", "金额"]]
    model = read_pages(ACCOUNTS, "收入支出决算总表", WHERE, [*head, *two_sided(1, 30, nil)])
    income, spent = lines_of(model, "T01", "income"), lines_of(model, "T01", "expenditure")
    assert (income[1], income[29], income[30]) == ("1640.00", "4.50", "1644.50")
    assert (spent[36], spent[38], spent[60]) == ("1569.02", "75.48", "1644.50")
    assert {spent[line] for line in (31, 32, 33, 58)} == {None if nil in ("-", "") else nil}
    assert model.unreadable == ()
    assert errors(model) == []


def test_a_page_that_repeats_the_title_goes_on_with_a_two_sided_statement() -> None:
    title: Grid = [["收入支出决算总表", "", "", "", "", ""], [f"部门：{UNIT}", "", "", "", "公开01表", "单位：万元"]]
    head = [["项目", "行次", "金额", "项目", "行次", "金额"]]
    model = read_pages(ACCOUNTS, [*title, *head, *two_sided(1, 27, "")], [*title, *two_sided(28, 30, "")])
    assert lines_of(model, "T01", "income")[29] == "4.50"
    assert lines_of(model, "T01", "expenditure")[60] == "1644.50"
    assert model.tables["T01"].unit == UNIT
    assert model.unreadable == ()
    assert errors(model) == []


@pytest.mark.parametrize("written", ["[{}]{}", "【{}】{}", "（{}）{}", "{}-{}", "{}：{}", "{} {}", "{}{}"])
def test_code_and_name_in_one_cell(written: str) -> None:
    rows = [["合计", "1,420.50", "300.00", "1,120.50"]]
    rows += [[written.format("2060101", "行政运行"), "300.00", "300.00", ""]]
    rows += [[written.format("2060503", "科技条件专项"), "1,120.50", "", "1,120.50"]]
    model = read_pages(
        ACCOUNTS,
        "一般公共预算财政拨款支出决算表",
        WHERE,
        [["支出功能分类科目", "本年支出合计", "基本支出", "项目支出"], *rows],
    )
    assert [(row.code, row.name) for row in model.tables["T05"].rows] == [
        ("", "合计"), ("2060101", "行政运行"), ("2060503", "科技条件专项"),
    ]  # fmt: skip
    assert amounts(model, "T05", "2060503") == {"total": "1120.50", "project": "1120.50"}
    assert model.unreadable == ()


ECONOMIC = [
    ["合计", "", "444.00", "409.30", "34.70"],
    ["301", "工资福利支出", "394.00", "394.00", ""],
    ["30101", "基本工资", "394.00", "394.00", ""],
    ["302", "商品和服务支出", "34.70", "", "34.70"],
    ["30201", "办公费", "34.70", "", "34.70"],
    ["303", "对个人和家庭的补助", "15.30", "15.30", ""],
    ["30302", "退休费", "15.30", "15.30", ""],
]


def test_basic_expenditure_with_a_column_for_each_half() -> None:
    head = [["科目编码", "科目名称", "合计", "人员经费", "公用经费"]]
    model = read_pages(ACCOUNTS, "一般公共预算财政拨款基本支出决算表", WHERE, [*head, *ECONOMIC])
    table = model.tables["T06"]
    assert (table.personnel_total, table.public_total) == (Decimal("409.30"), Decimal("34.70"))
    assert amounts(model, "T06", "30101") == {"amount": "394.00"}
    assert model.unreadable == ()
    crossed = [[*row[:3], row[4], row[3]] if row[0] == "30201" else row for row in ECONOMIC]
    model = read_pages(ACCOUNTS, "一般公共预算财政拨款基本支出决算表", WHERE, [*head, *crossed])
    assert [place.raw for place in model.unreadable] == ["30201 办公费 34.70 34.70"]


def test_the_unit_stands_on_a_line_of_the_cover_of_its_own() -> None:
    table = [
        ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
        ["合计", "", "3.00", "3.00", ""],
        ["2060101", "行政运行", "3.00", "3.00", ""],
    ]
    model = read_pages("2023年度", UNIT, "部门决算", "目录", "第一部分 部门概况", "第二部分 部门决算表",
                       "第一部分 部门概况", "承担服务。", "第二部分 部门决算表", "一般公共预算财政拨款支出决算表", table)  # fmt: skip
    assert (model.document.unit, model.document.year) == (UNIT, 2023)


PROJECTS_HEAD = [
    ["项目类别", "项目名称", "项目单位", "合计", "本年拨款", "", "", "财政拨款结转结余", "", "", "财政专户管理资金", "单位资金"],
    ["", "", "", "", "一般公共预算", "政府性基金预算", "国有资本经营预算", "一般公共预算", "政府性基金预算", "国有资本经营预算", "", ""],
]  # fmt: skip
PROJECTS = [
    ["合计", "", "", "1,200.50", "1,116.00", "80.00", "", "4.50", "", "", "", ""],
    ["其他运转类", "科技条件专项经费", UNIT, "1,120.50", "1,116.00", "", "", "4.50", "", "", "", ""],
    ["特定目标类", "园区设施维护经费", UNIT, "80.00", "", "80.00", "", "", "", "", "", ""],
]
PURCHASES = [
    ["科目编码", "科目名称", "采购项目", "合计", "货物", "工程", "服务"],
    ["合计", "", "", "60.00", "20.00", "", "40.00"],
    ["2060101", "行政运行", "办公设备", "20.00", "20.00", "", ""],
]


def test_projects_without_codes_are_known_by_their_names() -> None:
    model = read_pages(BUDGET, "表10", "部门项目支出表", WHERE, [*PROJECTS_HEAD, *PROJECTS])
    names = {row.name: row.code for row in model.tables["B10"].rows}
    assert names == {"合计": "", "科技条件专项经费": "科技条件专项经费", "园区设施维护经费": "园区设施维护经费"}
    assert amounts(model, "B10", "园区设施维护经费") == {"total": "80.00", "fund": "80.00"}
    assert model.unreadable == ()
    wrong = [*PROJECTS[:2], [*PROJECTS[2][:3], "90.00", "", "90.00", *PROJECTS[2][6:]]]
    found = audit(read_pages(BUDGET, "表10", "部门项目支出表", WHERE, [*PROJECTS_HEAD, *wrong])).findings
    assert "BUD-10" in {finding.rule for finding in found}
    both = [PROJECTS[0], *PROJECTS[1:], *([row[0], f"{row[1]}二级", *row[2:]] for row in PROJECTS[1:])]
    assert errors(read_pages(BUDGET, "表10", "部门项目支出表", WHERE, [*PROJECTS_HEAD, *both])) == []


def test_a_table_that_is_no_statement_ends_the_one_before_it() -> None:
    model = read_pages(
        BUDGET, "部门项目支出表", WHERE, [*PROJECTS_HEAD, *PROJECTS], "政府采购预算表", "单位：万元", PURCHASES
    )
    assert [row.name for row in model.tables["B10"].rows] == ["合计", "科技条件专项经费", "园区设施维护经费"]
    assert [grid.rows[1][:2] for grid in model.grids if "货物" in grid.rows[0]] == [("合计", "")]


def test_rows_of_projects_without_code_in_text_without_columns_are_named() -> None:
    model = read_text(
        f"{BUDGET}\n部门项目支出表\n{WHERE}\n合计 1200.50 1116.00 80.00 4.50\n运转类 科技专项经费 1120.50 1116.00 4.50\n"
    )
    assert [row.code for row in model.tables["B10"].rows] == [""]
    assert "没有编码，不能归入任何一行" in [place.why for place in model.unreadable]


def test_a_row_without_figures_gives_its_name_to_no_other() -> None:
    model = read_text(
        f"{BUDGET}\n一般公共预算基本支出表\n{WHERE}\n科目编码 科目名称 合计 人员经费 公用经费\n合计 13.70 0.00 13.70\n"
        "302 商品和服务支出 13.70 0.00 13.70\n30201 办公费 10.00 0.00 10.00\n30202 印刷费\n30207 邮电费 3.70 0.00 3.70\n"
    )
    assert {row.code: row.name for row in model.tables["B06"].rows if len(row.code) == 5} == {
        "30201": "办公费", "30202": "印刷费", "30207": "邮电费",
    }  # fmt: skip
    assert amounts(model, "B06", "30202") == {}
    assert amounts(model, "B06", "30207")["total"] == "3.70"


def test_hospitality_on_a_sheet_that_is_wider_than_it() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (
        [BUDGET],
        ["部门收入总表"],
        [WHERE],
        ["代码", "名称", "合计", "小计", "一般公共预算", *[""] * 12, "单位资金"],
        ["合计", "", 10.5, 10.5, 10.5],
        ["一般公共预算“三公”经费支出表"],
        [WHERE],
        ["“三公”经费合计", "因公出国（境）费", "公务用车购置及运行费", "", "", "公务接待费"],
        ["", "", "小计", "公务用车购置费", "公务用车运行费", ""],
        [3.5, None, 2.5, None, 2.5, 1],
    ):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    half = read(open_bytes(file.getvalue())).tables["B07"].budget or {}
    assert {column: f"{value:f}" for column, value in half.items() if value} == {
        "total": "3.5", "vehicles": "2.5", "vehicle_running": "2.5", "reception": "1",
    }  # fmt: skip


def page(number: int, *said: str | list[str]) -> list[pdf.Piece]:
    return [pdf.Piece(100.0 - place, one) for place, one in enumerate((*said, str(number)))]


def test_the_unit_of_money_is_no_running_head() -> None:
    pages = [page(n, f"表{n}", f"部门：{UNIT} 单位：元", ["合计", "3"]) for n in range(1, 6)]
    kept = pdf._without_running_heads(pages)
    assert [[piece.said for piece in pieces] for pieces in kept] == [
        [f"表{n}", f"部门：{UNIT} 单位：元", ["合计", "3"]] for n in range(1, 6)
    ]
    headed = [page(n, "某某区部门预算公开", f"正文{n}") for n in range(1, 6)]
    assert [[piece.said for piece in pieces] for pieces in pdf._without_running_heads(headed)] == [
        [f"正文{n}"] for n in range(1, 6)
    ]


@pytest.mark.parametrize("heads", [("单位：元", ""), ("", ""), ("", "单位：元")])
def test_a_statement_that_prints_no_unit_of_money_is_in_that_of_the_others(heads: tuple[str, str]) -> None:
    whole, part = "一般公共预算财政拨款支出决算表", "支出决算表"
    rows = [
        ["合计", "", "14,205,000", "3,000,000", "11,205,000"],
        ["2060101", "行政运行", "3,000,000", "3,000,000", ""],
    ]
    rows += [["2060503", "科技条件专项", "11,205,000", "", "11,205,000"]]
    head = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"]]
    model = read_pages(
        ACCOUNTS, "第二部分 部门决算表", part, f"部门：{UNIT} {heads[0]}", [*head, *rows], whole, f"部门：{UNIT} {heads[1]}",
        [*head, *rows], "第三部分 部门决算情况说明", "三、支出决算情况说明",
        "2023年度支出合计1420.50万元。其中：基本支出300.00万元，占本年支出21.1%；项目支出1120.50万元，占本年支出78.9%。",
    )  # fmt: skip
    assert errors(model) == []
    assert len(model.claims) >= 5


def test_basic_expenditure_with_one_total_above_its_subjects() -> None:
    rows = [["科目编码", "科目名称", "金额"], *(row[:3] for row in ECONOMIC)]
    spent = [
        ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
        ["合计", "", "{}", "{}", ""],
        ["2060101", "行政运行", "{}", "{}", ""],
    ]
    for basic, wrong in (("444.00", []), ("445.00", ["XTB-05-06"])):
        fifth = [[cell.format(basic) for cell in row] for row in spent]
        model = read_pages(ACCOUNTS, "一般公共预算财政拨款支出决算表", WHERE, fifth,
                           "一般公共预算财政拨款基本支出决算表", WHERE, rows)  # fmt: skip
        assert model.unreadable == ()
        assert [finding.rule for finding in audit(model).findings if finding.severity == "error"] == wrong


FOURTH = [
    ["收入", "", "支出", "", "", "", ""],
    ["项目", "决算数", "项目", "合计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"],
    ["一、一般公共预算财政拨款", "1564.50", "一、一般公共服务支出", "0.00", "0.00", "0.00", "0.00"],
    ["二、政府性基金预算财政拨款", "80.00", "六、科学技术支出", "1564.50", "1564.50", "0.00", "0.00"],
    ["本年收入合计", "1644.50", "十一、城乡社区支出", "80.00", "0.00", "80.00", "0.00"],
    ["总计", "1644.50", "本年支出合计", "1644.50", "1564.50", "80.00", "0.00"],
    ["", "", "总计", "1644.50", "1564.50", "80.00", "0.00"],
]


@pytest.mark.parametrize("form", ["docx", "xlsx", "pdf", "html", "txt"])
def test_a_two_sided_statement_without_line_numbers_keeps_its_kinds_of_money_when_written(form: str) -> None:
    model = read_pages(ACCOUNTS, "财政拨款收入支出决算总表", WHERE, FOURTH)
    closing = model.tables["T04"].expenditure[-1]
    assert (closing.name, [f"{value:f}" for value in closing.amounts.values() if value is not None]) == (
        "总计", ["1644.50", "1564.50", "80.00", "0.00"],
    )  # fmt: skip
    assert read(open_bytes(render(model, form))).tables == model.tables


@pytest.mark.parametrize("form", ["docx", "xlsx", "pdf", "html", "txt"])
def test_other_tables_keep_their_titles_when_written(form: str) -> None:
    model = read_pages(
        BUDGET, "第一部分 部门概况", "承担服务。", "第二部分 部门预算表", "部门项目支出表", WHERE, [*PROJECTS_HEAD, *PROJECTS],
        "政府采购预算表", PURCHASES, "第三部分 名词解释", "一、基本支出：指保障运转的支出。",
    )  # fmt: skip
    again = read(open_bytes(render(model, form)))
    assert (again.tables, again.grids, again.text) == (model.tables, model.grids, model.text)
    assert [each.text for each in model.text if each.part == "statements"][1:] == ["政府采购预算表"]


@pytest.mark.parametrize("numbered", [True, False])
def test_budgets_beside_the_accounts_are_taken_out_and_named(numbered: bool) -> None:
    def wide(row: list[str], more: int) -> list[str]:
        plain = row if numbered else [row[0], row[2], row[3], row[5]]
        at = (2, 5) if numbered else (1, 3)
        found: list[str] = []
        for i, cell in enumerate(plain):
            shifted = f"{Decimal(cell) + more:f}" if cell and i in at else ""
            found += [shifted, shifted, cell] if i in at else [cell]
        return found

    side = (
        ["项目", "行次", "年初预算数", "全年预算数", "决算数"]
        if numbered
        else ["项目", "年初预算数", "全年预算数", "决算数"]
    )
    rows = [wide(row, 7) for row in two_sided(1, 30, "") if numbered or row[0] or row[3]]
    model = read_pages(ACCOUNTS, "收入支出决算总表", WHERE, [side * 2, *rows])
    spent = {entry.name: entry.amounts["amount"] for entry in model.tables["T01"].expenditure}
    assert (spent["六、科学技术支出"], spent["本年支出合计"]) == (Decimal("1569.02"), Decimal("1644.50"))
    assert [place.raw for place in model.unreadable] == ["年初预算数", "全年预算数"]
    assert errors(model) == []


def test_two_columns_of_figures_whose_headings_say_nothing_are_not_taken_for_one() -> None:
    rows = [[*row[:3], "1.00", *row[3:], "2.00"] for row in two_sided(1, 30, "")]
    model = read_pages(ACCOUNTS, "收入支出决算总表", WHERE, [["项目", "行次", "甲", "乙"] * 2, *rows])
    held = [value for entry in model.tables["T01"].income for value in entry.amounts.values() if value is not None]
    assert Decimal("1640.00") not in held
    assert len(model.unreadable) >= 4
    assert errors(model) == []


def test_expenditure_by_its_nature_is_no_part_of_the_statement() -> None:
    plain = [[row[0], row[2], row[3], row[5], "", ""] for row in two_sided(1, 30, "") if row[0] or row[3]]
    plain[0][4:] = ["一、基本支出", "444.00"]
    plain[1][4:] = ["二、项目支出", "1200.50"]
    head = [
        ["收入", "", "支出", "", "", ""],
        ["项目", "金额", "项目（按功能分类）", "金额", "项目（按支出性质）", "金额"],
    ]
    model = read_pages(ACCOUNTS, "收入支出决算总表", WHERE, [*head, *plain])
    assert [place.raw for place in model.unreadable] == ["项目(按支出性质)"]
    assert "基本支出" not in {entry.name for entry in model.tables["T01"].expenditure}
    assert errors(model) == []


def test_a_column_that_numbers_the_rows_is_no_code() -> None:
    rows = [
        ["序号", "科目编码", "科目名称", "合计", "基本支出", "项目支出"],
        ["1", "", "合计", "1,420.50", "300.00", "1,120.50"],
    ]
    rows += [
        ["2", "206", "科学技术支出", "1,420.50", "300.00", "1,120.50"],
        ["3", "2060101", "行政运行", "300.00", "300.00", ""],
    ]
    rows += [["4", "2060503", "科技条件专项", "1,120.50", "", "1,120.50"]]
    model = read_pages(ACCOUNTS, "一般公共预算财政拨款支出决算表", WHERE, rows)
    assert [row.code for row in model.tables["T05"].rows] == ["", "206", "2060101", "2060503"]
    assert (model.repairs, model.unreadable) == ((), ())


def test_economic_subjects_with_their_codes_in_the_cells_of_their_names() -> None:
    rows = [["人员经费", "", "公用经费", ""], ["科目名称", "决算数", "科目名称", "决算数"]]
    rows += [
        ["301工资福利支出", "409.30", "302商品和服务支出", "34.70"],
        ["30101 基本工资", "409.30", "[30201]办公费", "34.70"],
    ]
    rows += [["人员经费合计", "409.30", "公用经费合计", "34.70"]]
    model = read_pages(ACCOUNTS, "一般公共预算财政拨款基本支出决算表", WHERE, rows)
    found = {row.code: (row.name, f"{row.amounts['amount']:f}") for row in model.tables["T06"].rows}
    assert found == {"301": ("工资福利支出", "409.30"), "30101": ("基本工资", "409.30"),
                     "302": ("商品和服务支出", "34.70"), "30201": ("办公费", "34.70")}  # fmt: skip
    assert model.unreadable == ()


@pytest.mark.parametrize(("names", "known"), [([UNIT], True), (["合计", UNIT], True), (["甲中心", "乙中心"], False)])
def test_hospitality_behind_the_name_of_a_unit(names: list[str], known: bool) -> None:
    items = ["合计", "因公出国（境）费", "小计", "公务用车购置费", "公务用车运行费", "公务接待费"]
    rows = [
        ["单位名称", *items * 2],
        *([name, "3.50", "", "2.50", "", "2.50", "1.00", "2.00", "", "2.00", "", "2.00", ""] for name in names),
    ]
    model = read_pages(ACCOUNTS, "财政拨款“三公”经费支出决算表", WHERE, rows)
    table = model.tables["T09"]
    held = [f"{value:f}" for half in (table.budget, table.actual) for value in (half or {}).values() if value]
    assert held == (["3.50", "2.50", "2.50", "1.00", "2.00", "2.00", "2.00"] if known else [])
    assert bool(model.unreadable) is not known or names[0] == "合计"
