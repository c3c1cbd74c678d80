"""Telephones, identity numbers, legal forms and the 四上 families."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.codes import identity, industries, legal_forms, phones, scale
from qifu.engines.codes.errors import UnknownCode
from qifu.engines.codes.scale import Family


@pytest.mark.parametrize(
    ("text", "e164", "masked"),
    [
        ("13800001234", "+8613800001234", "138****1234"),
        ("１３８００００１２３４", "+8613800001234", "138****1234"),
        ("+86 138-0000-1234", "+8613800001234", "138****1234"),
        ("008613800001234", "+8613800001234", "138****1234"),
        ("8613800001234", "+8613800001234", "138****1234"),
        ("199 0000 1234", "+8619900001234", "199****1234"),
        ("027-85001234", "+862785001234", "027-****1234"),
        ("（027）8500 1234转801", "+862785001234", "027-****1234"),
        ("02785001234-12", "+862785001234", "027-****1234"),
        ("+86 27 8500 1234", "+862785001234", "027-****1234"),
        ("0716-8123456", "+867168123456", "0716-***3456"),
        ("0755-26001234", "+8675526001234", "0755-****1234"),
        ("010-65001234", "+861065001234", "010-****1234"),
        ("400-123-4567", "+864001234567", "4001234567"),
    ],
)
def test_numbers_are_read(text: str, e164: str, masked: str) -> None:
    assert phones.normalise(text) == e164
    assert phones.mask(text) == masked
    assert phones.problem(text) is None


@pytest.mark.parametrize(
    "text", ["", "12345", "1380000123", "138000012345", "12800001234", "010-12345678", "027-8500123", "电话"]
)
def test_what_is_no_number(text: str) -> None:
    assert phones.normalise(text) is None
    assert str(phones.problem(text)).endswith("。")


def test_kinds_areas_and_extensions() -> None:
    assert phones.is_mobile("138 0000 1234")
    assert not phones.is_mobile("027-85001234")
    assert phones.is_landline("85001234", area="027")
    assert not phones.is_landline("85001234")
    assert phones.normalise("85001234", area="027") == "+862785001234"
    assert phones.parse("027-85001234转801") == phones.Phone("landline", "27", "85001234", "801")
    assert phones.mask("85001234") == "******34"
    assert phones.mask("1234") == "****"
    assert phones.problem("1380000123") == (
        "电话号码无法识别（共 10 位数字）：手机号应为 11 位，固定电话请带区号，例如 027-85001234。"
    )


@given(st.text(max_size=24))
def test_no_text_breaks_a_number(text: str) -> None:
    found = phones.normalise(text)
    assert found is None or phones.normalise(found) == found
    phones.mask(text)


@given(st.integers(13_000_000_000, 19_999_999_999).map(str))
def test_a_mask_hides_four_digits_of_a_mobile_number(number: str) -> None:
    assert phones.mask(number) == f"{number[:3]}****{number[7:]}"


def test_identity_examples_printed_in_the_standard() -> None:
    assert identity.problem("11010519491231002X") is None
    assert identity.problem("440524188001010014") is None
    assert identity.is_valid("１１０１０５19491231002x")
    assert identity.check_character("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "身份证号码是空的，请填写 18 位号码。"),
        ("110105491231002", "15 位的旧身份证号码已停止使用，请填写 18 位号码。"),
        ("1101051949123100", "身份证号码应为 18 位，现为 16 位，请核对是否漏录或多录。"),
        ("1101051949123100AX", "身份证号码的前 17 位应为数字，最后一位应为数字或 X，请核对。"),
        ("990105194912310021", "身份证号码前两位 99 不是省级行政区划代码，请核对。"),
        ("110105194902310025", "身份证号码中的出生日期 19490231 不成立，请核对。"),
        ("110105194912310021", "身份证号码的校验位不对，某一位可能录错，请与证件核对。"),
    ],
)
def test_identity_problems(number: str, sentence: str) -> None:
    assert identity.problem(number) == sentence


def test_identity_of_the_unborn_and_masks() -> None:
    assert identity.is_valid("11010519491231002X", on=date(1949, 12, 31))
    assert not identity.is_valid("11010519491231002X", on=date(1949, 12, 30))
    assert identity.mask("11010519491231002X") == "110***********002X"
    assert identity.mask("1101") == "****"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("有限责任公司(自然人独资)", "limited"),
        ("有限责任公司（港澳台法人独资）", "limited"),
        ("其他股份有限公司分公司(上市)", "branch"),
        ("股份有限公司(上市、国有控股)", "joint_stock"),
        ("个人独资企业", "sole_proprietorship"),
        ("有限合伙企业", "partnership"),
        ("个体工商户", "individual"),
        ("农民专业合作社", "cooperative"),
        ("中外合作经营", "foreign_invested"),
        ("全民所有制", "state_owned"),
        ("集体所有制", "collective"),
        ("股份合作制", "joint_stock_cooperative"),
        ("外国(地区)企业常驻代表机构", "representative_office"),
        ("其他", "other"),
    ],
)
def test_legal_forms_are_read(text: str, code: str) -> None:
    form = legal_forms.read(text)
    assert form is not None
    assert form.code == code


def test_legal_forms_by_code_and_day() -> None:
    assert legal_forms.legal_form("limited").name == "有限责任公司"
    assert legal_forms.read("不详") is None
    assert len({form.code for form in legal_forms.FORMS}) == len(legal_forms.FORMS)
    old = legal_forms.legal_form("foreign_invested")
    assert old in legal_forms.in_force(date(2024, 12, 31))
    assert old not in legal_forms.in_force(date(2025, 1, 1))
    with pytest.raises(UnknownCode) as refused:
        legal_forms.legal_form("llc")
    assert str(refused.value) == "没有代码为 llc 的组织形式，请从列表中选择。"


@pytest.mark.parametrize(
    ("industry", "family", "revenue", "qualified", "result"),
    [
        ("C3911", Family.INDUSTRY, 2000, None, "yes"),
        ("C3911", Family.INDUSTRY, Decimal("1999.99"), None, "no"),
        ("F5176", Family.TRADE_CATERING, 2000, None, "yes"),
        ("F5212", Family.TRADE_CATERING, 500, None, "yes"),
        ("F5212", Family.TRADE_CATERING, 499, None, "no"),
        ("H6210", Family.TRADE_CATERING, 200, None, "yes"),
        ("E4710", Family.CONSTRUCTION_REAL_ESTATE, 90000, None, "unknown"),
        ("E4710", Family.CONSTRUCTION_REAL_ESTATE, None, True, "yes"),
        ("E4710", Family.CONSTRUCTION_REAL_ESTATE, 90000, False, "no"),
        ("K7010", Family.CONSTRUCTION_REAL_ESTATE, None, True, "yes"),
        ("K7020", Family.SERVICES, 1000, None, "yes"),
        ("I6513", Family.SERVICES, 1999, None, "no"),
        ("I6513", Family.SERVICES, None, None, "unknown"),
        ("L7241", Family.SERVICES, 1000, None, "yes"),
        ("R8930", Family.SERVICES, 500, None, "yes"),
        ("Q8411", Family.SERVICES, 500, None, "no"),
        ("Q8521", Family.SERVICES, 500, None, "yes"),
        ("Q", Family.SERVICES, 3000, None, "yes"),
        ("Q", Family.SERVICES, 700, None, "unknown"),
        ("K", None, 3000, None, "unknown"),
        ("J6621", None, 3000, None, "no"),
        ("A0111", None, 3000, None, "no"),
        ("U12", None, 3000, None, "unknown"),
    ],
)
def test_above_scale(
    industry: str, family: Family | None, revenue: Decimal | None, qualified: bool | None, result: str
) -> None:
    assert scale.above_scale_kind(industry) is family
    answer = scale.above_scale(industry, revenue, qualified)
    assert answer.result == result
    assert answer.reason.endswith("。")


def test_families_of_sections() -> None:
    families = {each.code: scale.above_scale_kinds(each.code) for each in industries.sections()}
    assert {code for code, found in families.items() if not found} == {"A", "J", "S", "T"}
    assert families["K"] == {Family.CONSTRUCTION_REAL_ESTATE, Family.SERVICES}
    assert families["F"] == {Family.TRADE_CATERING}
