"""Loading lists: what is taken, what is refused and why; twice the same; killed and taken up again."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from xlsxwriter import Workbook

from qifu.domain.registry import actions, loads
from qifu.domain.registry.actions import loading
from qifu.domain.registry.models import Enterprise, FormerName, Load, Mark, Reject
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Content, Record
from qifu.kernel.evidence.verify import verify
from tests.conftest import NOW, House
from tests.domain.registry_lists import HEADINGS, check, code, figures, line, name, opened, run, write_csv

pytestmark = pytest.mark.django_db


def told(verb: str) -> list[Record]:
    return list(Record.objects.filter(verb=verb).order_by("pk"))


def reasons(load: Load) -> dict[int, str]:
    return dict(Reject.objects.filter(load=load).values_list("row_number", "reason"))


def test_a_list_makes_enterprises_with_evidence(house: House, tmp_path: Path) -> None:
    load = run(write_csv(tmp_path / "名单.csv", [line(1), line(2)]))
    assert (load.state, load.rows, figures(load)) == ("done", 2, (2, 0, 0, 0, 0))
    row = Enterprise.objects.get(uscc=code(1))
    assert (row.name, row.street_id, row.industry, row.size_class, row.employees) == (
        name(1), house.street, "I6513", "small", 12,
    )  # fmt: skip
    assert row.phone == "+8613800001234"
    assert row.initials.startswith("whhjjjmykjyxgs"[:2])
    mark = Mark.objects.get(enterprise=row)
    assert (mark.kind, mark.since, mark.until, mark.source) == (
        "above_scale",
        date(2026, 9, 30),
        None,
        "导入：名单.csv",
    )
    records = told("enterprise.create")
    assert [record.stream for record in records] == [
        f"registry.enterprise:{row.pk}",
        f"registry.enterprise:{row.pk + 1}",
    ]
    after = Content.objects.get(record=records[0]).body["after"]
    assert (after["uscc"], after["phone"], after["marks_begun"]) == (code(1), "138****1234", ["above_scale"])
    assert records[0].facts == {"load": load.pk, "row": 2}
    assert verify().is_whole


def test_the_same_list_twice_changes_nothing(house: House, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "名单.csv", [line(1), line(2)])
    run(path)
    before = list(Enterprise.objects.values())
    assert figures(run(path)) == (0, 0, 2, 0, 0)
    assert list(Enterprise.objects.values()) == before
    assert len(told("enterprise.create")) == 2
    assert told("enterprise.change") == []


def test_a_changed_row_changes_only_what_differs(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1), line(2)]))
    renamed = ["武汉新云星科技有限公司", *line(1)[1:]]
    renamed[5], renamed[6], renamed[7] = "30", "", "否"  # a blank says nothing, a no ends the mark
    load = run(write_csv(tmp_path / "2.csv", [renamed, line(2)]))
    assert figures(load) == (0, 1, 1, 0, 0)
    row = Enterprise.objects.get(uscc=code(1))
    assert (row.name, row.employees, row.phone) == ("武汉新云星科技有限公司", 30, "+8613800001234")
    assert list(FormerName.objects.values_list("enterprise", "name")) == [(row.pk, name(1))]
    assert Mark.objects.get(enterprise=row).until == date(2026, 9, 30)
    (record,) = told("enterprise.change")
    body = Content.objects.get(record=record).body
    assert body["before"] == {"name": name(1), "employees": 12, "marks_ended": ["above_scale"]}
    assert body["after"] == {"name": row.name, "employees": 30, "former_names": [name(1)]}


def test_a_dry_run_counts_and_shows_and_writes_nothing(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1)]))
    records = Record.objects.exclude(verb__startswith="load.").count()
    load = check(write_csv(tmp_path / "2.csv", [line(1, 99), line(2), ["", *line(3)[1:]]]))
    assert (load.state, load.is_dry, figures(load)) == ("checked", True, (1, 1, 0, 1, 0))
    assert load.samples == [{"row": 2, "name": name(1), "changes": [["从业人数", 12, 99]]}]
    assert reasons(load) == {4: "没有企业名称，请补充后重新导入。"}
    assert Enterprise.objects.get().employees == 12
    assert Record.objects.exclude(verb__startswith="load.").count() == records


def test_rows_that_cannot_be_used_say_why(house: House, tmp_path: Path) -> None:
    rows = [
        ["=A1&B1", code(3), *line(3)[2:]],
        [name(4), "=B9", *line(4)[2:]],
        line(5),
        [name(6), code(5), *line(6)[2:]],
        ["12345", code(8), *line(8)[2:]],
    ]
    load = run(write_csv(tmp_path / "名单.csv", rows))
    assert figures(load) == (1, 0, 0, 4, 0)
    assert reasons(load) == {
        2: "企业名称是公式，请在表格中把这一列“粘贴为数值”后重新导入。",
        3: "统一社会信用代码是公式，请在表格中把这一列“粘贴为数值”后重新导入。",
        5: "与第 4 行的统一社会信用代码相同，只采用先出现的一行。",
        6: "企业名称不像名称，请核对是否错列。",
    }
    assert Enterprise.objects.get().uscc == code(5)


def test_a_code_that_is_none_leaves_the_row_to_its_name(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1), line(2), line(3)]))
    wrong = code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")
    rows = [
        [name(1), wrong, *line(1, 50)[2:]],
        [name(2), code(2).replace("0", "O"), *line(2)[2:]],
        [name(3), "9.14201E+17", *line(3)[2:]],
        [name(4), "91420103", *line(4)[2:]],
    ]
    load = run(write_csv(tmp_path / "2.csv", rows))
    assert figures(load) == (1, 1, 2, 0, 4)
    said = reasons(load)
    assert f"第 18 位应为 {code(1)[-1]}" in said[2]
    assert said[2].endswith(f"这一格没有采用，这一行按企业名称对应（原文：{wrong}）")
    assert f"可能应为 {code(2)}。" in said[3]
    assert "改成了数字" in said[4]
    assert "应为 18 位，现为 8 位" in said[5]
    firms = Enterprise.objects.order_by("pk").values_list("name", "uscc", "employees")
    assert list(firms) == [(name(1), code(1), 50), (name(2), code(2), 12), (name(3), code(3), 12), (name(4), None, 12)]


def test_of_two_of_one_name_a_mistyped_code_means_the_one_it_is_near(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1), [name(1), code(2), *line(2)[2:]]]))
    wrong = code(2)[:-1] + ("0" if code(2)[-1] != "0" else "1")
    load = run(write_csv(tmp_path / "2.csv", [[name(1), wrong, *line(1, 50)[2:]]]))
    assert figures(load) == (0, 1, 0, 0, 1)
    assert Enterprise.objects.get(uscc=code(2)).employees == 50
    load = run(write_csv(tmp_path / "3.csv", [[name(1), "91420103", *line(1, 60)[2:]]]))
    assert reasons(load) == {2: "库中有 2 家企业叫这个名称，请补充统一社会信用代码。"}
    assert not Enterprise.objects.filter(employees=60).exists()


def test_a_formula_is_read_as_the_value_that_the_workbook_kept(house: House, tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    with Workbook(path) as book:
        page = book.add_worksheet()
        for row, cells in enumerate([HEADINGS, line(1), line(2), line(3)]):
            page.write_row(row, 0, cells)
        page.write_formula("A2", '="武汉"&"甲"', None, name(1))
        page.write_formula("F2", "=10+2", None, 12)
        page.write_formula("A3", "=VLOOKUP(1,A9:B9,2)", None, "#N/A")
        page.write_formula("B4", "=B9", None, "")
    load = run(path)
    assert figures(load) == (1, 0, 0, 2, 1)
    assert reasons(load) == {
        2: f"“企业名称”是公式，已按表格保存的计算结果读取（{name(1)}）；"
        "“从业人数”是公式，已按表格保存的计算结果读取（12）",
        3: "企业名称是公式，请在表格中把这一列“粘贴为数值”后重新导入。",
        4: "统一社会信用代码是公式，请在表格中把这一列“粘贴为数值”后重新导入。",
    }
    made = Enterprise.objects.get()
    assert (made.name, made.uscc, made.employees) == (name(1), code(1), 12)


def test_a_cell_that_cannot_be_understood_is_left_out_with_a_note(house: House, tmp_path: Path) -> None:
    odd = [name(1), code(1), "火星街道", "I6510", "特大", "若干", "=B2", "也许"]
    load = run(write_csv(tmp_path / "名单.csv", [odd]))
    assert figures(load) == (1, 0, 0, 0, 1)
    row = Enterprise.objects.get()
    assert (row.street_id, row.industry, row.size_class, row.employees, row.phone) == (None, "I6510", "", None, "")
    said = reasons(load)[2]
    assert "“所属街道”不在本区街道名单中，这一格没有采用（原文：火星街道）" in said
    assert "“行业”不在 GB/T 4754-2017 行业表中（可能是旧版代码），这一格按原文保留（原文：I6510）" in said
    assert "“联系电话”是公式，请先粘贴为数值，这一格没有采用（原文：=B2）" in said
    assert Reject.objects.get().is_note


def test_a_day_that_a_workbook_keeps_as_a_number_is_read(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "名单.csv", [[name(1), code(1), "43831"]], ["单位名称", "税号", "成立时间"]))
    assert Enterprise.objects.get().registered_on == date(2020, 1, 1)


def test_money_dates_and_former_names_are_read(house: House, tmp_path: Path) -> None:
    headings = ["单位名称", "税号", "注册资本（元）", "成立时间", "曾用名", "企业类型", "经营状态"]
    row = [name(1), code(1), "10,000,000", "2020年5月8日", "旧名甲有限公司；旧名乙有限公司", "有限责任公司", "存续"]
    run(write_csv(tmp_path / "名单.csv", [row], headings))
    made = Enterprise.objects.get()
    assert (made.registered_capital, made.registered_on) == (Decimal("1000.0000"), date(2020, 5, 8))
    assert (made.legal_form, made.status) == ("limited", "open")
    assert set(FormerName.objects.values_list("name", flat=True)) == {"旧名甲有限公司", "旧名乙有限公司"}


def test_a_row_without_a_code_means_the_one_of_that_name(house: House, tmp_path: Path) -> None:
    bare = [name(1), "", *line(1)[2:]]
    path = write_csv(tmp_path / "1.csv", [bare])
    assert figures(run(path)) == (1, 0, 0, 0, 0)
    assert figures(run(path)) == (0, 0, 1, 0, 0)
    assert figures(run(write_csv(tmp_path / "2.csv", [line(1)]))) == (0, 1, 0, 0, 0)  # the code is filled in
    assert Enterprise.objects.get().uscc == code(1)
    twin = [name(1), code(2), *line(2)[2:]]
    run(write_csv(tmp_path / "3.csv", [twin]))
    load = run(path)
    assert reasons(load) == {2: "库中有 2 家企业叫这个名称，请补充统一社会信用代码。"}


def test_a_kill_in_the_middle_is_taken_up_exactly_there(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "CHUNK", 10)
    rows = [line(number) for number in range(1, 36)]
    rows[30] = [name(99), code(3), *line(3)[2:]]  # row 32 repeats row 4, before and after the kill
    load, table = opened(write_csv(tmp_path / "名单.csv", rows))
    actions.begin_run(actor=SYSTEM, now=NOW, load=load.pk)

    def killed() -> object:
        for number, cells in table.rows():
            if number == 26:
                raise KeyboardInterrupt
            yield number, cells

    with pytest.raises(KeyboardInterrupt):
        actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=killed())  # type: ignore[arg-type]
    load = Load.objects.get()
    assert (load.state, load.done, load.last_row, Enterprise.objects.count()) == ("running", 20, 21, 20)
    assert loads.unfinished(SYSTEM, load.digest) == load
    actions.begin_run(actor=SYSTEM, now=NOW, load=load.pk)
    load = actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=table.rows())
    assert (load.state, load.rows, figures(load)) == ("done", 35, (34, 0, 0, 1, 0))
    assert reasons(load) == {32: "与第 4 行的统一社会信用代码相同，只采用先出现的一行。"}
    assert len(told("enterprise.create")) == Enterprise.objects.count() == 34
    assert verify().is_whole


def test_pause_cancel_and_budget(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK", 10)
    load, table = opened(write_csv(tmp_path / "名单.csv", [line(number) for number in range(1, 31)]))
    actions.begin_run(actor=SYSTEM, now=NOW, load=load.pk)
    ticks = iter(NOW + timedelta(seconds=10 * tick) for tick in range(100))
    load = actions.carry_on(
        actor=SYSTEM, clock=lambda: next(ticks), load=load.pk, rows=table.rows(), budget=timedelta(seconds=15)
    )
    assert (load.state, load.done) == ("running", 10)
    actions.pause(actor=SYSTEM, now=NOW, load=load.pk)
    load = actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=table.rows())
    assert (load.state, load.done) == ("paused", 10)
    actions.cancel(actor=SYSTEM, now=NOW, load=load.pk)
    with pytest.raises(Conflict, match="已取消"):
        actions.begin_run(actor=SYSTEM, now=NOW, load=load.pk)
    assert Enterprise.objects.count() == 10


def test_two_workers_on_one_list_never_do_a_row_twice(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "CHUNK", 10)
    load, table = opened(write_csv(tmp_path / "名单.csv", [line(number) for number in range(1, 31)]))
    actions.begin_run(actor=SYSTEM, now=NOW, load=load.pk)

    def overtaken() -> object:
        for number, cells in table.rows():
            if number == 15:  # the other worker does it all while this one holds rows 12 to 14
                actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=table.rows())
            yield number, cells

    actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=overtaken())  # type: ignore[arg-type]
    load = Load.objects.get()
    assert (load.state, load.done, figures(load)) == ("done", 30, (30, 0, 0, 0, 0))
    assert len(told("enterprise.create")) == 30


@pytest.mark.parametrize("who", ["handler", "street", "leader", "auditor"])
def test_who_may_not_load_leaves_no_trace(house: House, tmp_path: Path, who: str) -> None:
    path = write_csv(tmp_path / "名单.csv", [line(1)])
    records = Record.objects.count()
    with pytest.raises(Forbidden):
        opened(path, house.actor(who))
    assert (Load.objects.count(), Record.objects.count()) == (0, records)


def test_columns_that_cannot_be_used_are_refused(house: House, tmp_path: Path) -> None:
    load, _ = opened(write_csv(tmp_path / "名单.csv", [line(1)]))
    for mapping in ({"uscc": 1}, {"name": 0, "uscc": 0}, {"name": 99}, {"name": 0, "owner": 1}):
        with pytest.raises(Invalid):
            actions.begin_check(actor=SYSTEM, now=NOW, load=load.pk, mapping=mapping)
    assert Load.objects.get().state == "draft"
    assert HEADINGS[0] == load.headings[load.mapping["name"]]


def test_a_stretch_costs_the_same_statements_whatever_its_length(house: House, tmp_path: Path) -> None:
    def cost(first: int, count: int) -> int:
        path = write_csv(tmp_path / f"{first}.csv", [line(number) for number in range(first, first + count)])
        load, table = opened(path)
        actions.begin_run(actor=SYSTEM, now=NOW, load=load.pk)
        with CaptureQueriesContext(connection) as asked:
            actions.carry_on(actor=SYSTEM, clock=lambda: NOW, load=load.pk, rows=table.rows())
        return len(asked)

    cost(1, 2)  # the tree of units is read once
    assert cost(50, 2) == cost(100, 12)


@pytest.mark.slow
def test_a_long_list_and_the_same_again(house: House, tmp_path: Path) -> None:
    rows = 12_000 * int(os.environ.get("QIFU_TRIALS", "1"))
    path = write_csv(tmp_path / "名单.csv", [line(number) for number in range(rows)])
    assert figures(run(path)) == (rows, 0, 0, 0, 0)
    assert len(told("enterprise.create")) == rows
    assert figures(run(path)) == (0, 0, rows, 0, 0)
    assert told("enterprise.change") == []
