"""The money of a performance form whose columns name themselves, as the form of 财预〔2020〕10号 prints it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qifu.engines.statements.money import amount
from qifu.engines.statements.words import compact

_COLUMNS = (
    ("initial", re.compile(r"^年初预算数?$")),
    ("budget", re.compile(r"^(全年|调整后?)?预算数?$")),
    ("executed", re.compile(r"^(全年|实际)?执行数?$")),
    ("full", re.compile(r"^(分值|满分|权重)$")),
    ("rate", re.compile(r"^(预算)?执行率(\(%\))?$")),
    ("score", re.compile(r"^(自评)?得分$")),
)
_MARK = re.compile(r"\([^()]*\)$")
_NOTHING = re.compile(r"^[—–\-－/]*$")
_PART = re.compile(r"财政拨款|财政资金|结转|其他资金|自有资金|单位资金")


def fund_columns(cells: Sequence[str]) -> dict[str, int]:
    """Where each kind of figure stands; empty where the row is no heading of at least budget, execution and rate or points."""
    found: dict[str, int] = {}
    for i, cell in enumerate(cells):
        if not cell or amount(cell) is not None:
            continue
        plain = _MARK.sub("", compact(cell))
        column = next((name for name, pattern in _COLUMNS if pattern.match(plain)), None)
        if column in found:
            return {}
        if column:
            found[column] = i
    named = {"budget", "executed"} <= set(found) and bool({"initial", "full"} & set(found))
    return found if named else {}


def fund_values(columns: dict[str, int], cells: Sequence[str]) -> dict[str, str] | None:
    """The cells of a row by column; None where one of them holds no figure, so that the row may have moved."""
    values: dict[str, str] = {}
    for name, at in columns.items():
        cell = compact(cells[at]) if at < len(cells) else ""
        if _NOTHING.match(cell):
            continue
        if amount(cell.rstrip("%")) is None or (cell.endswith("%") and name != "rate"):
            return None
        values[name] = cell
    named = len(values) >= 2 and "budget" in values and "executed" in values
    figures = [cell for cell in cells if amount(compact(cell).rstrip("%")) is not None]
    return values if named and len(figures) == len(values) else None


def is_fund_part(labels: Sequence[str]) -> bool:
    """Whether a row below the total says where the money came from."""
    return any(_PART.search(label) for label in labels)
