"""The portrait: tags that follow from rules over held values, each with its rule, the value, its source and its day.

A tag is never guessed: where the value is not known there is no tag. A rule is one function of one field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.domain.registry.facts import Held

YEAR = 365


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with the rule that it follows from."""

    label: str
    rule: str
    value: str
    source: str
    as_of: date | None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class TagRule:
    """One tag: the field it looks at, when it holds, and the rule in words."""

    label: str
    field: str
    says: str
    holds: Callable[[object, date], bool]
    unit: str = ""
    tone: str = ""


def portrait(held: Mapping[str, Held], on: date) -> tuple[Tag, ...]:
    """The tags of an enterprise on a day, in the order of the rules."""
    found = []
    for rule in RULES:
        one = held.get(rule.field)
        if one is not None and one.value is not None and rule.holds(one.value, on):
            found.append(Tag(rule.label, rule.says, _said(one.value, rule.unit), one.source, one.as_of, rule.tone))
    return tuple(found)


def _from(bar: str) -> Callable[[object, date], bool]:
    return lambda value, on: _is_number(value) and Decimal(str(value)) >= Decimal(bar)


def _below(bar: str) -> Callable[[object, date], bool]:
    return lambda value, on: _is_number(value) and Decimal(str(value)) <= Decimal(bar)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _yes(value: object, on: date) -> bool:
    return value is True


def _is(*words: str) -> Callable[[object, date], bool]:
    return lambda value, on: value in words


def _younger(years: int) -> Callable[[object, date], bool]:
    return lambda value, on: isinstance(value, date) and (on - value).days < years * YEAR


def _older(years: int) -> Callable[[object, date], bool]:
    return lambda value, on: isinstance(value, date) and (on - value).days >= years * YEAR


def _said(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if unit == "%" and _is_number(value):
        return f"{Decimal(str(value)) * 100:.1f}%"
    if _is_number(value):
        return f"{Decimal(str(value)):,.10g} {unit}".strip()
    return str(value)


RULES = (
    TagRule("初创", "registered_on", "成立不满三年", _younger(3), tone="accent"),
    TagRule("老字辈", "registered_on", "成立满二十年", _older(20)),
    TagRule("高成长", "revenue_growth", "上一年度营业收入增长 20% 以上", _from("0.2"), "%", "green"),
    TagRule("收入下滑", "revenue_growth", "上一年度营业收入下降 20% 以上", _below("-0.2"), "%", "amber"),
    TagRule("纳税大户", "tax_paid", "上一年度实缴税收 500 万元以上", _from("500"), "万元", "green"),
    TagRule("用工大户", "employees", "从业人员 300 人以上", _from("300"), "人", "green"),
    TagRule("研发型", "rd_ratio", "研发费用占营业收入 5% 以上", _from("0.05"), "%", "accent"),
    TagRule("专利密集", "patents", "有效专利 10 件以上", _from("10"), "件", "accent"),
    TagRule("出口型", "export_ratio", "出口占营业收入 20% 以上", _from("0.2"), "%", "accent"),
    TagRule("高新技术", "high_tech", "持有有效期内的高新技术企业证书", _yes, tone="accent"),
    TagRule("专精特新", "specialised", "经认定的专精特新中小企业，在有效期内", _yes, tone="accent"),
    TagRule("四上", "above_scale", "已纳入统计联网直报", _yes, tone="accent"),
    TagRule("上市挂牌", "listing", "已在交易所上市或在新三板挂牌",
            _is("neeq", "gem", "star", "main", "bse", "overseas")),
    TagRule("纳税信用好", "tax_credit", "最近一次纳税信用评价为 A 级", _is("A"), tone="green"),
    TagRule("负债偏高", "debt_ratio", "资产负债率 80% 以上", _from("0.8"), "%", "amber"),
    TagRule("经营异常", "abnormal", "列入经营异常名录", _yes, tone="red"),
    TagRule("严重失信", "dishonest", "列入严重失信主体名单或失信被执行人名单", _yes, tone="red"),
    TagRule("受过处罚", "penalised", "政策规定期限内受过重大行政处罚", _yes, tone="amber"),
)  # fmt: skip
