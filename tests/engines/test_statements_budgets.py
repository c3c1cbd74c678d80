"""Budgets drawn by seed: faultless by the audit, read back from every format, and found out when a figure is changed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from qifu.engines.statements import Model, audit, from_json, from_text, read, to_json
from qifu.engines.statements.reading.repairs import with_value
from qifu.engines.statements.writing.plan import Plan, planned
from qifu.entry.cli.main import run
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import FORMATS, render
from qifu.output.papers.fiscal.budget_amounts import BudgetStyle, any_budget_style
from qifu.output.papers.fiscal.budgets import budget, budget_figures
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import Style, sample
from qifu.output.papers.fiscal.wear import KINDS, digits, fates

TABLES = {"B01", "B02", "B03", "B04", "B05", "B05-2", "B06", "B07", "B08", "B09", "B10"}


def alarms(model: Model) -> list[str]:
    return [finding.message for finding in audit(model).findings if finding.severity != "info"]


@pytest.mark.parametrize("seed", range(24))
def test_a_drawn_budget_raises_no_alarm(seed: int) -> None:
    model = budget(random.Random(seed))
    assert alarms(model) == []
    assert audit(model).checked > 300
    assert set(model.tables) == TABLES
    assert [form.kind for form in model.forms] == ["unit", *["project"] * (len(model.forms) - 1)]
    assert len(model.forms) > 2


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("seed", [0, 5, 11])
def test_a_budget_reads_back_as_it_was_written(seed: int, form: str) -> None:
    model = budget(random.Random(seed))
    found = read(open_bytes(render(model, form)))
    assert found == model
    assert (found.repairs, found.unreadable) == ((), ())


def test_every_kind_of_money_has_its_tables_and_words() -> None:
    style = BudgetStyle(2025, units=3, fund=True, capital=True, other_income=True, carried=True, hospitality=True)
    model = budget(random.Random(4), style)
    assert alarms(model) == []
    assert not any(model.tables[name].is_empty for name in TABLES)
    text = "".join(each.text for each in model.text)
    assert "没有使用" not in text
    assert read(open_bytes(render(model, "docx"))) == model


@pytest.mark.parametrize(
    ("table", "row", "column", "rule"),
    [
        ("B01", "income:general", "amount", "BUD-01"),
        ("B02", "137", "general", "BUD-02"),
        ("B03", "2080505", "basic", "BUD-03"),
        ("B04", "expenditure:208", "amount", "BUD-04"),
        ("B05", "2210201", "personnel", "BUD-05"),
        ("B06", "30101", "personnel", "BUD-06"),
        ("B10", "31", "general", "BUD-10"),
    ],
)
def test_one_changed_figure_of_a_budget_is_found(table: str, row: str, column: str, rule: str) -> None:
    model = budget(random.Random(8), replace(any_budget_style(random.Random(8)), zeros=True))
    changed, _ = with_value(model.tables[table], row, column, Decimal("1234.56"))
    found = audit(replace(model, tables={**model.tables, table: changed})).findings
    assert rule in {f.rule for f in found} | {text.split("：")[0] for f in found for text in f.related}


def test_what_the_figures_do_not_say_is_a_slot_that_the_audit_names() -> None:
    model, _ = budget_figures(random.Random(3))
    assert "××" in "".join(each.text for each in planned(model, Plan()).text)
    assert any(f.rule in ("NAR-14", "RES-01") for f in audit(planned(model, Plan())).findings)


def test_the_command_words_a_budget_as_a_budget_and_json_keeps_it_whole(tmp_path: Path) -> None:
    bare, _ = budget_figures(random.Random(3))
    assert from_json(json.loads(json.dumps(to_json(budget(random.Random(3)))))) == budget(random.Random(3))
    file, out = tmp_path / "budget.json", tmp_path / "budget.txt"
    file.write_text(json.dumps(to_json(bare)), encoding="utf-8")
    assert run(["fiscal", "render", str(file), "--to", "txt", "--out", str(out), "--explain"]) == 1  # slots are left
    text = out.read_text(encoding="utf-8")
    assert "部门预算收支情况总体说明" in text
    assert "决算" not in text
    assert "××" in text


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("seed", [0, 6])
def test_damage_to_a_budget_is_no_error(seed: int, kind: str) -> None:
    model = budget(random.Random(seed))
    found = read(from_text("\n".join(KINDS[kind](lines_of(model), random.Random(seed)))))
    assert found.tables == model.tables
    assert [form.budget for form in found.forms] == [form.budget for form in model.forms]
    assert alarms(found) == []


def replaced(lines: list[str], start: str, old: str, new: str) -> list[str]:
    """The lines with a cell of the first row of a statement (by its title) that bears it written otherwise."""
    title = next(i for i, line in enumerate(lines) if line.endswith(start))
    row = next(i for i in range(title, len(lines)) if old in lines[i].split("\t"))
    cells = lines[row].split("\t")
    cells[cells.index(old)] = new
    return [*lines[:row], "\t".join(cells), *lines[row + 1 :]]


@pytest.mark.parametrize("draw", [sample, budget])
@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_digit_is_mended_named_or_found_and_never_taken(draw: Callable[..., Model], seed: int) -> None:
    model = draw(random.Random(seed))
    worn = digits(lines_of(model), random.Random(seed), share=0.03)
    assert worn != lines_of(model)
    found = read(from_text("\n".join(worn)))
    fate = fates(model, found, audit(found).findings)
    assert fate["silent"] == 0
    assert fate["mended"] + fate["unreadable"] + fate["found"] > 0


def test_a_letter_in_a_figure_is_mended_where_a_sum_forces_it_and_said() -> None:
    model = budget(random.Random(8))
    amount = f"{model.tables['B03'].rows[1].amounts['total']:f}"
    letter = amount.replace("0", "O").replace("1", "l").replace("8", "B")
    assert letter != amount
    found = read(from_text("\n".join(replaced(lines_of(model), "支出预算总表", amount, letter))))
    assert found.tables == model.tables
    assert [(r.raw, r.value) for r in found.repairs] == [(letter, amount)]
    assert "只有这一个数成立" in found.repairs[0].why
    assert alarms(found) == []


def test_a_mistaken_digit_is_mended_only_in_a_document_that_was_misread_more_than_once() -> None:
    model = budget(random.Random(8))
    total = f"{model.tables['B05'].rows[0].amounts['total']:f}"
    slip = f"{total[0]}{total}"  # the first digit doubled
    lines = replaced(lines_of(model), "一般公共预算支出表（分功能科目）", total, slip)
    alone = read(from_text("\n".join(lines)))
    assert alone.repairs == ()
    assert alarms(alone) != []
    for title, row in (("支出预算总表", 3), ("一般公共预算基本支出表", 3)):
        table = next(each for each in model.tables.values() if each.title.endswith(title))
        amount = f"{table.rows[row].amounts['total']:f}"
        lines = replaced(lines, title, amount, f"{amount[:-4]}?{amount[-3:]}")
    found = read(from_text("\n".join(lines)))
    assert found.tables == model.tables
    assert (slip, total) in [(each.raw, each.value) for each in found.repairs]
    assert alarms(found) == []


def test_a_figure_whose_only_sum_cannot_be_read_is_named() -> None:
    model = budget(random.Random(15), BudgetStyle(2024, hospitality=True))
    half = model.tables["B07"].budget or {}
    total, reception = f"{half['total']:f}", f"{half['reception']:f}"
    lines = replaced(lines_of(model), "“三公”经费支出表", total, f"9{total}")
    found = read(from_text("\n".join(replaced(lines, "“三公”经费支出表", reception, reception[:-1] + "?"))))
    assert "B07.budget.total" in {place.where for place in found.unreadable}
    assert "B07.budget.reception" in {place.where for place in found.unreadable}


def test_a_letter_that_no_relation_settles_leaves_the_cell_blank_and_named() -> None:
    head = ["支出决算表", "科目编码\t科目名称\t合计\t基本支出\t项目支出\t上缴上级支出\t经营支出\t对附属单位补助支出"]
    table = [*head, "\t栏次\t1\t2\t3\t4\t5\t6", "2010350\t事业运行\t4O7.84\t4O7.84\t\t\t\t"]
    found = read(from_text("\n".join(table)))
    assert found.tables["T03"].rows[0].amounts["total"] is None
    assert {place.where for place in found.unreadable} == {"T03.2010350.total", "T03.2010350.basic"}
    assert found.repairs == ()


def test_a_blank_is_not_filled_where_another_cell_explains_the_failing_sums_as_well() -> None:
    style = Style(2024, capital=True)
    model = sample(random.Random(71), style)
    capital = f"{model.tables['T08'].rows[0].amounts['total']:f}"
    worn = replaced(lines_of(model), "收入支出决算总表", capital, capital[1:])
    found = read(from_text("\n".join(worn)))
    assert found.repairs == ()
    assert any("01表" in message for message in alarms(found))


def test_a_figure_that_ends_in_nought_is_still_a_witness_when_its_nought_is_cut_off() -> None:
    rng = random.Random(9)
    lines = lines_of(sample(random.Random(9)))
    for name, wear in KINDS.items():
        lines = wear(lines, rng) if name != "separators" else lines
    assert alarms(read(from_text("\n".join(lines)))) == []
