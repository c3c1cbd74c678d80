"""Asking twice: each thing that ties two claims and each that must not, and the planted year with its exact figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from qifu.engines.overlap import Claim, Overlap, comparing, finding, found, of_one
from tests.engines.planted_overlaps import STACKING, year

TITLE = "高精度数控加工中心技术改造项目"
TEXT = (
    "项目总投资八百万元，购置五轴加工中心三台、在线检测设备两套，改造厂房二千平方米，建成后年产精密零件十"
    "二万件，新增就业三十人，综合能耗下降百分之十五，预计年新增销售收入两千万元。"
)
ONE = Claim("A1", "firm1", "tech", months=frozenset({"2026-03"}), title=TITLE)


def two(**changes: object) -> list[Overlap]:
    other = replace(ONE, **({"id": "A2"} | changes))  # type: ignore[arg-type]
    return found([ONE, other])


def told(overlaps: list[Overlap]) -> list[tuple[str, int]]:
    return [(tie.code, tie.weight) for one in overlaps for tie in one.ties]


def test_one_project_under_two_items_is_told_in_words() -> None:
    (one,) = two(item="energy", title="2026年度 高精度数控加工中心技术改造项目")
    assert (one.left, one.right, one.points, one.is_alarm) == ("A1", "A2", 100, True)
    assert [tie.why for tie in one.ties] == [
        f"项目名称相同：“{TITLE}”与“2026年度 {TITLE}”。",
        "申报企业相同。",
    ]


def test_phases_of_a_project_and_other_projects_are_none() -> None:
    assert two(item="energy", title=f"{TITLE}（二期）") == []
    assert two(item="energy", title="工业废水循环利用项目") == []


def test_a_later_month_of_a_recurring_item_is_none_and_the_same_month_is() -> None:
    one = replace(ONE, is_recurring=True)
    assert found([one, replace(one, id="A2", months=frozenset({"2026-04"}))]) == []
    (same,) = found([one, replace(one, id="A2", months=frozenset({"2026-03", "2026-04"}))])
    assert same.ties[0].why == "同一企业就同一事项重复申报了 2026-03。"


def test_what_may_be_had_once_is_found_in_another_year() -> None:
    assert told(two(months=frozenset({"2025-03"})))[0] == ("same-item", 100)


def test_an_invoice_ties_strangers() -> None:
    one = replace(ONE, invoices=frozenset({"0123"}))
    other = Claim("A2", "firm2", "other", invoices=frozenset({"0123"}))
    (same,) = found([one, other])
    assert [(tie.code, tie.why) for tie in same.ties] == [("same-invoice", "同一张发票出现在两件申报里：0123。")]


@pytest.mark.parametrize(
    ("ties", "points"),
    [
        ({"account": "a"}, 120), ({"legal_person": "p", "phone": "t"}, 120),
        ({"holders": frozenset("h"), "address": "d"}, 120), ({"legal_person": "p"}, 100), ({"phone": "t"}, 90),
        ({"legal_person": "p", "holders": frozenset("p")}, 110), ({}, 0),
    ],
)  # fmt: skip
def test_related_firms_with_one_project(ties: dict[str, object], points: int) -> None:
    one = replace(ONE, **ties)  # type: ignore[arg-type]
    overlaps = found([one, replace(one, id="A2", firm="firm2")])
    assert sum(each.points for each in overlaps) == points


def test_related_firms_alone_are_no_ground() -> None:
    one = replace(ONE, legal_person="p", holders=frozenset("p"))
    assert found([one, replace(one, id="A2", firm="firm2", title="冷链物流信息平台")]) == []


def test_an_agencys_telephone_ties_nobody() -> None:
    claims = [replace(ONE, id=f"A{n}", firm=f"firm{n}", phone="t", account="a") for n in range(comparing.COMMON + 1)]
    assert found(claims) == []
    assert len(found(claims[:-1])) == 28  # eight that share title, telephone and account: every pair


def test_a_person_counts_once_at_a_time() -> None:
    one = replace(ONE, item="jobs", is_recurring=True, people=frozenset("x"), title="")
    other = replace(one, id="A2", firm="firm2")
    assert told(found([one, other])) == [("same-person", 100)]
    assert found([one, replace(other, months=frozenset({"2026-04"}))]) == []


def test_text_counts_where_titles_differ() -> None:
    one = replace(ONE, text=TEXT)
    other = replace(one, id="A2", item="energy", title="精密零件扩产", text=TEXT.replace("十五", "十六"))
    ((_, weight), _) = told(found([one, other]))
    assert weight == 50
    assert found([replace(one, text="短"), replace(other, text="短")]) == []


def test_items_that_may_be_had_together_are_left_alone() -> None:
    other = replace(ONE, id="A2", item="energy")
    assert len(found([ONE, other])) == 1
    assert found([ONE, other], [frozenset(("tech", "energy"))]) == []


def test_two_claims_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="同一个编号"):
        found([ONE, ONE])


def test_the_planted_year() -> None:
    """2,600 honest and 450 planted applications, 225 pairs: every alarm is right, and every plant is told."""
    held = year()
    overlaps = found(held.claims, STACKING)
    alarms = [frozenset((one.left, one.right)) for one in overlaps if one.is_alarm]
    hints = [frozenset((one.left, one.right)) for one in overlaps if not one.is_alarm]
    assert (len(held.claims), len(held.planted), len(alarms), len(hints)) == (3050, 225, 200, 28)
    assert [pair for pair in alarms if pair not in held.planted] == []
    assert sum(pair not in held.planted for pair in hints) == 3
    assert Counter(held.planted[pair] for pair in [*alarms, *hints] if pair in held.planted) == dict.fromkeys(
        ("project", "renamed", "related", "split", "invoice", "month", "person", "years", "faint"), 25
    )
    assert all(held.planted[pair] != "faint" for pair in alarms)


def test_comparisons_grow_with_the_claims_not_with_their_pairs() -> None:
    compared = []
    for size in (500, 4000):
        claims = year(size, 10).claims
        blocks, shared = finding._blocks(claims)
        compared.append(sum(1 for _ in finding._pairs(claims, blocks, shared)) / len(claims))
    assert max(compared) < 1


def test_one_against_its_neighbours_is_told_as_among_all() -> None:
    claims = year(300, 5).claims
    whole = found(claims, STACKING)
    for claim in claims[:25]:
        own = [one for one in whole if claim.id in (one.left, one.right)]
        assert [
            (one.right, one.points) for one in of_one(claim, claims, STACKING)
        ] == sorted(
            ((({one.left, one.right} - {claim.id}).pop(), one.points) for one in own), key=lambda pair: (-pair[1], pair[0])
        )  # fmt: skip
