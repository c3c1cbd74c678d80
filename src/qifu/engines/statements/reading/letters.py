"""Figures in which a recogniser took a digit for a letter (0 for O, 1 for l, 8 for B) or lost one before the point.

Such a cell is not a figure and not blank either. Its likeliest reading stands in for it while rows are placed in their
columns; then the value is taken only where a relation between figures forces it and none speaks against it, and named as
mended. Otherwise the cell is blank in the model and named as unreadable. The likeliest reading alone is never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qifu.engines.statements.layouts import layout
from qifu.engines.statements.model import Model, Repair, Unreadable
from qifu.engines.statements.money import amount, tail
from qifu.engines.statements.paper import Line
from qifu.engines.statements.relations import Key, Relation, cells_of, lines_of, place_name, relations, said

from .outline import Region
from .repairs import with_value

_TOKEN = re.compile(r"^[+-]?[\dA-Za-z|!?*#]{0,9}(?:[,，][\dA-Za-z|!?*#]{3})*[.．][\dA-Za-z|!?*#]{1,2}$")
_DIGITS = str.maketrans("OoQDlIi|!SsBZzGbqg", "000011111558226699")
_ALIKE = frozenset({"08", "17", "27", "38", "56", "68"})
ENOUGH = 2  # damaged figures mended, from which on the document is known to have been misread
_OUTSIDE = frozenset({"personnel", "public", "budget", "actual"})  # cells whose line the model does not keep


@dataclass(frozen=True)
class Mark:
    """A damaged figure: where it stood, what is printed, the reading that stands in for it, and what fits it."""

    statement: str
    line: int
    raw: str
    reading: Decimal
    nth: int  # the how manieth of the figures of the line that read the same
    pattern: re.Pattern[str]


def mark(token: str) -> tuple[str, re.Pattern[str]] | None:
    """A stand-in for a damaged figure and what the whole one may have been; None for sound figures and for words."""
    plain = token.strip()
    if not _TOKEN.match(plain) or not re.search(r"[\d?]", plain) or amount(plain) is not None:
        return None
    if not re.search(r"\d", plain):  # nothing of it was legible, not even how long it is
        return "0.00", re.compile(r"\d+\.\d{2}")
    bare = plain.replace(",", "").replace("，", "").replace("．", ".")
    fits = "".join(each if each in "+-" or each.isdigit() else r"\." if each == "." else r"\d" for each in bare)
    if bare.startswith("."):
        bare, fits = f"0{bare}", rf"\d{fits}"
    reading = re.sub(r"[^\d.+-]", "0", bare.translate(_DIGITS))
    return reading, re.compile(fits)


def stand_in(lines: Sequence[Line], regions: Iterable[Region]) -> tuple[tuple[Line, ...], list[Mark]]:
    """The lines with a reading in the place of each damaged figure of a statement, and what was replaced."""
    inside = {line.number: region.layout for region in regions for line in region.lines}
    changed: list[Line] = []
    marks: list[Mark] = []
    for line in lines:
        found = inside.get(line.number)
        if found is None or found.shape == "target_form" or "." not in line.text:
            changed.append(line)
            continue
        tokens = list(line.cells) if line.cells is not None else (line.raw or line.text).split()
        made = _replaced(tokens, line, found.id)
        if not made:
            changed.append(line)
            continue
        marks += made
        text = " ".join(token for token in tokens if token)
        cells = tuple(tokens) if line.cells is not None else None
        changed.append(replace(line, text=text, cells=cells, raw=line.raw and text))
    return tuple(changed), marks


def _replaced(tokens: list[str], line: Line, statement: str) -> list[Mark]:
    """Put readings in the place of damaged tokens (`tokens` is changed)."""
    damaged = {i: (token, found) for i, token in enumerate(tokens) if (found := mark(token))}
    for i, (_, (reading, _)) in damaged.items():
        tokens[i] = reading
    values = [amount(token) for token in tokens]
    return [
        Mark(statement, line.number, raw, Decimal(reading), values[:i].count(Decimal(reading)), pattern)
        for i, (raw, (reading, pattern)) in damaged.items()
    ]


def settle(model: Model, marks: Sequence[Mark]) -> tuple[Model, frozenset[Key]]:
    """Take the value of each marked cell where relations force it, else blank the cell and name it; the cells that stay so."""
    values = cells_of(model)
    places: dict[Key, Mark] = {}
    lost: list[Unreadable] = []
    for each in marks:
        keys = _keys(each, model, values)
        places |= dict.fromkeys(keys, each)
        if not keys:
            lost.append(Unreadable(f"{each.statement} 第{each.line}行", each.raw, _WHY, each.line))
    rules = [*relations(model), *said(model)]
    left = set(places)
    repairs: list[Repair] = []
    while True:
        forced = {key: made for key in left if (made := _forced(key, places[key], rules, values, left))}
        if not forced:
            break
        for key, (value, why) in forced.items():
            values[key] = value
            repairs.append(Repair(place_name(key), places[key].raw, f"{value:f}", why, places[key].line))
        left -= set(forced)
    if len(repairs) >= ENOUGH:
        repairs += _slips(rules, values, left, places, lines_of(model))
    for key in left:
        values[key] = None
        lost.append(Unreadable(place_name(key), places[key].raw, _WHY, places[key].line))
    lost += _unchecked(rules, values, left, lines_of(model))
    tables = dict(model.tables)
    for name, row, column in dict.fromkeys([*places, *_changed(values, model)]):
        tables[name], _ = with_value(tables[name], row, column, values[name, row, column])
    return (
        replace(model, tables=tables, repairs=(*model.repairs, *repairs), unreadable=(*model.unreadable, *lost)),
        frozenset(left),
    )


_WHY = "数字被误认成字母或残缺，没有足够的关系能还原"


def _unchecked(
    rules: Iterable[Relation], values: dict[Key, Decimal | None], left: set[Key], lines: dict[Key, int]
) -> list[Unreadable]:
    """Figures whose every relation holds a cell that could not be read: in a document so damaged nothing vouches for them."""
    sound: set[Key] = set()
    touched: set[Key] = set()
    for rule in rules:
        cells = {cell for cell, _ in rule.cells}
        (sound if left.isdisjoint(cells) else touched).update(cells)
    why = "同一算式中另有数字不能识读，这个数无从核对"
    return [
        Unreadable(place_name(key), f"{values[key]:f}", why, lines.get(key, 0))
        for key in sorted(touched - sound - left)
        if values.get(key)
    ]


def _changed(values: dict[Key, Decimal | None], model: Model) -> list[Key]:
    return [key for key, value in cells_of(model).items() if values[key] != value]


def _slips(
    rules: Sequence[Relation],
    values: dict[Key, Decimal | None],
    left: set[Key],
    places: dict[Key, Mark],
    lines: dict[Key, int],
) -> list[Repair]:
    """Mend figures with a digit lost, doubled or mistaken, in a document that has shown such damage more than once.

    Two relations or more must force the same value, nothing but this cell may be common to them, none may speak against it,
    and a recogniser must be able to make the printed figure of it by one slip. (`values` is changed.)
    """
    by_cell: dict[Key, list[Relation]] = {}
    for rule in rules:
        if not any(cell in left for cell, _ in rule.cells):
            for cell, _ in rule.cells:
                by_cell.setdefault(cell, []).append(rule)
    found = []
    for key, about in by_cell.items():
        printed = values.get(key)
        if not printed or key in places or len(about) < 2:
            continue
        implied = {rule.implied(key, values).quantize(Decimal("0.01")) for rule in about}
        common = set.intersection(*({cell for cell, _ in rule.cells} for rule in about))
        value = min(implied)
        if len(implied) == 1 and common == {key} and value != printed and is_slip(f"{printed:f}", f"{value:f}"):
            values[key] = value
            why = (
                "文件多处数字被误认，此数与"
                + "、".join(dict.fromkeys(rule.why for rule in about[:3]))
                + "都不符，改一位即全部相符"
            )
            found.append(Repair(place_name(key), f"{printed:f}", f"{value:f}", why, lines.get(key, 0)))
    return found


def is_slip(printed: str, whole: str) -> bool:
    """Whether a recogniser could print one figure for the other by losing, doubling or mistaking one digit."""
    if len(printed) == len(whole):
        apart = [a + b for a, b in zip(printed, whole, strict=True) if a != b]
        return len(apart) == 1 and "".join(sorted(apart[0])) in _ALIKE
    if len(printed) + 1 == len(whole):
        return any(whole[:i] + whole[i + 1 :] == printed for i in range(len(whole)) if whole[i] != ".")
    return len(printed) == len(whole) + 1 and any(
        printed[:i] + printed[i + 1 :] == whole and printed[i] == printed[i - 1] for i in range(1, len(printed))
    )


def _keys(each: Mark, model: Model, values: dict[Key, Decimal | None]) -> list[Key]:
    """The cells that a mark may be: those of its line with its reading, the one by order where they are of one row."""
    lines = lines_of(model)
    held = [key for key, value in values.items() if key[0] == each.statement and value == each.reading]
    here = [key for key in held if lines.get(key) == each.line and key[1] not in _OUTSIDE]
    if not here:
        return [key for key in held if key[1] in _OUTSIDE]
    if len({row for _, row, _ in here}) == 1 and each.nth < len(here):
        order = layout(each.statement).columns
        return [sorted(here, key=lambda key: order.index(key[2]) if key[2] in order else 0)[each.nth]]
    return here


def _forced(
    key: Key, each: Mark, rules: Iterable[Relation], values: dict[Key, Decimal | None], left: set[Key]
) -> tuple[Decimal, str] | None:
    """The one value that fits what is left of a cell and all sound relations agree on."""
    votes: dict[Decimal, list[str]] = {}
    against: list[Decimal] = []
    for rule in rules:
        cells = [cell for cell, _ in rule.cells]
        if key not in cells or any(cell in left and cell != key for cell in cells):
            continue
        value = rule.implied(key, values).quantize(Decimal("0.01"))
        if each.pattern.fullmatch(f"{value:.2f}"):
            votes.setdefault(value, []).append(rule.why)
        else:
            against.append(value)
    if not votes:
        return None
    best = max(votes, key=lambda value: len(votes[value]))
    if any(abs(other - best) > tail(3) for other in (*votes, *against)):
        return None
    return best, "与" + "、".join(dict.fromkeys(votes[best][:3])) + "相符，只有这一个数成立"
