"""A condition as lines that can be edited without code: groups and comparisons, each with its depth, there and back.

    全部满足
      所属行业以 I65 开头                （第三条）
      任一满足
        高新技术企业：是
        研发费用占比不低于 3%

`lines` takes any condition apart and `condition` puts it together again; both are inverse to each other up to how a
boolean field and a bound are written. What the lines cannot say (two fields compared) stays as JSON in a line of its own.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from qifu.domain.policies import sourcing
from qifu.domain.policies.told import plainly
from qifu.engines import eligibility as law

GROUPS = {"and": "以下全部满足", "or": "以下任一满足", "none": "以下都不满足"}
COMPARISONS = {
    ">=": "不低于", "<=": "不高于", ">": "高于", "<": "低于", "==": "为", "!=": "不为", "between": "在两者之间",
    "in": "属于", "starts_with": "以…开头", "true": "是", "false": "否",
}  # fmt: skip
RAW = "raw"
NUMERIC = (">=", "<=", ">", "<", "between", "==", "!=")
BY_TYPE = {
    "number": NUMERIC,
    "integer": NUMERIC,
    "date": NUMERIC,
    "boolean": ("true", "false"),
    "enum": ("in", "==", "!="),
    "text": ("in", "starts_with", "==", "!="),
    "code": ("starts_with", "in", "==", "!="),
}
_PARTS, _SPACED = re.compile(r"[、,，;；\n]+"), re.compile(r"[、,，;；\s]+")
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_MONEY = re.compile(r"(-?[\d,]*\d(?:\.\d+)?)\s*(亿元|亿|万元|万|元)")
_WORTH = {"亿元": Decimal(10_000), "亿": Decimal(10_000), "万元": Decimal(1), "万": Decimal(1), "元": Decimal("0.0001")}
MOST_LINES = 400
LONGEST = 20_000  # characters of one value: some thousands of codes


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a group, a comparison, or a part as JSON. `cite` and `says`: where it stands and what it says there."""

    depth: int
    kind: str  # and, or, none; clause; raw
    field: str = ""
    comparison: str = ""
    value: str = ""
    cite: str = ""
    says: str = ""
    problem: str = ""

    @property
    def is_group(self) -> bool:
        return self.kind in GROUPS

    @property
    def comparisons(self) -> tuple[tuple[str, str], ...]:
        """What can be asked of its field."""
        known = law.catalogue().get(self.field)
        return tuple((each, COMPARISONS[each]) for each in BY_TYPE[known.type]) if known else ()

    @property
    def members(self) -> tuple[tuple[str, str], ...]:
        """The values of its field, where they are a list."""
        known = law.catalogue().get(self.field)
        return tuple(known.members.items()) if known else ()


@dataclass(slots=True)
class Composed:
    """A condition put together, with where its clauses stand; or lines that say what is wrong with them."""

    condition: object
    clauses: list[dict[str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        return [f"第 {n} 行：{line.problem}" for n, line in enumerate(self.lines, 1) if line.problem]


def lines(condition: object, clauses: Sequence[Mapping[str, object]] = ()) -> list[Line]:
    """Take a condition apart; sources are put to the lines they were given to."""
    given = {str(each.get("path", "")).rstrip("/"): each for each in clauses}
    found: list[Line] = []
    _apart(condition, 0, "", given, found)
    return found


def _apart(raw: object, depth: int, path: str, given: Mapping[str, Mapping[str, object]], found: list[Line]) -> None:
    operator, parts = _group(raw)
    if operator:
        place = path if operator == "none" else f"{path}/{operator}"
        inner = f"{path}/!" if operator == "none" else place
        found.append(_sourced(Line(depth, operator), [path, place, inner], given))
        for n, part in enumerate(parts):
            if operator == "none":
                _apart(part, depth + 1, f"{path}/!/or/{n}" if _is_or(raw) else f"{path}/!", given, found)
            else:
                _apart(part, depth + 1, f"{place}/{n}", given, found)
        return
    line = _clause(raw, depth) or Line(depth, RAW, value=json.dumps(raw, ensure_ascii=False))
    found.append(_sourced(line, [path], given))


def _is_or(raw: object) -> bool:
    inner = raw["!"] if isinstance(raw, dict) else None
    inner = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
    return isinstance(inner, dict) and set(inner) == {"or"}


def _group(raw: object) -> tuple[str, list[Any]]:
    if not isinstance(raw, dict) or len(raw) != 1:
        return "", []
    operator, given = next(iter(raw.items()))
    if operator in ("and", "or") and isinstance(given, list):
        return operator, given
    if operator == "!":
        inner = given[0] if isinstance(given, list) and len(given) == 1 else given
        if isinstance(inner, dict) and set(inner) == {"var"}:
            return "", []
        return "none", inner["or"] if isinstance(inner, dict) and set(inner) == {"or"} else [inner]
    return "", []


def _clause(raw: object, depth: int) -> Line | None:
    """A comparison with literals, as a line; None where a line cannot say it."""
    if not isinstance(raw, dict) or len(raw) != 1:
        return None
    operator, given = next(iter(raw.items()))
    if operator == "var":
        return _made(depth, _name(raw), "true", "")
    if operator == "!":
        inner = given[0] if isinstance(given, list) else given
        return _made(depth, _name(inner), "false", "")
    if not isinstance(given, list) or len(given) < 2:
        return None
    if operator in ("in", "starts_with"):
        values = given[1] if isinstance(given[1], list) else [given[1]]
        return _made(depth, _name(given[0]), operator, [*values])
    if len(given) == 3 and operator == "<=":
        return _made(depth, _name(given[1]), "between", [given[0], given[2]])
    if len(given) != 2 or operator not in _MIRROR:
        return None
    first, second = given
    if _name(first) and _name(second):
        return None
    if not _name(first):
        first, second, operator = second, first, _MIRROR[operator]
    if isinstance(second, bool):
        return _made(depth, _name(first), "true" if second == (operator == "==") else "false", "")
    return _made(depth, _name(first), operator, [second])


def _name(raw: object) -> str:
    name = raw.get("var", "") if isinstance(raw, dict) else ""
    name = name[0] if isinstance(name, list) and len(name) == 1 else name
    return name if isinstance(name, str) and name in law.catalogue() else ""


def _made(depth: int, name: str, comparison: str, values: object) -> Line | None:
    if not name:
        return None
    known = law.catalogue()[name]
    shown = "、".join(_shown(known, each) for each in values) if isinstance(values, list) else ""
    return Line(depth, "clause", name, comparison, shown)


def _shown(known: law.Field, value: object) -> str:
    if known.members and str(value) in known.members:
        return known.members[str(value)]
    if known.unit == "比例" and isinstance(value, int | float):
        return f"{round(float(value) * 100, 10):g}%"
    return f"{value:g}" if isinstance(value, float) and value == int(value) and abs(value) < 1e15 else str(value)


def _sourced(line: Line, places: Sequence[str], given: Mapping[str, Mapping[str, object]]) -> Line:
    told = next((given[place] for place in places if place in given), None)
    return replace(line, cite=str(told.get("cite", "")), says=str(told.get("says", ""))) if told else line


def composed(given: Sequence[Line]) -> Composed:
    """Put lines together; a line that cannot be used says why, and then there is no condition."""
    kept = list(given[:MOST_LINES])
    done = Composed(True, [], kept)
    if not kept:
        return done
    tree, end = _together(done, 0, "")
    if end < len(kept):
        kept[end] = replace(kept[end], problem="这一行不在任何一组里，请把它移进一组，或在最前面加一组。")
    done.condition = tree
    return done


def begun(given: Sequence[Line]) -> list[int]:
    """The places of the lines without those that are still being written: what can be counted meanwhile."""
    kept = [n for n, line in enumerate(given) if not _is_waiting(line)]
    while True:  # a group whose only line waits, waits too
        shown = [given[n] for n in kept]
        full = [n for at, n in enumerate(kept) if not at or not given[n].is_group or _children(shown, at)]
        if len(full) == len(kept):
            return kept
        kept = full


def _is_waiting(line: Line) -> bool:
    if line.kind != "clause":
        return False
    return not line.field or (line.comparison not in ("true", "false") and not line.value.strip())


def _together(done: Composed, place: int, path: str) -> tuple[object, int]:
    """The part that begins at a line, and where the next one begins."""
    line = done.lines[place]
    if not line.is_group:
        tree = _part(done, place)
        _cite(done, line, path)
        return tree, place + 1
    many = _children(done.lines, place)
    not_any = f"{path}/!" if many == 1 else f"{path}/!/or"
    inner = not_any if line.kind == "none" else f"{path}/{line.kind}"
    _cite(done, line, path if line.kind == "none" else inner)
    parts: list[object] = []
    at = place + 1
    while at < len(done.lines) and done.lines[at].depth > line.depth:
        own = inner if line.kind == "none" and many == 1 else f"{inner}/{len(parts)}"
        part, at = _together(done, at, own)
        parts.append(part)
    if not parts:
        done.lines[place] = replace(line, problem="这一组里还没有条件，请添加，或删去这一组。")
    if line.kind == "none":
        return {"!": parts[0] if len(parts) == 1 else {"or": parts}}, at
    return {line.kind: parts}, at


def _children(given: Sequence[Line], place: int) -> int:
    """How many parts a group has: the lines under it that no other line of it holds."""
    depth, count, at = given[place].depth, 0, place + 1
    while at < len(given) and given[at].depth > depth:
        start = at
        at += 1
        while given[start].is_group and at < len(given) and given[at].depth > given[start].depth:
            at += 1
        count += 1
    return count


def _cite(done: Composed, line: Line, path: str) -> None:
    if line.cite.strip():
        done.clauses.append({"path": path, "cite": line.cite.strip(), "says": line.says.strip()})


def _part(done: Composed, place: int) -> object:
    line = done.lines[place]
    try:
        tree = _read(line)
        law.parse(tree, law.catalogue())
        return tree
    except law.Refused as refusal:
        problem = refusal.zh
    except (law.Unreadable, ValueError, RecursionError) as refusal:
        problem = str(refusal) or "写法不对"
    done.lines[place] = replace(line, problem=problem)
    return True


def _read(line: Line) -> object:
    """:raises ValueError: the line cannot be used."""
    if len(line.value) > LONGEST:
        raise ValueError(f"写的值太长，最多 {LONGEST:,} 个字，请分成几行。")
    if line.kind == RAW:
        try:
            return json.loads(line.value)
        except (ValueError, RecursionError):
            raise ValueError("不是 JSON，请核对括号和引号。") from None
    known = law.catalogue().get(line.field)
    if known is None:
        raise ValueError("请选择字段。")
    if line.comparison not in BY_TYPE[known.type]:
        raise ValueError(f"“{known.label}”不能这样比较，请重新选择。")
    var = {"var": line.field}
    if line.comparison in ("true", "false"):
        return var if line.comparison == "true" else {"==": [var, False]}
    parts = _apart_of(known, line)
    values = [_value(known, part.strip()) for part in parts if part.strip()]
    if not values:
        raise ValueError(f"请填写“{known.label}”要比较的值。")
    if line.comparison == "between":
        if len(values) != 2:
            raise ValueError("“在两者之间”要写两个值，如 100、500。")
        return {"<=": [values[0], var, values[1]]}
    if line.comparison in ("in", "starts_with"):
        return {line.comparison: [var, values]}
    if len(values) != 1:
        raise ValueError("这里只能写一个值；要写几个值，请选“属于”。")
    return {line.comparison: [var, values[0]]}


def _apart_of(known: law.Field, line: Line) -> list[str]:
    """The values of a line; one figure may be written with commas and with a space before its unit."""
    text = unicodedata.normalize("NFKC", line.value.strip()) if known.is_ordered else line.value.strip()
    if known.type in ("number", "integer") and line.comparison != "between" and not re.search(r"[、;\n]", text):
        return [re.sub(r"\s", "", text)]
    return (_PARTS if known.members or known.type == "text" else _SPACED).split(text)


def _value(known: law.Field, text: str) -> object:
    value = law.read(known, _bare(known, text))
    if known.type == "date":
        return date.fromordinal(int(value)).isoformat() if isinstance(value, float) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bare(known: law.Field, text: str) -> str:
    """A figure without the unit that was written behind it; of money in the unit of the field, 万元."""
    if known.type not in ("number", "integer") or not known.unit:
        return text
    if known.unit == "比例" and not text.endswith("%") and text.strip("0."):
        raise ValueError(f"“{known.label}”是比例，请带上百分号，如 5%。")
    money = _MONEY.fullmatch(text) if known.unit == "万元" else None
    if money:
        return f"{Decimal(money[1].replace(',', '')) * _WORTH[money[2]]:f}"
    return text.removesuffix(known.unit).strip()


def said(condition: object, clauses: Sequence[Mapping[str, object]] = ()) -> list[tuple[int, str, str]]:
    """A condition in words: depth, sentence, where it stands."""
    library = law.compile_policies([law.Policy("", "", law.parse(condition, law.catalogue()))])
    known = sourcing.sources(clauses)
    told = plainly(law.Reading(library, {}, date.min).explain(0).tree)
    return [(line.depth, line.text, source.cite if (source := known.get(line.path)) else "") for line in told]
