"""Conditions: a typed subset of JsonLogic, read into a tree or refused by policy and path before anything is computed.

`{"and": [..]}` `{"or": [..]}` `{"!": X}`, comparisons over `{"var": field}` and literals (`<` and `<=` take three for
between), `{"in": [{"var": f}, [..]]}`, `{"starts_with": [{"var": f}, prefix or list of prefixes]}`, true, false, and a
boolean field by itself. Depth is bounded, so that no tree can exhaust the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .fields import NUMERIC, WORDED, Field

MOST_DEEP = 100
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
ORDERINGS = frozenset({"<", "<=", ">", ">="})
OPERATORS = ("and", "or", "!", *COMPARISONS, "in", "starts_with", "var")

Literal = float | str | bool  # a date is its ordinal: comparisons of days are comparisons of numbers


class Refused(ValueError):
    """A condition or policy that cannot be used: which policy, where in it, and why."""

    def __init__(self, zh: str, en: str, *, path: str = "", policy: str = "") -> None:
        super().__init__(zh)
        self.zh, self.en, self.path, self.policy = zh, en, path, policy

    def __str__(self) -> str:
        return f"政策 {self.policy} 的 {self.path}：{self.zh}" if self.policy else f"{self.path}：{self.zh}"

    @property
    def english(self) -> str:
        """The same sentence in English."""
        return f"policy {self.policy}, {self.path}: {self.en}" if self.policy else f"{self.path}: {self.en}"


class Doubled(dict[str, object]):
    """A JSON object that wrote one key twice: what was meant cannot be known."""


@dataclass(frozen=True, slots=True)
class Constant:
    """`true` or `false`."""

    path: str
    value: bool


@dataclass(frozen=True, slots=True)
class Group:
    """All of (`and`) or any of (`or`)."""

    path: str
    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """Not."""

    path: str
    part: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of fields and literals; a boolean field by itself is `field == true`."""

    path: str
    operator: str
    operands: tuple[Field | Literal, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(each for each in self.operands if isinstance(each, Field))


@dataclass(frozen=True, slots=True)
class Membership:
    """A field is one of a list (`in`), or begins with one of the prefixes (`starts_with`)."""

    path: str
    operator: str
    field: Field
    values: tuple[Literal, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return (self.field,)


Clause = Comparison | Membership
Node = Constant | Group | Negation | Comparison | Membership


def shown(value: object) -> str:
    """Quote what was handed in, cut short and without characters that would disturb a terminal."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value)[:41])
    return text if len(text) < 41 else text[:40] + "…"


def parse(condition: object, fields: Mapping[str, Field], path: str = "$.when") -> Node:
    """Read a condition; :raises Refused: unknown field, clash of types, malformed or too deep a tree."""
    return _node(condition, fields, path, 0)


def _node(raw: object, fields: Mapping[str, Field], path: str, depth: int) -> Node:
    if depth > MOST_DEEP:
        raise Refused(f"条件嵌套超过 {MOST_DEEP} 层，请改写。", f"nested deeper than {MOST_DEEP} levels", path=path)
    if isinstance(raw, bool):
        return Constant(path, raw)
    operator, given = _operation(raw, path)
    if operator in ("and", "or"):
        return _group(operator, given, fields, f"{path}.{operator}", depth)
    if operator == "!":
        inner = given[0] if isinstance(given, list) and len(given) == 1 else given
        return Negation(f"{path}.!", _node(inner, fields, f"{path}.!", depth + 1))
    if operator == "var":
        return _flag(raw, fields, path)
    if operator in COMPARISONS:
        return _comparison(operator, given, fields, path)
    return _membership(operator, given, fields, path)


def _operation(raw: object, path: str) -> tuple[str, object]:
    """The one operator of an object, and what it is given."""
    if not isinstance(raw, dict):
        raise Refused(
            f"这里应是条件，写的是“{shown(raw)}”。", f"a condition is expected, not “{shown(raw)}”", path=path
        )
    if len(raw) != 1 or isinstance(raw, Doubled):
        names = "、".join(shown(name) for name in list(raw)[:4]) or "空"
        raise Refused(
            f"一个条件只能有一个运算符，这里有：{names}。", "an operation has exactly one operator", path=path
        )
    operator, given = next(iter(raw.items()))
    if operator not in OPERATORS:
        raise Refused(
            f"没有运算符“{shown(operator)}”，可用的有 {' '.join(OPERATORS)}。",
            f"no operator “{shown(operator)}”",
            path=path,
        )
    return operator, given


def _group(operator: str, given: object, fields: Mapping[str, Field], path: str, depth: int) -> Group:
    if not isinstance(given, list) or not given:
        raise Refused(
            f"“{operator}”后面应是列表，至少有一个条件。", f"“{operator}” takes a list of conditions", path=path
        )
    return Group(path, operator, tuple(_node(each, fields, f"{path}[{n}]", depth + 1) for n, each in enumerate(given)))


def _flag(raw: object, fields: Mapping[str, Field], path: str) -> Comparison:
    field = _operand(raw, fields, path)
    if not isinstance(field, Field) or field.type != "boolean":
        raise Refused("单独一个字段作条件时，须是是非字段。", "only a boolean field stands by itself", path=path)
    return Comparison(path, "==", (field, True))


def _operand(raw: object, fields: Mapping[str, Field], path: str) -> Field | object:
    """A field where `var` names one, else the raw literal."""
    if not isinstance(raw, dict):
        return raw
    operator, given = _operation(raw, path)
    name = given[0] if isinstance(given, list) and len(given) == 1 else given
    if operator != "var" or not isinstance(name, str):
        raise Refused('这里应是 {"var": "字段名"} 或字面值。', 'expected {"var": field} or a literal', path=path)
    field = fields.get(name)
    if field is None:
        raise Refused(
            f"字段目录中没有“{shown(name)}”（qifu policies fields 列出全部字段）。",
            f"“{shown(name)}” is not in the field catalogue",
            path=path,
        )
    return field


def _comparison(operator: str, given: object, fields: Mapping[str, Field], path: str) -> Comparison:
    most = 3 if operator in ("<", "<=") else 2
    if not isinstance(given, list) or not 2 <= len(given) <= most:
        wanted = "2 或 3" if most == 3 else "2"
        raise Refused(
            f"“{operator}”应有 {wanted} 个参数。", f"“{operator}” takes two arguments (< and <= also three)", path=path
        )
    raws = [_operand(each, fields, f"{path}.{operator}[{n}]") for n, each in enumerate(given)]
    named = [each for each in raws if isinstance(each, Field)]
    if not named:
        raise Refused("比较中至少要有一个字段。", "a comparison needs a field", path=path)
    field = named[0]
    for other in named[1:]:
        _agree(field, other, path)
    if operator in ORDERINGS and not field.is_ordered:
        raise Refused(
            f"{field.label}（{field.name}）不是数值或日期，不能比大小。", f"{field.name} has no order", path=path
        )
    operands = tuple(
        each if isinstance(each, Field) else literal(each, field, f"{path}.{operator}[{n}]")
        for n, each in enumerate(raws)
    )
    return Comparison(path, operator, operands)


def _agree(one: Field, other: Field, path: str) -> None:
    kinds = {NUMERIC if each.type in NUMERIC else WORDED if each.type in WORDED else each.type for each in (one, other)}
    if len(kinds) > 1 or (one.type == "enum" and one.members != other.members):
        raise Refused(
            f"{one.label}（{one.type}）与{other.label}（{other.type}）类型不同，不能比较。",
            f"{one.name} and {other.name} are of different types",
            path=path,
        )


def _membership(operator: str, given: object, fields: Mapping[str, Field], path: str) -> Membership:
    if not isinstance(given, list) or len(given) != 2:
        raise Refused(f"“{operator}”应有 2 个参数：字段和列表。", f"“{operator}” takes a field and a list", path=path)
    field = _operand(given[0], fields, f"{path}.{operator}[0]")
    if not isinstance(field, Field):
        raise Refused(f"“{operator}”的第一个参数须是字段。", f"“{operator}” begins with a field", path=path)
    if operator == "starts_with" and field.type not in WORDED:
        raise Refused(f"{field.label}不是文字或代码，不能比开头。", f"{field.name} is not text", path=path)
    values = [given[1]] if operator == "starts_with" and isinstance(given[1], str) else given[1]
    if not isinstance(values, list):
        raise Refused(f"“{operator}”的第二个参数须是列表。", f"“{operator}” ends with a list", path=path)
    where = f"{path}.{operator}[1]"
    return Membership(
        path, operator, field, tuple(literal(each, field, f"{where}[{n}]") for n, each in enumerate(values))
    )


def literal(raw: object, field: Field, path: str) -> Literal:
    """Read a literal that is compared with a field; :raises Refused: it is of another type."""
    if field.type in NUMERIC and isinstance(raw, int | float) and not isinstance(raw, bool):
        if abs(raw) <= 1e15:  # beyond it a float no longer tells neighbouring cents apart; false for NaN
            return float(raw)
        raise Refused("数字太大或不是数。", "the number is too large or no number", path=path)
    if field.type == "boolean" and isinstance(raw, bool):
        return raw
    if field.type == "date" and isinstance(raw, str):
        return _day(raw, path)
    if field.type in (*WORDED, "enum") and isinstance(raw, str) and "\0" not in raw:
        if field.type == "enum" and raw not in field.members and not field.is_open:
            raise Refused(
                f"{field.label}没有“{shown(raw)}”这个取值，可用的有 {' '.join(field.members)}。",
                f"{field.name} has no value “{shown(raw)}”",
                path=path,
            )
        return raw
    raise Refused(
        f"类型不符：{field.label}（{field.name}）是{TYPES[field.type]}，不能与“{shown(raw)}”比较。",
        f"type clash: {field.name} is of type {field.type}, not “{shown(raw)}”",
        path=path,
    )


TYPES = {
    "number": "数值",
    "integer": "整数",
    "date": "日期",
    "text": "文字",
    "code": "代码",
    "enum": "选项",
    "boolean": "是非",
}


def _day(raw: str, path: str) -> float:
    try:
        if len(raw) == 10 and raw[4] == raw[7] == "-":
            return float(date.fromisoformat(raw).toordinal())
    except ValueError:
        pass
    raise Refused(
        f"“{shown(raw)}”不是日期，写法是 2026-09-30。", f"“{shown(raw)}” is not a date (2026-09-30)", path=path
    )
