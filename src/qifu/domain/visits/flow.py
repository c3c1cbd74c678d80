"""The life of a visit as data: state × step → state. `who` names what the actor is to it (access.py).

own: the specialist whose visit it is, or was before it was handed on · office: of the unit that calls, or above it ·
centre: dispatcher or supervisor of the centre · system: the clock.
"""

from __future__ import annotations

from collections.abc import Mapping

from qifu.engines.flow import Case, Flow, Need, State, Step, lacking, possible
from qifu.kernel.errors import Conflict, Invalid, Missing

OWN = frozenset({"own"})
DESK = frozenset({"office", "centre"})
REASON = Need("reason", "原因", kind="line", longest=300)
DAY = Need("day", "改到哪一天", kind="date")

STATES = (
    State("planned", "待走访"),
    State("under_way", "走访中"),
    State("done", "已走访", is_open=False),
    State("cancelled", "已取消", is_open=False),
    State("missed", "未成"),
)
STEPS = (
    Step("start", "开始走访", ("planned",), "under_way", OWN, told="开始走访。"),
    Step("report", "提交走访记录", ("planned", "under_way"), "done", OWN, told="走访完成。"),
    Step(
        "report_late", "按现场记录补报", ("cancelled", "missed"), "done", OWN,
        told="原已取消或未成，专员按现场记录补报。",
    ),
    Step("move", "改期", ("planned",), "planned", OWN | DESK, (DAY, REASON), told="改到 {day}：{reason}"),
    Step(
        "hand_on", "转给他人", ("planned", "missed"), "", DESK,
        (Need("account", "转给谁", kind="account"), REASON), told="转给{name}：{reason}",
    ),
    Step("cancel", "取消走访", ("planned", "under_way", "missed"), "cancelled", OWN | DESK, (REASON,), told="取消：{reason}"),
    Step("miss", "登记未成", ("planned", "under_way"), "missed", OWN | DESK | {"system"}, (REASON,), told="未成：{reason}"),
    Step("again", "重新安排", ("missed",), "planned", OWN | DESK, (DAY, REASON), told="重新安排到 {day}：{reason}"),
)  # fmt: skip
FLOW = Flow(
    name="visit",
    label="走访",
    begins="planned",
    states={one.name: one for one in STATES},
    steps={one.name: one for one in STEPS},
    clocks={},
)
BY_FORM = ("move", "hand_on", "cancel", "miss", "again")  # steps that a page of the desk offers


def label(state: str) -> str:
    """The state as people say it."""
    return FLOW.states[state].label


def step_of(name: str) -> Step:
    """:raises Missing: there is no such step."""
    if name not in FLOW.steps:
        raise Missing("没有这个操作，请刷新页面。")
    return FLOW.steps[name]


def steps_from(state: str) -> list[Step]:
    """The steps that can be taken from here, in the order of the flow."""
    return possible(FLOW, Case(state))


def target(state: str, name: str, given: Mapping[str, object]) -> str:
    """Where the step leads.

    :raises Missing: no such step. :raises Conflict: not from here. :raises Invalid: something is lacking.
    """
    step = step_of(name)
    if step not in steps_from(state):
        raise Conflict(f"这次走访现在是“{label(state)}”，不能{step.label}。请刷新后查看。", state=state)
    if problems := lacking(step, given):
        raise Invalid("；".join(problems.values()), problems)
    return step.target or state
