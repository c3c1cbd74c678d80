"""Reading, auditing and writing disclosures: figures, damage, planted faults, every format read back."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.engines.statements import Model, audit, from_json, from_text, read, report_json, to_json
from qifu.engines.statements.audit import RULES
from qifu.engines.statements.audit.measures import is_met, measure
from qifu.engines.statements.layouts import titled
from qifu.engines.statements.model import Row, Statement
from qifu.engines.statements.money import amount, percentage, tail
from qifu.engines.statements.paper import line_of
from qifu.engines.statements.reading.damage import mend_digits
from qifu.engines.statements.subjects import is_unknown, name_of
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.faults import PLANTERS, UNPLANTED, ground, is_of_budgets, named, plant, second
from qifu.output.papers.fiscal.faults.initial import this_budget, with_initials
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import Style, sample
from qifu.output.papers.fiscal.wear import KINDS

CASES = Path(__file__).resolve().parents[1] / "cases"


@cache
def faultless(of_budgets: bool) -> list[tuple[Model, Model | None]]:
    """A few documents in which every rule has something to read, and what each is held against."""
    return [ground(seed, of_budgets=of_budgets) for seed in range(16)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("497. 84", "497.84"),
        ("1,234.56", "1234.56"),
        ("1，234.56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("１２．５", "12.5"),
        ("-0.50", "-0.50"),
        ("", None),
        ("—", None),
        ("12.3.4", None),
        ("2080505 事业", None),
    ],
)
def test_amounts_are_read_through_damage(text: str, value: str | None) -> None:
    assert amount(text) == (None if value is None else Decimal(value))


def test_percentages_follow_the_table() -> None:
    with (CASES / "fiscal_percentages.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found = percentage(Decimal(row["printed"]), Decimal(row["part"]), Decimal(row["whole"]))
            assert found.verdict == row["verdict"], row
            assert found.expected == (Decimal(row["expected"]) if row["expected"] else None), row


def test_tails_grow_with_the_number_of_addends() -> None:
    assert (tail(1), tail(3), tail(8)) == (Decimal("0.01"), Decimal("0.020"), Decimal("0.045"))


def test_subjects_bear_the_name_of_their_year() -> None:
    assert name_of("20805", 2019) == "行政事业单位离退休"
    assert name_of("20805", 2024) == "行政事业单位养老支出"
    assert name_of("215", 2018) == "资源勘探信息等支出"
    assert is_unknown("2080587")
    assert not is_unknown("2130199")  # the items of 农业农村 are not all listed, so nothing is claimed
    assert is_unknown("298")


@pytest.mark.parametrize(
    ("title", "statement"),
    [
        ("2024年度收入支出决算总表", "T01"),
        ("表7 一般公共预算财政拨款“三公”经费支出决算表", "T09"),
        ("财政拨款“三公”经费支出决算表（表七）", "T09"),
        ("2022年度财政拨款收入支出决算总表", "T04"),
        ("表 5-2.一般公共预算支出表（分单位）", "B05-2"),
        ("一、收入支出决算总体情况说明", None),
    ],
)
def test_statements_are_known_by_their_titles(title: str, statement: str | None) -> None:
    found = titled(title)
    assert (found.id if found else None) == statement


@pytest.mark.parametrize("seed", range(12))
def test_faultless_documents_raise_no_alarm(seed: int) -> None:
    report = audit(sample(random.Random(seed)))
    assert [finding.message for finding in report.findings if finding.severity != "info"] == []
    assert report.checked > 500


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("seed", [3, 9, 14])
def test_damage_is_never_an_accounting_error(kind: str, seed: int) -> None:
    model = sample(random.Random(seed))
    worn = KINDS[kind](lines_of(model), random.Random(seed))
    found = read(from_text("\n".join(worn)))
    assert found.tables == model.tables
    assert [finding.message for finding in audit(found).findings if finding.severity != "info"] == []


def test_a_figure_that_no_column_takes_is_named_and_proves_nothing() -> None:
    lines = lines_of(sample(random.Random(2)))
    row = next(line for line in lines if line.startswith("2080505\t") and line.count("\t") == 8)
    found = read(from_text("\n".join(lines).replace(row, row.replace("2080505", "甲"), 1)))
    place = found.unreadable[-1]
    assert (place.where.split(" ")[0], place.line) == ("T02", lines.index(row) + 1)
    assert not [f for f in audit(found).findings if f.rule.startswith(("TBL-02", "XTB-01-02", "XTB-02"))]


def test_a_blank_total_is_filled_only_where_the_source_may_have_lost_it() -> None:
    model = sample(random.Random(2), Style(2024))
    lines = lines_of(model)
    row = next(i for i, line in enumerate(lines) if "本年支出合计\t57\t" in line)
    lines[row] = lines[row].rpartition("\t")[0] + "\t"
    paper = from_text("\n".join(lines))
    extracted, written = read(paper), read(replace(paper, faithful=True))
    assert [(repair.where, repair.raw) for repair in extracted.repairs] == [("T01.current.amount", "")]
    assert [f.severity for f in audit(extracted).findings if "空白" in f.message] == ["info"]
    assert not written.repairs
    assert [f.severity for f in audit(written).findings if "空白" in f.message] == ["error"]


def test_every_rule_has_three_kinds_of_fault_or_a_reason() -> None:
    assert set(PLANTERS).isdisjoint(UNPLANTED)
    assert set(PLANTERS) | set(UNPLANTED) == set(RULES)
    assert [code for code, kinds in PLANTERS.items() if len(kinds) < 3] == []
    text = (Path(__file__).resolve().parents[2] / "docs" / "rules" / "statements.md").read_text(encoding="utf-8")
    assert [code for code, why in UNPLANTED.items() if why not in text] == []


@pytest.mark.parametrize("of_budgets", [False, True])
def test_no_rule_speaks_before_a_fault_is_planted(of_budgets: bool) -> None:
    assert [named(model, before) for model, before in faultless(of_budgets)] == [set()] * 16


def test_no_rule_speaks_where_the_budget_of_the_year_agrees() -> None:
    for model, _ in faultless(False):
        assert named(with_initials(model), this_budget(model)) == set()
        assert named(model, this_budget(model)) == set()


@pytest.mark.parametrize("code", sorted(PLANTERS))
def test_planted_faults_are_found(code: str) -> None:
    for kind in PLANTERS[code]:
        planted = 0
        for seed, (model, before) in enumerate(faultless(is_of_budgets(code))):
            faulty = plant(model, code, kind, random.Random(f"{code} {kind} {seed}"))
            if faulty is not None:
                planted += 1
                assert code in named(faulty, second(code, model, before)), (kind, seed)
            if planted == 2:
                break
        assert planted > 0, kind


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["docx", "xlsx", "html", "pdf"]))
def test_what_is_written_reads_back(seed: int, form: str) -> None:
    model = sample(random.Random(seed))
    assert read(open_bytes(render(model, form))) == model


def test_json_is_the_contract() -> None:
    model = sample(random.Random(1), Style(2024))
    value = to_json(model)
    assert set(value["document"]) >= {"kind", "unit", "year", "published", "money_unit"}
    assert value["document"]["kind"] == "final_accounts"
    assert set(value["tables"]) == {f"T0{i}" for i in range(1, 10)}
    assert value["tables"]["T01"]["income"][0] == {
        "line": 1,
        "name": "一、一般公共预算财政拨款收入",
        "amounts": {"amount": value["tables"]["T01"]["income"][0]["amounts"]["amount"]},
    }
    assert set(value["tables"]["T03"]["rows"][0]["amounts"]) == {
        "total",
        "basic",
        "project",
        "remit",
        "business",
        "subsidy",
    }
    assert from_json(value) == model


def test_one_wrong_cell_is_one_finding() -> None:
    model = sample(random.Random(5), Style(2024))
    table = model.tables["T03"]
    row = table.rows[-1]
    text = "\n".join(lines_of(model))
    line = next(line for line in text.split("\n") if line.startswith(f"{row.code}\t") and line.count("\t") == 7)
    broken = line.replace(f"\t{row.amounts['basic']}", f"\t{(row.amounts['basic'] or 0) + 9}", 1)
    report = audit(read(from_text(text.replace(line, broken, 1))))
    errors = [finding for finding in report.findings if finding.severity == "error"]
    assert len(errors) == 1
    assert errors[0].related
    assert report_json(report)["summary"]["error"] == 1


def test_digits_destroyed_by_rule_are_mended_and_named() -> None:
    """The digit before every thousands comma of the text became 1: the amounts of the statements say what it was."""
    amounts = [
        Decimal(f"{n}.{n % 90 + 10}") for n in (12345, 23456, 34567, 45678, 56789, 67890, 78901, 89012, 13579, 24680)
    ]
    table = Statement("T05", rows=tuple(Row(str(2010100 + i), "", {"total": value}) for i, value in enumerate(amounts)))
    damaged = [f"{str(value)[0]}1,{str(value)[2:]}" for value in amounts]
    lines = [line_of(number, f"支出{figure}万元。") for number, figure in enumerate(damaged, start=1)]
    mended = mend_digits(lines, set(), [table])
    assert [line.text for line in mended.lines] == [f"支出{value}万元。" for value in amounts]
    assert {repair.value for repair in mended.repairs} == {str(value) for value in amounts}
    assert not mended.unreadable


def test_figures_with_ordinary_commas_are_left_alone() -> None:
    lines = [line_of(number, f"支出{number},{number}23.00万元。") for number in range(1, 10)]
    assert mend_digits(lines, set(), []).lines == tuple(lines)


def test_every_rule_says_where_it_comes_from() -> None:
    assert len(RULES) >= 90
    for code, rule in RULES.items():
        assert rule.code == code
        assert rule.source
        assert rule.title
        assert rule.message
        assert rule.severity in ("error", "warning", "info")


def test_every_rule_stands_in_the_documentation() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "rules" / "statements.md").read_text(encoding="utf-8")
    assert [code for code in RULES if f"| {code} |" not in text] == []


@pytest.mark.parametrize(
    ("target", "actual", "met"),
    [
        ("≥1500册", "1520 册", True),
        ("三十五场以上", "34场", False),
        ("60万元—80万元", "55万元", False),
        ("2亿元", "15000万元", False),
        ("8", "8场次", True),
        ("100%", "1", None),
        ("增长5%", "下降5%", None),
        ("≤3个工作日", "2个工作日", True),
    ],
)
def test_targets_and_actual_values_are_compared(target: str, actual: str, met: bool | None) -> None:
    one, other = measure(target), measure(actual)
    assert one is not None
    assert other is not None
    assert is_met(one, other) is met


@pytest.mark.parametrize("text", ["及时", "无投诉", "零投诉", "2024年12月31日前完成", "12月底前", "12,34元"])
def test_what_is_no_number_is_not_measured(text: str) -> None:
    assert measure(text) is None
