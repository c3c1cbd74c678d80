"""What people write as targets and actual values, read or refused; and compared."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.quantities import Amount, Bound, Day, Phrase, Quantity, Unread, Vague, meets, read

TABLE = Path(__file__).parents[1] / "cases" / "quantities.csv"
KINDS = {Amount: "amount", Day: "day", Phrase: "phrase", Vague: "vague", Unread: "unread"}


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def end(bound: Bound | None, signs: str) -> str:
    return "" if bound is None else f"{signs[0] if bound.is_closed else signs[1]}{bound.value:f}"


def told(found: Quantity) -> dict[str, str]:
    """A reading in the columns of the table."""
    told = dict.fromkeys(("low", "high", "unit", "change", "roughly"), "") | {"kind": KINDS[type(found)]}
    if isinstance(found, Day):
        told["high"] = found.by.isoformat()
    if isinstance(found, Amount):
        told |= {"low": end(found.low, "≥>"), "high": end(found.high, "≤<"), "unit": found.unit}
        told |= {"change": found.change, "roughly": "yes" if found.is_rough else ""}
    return told


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["phrase"])
def test_every_phrase_of_the_table_is_read_as_it_says(row: dict[str, str]) -> None:
    found = read(row["phrase"])
    assert told(found) | {"phrase": row["phrase"]} == row
    assert found.printed == row["phrase"]


@given(
    st.text(alphabet="0123456789.,，≥≤><=%一二三十百千万亿元人次家以上下内至—-/年月日前近约余多第每完成 ", max_size=14)
)
def test_whatever_is_written_is_read_or_refused_and_never_a_fault(text: str) -> None:
    found = read(text)
    if isinstance(found, Amount):
        assert found.low is not None or found.high is not None
        if found.low is not None and found.high is not None:
            assert found.low.value <= found.high.value
    if isinstance(found, Unread):
        assert found.why.endswith("。")


@given(st.integers(0, 10**12), st.sampled_from(["家", "人次", "%", "件"]), st.sampled_from(["", "≥", "≤", ">", "<"]))
def test_a_number_in_digits_is_that_number(number: int, unit: str, sign: str) -> None:
    for text in (f"{sign}{number}{unit}", f"{sign} {number:,} {unit}"):
        found = read(text)
        assert isinstance(found, Amount)
        assert {bound.value for bound in (found.low, found.high) if bound} == {Decimal(number)}
        assert found.unit == unit


@pytest.mark.parametrize(
    ("target", "actual", "direction", "verdict", "ratio"),
    [
        ("≥1500 册", "1520 册", "more", "yes", Decimal(1520) / 1500),
        ("≥1500 册", "1499册", "more", "no", Decimal(1499) / 1500),
        ("50 人次", "62人次", "more", "yes", Decimal("1.24")),
        ("50 人次", "62人次", "exact", "no", Decimal("1.24")),
        ("14.77 万元/人", "14.77万元/人", "less", "yes", Decimal(1)),
        ("14.77 万元/人", "15万元/人", "less", "no", Decimal("147700") / 150000),
        ("≥95%", ">95%", "more", "yes", None),
        ("≥95%", "≥90%", "more", "unknown", None),
        (">95%", "≥95%", "more", "unknown", None),
        (">95%", "95%", "more", "no", Decimal(1)),
        ("=100%", "100%", "exact", "yes", Decimal(1)),
        ("97%—100%", "98%", "more", "yes", Decimal(98) / 97),
        ("≥10万", "近 10 万", "more", "no", None),
        ("≥70篇", "70 余篇", "more", "yes", None),
        ("≥72篇", "70 余篇", "more", "unknown", None),
        ("投诉次数≤1次", "无投诉", "more", "yes", Decimal(1)),
        ("零投诉", "1起", "less", "unknown", None),
        ("≥100家", "100人", "more", "unknown", None),
        ("较上年增长≥3%", "下降3%", "more", "no", None),
        ("较上年增长≥3%", "3%", "more", "unknown", None),
        ("较上年增长≥3%", "增长3.5%", "more", "yes", Decimal("3.5") / 3),
        ("2024 年 12 月 31 日前完成", "2024年11月完成", "more", "yes", None),
        ("2024 年 12 月 31 日前完成", "2025年1月3日", "more", "no", None),
        ("2024 年 12 月 31 日前完成", "已完成", "more", "unknown", None),
        ("及时", "及时", "more", "unknown", None),
        ("根据实际情况", "98%", "more", "unknown", None),
        ("/", "98%", "more", "unknown", None),
    ],
)
def test_an_actual_value_against_its_target(
    target: str, actual: str, direction: str, verdict: str, ratio: Decimal | None
) -> None:
    met = meets(read(target), read(actual), direction=direction)  # type: ignore[arg-type]
    assert (met.verdict, met.ratio) == (verdict, ratio), met.why


def test_a_unit_that_differs_is_said_and_not_guessed() -> None:
    assert meets(read("≥100家"), read("100人")).why == "单位不同：目标用“家”，完成值用“人”。"


def test_the_words_around_the_number_are_kept() -> None:
    found = read("服务对象满意度95%以上")
    assert isinstance(found, Amount)
    assert found.subject == "服务对象满意度"
    assert read("2024 年 12 月 31 日前完成") == Day(date(2024, 12, 31), "2024 年 12 月 31 日前完成")
