"""Statements in 元, beside a text in 万元 or in 元: brought to one unit before they are compared, without rounding."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.model import Amounts, Claim, Model, Statement
from qifu.engines.statements.relations import cells_of

ENOUGH = 3  # figures that show the unit
_WAN = {"元": Decimal("0.0001"), "千元": Decimal("0.1"), "亿元": Decimal(10000)}


def in_wan(model: Model) -> Model:
    """The model with all statements in 万元; the text too, where it speaks in the 元 of its statements."""
    model = _with_units(model)
    others = [name for name, table in model.tables.items() if _factor(table) is not None]
    if not others:
        return model
    tables = {name: _scaled(table) if name in others else table for name, table in model.tables.items()}
    if speaks_yuan(model):
        model = replace(model, claims=tuple(_said(claim) for claim in model.claims))
    return replace(model, tables=tables)


def _with_units(model: Model) -> Model:
    """The model with statements that print no unit in that of the others; where none prints one, in 元 if the text shows it."""
    usual = model.document.money_unit or ("元" if _is_shown_in_yuan(model) else "")
    if usual in ("", "万元") or all(table.money_unit for table in model.tables.values()):
        return model
    tables = {name: replace(table, money_unit=table.money_unit or usual) for name, table in model.tables.items()}
    return replace(model, tables=tables, document=replace(model.document, money_unit=usual))


def _is_shown_in_yuan(model: Model) -> bool:
    """Whether figures that the text says in 万元 stand in the statements ten thousand times as large, and none as said."""
    held = {value for value in cells_of(model).values() if value}
    said = {claim.value for claim in model.claims if claim.unit == "万元" and claim.value}
    return sum(value * 10000 in held for value in said) >= ENOUGH and held.isdisjoint(said)


def in_yuan(model: Model) -> Model:
    """A model that speaks 元, its claims in 元 too, under the label by which rules know amounts: messages put 元 back."""
    return replace(model, claims=tuple(_whole(claim) for claim in model.claims))


def _whole(claim: Claim) -> Claim:
    if claim.unit == "元":
        return replace(claim, unit="万元")
    return replace(claim, value=claim.value * 10000) if claim.unit == "万元" else claim


def speaks_yuan(model: Model) -> bool:
    """Whether statements and text are both in 元: sums are then checked in 元, to the last 分."""
    said = Counter(claim.unit for claim in model.claims)
    held = [table for table in model.tables.values() if table.money_unit]
    return said["万元"] <= said["元"] and bool(held) and all(_factor(table) == _WAN["元"] for table in held)


def _said(claim: Claim) -> Claim:
    if claim.unit != "元":
        return claim
    return replace(claim, value=(claim.value * _WAN["元"]).normalize() + 0, unit="万元")


def _factor(table: Statement) -> Decimal | None:
    return _WAN.get(table.money_unit.removeprefix("人民币"))


def _scaled(table: Statement) -> Statement:
    factor = _factor(table) or Decimal(1)

    def times(value: Decimal | None) -> Decimal | None:
        return None if value is None else (value * factor).normalize() + 0

    def all_of(amounts: Amounts) -> Amounts:
        return {column: times(value) for column, value in amounts.items()}

    return replace(
        table,
        rows=tuple(replace(row, amounts=all_of(row.amounts)) for row in table.rows),
        income=tuple(replace(entry, amounts=all_of(entry.amounts)) for entry in table.income),
        expenditure=tuple(replace(entry, amounts=all_of(entry.amounts)) for entry in table.expenditure),
        budget=None if table.budget is None else all_of(table.budget),
        actual=None if table.actual is None else all_of(table.actual),
        personnel_total=times(table.personnel_total),
        public_total=times(table.public_total),
    )
