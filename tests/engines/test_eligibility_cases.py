"""Eligibility in examples that a policy officer can read, run one by one, in bulk and as the naive reading of the rule."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from qifu.engines.eligibility import (
    Facts,
    Finder,
    Library,
    Reading,
    Table,
    Worker,
    catalogue,
    column,
    compile_policies,
    facts,
    judge,
    match,
    plan,
    read_policies,
)

CASES = Path(__file__).parent.parent / "cases"
ON = date(2026, 9, 30)
RESULTS = {"符合": "eligible", "不符合": "ineligible", "不确定": "unknown"}
LABELS = {field.label: field.name for field in catalogue().values()}


@cache
def conditions() -> Library:
    with (CASES / "eligibility_conditions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return compile_policies(
        read_policies([{"id": r["政策"], "title": r["说明"], "when": json.loads(r["条件"])} for r in rows])
    )


@cache
def cases() -> list[dict[str, str]]:
    with (CASES / "eligibility.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def situation(row: Mapping[str, str]) -> Facts:
    pairs = (each.split("=", 1) for each in row["企业情况"].split("；") if each)
    return facts({LABELS[label]: value for label, value in pairs}, ON)


def expected(row: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    return RESULTS[row["结果"]], tuple(LABELS[label] for label in row["还缺"].split("|") if label)


def table(rows: list[Facts]) -> Table:
    return Table(len(rows), {n: column(f, [row.get(n) for row in rows]) for n, f in catalogue().items()})


@pytest.mark.parametrize("row", cases(), ids=lambda row: f"{row['政策']}:{row['企业情况']}")
def test_one_by_one(row: dict[str, str]) -> None:
    library = conditions()
    reading = Reading(library, situation(row), ON)
    told = reading.explain(library.index(row["政策"]))
    assert (told.result, told.missing) == expected(row), row["为什么"]
    assert told.tree[0].result == {"eligible": "yes", "ineligible": "no", "unknown": "unknown"}[told.result]
    assert judge(library, reading.facts, ON)[library.index(row["政策"])] == told.result


def test_in_bulk() -> None:
    library, rows = conditions(), cases()
    held = table([situation(row) for row in rows])
    matrix = match(library, held, ON)
    found = listed(library, held)
    for number, row in enumerate(rows):
        policy = library.index(row["政策"])
        result, missing = expected(row)
        assert matrix.eligible(policy)[number] == (result == "eligible"), row
        assert matrix.unknown(policy)[number] == (result == "unknown"), row
        if result == "unknown":
            assert found[policy, number] == missing, row


def listed(library: Library, held: Table, on: date = ON) -> dict[tuple[int, int], tuple[str, ...]]:
    """(policy, row) of every unknown pair → the fields that keep it so."""
    worker = Worker(library, held, plan(library, on), 64)
    finder = Finder(worker)
    return {
        (found.policy, row): finder.sets[missing]
        for start in range(0, held.rows, worker.chunk)
        for task, pair in worker.run(start)
        for found in [finder.find(task, pair, start)]
        for row, missing in zip(found.unknown.tolist(), found.missing.tolist(), strict=True)
    }


def test_there_are_enough_cases_of_every_result_and_policy() -> None:
    assert len(cases()) >= 80
    for policy in conditions().policies:
        own = {row["结果"] for row in cases() if row["政策"] == policy.id}
        assert len(own) >= (1 if policy.id in ("everybody", "nobody", "streets") else 3), policy.id


def test_a_policy_answers_on_the_days_of_its_force() -> None:
    library = compile_policies(
        read_policies([{"id": "A", "when": True, "effective_from": "2026-01-01", "effective_to": "2026-12-31"}])
    )
    held = table([{}, {}])
    for day, result in {
        "2025-12-31": "ineligible",
        "2026-01-01": "eligible",
        "2026-12-31": "eligible",
        "2027-01-01": "ineligible",
    }.items():
        on = date.fromisoformat(day)
        assert judge(library, {}, on) == [result]
        assert match(library, held, on).counts().tolist() == [[2 if result == "eligible" else 0, 0]]
    late = Reading(library, {}, date(2027, 1, 1)).explain(0)
    assert (late.tree[0].path, late.tree[0].text) == ("$.effective_to", "政策执行到 2026-12-31 为止")


def test_an_explanation_reads_like_the_rule() -> None:
    library = conditions()
    told = Reading(library, situation({"企业情况": "行业代码=I6513；研发费用占比=0.035"}), ON)
    tree = told.explain(library.index("rd")).tree
    assert [(line.path, line.text, line.value, line.result) for line in tree] == [
        ("$.when.and", "以下全部满足", None, "unknown"),
        ("$.when.and[0].or", "以下至少满足一项", None, "unknown"),
        ("$.when.and[0].or[0]", "高新技术企业：是", None, "unknown"),
        ("$.when.and[0].or[1]", "科技型中小企业：是", None, "unknown"),
        ("$.when.and[1]", "研发费用占比不低于 3%", 0.035, "yes"),
    ]
    origins = {"rd_ratio": ("2026-05-31", "汇算清缴")}
    sourced = Reading(library, told.facts, ON, origins).explain(library.index("rd")).tree
    assert [line.origin for line in sourced] == [None, None, None, None, ("2026-05-31", "汇算清缴")]
    software = told.explain(library.index("software")).tree
    assert software[1].text == "行业代码以 I65（软件和信息技术服务业）、I63（电信、广播电视和卫星传输服务）之一开头"
    assert [line.text for line in told.explain(library.index("certified")).tree] == [
        "认定日期不早于 2025-01-01 且不晚于 2025-12-31"
    ]
    assert [line.text for line in told.explain(library.index("loans")).tree] == ["贷款余额不高于资产总额"]
