"""How a case moves: which steps are possible, what they lack, and what comes of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from qifu.engines.calendar import Term
from qifu.engines.flow import clocks as watch
from qifu.engines.flow.clocks import Clock, Timer
from qifu.engines.flow.model import BACK, Case, Flow, Need, Step


class Impossible(Exception):
    """The step cannot be taken from here. `message` says why, in a sentence."""

    def __init__(self, step: str, state: str, message: str) -> None:
        super().__init__(message)
        self.step, self.state, self.message = step, state, message


class Lacking(Exception):
    """Something the step needs is missing or unusable: field → sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("；".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Moved:
    """The case after the step, and the clocks that changed."""

    case: Case
    step: Step
    before: str
    changed: tuple[Clock, ...]


def possible(flow: Flow, case: Case) -> list[Step]:
    """Return the steps that can be taken from the present state, in the order the flow lists them."""
    return [step for step in flow.steps.values() if not _why_not(flow, case, step)]


def lacking(step: Step, given: Mapping[str, object]) -> dict[str, str]:
    """Return what the step still needs: field → sentence; empty when nothing is lacking."""
    problems = {need.name: _problem(need, given.get(need.name)) for need in step.needs}
    return {name: problem for name, problem in problems.items() if problem}


def advance(
    flow: Flow,
    case: Case,
    step_name: str,
    *,
    at: datetime,
    given: Mapping[str, object],
    terms: Mapping[str, Term],
    timer: Timer,
) -> Moved:
    """Take one step.

    :raises Impossible: the step is unknown, not possible from this state, barred by its guard, or taken too often.
    :raises Lacking: a need is not met.
    """
    step = flow.steps.get(step_name)
    if step is None:
        raise Impossible(step_name, case.state, f"{flow.label}没有“{step_name}”这一步。")
    if reason := _why_not(flow, case, step):
        raise Impossible(step_name, case.state, reason)
    if problems := lacking(step, given):
        raise Lacking(problems)
    return _moved(flow, case, step, at, terms, timer)


def _why_not(flow: Flow, case: Case, step: Step) -> str:
    if case.state not in step.sources:
        state = flow.states[case.state].label
        return f"现在是“{state}”，不能{step.label}。请刷新页面查看最新进展。"
    if step.most is not None and not step.overflow and case.counts.get(step.name, 0) >= step.most:
        return f"“{step.label}”在同一轮办理中最多 {step.most} 次，已经用完。"
    guard = flow.guards.get(step.name)
    return guard(case) if guard else ""


def _moved(flow: Flow, case: Case, step: Step, at: datetime, terms: Mapping[str, Term], timer: Timer) -> Moved:
    target = _target(case, step)
    number = case.round + 1 if step.opens_round else case.round
    after = [_turned(clock, step, at, timer) for clock in case.clocks]
    after += [watch.started(kind, number, terms[kind], at, timer) for kind in step.starts if kind in terms]
    counts = {} if step.opens_round else dict(case.counts)
    counts[step.name] = counts.get(step.name, 0) + 1
    resumes = case.state if step.is_detour else ("" if step.target == BACK else case.resumes)
    now = replace(case, state=target, round=number, resumes=resumes, counts=counts, clocks=tuple(after))
    changed = tuple(clock for clock in after if clock not in case.clocks)
    return Moved(now, step, case.state, changed)


def _target(case: Case, step: Step) -> str:
    if step.most is not None and step.overflow and case.counts.get(step.name, 0) >= step.most:
        return step.overflow
    if step.target == BACK:
        return case.resumes
    return step.target or case.state


def _turned(clock: Clock, step: Step, at: datetime, timer: Timer) -> Clock:
    if clock.is_ended:
        return clock
    if clock.kind in step.meets:
        return watch.met(clock, at, timer)
    if clock.kind in step.stops:
        return watch.stopped(clock, at)
    if clock.kind in step.pauses:
        return watch.paused(clock, at)
    if clock.kind in step.resumes:
        return watch.resumed(clock, at, timer)
    return clock


def _problem(need: Need, value: object) -> str:
    """Say what is wrong with one value, or nothing."""
    if value is None or value == "" or value == [] or (need.kind == "flag" and value is False and need.is_required):
        return f"请填写{need.label}。" if need.is_required else ""
    check = _CHECKS.get(need.kind)
    return check(need, value) if check else ""


def _text(need: Need, value: object) -> str:
    if not isinstance(value, str):
        return f"{need.label}应当是文字。"
    if need.is_required and not value.strip():
        return f"请填写{need.label}。"
    return f"{need.label}超过 {need.longest} 字，请精简。" if len(value) > need.longest else ""


def _choice(need: Need, value: object) -> str:
    return "" if value in dict(need.options) else f"{need.label}不在可选范围内，请重新选择。"


def _number(need: Need, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{need.label}应当是整数。"
    return "" if 1 <= value <= need.longest else f"{need.label}应在 1 至 {need.longest} 之间。"


def _whole(need: Need, value: object) -> str:
    return (
        ""
        if isinstance(value, int) and not isinstance(value, bool) and value > 0
        else f"{need.label}没有选对，请重新选择。"
    )


def _list(need: Need, value: object, kind: type) -> str:
    if not isinstance(value, Iterable) or isinstance(value, str | Mapping):
        return f"{need.label}应当是一个列表。"
    rows = list(value)
    if not all(isinstance(row, kind) and not isinstance(row, bool) for row in rows):
        return f"{need.label}里有不能识别的内容。"
    return f"{need.label}最多 {need.longest} 项。" if len(rows) > need.longest else ""


def _date(need: Need, value: object) -> str:
    return "" if isinstance(value, date) else f"{need.label}应当是日期，例如 2026-09-30。"


_CHECKS: dict[str, Callable[[Need, object], str]] = {
    "text": _text,
    "line": _text,
    "choice": _choice,
    "number": _number,
    "date": _date,
    "unit": _whole,
    "account": _whole,
    "case": _whole,
    "units": lambda need, value: _list(need, value, int),
    "files": lambda need, value: _list(need, value, int),
    "items": lambda need, value: _list(need, value, str),
}
