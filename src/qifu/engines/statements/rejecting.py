"""A repair that a person, having looked at the original, calls wrong: its cell is not known, nothing is concluded from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from .model import Model, Unreadable
from .reading.repairs import with_value
from .relations import Key, cells_of, place_name

_REJECTED = "对照原件，修复成“{value}”不对；原件上的数没有读出"


def without_repairs(model: Model, places: Collection[int]) -> Model:
    """The model without the repairs at these places, counted from 0: their cells are blank, and named as unreadable."""
    keys: dict[str, Key] = {place_name(key): key for key in cells_of(model)}
    tables = dict(model.tables)
    unreadable = list(model.unreadable)
    for place, repair in enumerate(model.repairs):
        if place not in places:
            continue
        if (key := keys.get(repair.where)) is not None:
            name, row, column = key
            if row in ("budget", "actual"):
                half = {**(getattr(tables[name], row) or {}), column: None}
                tables[name] = replace(tables[name], **{row: half})  # type: ignore[arg-type]
            else:
                tables[name], _ = with_value(tables[name], row, column, None)
        why = _REJECTED.format(value=repair.value)
        unreadable.append(Unreadable(repair.where, repair.raw, why, repair.line))
    kept = tuple(repair for place, repair in enumerate(model.repairs) if place not in places)
    return replace(model, tables=tables, repairs=kept, unreadable=tuple(unreadable))
