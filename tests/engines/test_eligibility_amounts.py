"""What an item pays, and which items together pay most."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Collection
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.engines.eligibility import (
    Ceiling,
    Choice,
    Crossed,
    Item,
    Refused,
    amount,
    best_bundle,
    facts,
    read_formula,
)
from qifu.engines.eligibility.heaviest import bits, heaviest
from tests.engines.test_eligibility_cases import CASES, LABELS, ON, situation

YUAN = Decimal(1)


def rows() -> list[dict[str, str]]:
    with (CASES / "eligibility_amounts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['公式'][:30]}:{row['企业情况']}")
def test_amounts_of_the_policy_officer(row: dict[str, str]) -> None:
    told = amount(read_formula(json.loads(row["公式"])), situation(row))
    most = Decimal(row["最多（元）"]) if row["最多（元）"] else None
    assert (told.least, told.most) == (Decimal(row["最少（元）"]), most)
    assert told.missing == tuple(LABELS[label] for label in row["还缺"].split("|") if label)
    assert told.yuan == (told.least if not told.missing else None)


def test_a_formula_in_yuan() -> None:
    assert amount(read_formula({"*": [{"var": "employees"}, 1500]}, "元"), facts({"employees": 3}, ON)).yuan == 4500


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"var": "name"}, "$.amount.var：“name”不是目录中的数值字段。"),
        ({"+": []}, "$.amount：“+”不能这样用在公式里。"),
        ({"/": [1, 2]}, "$.amount：“/”不能这样用在公式里。"),
        ({"-": [1, {"-": [1]}]}, "$.amount.-[1]：“-”不能这样用在公式里。"),
        ({"min": [1, "50"]}, "$.amount.min[1]：这里应是数字或公式，写的是“50”。"),
        ({"if": [True, 1]}, "$.amount：“if”不能这样用在公式里。"),
        ({"if": [{"var": "nobody"}, 1, 2]}, "$.amount.if[0].var："),
        ({"steps": [1, [[5, 1], [5, 2]]]}, "$.amount.steps[1]：分档的下限应逐档升高。"),
        ({"slices": [1, []]}, "$.amount.slices[1]：分档应是 [[下限, 数值], …]。"),
        (True, "$.amount：这里应是数字或公式，写的是“True”。"),
        (10**400, "不是可用的数字。"),
    ],
)
def test_a_formula_that_cannot_be_used_is_refused(raw: Any, told: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_formula(raw)
    assert told.split("：")[-1] in str(refusal.value)
    assert told.split("：")[0].removesuffix(".var") in str(refusal.value) or "$" not in told


def test_a_formula_too_deep_is_refused() -> None:
    raw: Any = 1
    for _ in range(500):
        raw = {"+": [raw]}
    with pytest.raises(Refused, match="公式嵌套超过 100 层"):
        read_formula(raw)


# Bundles


def items(**yuan: int) -> list[Item]:
    return [Item(name, Decimal(each)) for name, each in yuan.items()]


def ids(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_without_rules_everything_is_taken() -> None:
    told = best_bundle(items(a=5, b=3))
    assert ([each.id for each in told.taken], told.yuan, told.left, told.is_best) == (["a", "b"], 8, (), True)


def test_the_higher_is_taken_and_the_other_told_why() -> None:
    told = best_bundle(items(a=5, b=9), [Choice(ids("a", "b"), takes_higher=True)])
    assert [each.id for each in told.taken] == ["b"]
    assert [(each.id, each.why) for each in told.left] == [("a", "与“b”就高不重复，取后者合计更多。")]


def test_two_small_ones_beat_a_large_one_that_excludes_both() -> None:
    told = best_bundle(items(large=10, one=6, two=7), [Choice(ids("large", "one")), Choice(ids("large", "two"))])
    assert ([each.id for each in told.taken], told.yuan) == (["two", "one"], 13)


def test_exclusions_that_run_in_a_circle() -> None:
    circle = [
        Choice(ids("a", "b")),
        Choice(ids("b", "c")),
        Choice(ids("c", "d")),
        Choice(ids("d", "e")),
        Choice(ids("e", "a")),
    ]
    told = best_bundle(items(a=5, b=6, c=5, d=6, e=5), circle)
    assert ([each.id for each in told.taken], told.yuan, told.is_best) == (["b", "d"], 12, True)


def test_a_yearly_ceiling_cuts_and_says_so() -> None:
    told = best_bundle(items(a=60, b=50, c=1), ceilings=[Ceiling(ids("a", "b", "c"), Decimal(100), used=Decimal(10))])
    assert [(each.id, each.yuan, each.why) for each in told.taken] == [
        ("a", 60, ""),
        ("b", 30, "单独可得 50 元，因年度累计上限 100 元，已用 10 元，只计 30 元。"),
    ]
    assert [(each.id, each.why) for each in told.left] == [("c", "年度累计上限已满，再申报不增加金额。")]
    assert told.yuan == 90


def test_ceilings_within_ceilings() -> None:
    told = best_bundle(
        items(a=60, b=50, c=40),
        ceilings=[Ceiling(ids("a", "b"), Decimal(70)), Ceiling(ids("a", "b", "c"), Decimal(100))],
    )
    assert told.yuan == 100
    with pytest.raises(Crossed):
        best_bundle(items(a=1), ceilings=[Ceiling(ids("a", "b"), YUAN), Ceiling(ids("b", "c"), YUAN)])


def test_what_was_received_before_uses_up_the_choice() -> None:
    told = best_bundle(items(a=60, b=50), [Choice(ids("a", "b"))], received=["b"])
    assert (told.taken, told.yuan) == ((), 0)
    assert [(each.id, each.why) for each in told.left] == [("a", "与“b”互斥，本年已享受。")]


def brute(offered: list[Item], choices: list[Choice], ceilings: list[Ceiling]) -> Decimal:
    """The best of all subsets."""
    best = Decimal(0)
    for size in range(len(offered) + 1):
        for chosen in combinations(offered, size):
            names = {item.id for item in chosen}
            if all(len(rule.items & names) <= rule.most for rule in choices):
                best = max(best, flat(chosen, ceilings))
    return best


def flat(chosen: Collection[Item], ceilings: Collection[Ceiling]) -> Decimal:
    """What a set pays under two ceilings at most, one within the other or apart."""
    left = {item.id: item.yuan for item in chosen}
    for ceiling in sorted(ceilings, key=lambda each: len(each.items)):
        inside = [name for name in left if name in ceiling.items]
        over = sum((left[name] for name in inside), Decimal(0)) - ceiling.left
        for name in inside:
            cut = min(max(over, Decimal(0)), left[name])
            left[name] -= cut
            over -= cut
    return sum(left.values(), Decimal(0))


NAMES = "abcdefgh"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=8),
    st.lists(st.tuples(st.sets(st.sampled_from(NAMES), min_size=2, max_size=4), st.integers(1, 2)), max_size=4),
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 150), st.integers(0, 40)), max_size=3),
)
def test_the_bundle_is_the_best_of_all_subsets(
    yuan: list[int], rules: list[tuple[set[str], int]], limits: list[tuple[int, int, int]]
) -> None:
    offered = [Item(name, Decimal(each)) for name, each in zip(NAMES, yuan, strict=False)]
    choices = [Choice(frozenset(names), most) for names, most in rules]
    ceilings = [Ceiling(frozenset(NAMES[:size]), Decimal(limit), Decimal(used)) for size, limit, used in limits]
    told = best_bundle(offered, choices, ceilings)
    assert told.is_best
    assert told.yuan == told.bound == brute(offered, choices, ceilings)
    assert {each.id for each in told.taken} | {each.id for each in told.left} == {item.id for item in offered}
    assert all(each.why for each in told.left)
    names = {each.id for each in told.taken}
    assert all(len(rule.items & names) <= rule.most for rule in choices)


def test_a_search_that_was_cut_short_says_so_and_keeps_the_rules() -> None:
    many = [Item(f"i{n:02d}", Decimal(100 + n * 7 % 31)) for n in range(60)]
    ring = [Choice(ids(f"i{n:02d}", f"i{(n + step) % 60:02d}")) for n in range(60) for step in (1, 7, 11)]
    assert best_bundle(many, ring).yuan == 3448
    told = best_bundle(many, ring, effort=3)
    assert not told.is_best
    assert Decimal(0) < told.yuan < told.bound
    names = {each.id for each in told.taken}
    assert all(len(rule.items & names) <= 1 for rule in ring)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=12), st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)))
)
def test_the_heaviest_set_is_the_best_of_all_subsets(weights: list[int], pairs: set[tuple[int, int]]) -> None:
    excluded = [0] * len(weights)
    for one, other in pairs:
        if one != other and max(one, other) < len(weights):
            excluded[one] |= 1 << other
            excluded[other] |= 1 << one
    best = 0
    for chosen in range(1 << len(weights)):
        if not any(excluded[n] & chosen for n in bits(chosen)):
            best = max(best, sum(weights[n] for n in bits(chosen)))
    told = heaviest(weights, excluded, 10_000)
    assert told.weight == told.bound == best == sum(weights[n] for n in told.places)
    assert not any(excluded[n] >> other & 1 for n in told.places for other in told.places)
    rough = heaviest(weights, excluded, 0)
    assert sum(weights[n] for n in rough.places) == rough.weight <= best <= rough.bound


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.5])
def test_sixty_items_that_exclude_each_other_need_few_branches(share: float) -> None:
    """Amounts that lie close together leave the most open; the work is counted in branches, not in seconds."""
    drawn = random.Random(7)
    many = [Item(f"i{n:02d}", Decimal(10_000 + drawn.randrange(100))) for n in range(60)]
    pairs = [Choice(ids(one.id, other.id)) for one, other in combinations(many, 2) if drawn.random() < share]
    told = best_bundle(many, pairs, effort=2_000)
    assert told.is_best
    names = {each.id for each in told.taken}
    assert all(len(rule.items & names) <= 1 for rule in pairs)
