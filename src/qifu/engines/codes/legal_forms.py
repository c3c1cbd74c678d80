"""What kind of organisation a firm is: a small list for registers, and how registration texts are read into it.

The market regulator's own list of company types has several hundred lines; their texts begin with, or hold, the
words below. A branch is a branch whatever its parent is; what decides is written in the order of `_READINGS`.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from .errors import UnknownCode
from .letters import compact


@dataclass(frozen=True, slots=True)
class LegalForm:
    """One form; `until` is the last day on which it could be newly or still lawfully held."""

    code: str
    name: str
    is_legal_person: bool | None
    until: date | None = None


FORMS = (
    LegalForm("limited", "有限责任公司", True),
    LegalForm("joint_stock", "股份有限公司", True),
    LegalForm("sole_proprietorship", "个人独资企业", False),
    LegalForm("partnership", "合伙企业", False),
    LegalForm("individual", "个体工商户", False),
    LegalForm("cooperative", "农民专业合作社", True),
    # Foreign Investment Law art. 31 and 42: the old forms ended five years after 2020-01-01.
    LegalForm("foreign_invested", "外商投资企业（旧组织形式）", None, date(2024, 12, 31)),
    LegalForm("branch", "分公司或分支机构", False),
    LegalForm("state_owned", "国有企业（全民所有制）", True),
    LegalForm("collective", "集体企业", True),
    LegalForm("joint_stock_cooperative", "股份合作企业", True),
    LegalForm("representative_office", "外国企业常驻代表机构", False),
    LegalForm("other", "其他", None),
)

_READINGS = (
    ("representative_office", ("代表机构", "代表处")),
    ("branch", ("分公司", "分支机构", "分所", "分店", "营业部", "办事处", "非法人")),
    ("individual", ("个体工商户", "个体户")),
    ("cooperative", ("专业合作社",)),
    ("joint_stock_cooperative", ("股份合作",)),
    ("joint_stock", ("股份有限公司", "股份公司")),
    ("limited", ("有限责任公司", "有限公司", "一人公司", "国有独资公司")),
    ("sole_proprietorship", ("个人独资",)),
    ("partnership", ("合伙",)),
    ("foreign_invested", ("中外合资", "中外合作", "外资企业", "外商投资", "港澳台", "台港澳", "外商独资")),
    ("collective", ("集体",)),
    ("state_owned", ("全民所有制", "国有企业")),
    ("other", ("其他",)),
)


@cache
def _by_code() -> dict[str, LegalForm]:
    return {form.code: form for form in FORMS}


def legal_form(code: str) -> LegalForm:
    """Look a form up by its code.

    :raises UnknownCode: there is no such form.
    """
    held = _by_code().get(code)
    if held is None:
        raise UnknownCode(f"没有代码为 {code} 的组织形式，请从列表中选择。")
    return held


def read(text: str) -> LegalForm | None:
    """Read the type as a licence or a spreadsheet writes it; None when nothing in it tells."""
    wanted = compact(text)
    return next((legal_form(code) for code, words in _READINGS if any(word in wanted for word in words)), None)


def in_force(on: date) -> tuple[LegalForm, ...]:
    """The forms that exist on a day."""
    return tuple(form for form in FORMS if form.until is None or on <= form.until)
