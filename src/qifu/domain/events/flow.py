"""The life of an event, of a registration and of a booking as data: state × step → state.

Of an event: keeper (of the host unit, or the centre), system (the clock). Of a registration: own (who registered), keeper,
door (who stands there), system. Of a booking: own (who asked), keeper.
"""

from __future__ import annotations

from collections.abc import Mapping

from qifu.engines.flow import Case, Flow, Need, State, Step, lacking, possible
from qifu.kernel.errors import Conflict, Invalid, Missing

KEEPER, OWN, SYSTEM, DOOR = "keeper", "own", "system", "door"
REASON = Need("reason", "原因", kind="line", longest=300)


def _flow(name: str, label: str, begins: str, states: tuple[State, ...], steps: tuple[Step, ...]) -> Flow:
    return Flow(
        name=name,
        label=label,
        begins=begins,
        states={one.name: one for one in states},
        steps={one.name: one for one in steps},
        clocks={},
    )


EVENT = _flow(
    "event",
    "活动",
    "draft",
    (
        State("draft", "草稿"),
        State("published", "报名中"),
        State("closed", "报名截止"),
        State("held", "已举办", is_open=False),
        State("cancelled", "已取消", is_open=False),
    ),
    (
        Step("publish", "发布", ("draft",), "published", frozenset({KEEPER})),
        Step("close", "截止报名", ("published",), "closed", frozenset({KEEPER})),
        Step("reopen", "重新开放报名", ("closed",), "published", frozenset({KEEPER})),
        Step("hold", "登记已举办", ("published", "closed"), "held", frozenset({KEEPER, SYSTEM})),
        Step(
            "cancel", "取消活动", ("draft", "published", "closed"), "cancelled", frozenset({KEEPER}), (REASON,)
        ),
    ),
)  # fmt: skip
REGISTRATION = _flow(
    "registration",
    "报名",
    "registered",
    (
        State("registered", "已报名"),
        State("waiting", "候补"),
        State("cancelled", "已取消", is_open=False),
        State("attended", "已签到", is_open=False),
        State("no_show", "未到", is_open=False),
    ),
    (
        Step("cancel", "取消报名", ("registered", "waiting"), "cancelled", frozenset({OWN, KEEPER})),
        Step("move_up", "递补", ("waiting",), "registered", frozenset({SYSTEM})),
        Step("check_in", "签到", ("registered", "no_show"), "attended", frozenset({DOOR})),
        Step("undo_check_in", "撤销签到", ("attended",), "registered", frozenset({DOOR})),
        Step("miss", "记为未到", ("registered",), "no_show", frozenset({SYSTEM})),
        Step("lapse", "候补未递补", ("waiting",), "cancelled", frozenset({SYSTEM})),
    ),
)  # fmt: skip
BOOKING = _flow(
    "booking",
    "预约",
    "asked",
    (
        State("asked", "待审批"),
        State("approved", "已同意"),
        State("used", "已使用", is_open=False),
        State("missed", "未到", is_open=False),
        State("refused", "未同意", is_open=False),
        State("cancelled", "已取消", is_open=False),
    ),
    (
        Step("approve", "同意", ("asked",), "approved", frozenset({KEEPER})),
        Step("refuse", "不同意", ("asked",), "refused", frozenset({KEEPER}), (REASON,)),
        Step("cancel", "取消预约", ("asked", "approved"), "cancelled", frozenset({OWN, KEEPER}), (REASON,)),
        Step("use", "登记已使用", ("approved", "missed"), "used", frozenset({KEEPER})),
        Step("miss", "登记未到", ("approved", "used"), "missed", frozenset({KEEPER})),
    ),
)  # fmt: skip
HOLDING = ("asked", "approved", "used")  # a booking in one of these keeps others out
SEATED = ("registered", "attended", "no_show")  # a registration in one of these has a place


def label(flow: Flow, state: str) -> str:
    """The state as people say it."""
    return flow.states[state].label


def step_of(flow: Flow, name: str) -> Step:
    """:raises Missing: there is no such step."""
    if name not in flow.steps:
        raise Missing("没有这个操作，请刷新页面。")
    return flow.steps[name]


def steps_from(flow: Flow, state: str, relations: frozenset[str]) -> list[Step]:
    """The steps that these may take from here, in the order of the flow."""
    return [step for step in possible(flow, Case(state)) if step.who & relations]


def target(flow: Flow, state: str, name: str, given: Mapping[str, object] | None = None) -> str:
    """Where the step leads.

    :raises Missing: no such step. :raises Conflict: not from here. :raises Invalid: something is lacking.
    """
    step = step_of(flow, name)
    if state not in step.sources:
        raise Conflict(f"{flow.label}现在是“{label(flow, state)}”，不能{step.label}。请刷新后查看。", state=state)
    if problems := lacking(step, given or {}):
        raise Invalid("；".join(problems.values()), problems)
    return step.target
