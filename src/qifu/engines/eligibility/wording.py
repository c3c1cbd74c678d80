"""Conditions in words: what a clause asks, as an official would say it, and values as people write them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import cast

from qifu.engines.codes import industries

from .conditions import Comparison, Constant, Group, Literal, Membership, Negation, Node
from .fields import Field
from .values import Facts

_LISTED = 6  # values of a list that are written out
_NUMBERS = {"==": "为", "!=": "不为", "<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于"}
_DAYS = {"==": "为", "!=": "不为", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def sentence(node: Node) -> str:
    """Say what a node asks; groups say how their parts are joined."""
    if isinstance(node, Constant):
        return "总是满足" if node.value else "总不满足"
    if isinstance(node, Group):
        return "以下全部满足" if node.operator == "and" else "以下至少满足一项"
    if isinstance(node, Negation):
        return "以下不成立"
    if isinstance(node, Membership):
        return _membership(node)
    return _comparison(node)


def _comparison(node: Comparison) -> str:
    fields = node.fields
    if len(fields) == 1 and len(node.operands) == 2:
        first, second = node.operands
        operator = node.operator if isinstance(first, Field) else _MIRROR[node.operator]
        value = second if isinstance(first, Field) else first
        return _pair(fields[0], operator, cast(Literal, value))
    if len(fields) == 1 and isinstance(node.operands[1], Field):
        words = _words(fields[0])
        low, high = (written(fields[0], cast(Literal, node.operands[place])) for place in (0, 2))
        return f"{fields[0].label}{words[_MIRROR[node.operator]]} {low} 且{words[node.operator]} {high}"
    told = [each.label if isinstance(each, Field) else written(fields[0], each) for each in node.operands]
    words = _words(fields[0])
    return "，且".join(f"{one}{words[node.operator]}{other}" for one, other in itertools.pairwise(told))


def _words(field: Field) -> dict[str, str]:
    return _DAYS if field.type == "date" else _NUMBERS


def _pair(field: Field, operator: str, value: Literal) -> str:
    if field.type == "boolean":
        return f"{field.label}：{'是' if (value is True) == (operator == '==') else '否'}"
    return f"{field.label}{_words(field)[operator]} {written(field, value)}"


def _membership(node: Membership) -> str:
    field = node.field
    if not node.values:
        return f"{field.label}属于空的列表"
    listed = "、".join(written(field, value) for value in node.values[:_LISTED])
    more = f"等 {len(node.values)} 项" if len(node.values) > _LISTED else ""
    if node.operator == "starts_with":
        either = "之一" if len(node.values) > 1 else ""
        return f"{field.label}以 {listed}{more}{either}开头"
    return f"{field.label}属于 {listed}{more}" if len(node.values) > 1 else f"{field.label}为 {listed}"


def written(field: Field, value: Literal) -> str:
    """Write a value of a field with its unit, as people do."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return _word(field, value)
    if field.type == "date":
        return date.fromordinal(int(value)).isoformat()
    if field.unit == "比例":
        return f"{_plain(Decimal(repr(value)) * 100)}%"
    return f"{_plain(Decimal(repr(value)))} {field.unit}".rstrip()


def _word(field: Field, value: str) -> str:
    if field.name == "industry":
        held = industries.find(value)
        return f"{value}（{held.name}）" if held else value
    return field.members.get(value, value)


def _plain(number: Decimal) -> str:
    """A number without exponent and without zeros behind the point."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_value(field: Field, value: Literal | None) -> object:
    """A value for JSON: days in ISO form, whole numbers without a point, None unknown."""
    if value is None or isinstance(value, bool | str):
        return value
    if field.type == "date":
        return date.fromordinal(int(value)).isoformat()
    return int(value) if value.is_integer() else value


def values_of(operands: Sequence[Field | Literal], facts: Facts) -> list[Literal | None]:
    """The values of operands for one enterprise."""
    return [facts.get(each.name) if isinstance(each, Field) else each for each in operands]
