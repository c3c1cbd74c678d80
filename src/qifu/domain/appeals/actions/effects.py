"""What each step changes besides state and clocks. One function a step, named like it; steps without one change nothing more."""

from __future__ import annotations

from collections.abc import Callable

from qifu.domain.appeals.actions.moves import Move
from qifu.domain.appeals.actions.parts import assign_units, end_parts
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Appeal, Extension, Order, Rating
from qifu.engines import flow as engine
from qifu.kernel.actor import Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid

Effect = Callable[[Move], None]
_EFFECTS: dict[str, Effect] = {}
LOW = 2  # a mark at or below it calls for a telephone follow-up


def apply(move: Move) -> None:
    effect = _EFFECTS.get(move.moved.step.name)
    if effect:
        effect(move)


def _on(*names: str) -> Callable[[Effect], Effect]:
    def bind(effect: Effect) -> Effect:
        for name in names:
            _EFFECTS[name] = effect
        return effect

    return bind


@_on("accept")
def accept(move: Move) -> None:
    move.changes["accepted_at"] = move.now


@_on("decline")
def decline(move: Move) -> None:
    move.changes |= {"accepted_at": move.now, "closed_how": "declined"}
    move.facts["reason"] = move.text("reason")
    move.words |= {"reason": words.label(words.DECLINES, move.text("reason")), "elsewhere": move.text("elsewhere")}


@_on("classify")
def classify(move: Move) -> None:
    category = move.papers.category(move.whole("category") or 0)
    if category is None:
        raise Invalid("请选择一个二级分类。", {"category": "请选择二级分类"})
    move.changes["category_id"] = category


@_on("dispatch", "rule")
def dispatch(move: Move) -> None:
    lead = assign_units(move, lead=move.whole("unit"), joint=move.wholes("units"))
    first = {} if move.appeal.dispatched_at else {"dispatched_at": move.now}
    accepted = {} if move.appeal.accepted_at else {"accepted_at": move.now}
    move.changes |= {"unit_id": lead, "handler": None, **first, **accepted}
    move.words["unit"] = move.papers.unit(lead).name
    move.facts["joint"] = move.wholes("units")


@_on("sign", "assign")
def sign(move: Move) -> None:
    account = move.whole("account") or move.actor.account
    unit = move.appeal.unit_id
    if unit is None or account not in move.papers.staff(unit, move.now):
        raise Invalid("经办人必须是本单位的人员，请重新选择。", {"account": "不是本单位的人员"})
    move.changes["handler"] = account
    signed: dict[str, object] = {"handler": account}
    move.papers.lead(_round(move), signed | ({"signed_at": move.now} if move.moved.step.name == "sign" else {}))
    move.words["unit"] = move.papers.unit(unit).name


@_on("return")
def give_back(move: Move) -> None:
    end_parts(move, "returned")
    move.facts |= {"cause": move.text("cause"), "unit": move.appeal.unit_id}
    move.changes |= {"unit_id": None, "handler": None, "returns": move.appeal.returns + 1}


@_on("ask")
def ask(move: Move) -> None:
    items = move.items("items")
    if not items:
        raise Invalid("请列出需要企业补充的内容，一行一项。", {"items": "请至少写一项"})
    move.facts["asked"] = len(items)
    move.words["items"] = "；".join(items)


@_on("ask_extension")
def ask_extension(move: Move) -> None:
    days = move.whole("workdays") or 0
    unit = _unit(move)
    move.papers.ask_extension(
        Extension(
            appeal=move.appeal,
            round=move.appeal.round,
            unit_id=unit,
            workdays=days,
            reason=move.text("reason"),
            asked_at=move.now,
        )
    )
    move.facts["workdays"] = days


@_on("grant")
def grant(move: Move) -> None:
    asked = _decided(move, "granted", move.text("note"))
    move.clocks = tuple(
        engine.extended(clock, asked.workdays, move.timer) if clock.kind == "reply" and not clock.is_ended else clock
        for clock in move.clocks
    )
    move.words |= {"workdays": str(asked.workdays), "reason": asked.reason}
    move.facts["workdays"] = asked.workdays


@_on("refuse_extension")
def refuse_extension(move: Move) -> None:
    asked = _decided(move, "refused", move.text("reason"))
    move.words |= {"workdays": str(asked.workdays), "asked": asked.reason.rstrip("。；;. ")}
    move.facts["workdays"] = asked.workdays


@_on("involve")
def involve(move: Move) -> None:
    assign_units(move, lead=None, joint=move.wholes("units"))
    move.facts["joint"] = move.wholes("units")


@_on("part")
def part(move: Move) -> None:
    answered = {"state": "answered", "part": move.text("text"), "ended_at": move.now, "handler": move.actor.account}
    unit = move.papers.answer(_round(move), move.actor.units(Role.HANDLER), answered)
    if unit is None:
        raise Conflict("本单位的会办意见已经反馈。", state=move.appeal.state)
    move.facts["unit"] = unit


@_on("waive")
def waive(move: Move) -> None:
    unit = move.whole("unit")
    waived = {"state": "waived", "part": move.text("reason"), "ended_at": move.now}
    if move.papers.answer(_round(move), frozenset({unit or 0}), waived) is None:
        raise Invalid("该单位没有等待反馈的会办任务。", {"unit": "没有等待反馈的会办任务"})
    move.facts["unit"] = unit


@_on("appoint")
def appoint(move: Move) -> None:
    unit, account = move.whole("unit"), move.whole("account")
    if unit is None or account not in move.papers.staff(unit, move.now):
        raise Invalid("帮办员必须是所选单位的人员。", {"account": "不是该单位的人员"})
    end_parts(move, "returned")
    assign_units(move, lead=unit, joint=[])
    move.papers.lead(_round(move), {"handler": account, "signed_at": move.now})
    first = {} if move.appeal.dispatched_at else {"dispatched_at": move.now}
    move.changes |= {"unit_id": unit, "handler": account, **first}


@_on("hand_over")
def hand_over(move: Move) -> None:
    items = move.items("items")
    if not items:
        raise Invalid("请列出交接的材料，一行一项。", {"items": "请至少写一项"})
    way = {"in": "收到材料", "out": "交还材料"}[move.text("way")]
    move.words |= {"way": way, "items": "、".join(items)}
    move.facts |= {"way": move.text("way"), "count": len(items)}


@_on("reply", "settle", "finish")
def reply(move: Move) -> None:
    outcome = move.text("outcome")
    move.papers.lead(_round(move), {"state": "answered", "ended_at": move.now})
    move.changes |= {"outcome": outcome} | ({} if move.appeal.replied_at else {"replied_at": move.now})
    unit = move.papers.unit(move.appeal.unit_id).name if move.appeal.unit_id else "中心"
    move.words |= {"unit": unit, "outcome": words.label(words.OUTCOMES, outcome)}
    move.facts["outcome"] = outcome


@_on("reply_along")
def reply_along(move: Move) -> None:
    first = {
        name: move.now for name in ("accepted_at", "dispatched_at", "replied_at") if not getattr(move.appeal, name)
    }
    leader = move.papers.leader(move.appeal.leader_id or 0)
    move.changes |= {"outcome": move.text("outcome"), "unit_id": leader.unit_id if leader else None, **first}
    move.words["outcome"] = words.label(words.OUTCOMES, move.text("outcome"))


@_on("confirm")
def confirm(move: Move) -> None:
    move.changes["closed_how"] = "confirmed"


@_on("conclude")
def conclude(move: Move) -> None:
    move.changes["closed_how"] = "concluded"


@_on("lapse")
def lapse(move: Move) -> None:
    move.changes["closed_how"] = "silent"


@_on("withdraw")
def withdraw(move: Move) -> None:
    end_parts(move, "waived")
    move.changes |= {"closed_how": "withdrawn", "leader_id": None}


@_on("refuse", "reopen", "review")
def open_round(move: Move) -> None:
    """Begin the next round; what the last one came to stays in evidence and in its clocks."""
    move.changes |= {"outcome": "", "closed_how": "", "handler": None}
    if move.moved.step.name == "refuse" and move.appeal.kind == "assistance":
        return
    move.changes["unit_id"] = None
    move.facts["unit"] = move.appeal.unit_id


@_on("rate")
def rate(move: Move) -> None:
    if move.actor.account is None or move.actor.is_staff:
        raise Forbidden("评价只能由企业作出。")
    marks = {name: move.whole(name) or 0 for name in ("speed", "result", "attitude")}
    rating = Rating(
        appeal=move.appeal,
        round=move.appeal.round,
        account=move.actor.account,
        comment=move.text("comment"),
        at=move.now,
        **marks,
    )
    move.papers.rate(rating)
    move.facts |= marks
    move.changes |= {f"mark_{name}": value for name, value in marks.items()}
    if min(marks.values()) <= LOW:
        move.papers.draw(move.appeal.round, "low", move.now)


@_on("follow_up")
def follow_up(move: Move) -> None:
    result, satisfied = move.text("result"), move.text("satisfied")
    done = {
        "state": "done",
        "reached": result != "unreachable",
        "result": result,
        "satisfied": {"yes": True, "no": False}.get(satisfied),
        "comment": move.text("comment"),
        "account": move.actor.account,
        "at": move.now,
    }
    move.papers.call(move.appeal.round, done, move.now)
    move.facts |= {"result": result, "satisfied": satisfied}


@_on("supervise")
def supervise(move: Move) -> None:
    level = int(move.text("level"))
    if level <= move.appeal.supervised:
        raise Invalid("督办级别应当高于上一次。", {"level": "应当高于上一次"})
    unit = move.appeal.unit_id
    if unit is None:
        raise Conflict("还没有承办单位，请先转办再督办。", state=move.appeal.state)
    number = f"督{move.appeal.number[2:]}-{level}"
    order = Order(
        number=number,
        appeal=move.appeal,
        level=level,
        unit_id=unit,
        text=move.text("text"),
        issued_at=move.now,
        issued_by=move.actor.account,
    )
    move.papers.issue(order)
    move.changes["supervised"] = level
    move.facts |= {"level": level, "order": number}


@_on("answer_order")
def answer_order(move: Move) -> None:
    order = move.papers.order()
    if order:
        order.answer, order.answered_at = move.text("text"), move.now
        move.papers.answer_order(order)
        move.facts["order"] = order.number


@_on("merge")
def merge(move: Move) -> None:
    leader = move.papers.leader(move.whole("leader") or 0)
    if leader is None:
        raise _unfit("没有找到要并入的主办件，请核对受理编号。")
    if problem := _misfit(move, leader):
        raise _unfit(problem)
    end_parts(move, "waived")
    move.changes["leader_id"] = leader.pk
    move.facts["leader"] = leader.number


def _misfit(move: Move, leader: Appeal) -> str:
    """Why the case cannot be merged into this one; empty when it can."""
    kinds = [words.label(words.KINDS, kind) for kind in (move.appeal.kind, leader.kind)]
    if leader.pk == move.appeal.pk:
        return "不能并入它自己，请填写另一件事项的受理编号。"
    if leader.kind != move.appeal.kind:
        return f"这件是{kinds[0]}，{leader.number} 是{kinds[1]}，类型不同不能并案。"
    if leader.leader_id:
        return f"{leader.number} 已并入另一件，请改填它的主办件。"
    if not leader.is_open or leader.state == "replied":
        return f"{leader.number} 已回复或已办结，不能再并入。"
    return "这件已是主办件，请把另一件并入它。" if move.papers.leads() else ""


def _unfit(problem: str) -> Invalid:
    return Invalid(problem, {"leader": problem})


@_on("unmerge")
def unmerge(move: Move) -> None:
    move.changes["leader_id"] = None
    if move.appeal.unit_id and move.moved.case.state in ("dispatched", "working"):
        lead = assign_units(move, lead=move.appeal.unit_id, joint=[])
        move.papers.lead(_round(move), {"handler": move.appeal.handler}, unit=lead)


def _decided(move: Move, state: str, note: str) -> Extension:
    asked = move.papers.extension()
    if asked is None:
        raise Conflict("没有等待决定的延期申请。", state=move.appeal.state)
    asked.state, asked.decided_at, asked.note = state, move.now, note
    move.papers.decide(asked)
    return asked


def _unit(move: Move) -> int:
    if move.appeal.unit_id is None:
        raise Conflict("还没有承办单位。", state=move.appeal.state)
    return move.appeal.unit_id


def _round(move: Move) -> int:
    """The round in which the case stands after the step."""
    return move.moved.case.round
