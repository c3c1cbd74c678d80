"""Laws of eligibility, for conditions and enterprises that nobody thought of.

The bulk engine, the one-by-one engine and a naive reading of the rules agree on complete and on missing data; on
complete data a public JsonLogic agrees too. A nearest change really does what it says, and nothing smaller would.
"""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import datalogic_py
import json_logic
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.engines.eligibility import (
    Facts,
    Library,
    Reading,
    catalogue,
    compile_policies,
    deciding,
    facts,
    judge,
    match,
    nearest,
    read_policies,
)
from tests.engines.test_eligibility_cases import ON, listed, table

FIELDS = catalogue()
NUMBERS = {
    "revenue": [-5, 0, 99.99, 100, 100.01, 500, 40000.5, 3e9],
    "employees": [0, 1, 9, 10, 11, 300, 70000],
    "rd_ratio": [0, 0.0299, 0.03, 0.035, 0.1 + 0.2, 1 / 3],
    "assets": [0, 100, 100.01, 5000],
    "age_months": [0, 11, 12, 13, 59, 60],
}
DAYS = {"certified_on": ["2024-02-29", "2025-01-01", "2025-12-31", "2026-09-30"]}
WORDS = {
    "industry": ["I6513", "I6510", "I65", "C3581", "C35", "I", "A0111"],
    "street": ["S01", "S02", "江汉", ""],
    "size_class": ["large", "medium", "small", "micro"],
    "tax_credit": ["A", "B", "M", "C", "D"],
}
FLAGS = ("high_tech", "abnormal", "little_giant")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def var(name: str) -> dict[str, Any]:
    return {"var": name}


def comparisons() -> st.SearchStrategy[dict[str, Any]]:
    def of(values: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
        names = st.sampled_from(sorted(values))
        operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
        plain = names.flatmap(
            lambda name: st.tuples(operators, st.sampled_from(values[name]), st.booleans()).map(
                lambda p: {p[0]: [p[1], var(name)] if p[2] else [var(name), p[1]]}
            )
        )
        between = names.flatmap(
            lambda name: st.tuples(
                st.sampled_from(["<", "<="]), st.sampled_from(values[name]), st.sampled_from(values[name])
            ).map(lambda p: {p[0]: [p[1], var(name), p[2]]})
        )
        return plain | between

    fields = st.tuples(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.permutations(sorted(NUMBERS)))
    mixed = fields.map(lambda p: {p[0]: [var(p[1][0]), var(p[1][1])]})
    return of(NUMBERS) | of(DAYS) | mixed


def memberships() -> st.SearchStrategy[dict[str, Any]]:
    def of(operator: str, name: str, values: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
        return st.lists(st.sampled_from(values), max_size=5).map(lambda chosen: {operator: [var(name), chosen]})

    lists = [of("in", name, [each for each in values if each]) for name, values in WORDS.items()]
    prefixes = [
        of("starts_with", name, ["I", "I65", "C3", "江", "S0", "I6513", "X"]) for name in ("industry", "street")
    ]
    one = st.sampled_from(["I65", "C", "I6513"]).map(lambda p: {"starts_with": [var("industry"), p]})
    numbers = [of("in", "employees", NUMBERS["employees"])]
    equal = st.sampled_from(sorted(WORDS)).flatmap(
        lambda name: st.tuples(st.sampled_from(["==", "!="]), st.sampled_from([w for w in WORDS[name] if w])).map(
            lambda p: {p[0]: [var(name), p[1]]}
        )
    )
    return st.one_of(*lists, *prefixes, *numbers, one, equal)


def leaves() -> st.SearchStrategy[Any]:
    flags = st.sampled_from(FLAGS).flatmap(
        lambda name: st.sampled_from([var(name), {"==": [var(name), False]}, {"!=": [True, var(name)]}])
    )
    return st.booleans() | comparisons() | memberships() | flags


CONDITIONS: st.SearchStrategy[Any] = st.recursive(
    leaves(),
    lambda part: (
        st.lists(part, min_size=1, max_size=4).flatmap(lambda parts: st.sampled_from([{"and": parts}, {"or": parts}]))
        | part.map(lambda each: {"!": each})
        | part.map(lambda each: {"!": [each]})
    ),
    max_leaves=12,
)


def records(unknown: bool) -> st.SearchStrategy[dict[str, Any]]:
    def cell(values: list[Any]) -> st.SearchStrategy[Any]:
        known = st.sampled_from([each for each in values if each != ""])
        return st.none() | known if unknown else known

    columns = {name: cell(values) for name, values in {**NUMBERS, **DAYS, **WORDS}.items()}
    return st.fixed_dictionaries(columns | dict.fromkeys(FLAGS, cell([True, False])))


def naive(condition: Any, record: dict[str, Any]) -> bool | None:
    """The rule as the contract words it, on raw values; None is unknown."""
    if isinstance(condition, bool):
        return condition
    ((operator, given),) = condition.items()
    if operator == "var":
        return record[given]
    if operator == "!":
        value = naive(given[0] if isinstance(given, list) else given, record)
        return None if value is None else not value
    if operator in ("and", "or"):
        values = [naive(each, record) for each in given]
        decisive = operator == "or"
        return decisive if decisive in values else None if None in values else not decisive
    values = [record[each["var"]] if isinstance(each, dict) else each for each in given]
    if any(value is None for value in values):
        return None
    if operator == "in":
        return values[0] in values[1]
    if operator == "starts_with":
        return values[0].startswith(values[1] if isinstance(values[1], str) else tuple(values[1]))
    compare = {
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }[operator]
    return all(compare(a, b) for a, b in itertools.pairwise(values))


def naive_missing(condition: Any, record: dict[str, Any]) -> set[str]:
    """The unknown fields of what is unknown in an unknown whole."""
    if isinstance(condition, bool) or naive(condition, record) is not None:
        return set()
    ((operator, given),) = condition.items()
    if operator == "var":
        return {given}
    if operator == "!":
        return naive_missing(given[0] if isinstance(given, list) else given, record)
    if operator in ("and", "or"):
        return set().union(*(naive_missing(each, record) for each in given))
    names = [each["var"] for each in given if isinstance(each, dict)]
    return {name for name in names if record[name] is None}


RESULT = {True: "eligible", False: "ineligible", None: "unknown"}


def library_of(*conditions: Any) -> Library:
    return compile_policies(read_policies([{"id": f"P{n}", "when": each} for n, each in enumerate(conditions)]))


@settings(max_examples=120, deadline=None, suppress_health_check=SLOW)
@given(st.lists(CONDITIONS, min_size=1, max_size=6), st.lists(records(unknown=True), min_size=1, max_size=70))
def test_all_readings_agree_also_on_missing_data(conditions: list[Any], rows: list[dict[str, Any]]) -> None:
    library = library_of(*conditions)
    known = [facts(row, ON) for row in rows]
    held = table(known)
    matrix, lacking = match(library, held, ON, chunk=64), listed(library, held)
    for number, row in enumerate(rows):
        reading = Reading(library, known[number], ON)
        for policy, condition in enumerate(conditions):
            result = RESULT[naive(condition, row)]
            told = reading.explain(policy)
            assert told.result == result
            assert matrix.eligible(policy)[number] == (result == "eligible")
            assert matrix.unknown(policy)[number] == (result == "unknown")
            if result == "unknown":
                assert set(told.missing) == naive_missing(condition, row)
                assert set(lacking[policy, number]) == set(told.missing)
    totals = [[sum(naive(c, r) is True for r in rows), sum(naive(c, r) is None for r in rows)] for c in conditions]
    assert matrix.counts().tolist() == totals


def standard(condition: Any) -> Any:
    """The same condition in JsonLogic of everybody: `starts_with` becomes `substr`."""
    if not isinstance(condition, dict):
        return condition
    ((operator, given),) = condition.items()
    if operator == "starts_with":
        prefixes = [given[1]] if isinstance(given[1], str) else given[1]
        parts = [{"==": [{"substr": [given[0], 0, len(each)]}, each]} for each in prefixes]
        return {"or": [False, *parts]}
    if operator in ("and", "or"):
        return {operator: [standard(each) for each in given]}
    if operator == "!":
        return {"!": [standard(given[0] if isinstance(given, list) else given)]}
    return condition


@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
@given(CONDITIONS, records(unknown=False))
def test_a_public_jsonlogic_agrees_on_complete_data(condition: Any, row: dict[str, Any]) -> None:
    rule = standard(condition)
    theirs = datalogic_py.apply(rule, row)
    assert bool(json_logic.jsonLogic(rule, row)) == bool(theirs)
    assert judge(library_of(condition), facts(row, ON), ON) == [RESULT[bool(theirs)]]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(CONDITIONS, records(unknown=True))
def test_supplying_what_is_missing_settles_it_and_nothing_else_is_needed(condition: Any, row: dict[str, Any]) -> None:
    library = library_of(condition)
    told = Reading(library, facts(row, ON), ON).explain(0)
    for name in told.missing:  # every field that is named can matter: without it the answer stays unknown
        assert row[name] is None
    if told.result == "unknown":
        filled = {name: row[name] if name not in told.missing else _any(name) for name in row}
        after = Reading(library, facts(filled, ON), ON).explain(0)
        assert set(after.missing).isdisjoint(told.missing)


def _any(name: str) -> Any:
    return {**NUMBERS, **DAYS, **WORDS, **{key: [True] for key in FLAGS}}[name][0]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(CONDITIONS, records(unknown=True))
def test_deciding_clauses_decide(condition: Any, row: dict[str, Any]) -> None:
    """With the fields of the deciding clauses alone the verdict is the same."""
    library, known = library_of(condition), facts(row, ON)
    reading = Reading(library, known, ON)
    kept = {field.name for each in deciding(library, 0, reading.states) for field in each.node.fields}  # type: ignore[union-attr]
    if reading.result(0) != "unknown":
        assert judge(library, {name: known[name] for name in kept}, ON) == [reading.result(0)]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(CONDITIONS, records(unknown=True))
def test_a_nearest_change_makes_it_eligible(condition: Any, row: dict[str, Any]) -> None:
    library, known = library_of(condition), facts(row, ON)
    changes = nearest(library, 0, known)
    if judge(library, known, ON) == ["eligible"]:
        assert changes == []
    costs = [change.cost for change in changes]
    assert costs == sorted(costs)
    for change in changes:
        after: Facts = {**known, **{move.field.name: move.after for move in change.moves}}
        assert judge(library, after, ON) == ["eligible"]
        for move in change.moves:  # no move is idle
            back = {**after, move.field.name: move.before}
            assert judge(library, back, ON) != ["eligible"]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(CONDITIONS, records(unknown=False), st.sampled_from(["employees", "certified_on"]))
def test_no_smaller_change_of_one_field_would_do(condition: Any, row: dict[str, Any], name: str) -> None:
    """Against every whole number (or day) between: a single change is found when there is one, and it is the least."""
    library, known = library_of(condition), facts(row, ON)
    if judge(library, known, ON) == ["eligible"]:
        return
    before = float(known[name] or 0)
    reach = range(320) if name == "employees" else range(int(before) - 400, int(before) + 400)
    doing = [v for v in map(float, reach) if judge(library, {**known, name: v}, ON) == ["eligible"]]
    changes = [c for c in nearest(library, 0, known, limit=99) if [m.field.name for m in c.moves] == [name]]
    if doing:
        assert len(changes) == 1
        least = min(abs(value - before) for value in doing)
        assert abs(float(changes[0].moves[0].after) - before) <= least


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, 200])
def test_chunks_do_not_show(rows: int) -> None:
    library = library_of({">=": [var("employees"), 10]}, {"!": {"var": "high_tech"}})
    known: list[Facts] = [{"employees": float(n % 20), "high_tech": None if n % 3 else n % 2 == 0} for n in range(rows)]
    held = table(known)
    whole, parted = match(library, held, ON), match(library, held, ON, chunk=64, threads=2)
    assert whole.planes.tolist() == parted.planes.tolist()
    assert whole.counts().tolist()[0] == [sum(n % 20 >= 10 for n in range(rows)), 0] if rows else True
    again = match(library, held, ON, out=whole.planes)
    assert again.planes is whole.planes


def test_age_in_bulk_is_age_one_by_one() -> None:
    import numpy as np

    from qifu.engines.eligibility import months_until
    from qifu.engines.eligibility.values import months_between

    first = date(2019, 12, 25)
    days = [date.fromordinal(first.toordinal() + n) for n in range(2500)]
    for on in (date(2026, 9, 30), date(2024, 2, 29), date(2025, 2, 28), date(2026, 1, 31), date(2021, 3, 1)):
        bulk = months_until(on, np.array([float(day.toordinal()) for day in days]))
        single = [months_between(day, on) for day in days]
        assert [None if np.isnan(each) else float(each) for each in bulk] == single
