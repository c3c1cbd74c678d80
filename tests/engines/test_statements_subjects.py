"""The tables of subjects: how many of each 类, names by year against what was compared, what is and is not called unknown."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from qifu.engines.statements import Finding, Model, audit
from qifu.engines.statements.subjects import (
    borne_out,
    economic,
    functional,
    is_unknown,
    name_of,
    names_of,
    out_of_force,
    rows,
)
from qifu.output.papers.fiscal.faults import ground

CASES = Path(__file__).resolve().parents[1] / "cases"
SOURCES = {"", "notice", "subjects", "allotment", "published"}

# 类: its 款 and its 项, a code counted once whatever names it has borne
COUNTS: dict[str, tuple[int, int]] = {
    "201": (33, 214),
    "202": (9, 7),
    "203": (5, 11),
    "204": (12, 79),
    "205": (11, 41),
    "206": (12, 45),
    "207": (10, 50),
    "208": (27, 106),
    "210": (18, 63),
    "211": (19, 27),
    "212": (17, 32),
    "213": (19, 75),
    "214": (18, 10),
    "215": (10, 46),
    "216": (4, 16),
    "217": (5, 8),
    "219": (9, 0),
    "220": (7, 9),
    "221": (4, 21),
    "222": (6, 5),
    "223": (4, 21),
    "224": (9, 17),
    "227": (0, 0),
    "229": (9, 9),
    "230": (11, 2),
    "231": (7, 0),
    "232": (4, 0),
    "233": (4, 0),
    "234": (2, 0),
}
ECONOMIC: dict[str, int] = {
    "301": 13,
    "302": 27,
    "303": 12,
    "307": 4,
    "309": 12,
    "310": 16,
    "311": 2,
    "312": 6,
    "313": 3,
    "399": 6,
    "501": 4,
    "502": 10,
    "503": 7,
    "504": 6,
    "505": 3,
    "506": 2,
    "507": 3,
    "508": 6,
    "509": 5,
    "510": 3,
    "511": 4,
    "512": 2,
    "513": 7,
    "514": 2,
    "599": 6,
}


def _cases() -> list[dict[str, str]]:
    with (CASES / "subjects.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_functional_subjects_are_as_many_as_were_counted() -> None:
    found = Counter((code[:3], len(code)) for code in functional())
    classes = sorted(code for code in functional() if len(code) == 3)
    assert {code: (found[code, 5], found[code, 7]) for code in classes} == COUNTS


def test_economic_subjects_are_as_many_as_were_counted() -> None:
    found = Counter(code[:3] for code in economic() if len(code) == 5)
    assert {code: found[code] for code in economic() if len(code) == 3} == ECONOMIC


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['code']}-{case['year']}")
def test_subjects_bear_the_names_they_were_seen_with(case: dict[str, str]) -> None:
    code = case["code"]
    borne = name_of(code, int(case["year"])) if code[0] == "2" else names_of(code)[0]
    assert borne == case["name"]


def test_every_row_that_claims_a_source_is_in_the_table_of_what_was_seen() -> None:
    seen = {(case["code"], case["name"]): case["source"] for case in _cases()}
    claimed = {(row["code"], row["name"]): row["source"] for row in rows("functional.csv") if row["source"]}
    assert set(claimed.values()) <= SOURCES
    assert {key: seen.get(key) for key in claimed} == claimed


def test_every_subject_stands_below_its_parent_and_no_two_names_are_in_force_at_once() -> None:
    for code, each in functional().items():
        assert len(code) == 3 or code[:-2] in functional(), code
        ordered = sorted(each, key=lambda subject: subject.since)
        for earlier, later in pairwise(ordered):
            assert earlier.until < later.since, code
    codes = [row["code"] for row in rows("economic.csv")]
    assert len(codes) == len(set(codes))
    assert all(len(code) == 3 or code[:3] in codes for code in codes)


@pytest.mark.parametrize(
    "code", ["2300206", "22912", "23108", "2139803", "2100219", "22198", "20141", "22004", "31206"]
)
def test_nothing_is_claimed_where_the_table_may_lack_a_subject(code: str) -> None:
    assert not is_unknown(code, 2025)


@pytest.mark.parametrize("code", ["298", "20147", "2011387", "21560", "30277", "30104", "308", "50177"])
def test_codes_below_a_complete_subject_are_called_unknown(code: str) -> None:
    assert is_unknown(code, 2025)


def test_economic_codes_of_the_earlier_classification_are_left_alone() -> None:
    assert not is_unknown("30104", 2017)
    assert not is_unknown("30104")


def _with_code(model: Model, table: str, old: str, code: str, name: str = "") -> Model:
    printed = model.tables[table]
    changed = tuple(replace(row, code=code, name=name or row.name) if row.code == old else row for row in printed.rows)
    assert changed != printed.rows
    return replace(model, tables={**model.tables, table: replace(printed, rows=changed)})


def _of_subjects(model: Model) -> list[Finding]:
    return [finding for finding in audit(model).findings if finding.rule == "VOC-01"]


def test_an_unknown_economic_code_is_found_in_a_document() -> None:
    model, _ = ground(3, of_budgets=False)
    assert not _of_subjects(model)
    (found,) = _of_subjects(_with_code(model, "T06", "30201", "30277"))
    assert found.severity == "warning"
    assert "30277" in found.message
    assert "同级科目见于已公开的预决算" in found.message


def test_a_finding_says_what_its_row_was_compared_with() -> None:
    model, _ = ground(3, of_budgets=False)
    (borne,) = _of_subjects(_with_code(model, "T06", "30201", "30201", "办公用品"))
    assert "科目表中为“办公费”（科目表的名称见于已公开的预决算）" in borne.message
    code = next(row.code for row in model.tables["T05"].rows if len(row.code) == 7 and not borne_out(row.code))
    (guessed,) = _of_subjects(_with_code(model, "T05", code, code, "没有见过的科目"))
    assert "（所收录的这一条没有对照过原文）" in guessed.message


@pytest.mark.parametrize(
    ("code", "year", "severity", "words"),
    [
        ("2170404", 2024, "warning", "从2025年起才有，2024年没有这个科目（年份见于财政部增设科目的通知）"),
        ("2299901", 2024, "info", "只用到2020年，2024年没有这个科目（所收录的这一条没有对照过原文）"),
    ],
)
def test_a_code_that_the_year_did_not_have_is_named(code: str, year: int, severity: str, words: str) -> None:
    model, _ = ground(3, of_budgets=False)
    model = replace(model, document=replace(model.document, year=year))
    old = next(row.code for row in model.tables["T05"].rows if len(row.code) == 7)
    (found,) = [each for each in _of_subjects(_with_code(model, "T05", old, code)) if code in each.message]
    assert found.severity == severity
    assert words in found.message


@pytest.mark.parametrize(("code", "year"), [("2170404", 2025), ("2080505", 2019), ("2299901", 2020), ("22006", 0)])
def test_a_code_is_in_force_where_its_years_hold_it_or_are_not_borne_out(code: str, year: int) -> None:
    assert out_of_force(code, year) is None


def test_the_page_of_rules_lists_every_code_that_is_borne_out() -> None:
    page = (CASES.parents[1] / "docs" / "rules" / "statements.md").read_text(encoding="utf-8")
    listed = {
        (found[1], code)
        for found in re.finditer(r"^\| `(\w+)` codes \|(.*)\|$", page, re.M)
        for code in found[2].split()
    }
    held = {(row["source"], row["code"]) for name in ("functional.csv", "economic.csv") for row in rows(name)}
    assert listed == {pair for pair in held if pair[0]}
