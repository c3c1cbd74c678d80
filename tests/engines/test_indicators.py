"""Indicators: every line of the table, the bands of a judgement, whole forms, and laws that hold whatever the figures."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.indicators import (
    HUBEI,
    MINISTRY,
    Form,
    Goal,
    Indicator,
    Judgement,
    Line,
    Share,
    combined,
    measured,
    scored,
)

CASES = list(csv.DictReader((Path(__file__).parents[1] / "cases" / "indicators.csv").open(encoding="utf-8")))
DAY = date(2025, 1, 20)


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['level2']} {case['target']} {case['actual']}")
def test_a_line_of_the_table(case: dict[str, str]) -> None:
    found = measured(Indicator(case["level2"], "某指标", case["target"], number(case["points"])), case["actual"], HUBEI)
    assert found.verdict == case["verdict"]
    rounded = None if found.attainment is None else round(found.attainment, 6)
    assert rounded == number(case["attainment"])
    assert found.score == number(case["score"])
    assert case["explain"] in "".join(found.explain)
    assert bool(found.explain) == bool(case["explain"])


def judged(grade: str, share: str, why: str = "三家企业的回访记录") -> Judgement:
    return Judgement(grade, Decimal(share), "审核员", DAY, why)


@pytest.mark.parametrize(
    ("grade", "share", "scheme", "score"),
    [
        ("reached", "1", HUBEI, "10.00"),
        ("reached", "0.8", HUBEI, "8.00"),
        ("partly", "0.79", HUBEI, "7.90"),
        ("partly", "0.5", HUBEI, "5.00"),
        ("missed", "0.49", HUBEI, "4.90"),
        ("missed", "0", HUBEI, "0.00"),
        ("partly", "0.6", MINISTRY, "6.00"),
        ("missed", "0.59", MINISTRY, "5.90"),
    ],
)
def test_a_judgement_scores_within_its_band(grade: str, share: str, scheme: object, score: str) -> None:
    found = measured(
        Indicator("社会效益指标", "服务水平", "有效提升", Decimal(10)), "有效提升", scheme, judged(grade, share)
    )
    assert found.score == Decimal(score)
    assert found.is_judged
    assert found.attainment is None
    assert found.verdict == ("yes" if grade == "reached" else "no")
    assert "审核员" in found.why


@pytest.mark.parametrize(
    ("grade", "share", "scheme"),
    [("reached", "0.79", HUBEI), ("partly", "0.8", HUBEI), ("partly", "0.59", MINISTRY), ("missed", "0.5", HUBEI),
     ("reached", "1.01", HUBEI), ("missed", "-0.1", HUBEI), ("great", "1", HUBEI)],
)  # fmt: skip
def test_a_judgement_outside_its_band_is_refused(grade: str, share: str, scheme: object) -> None:
    with pytest.raises(ValueError, match="一档"):
        measured(
            Indicator("社会效益指标", "服务水平", "有效提升", Decimal(10)), "有效提升", scheme, judged(grade, share)
        )


def test_a_judgement_gives_its_reason_and_never_stands_over_a_number() -> None:
    with pytest.raises(ValueError, match="依据"):
        measured(Indicator("社会效益指标", "水平", "有效提升", Decimal(10)), "提升", HUBEI, judged("reached", "1", " "))
    counted = measured(Indicator("数量指标", "场次", "≥8 场", Decimal(10)), "4 场", HUBEI, judged("reached", "1"))
    assert (counted.score, counted.is_judged) == (Decimal("5.00"), False)


def lines(*given: tuple[str, str, str]) -> tuple[Line, ...]:
    return tuple(Line(Indicator("数量指标", f"指标{n}", target, Decimal(points)), actual)
                 for n, (target, points, actual) in enumerate(given))  # fmt: skip


def test_a_form_adds_up() -> None:
    form = Form(Decimal("42.22"), Decimal("41.70"), (
        Goal("目标一", Decimal(40), lines(("≥50 家", "20", "50 家"), ("=100%", "20", "98%"))),
        Goal("目标二", Decimal(40), lines(("≥8 场", "40", "8 场"))),
    ), "因疫情推迟两场", "次年一季度补办")  # fmt: skip
    found = scored(form, HUBEI)
    assert found.execution == Decimal("19.75")
    assert [[result.score for result in goal] for goal in found.results] == [[20, Decimal("19.60")], [40]]
    assert found.total == Decimal("99.35")
    assert found.may_be_handed_in


def test_what_is_missing_is_asked_for_all_at_once() -> None:
    form = Form(Decimal(100), Decimal(80), (
        Goal("目标一", Decimal(50), lines(("≥50 家", "20", "40 家"), ("及时", "20", "及时"))),
        Goal("目标二", Decimal(30), lines(("≥8 场", "30", ""))),
    ))  # fmt: skip
    found = scored(form, HUBEI)
    assert found.total is None
    assert [(demand.code, demand.place) for demand in found.demands] == [
        ("weight-goal", "目标一"),
        ("reason-missing", "预算执行率"),
        ("reason-missing", "指标0"),
        ("unmeasured", "指标1"),
        ("unmeasured", "指标0"),
    ]
    assert "执行率 80.00%，低于 90%" in found.demands[1].message


def test_money_that_cannot_be_is_said() -> None:
    one = (Goal("目标", Decimal(80), lines(("≥8 场", "80", "8 场"))),)
    assert [d.code for d in scored(Form(Decimal(0), Decimal(0), one), HUBEI).demands] == ["budget-missing"]
    over = scored(Form(Decimal(10), Decimal(11), one), HUBEI)
    assert [d.code for d in over.demands] == ["over-budget"]
    assert over.execution == Decimal("20.00")
    with pytest.raises(ValueError, match="负数"):
        scored(Form(Decimal(-1), Decimal(0), one), HUBEI)
    ten = scored(Form(Decimal(10), Decimal(10), one), MINISTRY)
    assert ten.execution == Decimal("10.00")
    assert [d.code for d in ten.demands] == ["weight-total"]


def test_several_are_combined_as_the_form_says() -> None:
    counts = combined([Share("120 家", Decimal(1)), Share("80 家", Decimal(9))])
    assert (counts.point, counts.unit) == (Decimal(200), "家")  # type: ignore[union-attr]
    rates = combined([Share("90%", Decimal(1)), Share("100%", Decimal(3))])
    assert (rates.point, rates.unit) == (Decimal("97.5"), "%")  # type: ignore[union-attr]
    for bad in ([], [Share("90%", Decimal(1)), Share("9 家", Decimal(1))], [Share("近 10 万", Decimal(1))],
                [Share("90%", Decimal(0))], [Share("良好", Decimal(1))]):  # fmt: skip
        assert combined(bad) is None


@given(target=st.integers(1, 100_000), actual=st.integers(0, 200_000), points=st.integers(0, 100))
def test_points_are_never_more_than_it_is_worth_and_grow_with_what_was_done(
    target: int, actual: int, points: int
) -> None:
    line = Indicator("数量指标", "件数", f"≥{target} 件", Decimal(points))
    one, more = (measured(line, f"{n} 件", HUBEI) for n in (actual, actual + 1))
    assert one.score is not None
    assert more.score is not None
    assert Decimal(0) <= one.score <= more.score <= points
    assert (one.verdict == "yes") == (actual >= target)
    ceiling = measured(Indicator("成本指标", "件数", f"≤{target} 件", Decimal(points)), f"{actual} 件", HUBEI)
    assert ceiling.score is not None
    assert (ceiling.verdict == "yes") == (actual <= target)
    assert ceiling.score <= points
