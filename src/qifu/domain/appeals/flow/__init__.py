"""The four flows of the case loop, and the times promised in each, as data."""

from __future__ import annotations

from dataclasses import replace

from qifu.domain.appeals.flow import steps as s
from qifu.domain.appeals.flow import words
from qifu.engines.calendar import Term
from qifu.engines.flow import Flow, Need, State, Step

_LOOP = (
    s.ACCEPT, s.DECLINE, s.CLASSIFY, s.DISPATCH, s.SIGN, s.ASSIGN, s.RETURN, s.RULE, s.ASK, s.ANSWER, s.GO_ON,
    s.ASK_EXTENSION, s.GRANT, s.REFUSE_EXTENSION, s.INVOLVE, s.PART, s.WAIVE, s.REPLY, s.CONFIRM, s.REFUSE, s.LAPSE,
    s.RATE, s.FOLLOW_UP, s.REOPEN, s.WITHDRAW, s.URGE, s.ADD, s.SUPERVISE, s.ANSWER_ORDER, s.COMMENT, s.MERGE,
    s.UNMERGE, s.REPLY_ALONG,
)  # fmt: skip
_CLOCKS = dict(words.CLOCKS)

APPEAL = Flow(
    "appeal", "诉求", "submitted", {state.name: state for state in s.STATES}, s.named(_LOOP), _CLOCKS, s.GUARDS
)

_INVESTIGATION = (
    Step(
        "findings",
        "提交调查结论",
        ("working",),
        "settling",
        s.LEAD,
        (Need("text", "调查经过和结论", longest=4000), s.FILES),
        told="调查已有结论，正在协调。",
    ),
    Step("coordinate", "记录协调", ("settling",), who=s.LEAD | s.CENTRE, needs=(s.TEXT, s.FILES), told="已组织协调。"),
    Step(
        "settle",
        "答复投诉",
        ("settling",),
        "replied",
        s.LEAD,
        (s.OUTCOME, Need("text", "处理结果", longest=4000), s.FILES),
        told="{unit}处理结果（{outcome}）：{text}",
        meets=("reply",),
        starts=("confirm",),
    ),
)
_ALSO_SETTLING = (
    "withdraw", "urge", "add", "note", "supervise", "answer_order", "part", "waive", "involve", "grant",
    "refuse_extension",
)  # fmt: skip
COMPLAINT = Flow(
    "complaint",
    "投诉",
    "submitted",
    {state.name: state for state in s.STATES if state.name != "merged"}
    | {"settling": State("settling", "协调中", "调查已有结论，正在协调")},
    s.named(
        replace(
            step,
            sources=(
                *(x for x in step.sources if x != "merged"),
                *(("settling",) if step.name in _ALSO_SETTLING else ()),
            ),
        )
        for step in (*_LOOP, *_INVESTIGATION)
        if step.name not in ("reply", "merge", "unmerge", "reply_along")
    ),
    _CLOCKS,
    s.GUARDS,
)

_RECEPTION = (
    replace(s.DISPATCH, label="交办", sources=("submitted", "accepted"), meets=("accept", "dispatch"), starts=()),
    replace(s.SIGN, meets=()),
    replace(s.RETURN, stops=(), starts=()),
    replace(s.RULE, meets=(), starts=()),
    s.ASSIGN, s.INVOLVE, s.PART, s.WAIVE,
    replace(s.ASK_EXTENSION, needs=(Need("workdays", "延长天数", kind="number", longest=30), s.REASON)),
    replace(s.GRANT, told="办理期限延长 {workdays} 天：{reason}"),
    replace(s.REFUSE_EXTENSION, told="承办单位申请延长 {workdays} 天（{asked}），中心没有同意，办理期限不变。"),
    s.SUPERVISE, s.ANSWER_ORDER, s.COMMENT,
    replace(s.REPLY, label="答复信访人", starts=()),
    Step("conclude", "办结", ("replied",), "closed", s.CENTRE, (s.REASON,)),
    Step(
        "review", "复查", ("replied", "closed"), "accepted", s.CENTRE, (s.REASON,), starts=("reply",), opens_round=True
    ),
    s.FOLLOW_UP,
    replace(s.DECLINE, stops=("reply",)),
)  # fmt: skip
PETITION = Flow(
    "petition",
    "信访",
    "submitted",
    {state.name: state for state in s.STATES if state.name not in ("asking", "merged", "withdrawn")}
    | {"submitted": State("submitted", "已登记"), "replied": State("replied", "已答复")},
    s.named(
        replace(step, sources=tuple(x for x in step.sources if x not in ("asking", "merged", "withdrawn")))
        for step in _RECEPTION
    ),
    _CLOCKS,
    s.GUARDS,
)

_ERRANDS = (
    s.ACCEPT,
    replace(s.DECLINE, stops=("reply",)),
    s.CLASSIFY,
    Step(
        "appoint",
        "指派帮办员",
        ("accepted", "working"),
        "working",
        s.CENTRE,
        (Need("unit", "帮办单位", kind="unit"), Need("account", "帮办员", kind="account"), s.NOTE),
        told="已安排帮办员。",
    ),
    Step(
        "hand_over",
        "交接材料",
        ("working",),
        who=s.LEAD,
        needs=(
            Need("way", "方向", kind="choice", options=(("in", "收到企业材料"), ("out", "交还企业材料"))),
            Need("items", "材料清单", kind="items", longest=30, hint="一行一项"),
            s.FILES,
        ),
        told="{way}：{items}",
    ),
    Step("progress", "记录进展", ("working",), who=s.LEAD, needs=(s.TEXT, s.FILES), told="进展：{text}"),
    s.ASK, s.ANSWER, s.GO_ON,
    replace(s.REPLY, name="finish", label="办成反馈", needs=(s.OUTCOME, s.TEXT, s.FILES)),
    s.CONFIRM,
    replace(s.REFUSE, starts=("reply",)),
    s.LAPSE, s.RATE, s.FOLLOW_UP, s.WITHDRAW, s.URGE, s.ADD, s.COMMENT,
)  # fmt: skip
ASSISTANCE = Flow(
    "assistance",
    "帮代办",
    "submitted",
    {state.name: state for state in s.STATES if state.name not in ("dispatched", "disputed", "merged")},
    s.named(
        replace(step, sources=tuple(x for x in step.sources if x not in ("dispatched", "disputed", "merged")))
        for step in _ERRANDS
    ),
    _CLOCKS,
    s.GUARDS,
)

FLOWS = {flow.name: flow for flow in (APPEAL, COMPLAINT, PETITION, ASSISTANCE)}

_SHARED = {"sign": Term("minutes", 240), "confirm": Term("workdays", 5)}
_NORMAL = {"accept": Term("minutes", 60), "dispatch": Term("minutes", 180), "reply": Term("workdays", 3)}
TERMS: dict[tuple[str, str], dict[str, Term]] = {
    ("appeal", "normal"): _NORMAL | _SHARED,
    ("appeal", "urgent"): {
        "accept": Term("minutes", 15), "dispatch": Term("minutes", 30), "reply": Term("minutes", 120),
        "sign": Term("minutes", 30), "confirm": Term("workdays", 5),
    },
    ("appeal", "inquiry"): _NORMAL | _SHARED | {"reply": Term("workdays", 15)},
    ("complaint", "normal"): _NORMAL | _SHARED | {"reply": Term("workdays", 15)},
    ("complaint", "urgent"): _NORMAL | _SHARED | {"reply": Term("workdays", 3)},
    ("complaint", "inquiry"): _NORMAL | _SHARED | {"reply": Term("workdays", 30)},
    ("petition", "normal"): {"accept": Term("days", 15), "reply": Term("days", 60)},
    ("petition", "urgent"): {"accept": Term("days", 3), "reply": Term("days", 15)},
    ("petition", "inquiry"): {"accept": Term("days", 15), "reply": Term("days", 60)},
    ("assistance", "normal"): {"accept": Term("minutes", 60), "reply": Term("workdays", 10)} | _SHARED,
    ("assistance", "urgent"): {"accept": Term("minutes", 60), "reply": Term("workdays", 3)} | _SHARED,
    ("assistance", "inquiry"): {"accept": Term("minutes", 60), "reply": Term("workdays", 20)} | _SHARED,
}  # fmt: skip
STARTS = {"appeal": ("accept", "dispatch", "reply"), "complaint": ("accept", "dispatch", "reply"),
          "petition": ("accept", "reply"), "assistance": ("accept", "reply")}  # fmt: skip
