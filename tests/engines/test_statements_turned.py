"""Statements turned on their side: read where the headings force every place, named as not understood elsewhere."""

from __future__ import annotations

import pytest

from qifu.engines.statements import Model, audit
from qifu.engines.statements.model import Amounts
from tests.engines.test_statements_strangers import Grid, read_pages

UNIT = "江州市南浦区商务局"
ITEMS = (
    *("“三公”经费合计", "1.因公出国（境）费用", "2.公务接待费", "3.公务用车购置及运行维护费"),
    *("其中：（1）公务用车购置费", "（2）公务用车运行维护费"),
)
LAST = ["9.00", "", "3.00", "6.00", "", "6.00"]
BUDGET = ["8.00", "", "2.50", "5.50", "", "5.50"]
ACTUAL = ["7.20", "", "2.20", "5.00", "", "5.00"]
CHANGE = ["-1.80", "", "-0.80", "-1.00", "", "-1.00"]
SPENT = {"total": "7.20", "vehicles": "5.00", "vehicle_running": "5.00", "reception": "2.20"}
PLANNED = {"total": "8.00", "vehicles": "5.50", "vehicle_running": "5.50", "reception": "2.50"}


def downwards(heads: Grid, *columns: list[str]) -> Grid:
    return [*heads, *([item, *(column[k] for column in columns)] for k, item in enumerate(ITEMS))]


def accounts(table: Grid, title: str = "“三公”经费支出决算表") -> Model:
    return read_pages(f"{UNIT}2024年度部门决算", title, "公开09表", "单位：万元", table)


def held(amounts: Amounts | None) -> dict[str, str]:
    return {column: f"{value:f}" for column, value in (amounts or {}).items() if value is not None}


def errors(model: Model) -> list[str]:
    return [finding.message for finding in audit(model).findings if finding.severity == "error"]


@pytest.mark.parametrize(
    ("table", "left_out"),
    [
        (downwards([["项目", "预算数", "决算数"]], BUDGET, ACTUAL), []),
        (downwards([["项目", "决算数", "预算数"]], ACTUAL, BUDGET), []),
        (downwards([["项目", "上年决算数", "本年预算数", "本年决算数"]], LAST, BUDGET, ACTUAL), ["上年决算数"]),
        (
            downwards(
                [["项目", "2024年预算数", "2024年决算数", "2023年决算数", "增减额"]], BUDGET, ACTUAL, LAST, CHANGE
            ),
            ["2023年决算数", "增减额"],
        ),
        (
            downwards([["项目", "2023年", "2024年", ""], ["", "决算数", "预算数", "决算数"]], LAST, BUDGET, ACTUAL),
            ["2023年决算数"],
        ),
        (
            downwards([["项目", "行次", "预算数", "决算数"]], [str(k) for k in range(1, 7)], BUDGET, ACTUAL),
            [],
        ),
    ],
)
def test_items_below_each_other_stand_where_the_headings_put_them(table: Grid, left_out: list[str]) -> None:
    model = accounts(table)
    statement = model.tables["T09"]
    assert (held(statement.budget), held(statement.actual)) == (PLANNED, SPENT)
    assert [place.raw for place in model.unreadable] == left_out
    assert all(place.where == f"T09“{place.raw}”栏" for place in model.unreadable)
    assert errors(model) == []


@pytest.mark.parametrize(
    "heads",
    [
        [["项目", "金额一", "金额二", "金额三"]],
        [["项目", "年初预算数", "全年预算数", "决算数"]],
        [["项目", "决算数", "决算数", "预算数"]],
    ],
)
def test_headings_that_force_nothing_leave_the_statement_unread(heads: Grid) -> None:
    model = accounts(downwards(heads, LAST, BUDGET, ACTUAL))
    statement = model.tables["T09"]
    assert (held(statement.budget), held(statement.actual)) == ({}, {})
    assert [place.where for place in model.unreadable] == ["T09 第2行"]
    assert errors(model) == []


def test_a_statement_without_a_budget_column_says_so() -> None:
    model = accounts(downwards([["项目", "决算数"]], ACTUAL))
    assert (held(model.tables["T09"].budget), held(model.tables["T09"].actual)) == ({}, SPENT)
    assert [place.why for place in model.unreadable] == ["这张表没有预算数一栏"]
    assert errors(model) == []


def test_a_sum_is_checked_beside_a_column_of_last_year() -> None:
    wrong = ["7.90", *ACTUAL[1:]]
    model = accounts(downwards([["项目", "上年决算数", "本年预算数", "本年决算数"]], LAST, BUDGET, wrong))
    assert any("7.90" in message for message in errors(model))


@pytest.mark.parametrize(
    ("heads", "columns"),
    [
        ([["项目", "上年预算数", "本年预算数"]], (LAST, BUDGET)),
        ([["项目", "2024年预算数", "2025年预算数", "增减"]], (LAST, BUDGET, CHANGE)),
        ([["项目", "金额"]], (BUDGET,)),
    ],
)
def test_a_budget_that_lists_its_items_downwards(heads: Grid, columns: tuple[list[str], ...]) -> None:
    table = downwards(heads, *columns)
    model = read_pages(f"{UNIT}2025年部门预算", "表7 一般公共预算“三公”经费支出表", "单位：万元", table)
    assert held(model.tables["B07"].budget) == PLANNED
    assert errors(model) == []


LOW = ["合计", "因公出国（境）费", "小计", "公务用车购置费", "公务用车运行费", "公务接待费"]


def across(*halves: tuple[str, list[str]]) -> Grid:
    order = (0, 1, 3, 4, 5, 2)
    groups = [cell for head, _ in halves for cell in (head, "", "公务用车购置及运行费", "", "", "")]
    return [groups, LOW * len(halves), [column[k] for _, column in halves for k in order]]


def test_three_halves_side_by_side_are_parted_by_their_headings() -> None:
    table = across(("上年决算数", LAST), ("预算数", BUDGET), ("决算数", ACTUAL))
    heads = [cell for head in ("上年决算数", "预算数", "决算数") for cell in (head, "", "", "", "", "")]
    model = accounts([heads, *table[1:]])
    assert (held(model.tables["T09"].budget), held(model.tables["T09"].actual)) == (PLANNED, SPENT)
    assert [place.raw for place in model.unreadable] == ["上年决算数"]
    assert errors(model) == []


def test_three_halves_without_headings_are_not_understood() -> None:
    model = accounts([LOW * 3, *across(("", LAST), ("", BUDGET), ("", ACTUAL))[2:]])
    assert (held(model.tables["T09"].budget), held(model.tables["T09"].actual)) == ({}, {})
    assert model.unreadable
    assert errors(model) == []


SIDE: Grid = [
    ["科目名称", "一般公共服务支出", "社会保障和就业支出", "合计"],
    ["科目编码", "201", "208", ""],
    ["基本支出", "80.00", "20.00", "100.00"],
    ["项目支出", "10.00", "", "10.00"],
    ["合计", "90.00", "20.00", "110.00"],
]


def spending(table: Grid) -> Model:
    return read_pages(f"{UNIT}2024年度部门决算", "支出决算表", "公开03表", "单位：万元", table)


def test_subjects_side_by_side_are_read_where_every_column_bears_a_code() -> None:
    model = spending(SIDE)
    rows = {(row.code, row.name): held(row.amounts) for row in model.tables["T03"].rows}
    assert rows == {
        ("", "合计"): {"total": "110.00", "basic": "100.00", "project": "10.00"},
        ("201", "一般公共服务支出"): {"total": "90.00", "basic": "80.00", "project": "10.00"},
        ("208", "社会保障和就业支出"): {"total": "20.00", "basic": "20.00"},
    }
    assert not model.unreadable
    assert errors(model) == []
    wrong = [*SIDE[:-1], ["合计", "90.00", "20.00", "119.00"]]
    assert any("119.00" in message for message in errors(spending(wrong)))


@pytest.mark.parametrize(
    "table",
    [
        [SIDE[0], *SIDE[2:]],  # no codes
        [SIDE[0], ["科目编码", "201", "", ""], *SIDE[2:]],  # one subject without its code
        [*SIDE[:-1], ["本年数", *SIDE[-1][1:]]],  # a row that is no column of the statement
        [*SIDE, ["项目支出", "1.00", "1.00", "2.00"]],  # a column printed twice
    ],
)
def test_subjects_side_by_side_that_nothing_forces_are_not_understood(table: Grid) -> None:
    model = spending(table)
    assert model.tables["T03"].rows == ()
    assert {place.where.split(" ")[0] for place in model.unreadable} == {"T03"}
    assert errors(model) == []
