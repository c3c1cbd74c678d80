"""Credit codes and the numbers they replaced; check characters against the examples the standards print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.codes import credit
from qifu.engines.codes.errors import InvalidCode

PRINTED = "91350100M000100Y43"  # the example of GB 32100-2015
MADE_UP = "91420106MA4K00001J"
bodies = st.text(credit.ALPHABET, min_size=16, max_size=16).map(lambda text: "9" + text)


def test_examples_printed_in_the_standards() -> None:
    assert credit.check_character(PRINTED[:17]) == "3"
    assert credit.is_valid(PRINTED)
    assert credit.organisation_check("D2143569") == "X"
    assert credit.is_valid_organisation("D2143569-X")
    assert credit.is_valid_registration("110108000000016")


def test_parts() -> None:
    assert credit.parts(MADE_UP) == credit.Parts(
        code=MADE_UP,
        authority="9",
        authority_name="市场监督管理",
        category="1",
        category_name="企业",
        division="420106",
        division_name="湖北省武汉市武昌区",
        organisation="MA4K00001",
        check="J",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 91420106ma4k00001j ", MADE_UP),
        ("９１４２０１０６ＭＡ４Ｋ００００１Ｊ", MADE_UP),
        ("9142 0106 MA4K 0000 1J", MADE_UP),
        ("91420106-MA4K00001-J", MADE_UP),
        ("'91420106MA4K00001J", MADE_UP),
        ("91420106\u3000MA4K\u200b00001J\n", MADE_UP),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert credit.normalise(text) == expected
    assert credit.is_valid(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "统一社会信用代码是空的，请填写 18 位代码。"),
        ("  ", "统一社会信用代码是空的，请填写 18 位代码。"),
        (MADE_UP[:-1], "统一社会信用代码应为 18 位，现为 17 位，请核对是否漏录或多录。"),
        (
            "110108000000016",
            "这是 15 位的旧营业执照注册号，不是统一社会信用代码，请填写换照后的 18 位代码。",
        ),
        ("D2143569-X", "这是 9 位的组织机构代码，不是统一社会信用代码，请填写 18 位代码。"),
        (
            "91420106MA4K000010",
            "统一社会信用代码的校验码不对：按前 17 位计算，第 18 位应为 J，现为 0。某一位可能录错，请与营业执照核对。",
        ),
        (
            "9142O106MA4K00001J",
            "统一社会信用代码不使用字母 I、O、S、V、Z，但第 5 位是 O；"
            "可能是数字 1、0、5、2 等录成了字母，请与营业执照核对。",
        ),
        (
            "91420106MA4K0000?J",
            "统一社会信用代码只能是数字和大写英文字母，但第 17 位是 ?，请与营业执照核对。",
        ),
        (
            "0" + MADE_UP[1:],
            "统一社会信用代码第 1 位 0 不是登记管理部门代码，企业应为 9，请核对原件。",
        ),
    ],
)
def test_problems_are_sentences(text: str, sentence: str) -> None:
    assert credit.problem(text) == sentence
    assert not credit.is_valid(text)
    with pytest.raises(InvalidCode) as refused:
        credit.parts(text)
    assert str(refused.value) == sentence


def test_doubts_do_not_refuse() -> None:
    assert credit.doubts(MADE_UP) == ("第 9 至 17 位组织机构代码 MA4K00001 的校验位与 GB 11714 不符。",)
    organisation = "MA4K0000" + credit.organisation_check("MA4K0000")
    usual = "91420106" + organisation
    assert credit.doubts(usual + credit.check_character(usual)) == ()
    abolished = "91420199" + organisation
    assert credit.doubts(abolished + credit.check_character(abolished)) == (
        "登记机关行政区划码 420199 不在现行区划表中，可能是已调整的旧区划。",
    )


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("9142O1O6MA4KOOOO1J", (MADE_UP,)),
        ("9I4Z0I06MA4K0000IJ", (MADE_UP,)),
        (MADE_UP, (MADE_UP,)),
        ("91420106MA4K00001O", ()),
        ("9142O106", ()),
        ("9VVVVVVVVVVVVVVVVV", ()),
    ],
)
def test_repair_offers_only_valid_codes(text: str, candidates: tuple[str, ...]) -> None:
    assert credit.repair(text) == candidates


def test_check_needs_seventeen_characters_of_the_alphabet() -> None:
    for text in ("", MADE_UP, "I" * 17):
        with pytest.raises(InvalidCode):
            credit.check_character(text)


@given(bodies, st.integers(0, 17), st.sampled_from(credit.ALPHABET))
def test_any_single_wrong_character_is_found(body: str, place: int, other: str) -> None:
    right = body + credit.check_character(body)
    wrong = right[:place] + other + right[place + 1 :]
    if right[0] in credit.AUTHORITIES:
        assert credit.is_valid(right)
    assert credit.is_valid(wrong) == (wrong == right)


@given(bodies, st.integers(0, 16))
def test_swapped_neighbours_are_found(body: str, place: int) -> None:
    right = body + credit.check_character(body)
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert credit.is_valid(swapped) == (swapped == right)


@given(st.text(max_size=30))
def test_no_text_breaks_the_check(text: str) -> None:
    said = credit.problem(text)
    assert said is None or said.endswith("。")
    credit.repair(text)
    credit.is_valid_registration(text)
    credit.is_valid_organisation(text)


@pytest.mark.parametrize("number", ["110108000000015", "11010800000001", "11010800000001X", ""])
def test_wrong_registration_numbers(number: str) -> None:
    assert not credit.is_valid_registration(number)
