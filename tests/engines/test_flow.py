"""The machine under every case: steps, detours, limits, clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.calendar import SHANGHAI, Hours, Term, published
from qifu.engines.flow import (
    Case,
    Flow,
    Impossible,
    Lacking,
    Need,
    State,
    Step,
    Timer,
    advance,
    extended,
    is_late,
    lacking,
    possible,
    recomputed,
    signals,
    started,
)
from qifu.engines.flow.clocks import met, paused, resumed
from qifu.engines.flow.model import BACK

TIMER = Timer(published(), Hours())
AT = datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI)
STATES = {name: State(name, name) for name in ("new", "work", "wait", "judge")} | {
    "end": State("end", "end", is_open=False)
}
STEPS = (
    Step("begin", "开始", ("new",), "work", starts=("reply",)),
    Step("ask", "询问", ("work",), "wait", needs=(Need("text", "问题"),), pauses=("reply",), is_detour=True, most=1),
    Step("answer", "回答", ("wait",), BACK, resumes=("reply",)),
    Step("bounce", "退回", ("work",), "new", stops=("reply",), most=2, overflow="judge"),
    Step("end", "结束", ("work",), "end", meets=("reply",)),
    Step("again", "重来", ("end",), "work", starts=("reply",), opens_round=True),
)
FLOW = Flow("test", "试件", "new", STATES, {s.name: s for s in STEPS}, {"reply": "回复"})
TERMS = {"reply": Term("workdays", 3)}


def go(case: Case, *steps: str, at: datetime = AT, **given: object) -> Case:
    for step in steps:
        case = advance(FLOW, case, step, at=at, given=given, terms=TERMS, timer=TIMER).case
    return case


def test_a_detour_comes_back_to_where_it_left() -> None:
    case = go(Case("new"), "begin")
    waiting = go(case, "ask", text="请补充")
    assert (waiting.state, waiting.resumes, waiting.clocks[0].status) == ("wait", "work", "paused")
    back = go(waiting, "answer", at=AT + timedelta(hours=1))
    assert (back.state, back.resumes, back.clocks[0].status) == ("work", "", "running")


def test_the_due_time_moves_by_the_working_time_of_the_pause() -> None:
    case = go(go(Case("new"), "begin"), "ask", text="请补充")
    back = go(case, "answer", at=AT + timedelta(hours=1))
    assert back.clocks[0].promised == datetime(2026, 10, 10, 17, 30, tzinfo=SHANGHAI)
    assert back.clocks[0].due == datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)


def test_the_third_return_goes_to_judgement() -> None:
    case = Case("new")
    for _ in range(2):
        case = go(case, "begin", "bounce")
        assert case.state == "new"
    assert go(case, "begin", "bounce").state == "judge"


def test_a_step_taken_too_often_is_refused_with_a_sentence() -> None:
    case = go(go(go(Case("new"), "begin"), "ask", text="一"), "answer")
    with pytest.raises(Impossible, match="最多 1 次"):
        go(case, "ask", text="二")


def test_an_unknown_step_and_a_wrong_state_are_refused() -> None:
    with pytest.raises(Impossible, match="没有“fly”这一步"):
        go(Case("new"), "fly")
    with pytest.raises(Impossible, match="不能结束"):
        go(Case("new"), "end")


def test_a_new_round_starts_its_own_clock_and_forgets_counts() -> None:
    case = go(Case("new"), "begin", "bounce", "begin", "end", "again")
    assert case.round == 2
    assert [(c.round, c.status) for c in case.clocks] == [(1, "stopped"), (1, "met"), (2, "running")]
    assert dict(case.counts) == {"again": 1}


def test_possible_lists_the_steps_of_the_state() -> None:
    assert [s.name for s in possible(FLOW, go(Case("new"), "begin"))] == ["ask", "bounce", "end"]


@pytest.mark.parametrize(
    ("need", "value", "problem"),
    [
        (Need("x", "理由"), "  ", "请填写理由。"),
        (Need("x", "理由", longest=3), "四个字啊", "理由超过 3 字，请精简。"),
        (Need("x", "理由"), 5, "理由应当是文字。"),
        (Need("x", "理由", is_required=False), None, ""),
        (Need("x", "天数", kind="number", longest=15), 16, "天数应在 1 至 15 之间。"),
        (Need("x", "天数", kind="number", longest=15), True, "天数应当是整数。"),
        (Need("x", "级别", kind="choice", options=(("1", "一级"),)), "9", "级别不在可选范围内，请重新选择。"),
        (Need("x", "单位", kind="unit"), "7", "单位没有选对，请重新选择。"),
        (Need("x", "单位", kind="units", longest=1), [1, 2], "单位最多 1 项。"),
        (Need("x", "清单", kind="items"), [1], "清单里有不能识别的内容。"),
        (Need("x", "清单", kind="items"), "一行", "清单应当是一个列表。"),
        (Need("x", "日期", kind="date"), "2026-09-30", "日期应当是日期，例如 2026-09-30。"),
    ],
)
def test_a_need_says_what_is_wrong(need: Need, value: object, problem: str) -> None:
    step = Step("s", "试", ("new",), needs=(need,))
    assert lacking(step, {"x": value}) == ({"x": problem} if problem else {})


def test_a_step_that_lacks_something_does_not_move_the_case() -> None:
    with pytest.raises(Lacking) as refusal:
        go(go(Case("new"), "begin"), "ask")
    assert refusal.value.fields == {"text": "请填写问题。"}


def test_a_flow_that_names_an_unknown_state_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="unknown states"):
        Flow("bad", "坏", "new", STATES, {"x": Step("x", "x", ("nowhere",))}, {})


def test_signals_come_at_half_four_fifths_due_and_a_working_day_later() -> None:
    clock = started("accept", 1, Term("minutes", 60), AT, TIMER)
    assert [(s.level, s.at.strftime("%m-%d %H:%M")) for s in signals(clock, TIMER)] == [
        (1, "09-30 10:30"),
        (2, "09-30 10:48"),
        (3, "09-30 11:00"),
        (4, "10-08 17:30"),
    ]


def test_an_extension_moves_the_due_time_and_keeps_the_promise() -> None:
    clock = extended(started("reply", 1, TERMS["reply"], AT, TIMER), 2, TIMER)
    assert clock.promised == datetime(2026, 10, 10, 17, 30, tzinfo=SHANGHAI)
    assert clock.due == datetime(2026, 10, 13, 17, 30, tzinfo=SHANGHAI)


def test_a_paused_clock_is_not_late_while_it_waits() -> None:
    clock = paused(started("accept", 1, Term("minutes", 60), AT, TIMER), AT + timedelta(minutes=30))
    assert not is_late(clock, AT + timedelta(days=30))
    assert is_late(met(started("accept", 1, Term("minutes", 60), AT, TIMER), AT + timedelta(hours=4), TIMER), AT)


MINUTES = st.integers(0, 60 * 24 * 40)
TERM = st.sampled_from([Term("minutes", 60), Term("minutes", 180), Term("workdays", 3), Term("wall", 120)])


@given(TERM, MINUTES, MINUTES)
def test_pausing_never_brings_the_due_time_forward(term: Term, begin: int, length: int) -> None:
    clock = started("reply", 1, term, AT, TIMER)
    ended = resumed(paused(clock, AT + timedelta(minutes=begin)), AT + timedelta(minutes=begin + length), TIMER)
    assert ended.due >= clock.due
    assert ended.promised == clock.due


@given(TERM, MINUTES)
def test_pausing_and_resuming_at_once_changes_nothing(term: Term, begin: int) -> None:
    clock = started("reply", 1, term, AT, TIMER)
    at = AT + timedelta(minutes=begin)
    assert resumed(paused(clock, at), at, TIMER).due == clock.due


@given(TERM)
def test_recomputing_under_the_same_calendar_changes_nothing(term: Term) -> None:
    clock = started("reply", 1, term, AT, TIMER)
    assert recomputed(clock, TIMER) == clock


@given(TERM, MINUTES, MINUTES)
def test_signals_are_in_order_and_within_the_term(term: Term, begin: int, length: int) -> None:
    clock = resumed(
        paused(started("reply", 1, term, AT, TIMER), AT + timedelta(minutes=begin)),
        AT + timedelta(minutes=begin + length),
        TIMER,
    )
    found = list(signals(clock, TIMER))
    assert [s.level for s in found] == [1, 2, 3, 4]
    assert all(a.at <= b.at for a, b in pairwise(found))
    assert found[2].at == clock.due
