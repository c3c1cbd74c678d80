"""Values of enterprises in which a building is told by its name: the registry keeps its code, the estate knows its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from qifu.domain.estate import queries as estate
from qifu.domain.registry import golden
from qifu.domain.registry.saying import label
from qifu.kernel.actor import Actor

FIELD = "building_id"
BLANK = "—"


def fields(actor: Actor, enterprise: int, on: date) -> tuple[golden.FieldView, ...]:
    """Every field of which somebody has said something. One statement more than `golden.fields`.

    :raises Missing: not for this actor.
    """
    found = golden.fields(actor, enterprise, on)
    names = _names(text for one in found if one.field == FIELD for text in (one.text, *(o.text for o in one.others)))
    return tuple(_named(one, names) if one.field == FIELD else one for one in found)


def source_row(actor: Actor, number: int) -> golden.RowView:
    """A row of a source with its versions.

    :raises Missing: there is none, or its enterprise is not for this actor.
    """
    row, what = golden.source_row(actor, number), label(FIELD)
    names = _names(text for version in row.versions for name, text in version.values if name == what)
    return replace(
        row,
        versions=tuple(
            replace(
                one, values=tuple((name, _told(text, names) if name == what else text) for name, text in one.values)
            )
            for one in row.versions
        ),
    )


def rows_of(actor: Actor, enterprise: int) -> tuple[golden.RowLine, ...]:
    """The open rows that speak of an enterprise, each in a line.

    :raises Missing: not for this actor.
    """
    rows, what = golden.rows_of(actor, enterprise), re.compile(rf"(?<={label(FIELD)}：)[^；]+")
    names = _names(code for row in rows for code in what.findall(row.text))
    return tuple(replace(row, text=what.sub(lambda code: _told(code.group(), names), row.text)) for row in rows)


def changes(lines: Iterable[Sequence[tuple[str, str, str]]]) -> list[tuple[tuple[str, str, str], ...]]:
    """What lists change, line by line: what, from, to. One statement."""
    told, what = [tuple(line) for line in lines], label(FIELD)
    names = _names(text for line in told for name, before, after in line if name == what for text in (before, after))
    return [
        tuple((n, _told(b, names), _told(a, names)) if n == what else (n, b, a) for n, b, a in line) for line in told
    ]


def _named(one: golden.FieldView, names: dict[str, str]) -> golden.FieldView:
    others = tuple(replace(other, text=_told(other.text, names)) for other in one.others)
    return replace(one, text=_told(one.text, names), others=others)


def _told(code: str, names: dict[str, str]) -> str:
    """瑞峰大厦（B001）; a code that is no building's stays as it is."""
    return f"{names[code]}（{code}）" if code in names else code


def _names(codes: Iterable[str]) -> dict[str, str]:
    wanted = {code for code in codes if code and code != BLANK}
    return estate.names_by_code(wanted) if wanted else {}
