"""Several cases that are to be transferred together: for each the unit that suggests itself, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.appeals import access, facts
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.lists import Line, as_lines
from qifu.domain.appeals.queries.returned import returned
from qifu.domain.appeals.queries.suggest import Proposal, advice
from qifu.domain.people import queries as people
from qifu.engines.flow import Step
from qifu.kernel.actor import Actor, Role
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import histories

KINDS = ("department", "street", "station")  # of units to which the centre transfers


@dataclass(frozen=True, slots=True)
class Transfer:
    """One case that is to go out. `unit` suggests itself: of a sure `proposal`, else by the category's habit."""

    line: Line
    unit: int | None
    proposal: Proposal | None
    returned_by: tuple[str, ...]
    problem: str  # why it cannot be transferred now; empty when it can


def may_transfer(actor: Actor) -> bool:
    return any(post.role == Role.DISPATCHER and post.unit_kind == "centre" for post in actor.posts)


def transfers(*, actor: Actor, now: datetime, numbers: Sequence[str]) -> list[Transfer]:
    """The cases of these numbers that the actor may see, in the order asked; the statements do not grow with them."""
    held = {row.number: row for row in access.visible(actor).filter(number__in=numbers)}
    found = [held[number] for number in dict.fromkeys(numbers) if number in held]
    past = histories(row.stream for row in found if row.returns)
    lines = as_lines(actor, found, now)
    return [_transfer(row, line, past.get(row.stream, ())) for row, line in zip(found, lines, strict=True)]


def _transfer(row: Appeal, line: Line, past: Iterable[Record]) -> Transfer:
    step = facts.flow_of(row).steps.get("dispatch")
    back = returned(row, past)
    without = {one.unit for one in back}
    problem = _problem(line, step)
    advised = advice(row, back) if not problem else None
    proposal = advised.proposals[0] if advised and advised.is_sure and _takes(advised.proposals[0].unit) else None
    usual = categories().by_id.get(row.category_id)
    habit = usual.unit if usual and usual.unit and usual.unit not in without and _takes(usual.unit) else None
    return Transfer(line, proposal.unit if proposal else habit, proposal, tuple(one.unit_name for one in back), problem)


def _problem(line: Line, step: Step | None) -> str:
    if step is None:
        return "这类事项不转办，请到事项页指定经办人。"
    return "" if line.state in step.sources else f"现在的状态是“{line.state_label}”，不能{step.label}。"


def _takes(unit: int) -> bool:
    view = people.unit_tree().units.get(unit)
    return view is not None and view.is_active and view.kind in KINDS
