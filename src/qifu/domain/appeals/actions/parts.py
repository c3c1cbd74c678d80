"""Giving units their parts in a case, and taking them back."""

from __future__ import annotations

from qifu.domain.appeals.actions.moves import Move
from qifu.kernel.errors import Invalid, Missing


def assign_units(move: Move, *, lead: int | None, joint: list[int]) -> int:
    """Write the parts of lead and joint units in this round; return the lead.

    :raises Invalid: a unit is unknown, closed, named twice, or has a part already.
    """
    round_ = move.moved.case.round
    if lead is not None and lead in joint:
        raise Invalid("牵头单位不能同时是会办单位。", {"units": "与牵头单位重复"})
    if lead is not None:
        end_parts(move, "returned")
    held = move.papers.held(round_)
    wanted = dict.fromkeys(joint, "joint") | ({lead: "lead"} if lead is not None else {})
    for unit, role in wanted.items():
        _check(move, unit, role, held)
    move.papers.assign(round_, wanted, move.now)
    return lead or 0


def end_parts(move: Move, state: str) -> None:
    """Take back every live part of the present round."""
    move.papers.end(move.appeal.round, state, move.now)


def _check(move: Move, unit: int, role: str, held: set[int]) -> None:
    field = "unit" if role == "lead" else "units"
    try:
        view = move.papers.unit(unit)
    except Missing:
        raise Invalid("所选单位不存在，请重新选择。", {field: "单位不存在"}) from None
    if not view.is_active:
        raise Invalid(f"“{view.name}”已停用，请另选单位。", {field: "单位已停用"})
    if unit in held:
        raise Invalid(f"“{view.name}”已在办理这件诉求。", {field: "已在办理"})
