"""Values of the catalogue in the words of people: 1,200.5 万元, 3.5%, 是, A 级, 2026年9月30日."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qifu.domain.registry.columns import BY_FIELD
from qifu.domain.registry.models import Enterprise, Mark
from qifu.domain.registry.profiles import typed
from qifu.engines.codes import industries
from qifu.engines.eligibility import Field, catalogue

_OTHERS = {
    "address": "地址",
    "status": "登记状态",
    "written": "名单上的写法",
    "typed_code": "名单上的代码（有误）",
    "former_names": "曾用名",
    "key": "重点企业",
}


def label(field: str) -> str:
    """What people call the field."""
    known = catalogue().get(field)
    if known is not None:
        return known.label
    if field in _OTHERS:
        return _OTHERS[field]
    return BY_FIELD[field].label if field in BY_FIELD else dict(Mark.Kind.choices).get(field, field)


def said(field: str, value: object) -> str:
    """The value as people read it; blank is a dash."""
    if value is None or value == "":
        return "—"
    known, found = catalogue().get(field), typed(field, value)
    if isinstance(found, bool):
        return "是" if found else "否"
    if isinstance(found, date):
        return f"{found.year}年{found.month}月{found.day}日"
    if known is not None and isinstance(found, Decimal | int | float):
        return _figure(known, Decimal(str(found)))
    return _word(field, known, str(found))


def _figure(field: Field, value: Decimal) -> str:
    if field.unit == "比例":
        return f"{(value * 100).normalize():f}%"
    text = f"{value.normalize():,f}"
    return f"{text} {field.unit}" if field.unit else text


def _word(field: str, known: Field | None, text: str) -> str:
    if field == "industry":
        held = industries.find(text)
        return f"{text} {held.name}" if held else text
    if field == "status":
        return dict(Enterprise.Status.choices).get(text, text)
    return known.members.get(text, text) if known is not None else text
