"""Size classes: a table an officer can read, and properties against a restatement of the method's note."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.codes import industries, sizes
from qifu.engines.codes.sizes import SizeClass, size_class

CASES = Path(__file__).parents[1] / "cases" / "size_classes.csv"
ORDER = [SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO]


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(result: sizes.SizeResult) -> str:
    if result.size is not None:
        return result.size.label
    return {"unknown": "未知", "not_covered": "不适用"}[result.status]


@pytest.mark.parametrize("case", read_cases(), ids=lambda c: f"{c['行业代码']}-{c['应为']}-{c['说明'][:8]}")
def test_table_of_cases(case: dict[str, str]) -> None:
    result = size_class(
        case["行业代码"] or None,
        int(case["从业人员"]) if case["从业人员"] else None,
        Decimal(case["营业收入（万元）"]) if case["营业收入（万元）"] else None,
        Decimal(case["资产总额（万元）"]) if case["资产总额（万元）"] else None,
    )
    assert told(result) == case["应为"]
    assert "|".join(result.missing) == case["还缺"]


def test_table_of_cases_is_large_enough() -> None:
    assert len(read_cases()) >= 40


def test_sixteen_lines_and_their_indicators() -> None:
    assert {line.id: "".join(b.indicator[0] for b in line.bounds) for line in sizes.lines().values()} == {
        "agriculture": "r",
        "industry": "er",
        "construction": "ra",
        "wholesale": "er",
        "retail": "er",
        "transport": "er",
        "storage": "er",
        "post": "er",
        "lodging": "er",
        "catering": "er",
        "telecom": "er",
        "software": "er",
        "real_estate": "ra",
        "property": "er",
        "business": "ea",
        "other": "e",
    }


def test_every_line_names_industries_of_the_standard() -> None:
    named = [code for line in sizes.lines().values() for code in line.industries]
    assert [code for code in named if not industries.is_known(code)] == []
    assert len(named) == len(set(named))


def test_classes_outside_the_method() -> None:
    outside = {each.code for each in industries.classes_of_all() if sizes.lines_of(each.code) == {None}}
    divisions = {code[:2] for code in outside}
    assert divisions == {
        *("53", "66", "67", "68", "69", "70", "83", "84"),
        *("91", "92", "93", "94", "95", "96", "97"),
    }
    assert {code for code in outside if code[:2] == "70"} == {"7040"}


def test_bounds_fall_from_large_to_small() -> None:
    for line in sizes.lines().values():
        for bounds in line.bounds:
            assert bounds.large > bounds.medium > bounds.small > 0


def test_trace_names_the_threshold_that_decided() -> None:
    result = size_class("I6513", 103, Decimal("15735.28"), None)
    assert result.reason == "按软件和信息技术服务业的标准为中型：从业人员 103 人，达到 100 人，属中型。"
    assert [step.text for step in result.trace] == [
        "从业人员 103 人，达到 100 人，属中型。",
        "营业收入 15735.28 万元，达到 10000 万元，属大型。",
    ]
    assert result.lines == ("software",)


def test_unknown_says_what_is_still_possible() -> None:
    result = size_class("I6513", 35, None, None)
    assert (result.status, result.possible) == ("unknown", (SizeClass.SMALL, SizeClass.MICRO))
    assert result.reason == "按软件和信息技术服务业的标准还缺营业收入，至多为小型。"


def test_people_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="从业人员不能是负数"):
        size_class("I6513", -1, 100, None)


codes = st.sampled_from([*(each.code for each in industries.classes_of_all()), "A", "C", "I", "G", "K", "F"])
people = st.integers(0, 5000)
money = st.decimals(0, 300000, places=2) | st.integers(0, 3000).map(Decimal)


def by_the_note(line: sizes.Line, values: dict[str, Decimal | int]) -> SizeClass:
    """The method's note, word for word: all lower bounds at once, else the next size down."""
    for size in ORDER[:3]:
        if all(values[b.indicator] >= getattr(b, size.value) for b in line.bounds):
            return size
    return SizeClass.MICRO


@given(codes, people, money, money)
def test_complete_data_gives_the_size_of_the_note(code: str, x: int, y: Decimal, z: Decimal) -> None:
    result = size_class(code, x, y, z)
    lines = sizes.lines_of(code)
    expected = {
        by_the_note(sizes.lines()[line], {"employees": x, "revenue": y, "assets": z}) if line else None
        for line in lines
    }
    if lines == {None}:
        assert (result.status, result.size) == ("not_covered", None)
    elif len(expected) == 1:
        assert (result.status, {result.size}) == ("known", expected)
    else:
        assert (result.status, result.missing) == ("unknown", ("industry",))


@given(codes, people, money, money, people, money, money)
def test_more_never_makes_a_firm_smaller(
    code: str, x: int, y: Decimal, z: Decimal, dx: int, dy: Decimal, dz: Decimal
) -> None:
    before, after = size_class(code, x, y, z), size_class(code, x + dx, y + dy, z + dz)
    if before.size is not None and after.size is not None:
        assert ORDER.index(after.size) <= ORDER.index(before.size)


@given(codes, people | st.none(), money | st.none(), money | st.none(), people, money, money)
def test_a_missing_value_never_hides_a_possible_size(
    code: str,
    x: int | None,
    y: Decimal | None,
    z: Decimal | None,
    fill_x: int,
    fill_y: Decimal,
    fill_z: Decimal,
) -> None:
    partial = size_class(code, x, y, z)
    full = size_class(code, fill_x if x is None else x, fill_y if y is None else y, fill_z if z is None else z)
    if full.size is not None:
        assert full.size in partial.possible
    if partial.status == "known":
        assert full.size is partial.size
