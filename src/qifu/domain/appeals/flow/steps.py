"""Steps that several kinds of case share. `who` names relations of the actor to the case (access.py)."""

from __future__ import annotations

from collections.abc import Iterable

from qifu.domain.appeals.flow import words
from qifu.engines.flow import Case, Need, State, Step
from qifu.engines.flow.model import BACK

CENTRE = frozenset({"centre"})
SUPERVISOR = frozenset({"supervisor"})
LEAD = frozenset({"lead"})
JOINT = frozenset({"joint"})
CONTACT = frozenset({"contact"})
SYSTEM = frozenset({"system"})
DESK = CENTRE | SUPERVISOR | LEAD | JOINT

ACTIVE = ("submitted", "accepted", "dispatched", "working", "asking", "disputed")
OPEN = (*ACTIVE, "replied", "merged")

TEXT = Need("text", "说明", longest=4000)
REASON = Need("reason", "理由", longest=1000)
FILES = Need("files", "附件", kind="files", is_required=False, longest=9)
NOTE = Need("note", "内部备注", is_required=False, longest=1000)
UNIT = Need("unit", "牵头单位", kind="unit")
UNITS = Need("units", "会办单位", kind="units", is_required=False, longest=8)
OUTCOME = Need("outcome", "办理结果", kind="choice", options=words.OUTCOMES)

STATES = (
    State("submitted", "待接单", "已提交，等待接单"),
    State("accepted", "待转办", "已接单，正在确定承办单位"),
    State("dispatched", "待签收", "已转办，等待承办单位签收"),
    State("working", "办理中", "承办单位办理中"),
    State("asking", "待企业补充", "请您补充材料"),
    State("disputed", "待裁定", "正在协调承办单位"),
    State("replied", "待企业确认", "已回复，请您确认"),
    State("merged", "已并案", "与同类事项合并办理"),
    State("closed", "已办结", "已办结", is_open=False),
    State("declined", "不予受理", "不予受理", is_open=False),
    State("withdrawn", "已撤回", "已撤回", is_open=False),
)

ACCEPT = Step("accept", "接单", ("submitted",), "accepted", CENTRE, (NOTE,), told="中心已接单。", meets=("accept",))
DECLINE = Step(
    "decline",
    "不予受理",
    ("submitted",),
    "declined",
    CENTRE,
    (
        Need("reason", "理由", kind="choice", options=words.DECLINES),
        Need("elsewhere", "请企业去哪里办", longest=500, hint="写清部门、地址或电话"),
    ),
    told="本事项不予受理：{reason}。{elsewhere}",
    meets=("accept",),
    stops=("dispatch", "reply"),
)
CLASSIFY = Step(
    "classify", "改分类", ("submitted", "accepted"), who=CENTRE, needs=(Need("category", "分类", kind="category"),)
)
DISPATCH = Step(
    "dispatch",
    "转办",
    ("accepted",),
    "dispatched",
    CENTRE | SYSTEM,  # the system only where the administrator allows sure proposals to go out by themselves
    (UNIT, UNITS, NOTE),
    told="已转办至{unit}。",
    meets=("dispatch",),
    starts=("sign",),
)
SIGN = Step(
    "sign",
    "签收",
    ("dispatched",),
    "working",
    LEAD,
    (Need("account", "经办人", kind="account", is_required=False, hint="不选即由本人经办"),),
    told="{unit}已签收，开始办理。",
    meets=("sign",),
)
ASSIGN = Step("assign", "指派经办人", ("working",), who=LEAD, needs=(Need("account", "经办人", kind="account"),))
RETURN = Step(
    "return",
    "退回中心",
    ("dispatched", "working"),
    "accepted",
    LEAD,
    (Need("cause", "原因", kind="choice", options=words.RETURNS), Need("reason", "理由和依据", longest=1000)),
    stops=("sign",),
    starts=("dispatch",),
    most=2,
    overflow="disputed",
    confirms="退回后由中心重新转办。确定退回吗？",
)
RULE = Step(
    "rule",
    "裁定承办单位",
    ("disputed",),
    "dispatched",
    SUPERVISOR,
    (UNIT, UNITS, REASON),
    told="经协调，由{unit}牵头办理。",
    meets=("dispatch",),
    starts=("sign",),
)
ASK = Step(
    "ask",
    "请企业补充",
    ("accepted", "working"),
    "asking",
    CENTRE | LEAD,
    (Need("items", "需要补充的材料或情况", kind="items", longest=12, hint="一行一项，一次列全"), TEXT),
    told="请企业补充：{items}。{text}",
    pauses=("dispatch", "sign", "reply"),
    is_detour=True,
    most=1,
)
ANSWER = Step(
    "answer",
    "提交补充",
    ("asking",),
    BACK,
    CONTACT | CENTRE,
    (TEXT, FILES),
    told="企业提交补充：{text}",
    resumes=("dispatch", "sign", "reply"),
)
GO_ON = Step(
    "go_on",
    "不再等待，继续办理",
    ("asking",),
    BACK,
    CENTRE | LEAD,
    (REASON,),
    told="按现有材料继续办理：{reason}",
    resumes=("dispatch", "sign", "reply"),
)
ASK_EXTENSION = Step(
    "ask_extension",
    "申请延期",
    ("working",),
    who=LEAD,
    needs=(Need("workdays", "延长工作日", kind="number", longest=15), REASON),
    most=1,
)
GRANT = Step(
    "grant",
    "同意延期",
    ("working", "asking"),
    who=CENTRE | SUPERVISOR,
    needs=(NOTE,),
    told="经中心同意，办理期限延长 {workdays} 个工作日：{reason}",
)
REFUSE_EXTENSION = Step(
    "refuse_extension",
    "不同意延期",
    ("working", "asking"),
    who=CENTRE | SUPERVISOR,
    needs=(Need("reason", "理由", longest=1000, hint="写给承办单位；企业看到的是申请的理由和没有同意"),),
    told="承办单位申请延长 {workdays} 个工作日（{asked}），中心没有同意，办理期限不变。",
)
INVOLVE = Step(
    "involve",
    "增加会办单位",
    ("working",),
    who=CENTRE | LEAD,
    needs=(Need("units", "会办单位", kind="units", longest=8), NOTE),
)
PART = Step("part", "反馈会办意见", ("working", "asking"), who=JOINT, needs=(TEXT, FILES))
WAIVE = Step(
    "waive",
    "免去会办",
    ("working",),
    who=CENTRE | LEAD,
    needs=(Need("unit", "会办单位", kind="unit"), REASON),
)
REPLY = Step(
    "reply",
    "回复企业",
    ("working",),
    "replied",
    LEAD,
    (OUTCOME, Need("text", "回复内容", longest=4000), FILES),
    told="{unit}回复（{outcome}）：{text}",
    meets=("reply",),
    starts=("confirm",),
)
CONFIRM = Step("confirm", "确认办结", ("replied",), "closed", CONTACT, told="企业确认办结。", meets=("confirm",))
REFUSE = Step(
    "refuse",
    "不认可回复",
    ("replied",),
    "accepted",
    CONTACT,
    (REASON,),
    told="企业不认可这次回复，已进入新一轮办理：{reason}",
    meets=("confirm",),
    starts=("dispatch", "reply"),
    opens_round=True,
)
LAPSE = Step(
    "lapse",
    "到期未回应",
    ("replied",),
    "closed",
    SYSTEM,
    told="确认期已过，按“未回应”办结，不计为满意。",
    stops=("confirm",),
)
RATE = Step(
    "rate",
    "评价",
    ("replied", "closed"),
    who=CONTACT,
    needs=(
        Need("speed", "办理速度", kind="number", longest=5),
        Need("result", "办理结果", kind="number", longest=5),
        Need("attitude", "服务态度", kind="number", longest=5),
        Need("comment", "想说的话", is_required=False, longest=1000),
    ),
    told="企业已评价。",
    most=1,
)
FOLLOW_UP = Step(
    "follow_up",
    "电话回访",
    ("replied", "closed", "withdrawn"),
    who=CENTRE,
    needs=(
        Need("result", "回访结果", kind="choice", options=words.CALLS),
        Need("satisfied", "是否满意", kind="choice", is_required=False, options=(("yes", "满意"), ("no", "不满意"))),
        Need("comment", "通话记录", is_required=False, longest=1000),
    ),
    most=1,
)
REOPEN = Step(
    "reopen",
    "重新办理",
    ("closed",),
    "accepted",
    CONTACT | CENTRE,
    (REASON,),
    told="已重新办理：{reason}",
    starts=("dispatch", "reply"),
    opens_round=True,
)
WITHDRAW = Step(
    "withdraw",
    "撤回",
    (*ACTIVE, "replied", "merged"),
    "withdrawn",
    CONTACT,
    (REASON,),
    told="企业撤回：{reason}",
    stops=("accept", "dispatch", "sign", "reply", "confirm"),
    confirms="撤回后不再办理。确定撤回吗？",
)
URGE = Step(
    "urge",
    "催办",
    ACTIVE,
    who=CONTACT,
    needs=(Need("text", "催办说明", is_required=False, longest=500),),
    told="企业催办。{text}",
    most=3,
)
ADD = Step("add", "补充说明", OPEN, who=CONTACT, needs=(TEXT, FILES), told="企业补充：{text}")
SUPERVISE = Step(
    "supervise",
    "督办",
    ("dispatched", "working", "asking"),
    who=SUPERVISOR,
    needs=(Need("level", "督办级别", kind="choice", options=words.LEVELS), Need("text", "督办要求", longest=2000)),
    told="中心已对本事项督办。",
)
ANSWER_ORDER = Step("answer_order", "回复督办", ("dispatched", "working", "asking", "replied"), who=LEAD, needs=(TEXT,))
COMMENT = Step("note", "内部备注", (*OPEN, "closed", "declined", "withdrawn"), who=DESK, needs=(TEXT, FILES))
MERGE = Step(
    "merge",
    "并案",
    ("submitted", "accepted", "dispatched", "working"),
    "merged",
    CENTRE,
    (Need("leader", "并入的主办件", kind="case"), Need("reason", "理由", is_required=False, longest=500)),
    told="与同类事项合并办理，您的受理编号和期限不变。",
    is_detour=True,
)
UNMERGE = Step(
    "unmerge",
    "撤销并案",
    ("merged",),
    BACK,
    CENTRE | SYSTEM,  # the system when the leading case is withdrawn or declined
    (REASON,),
    told="本事项恢复单独办理。",
)
REPLY_ALONG = Step(
    "reply_along",
    "随主办件回复",
    ("merged",),
    "replied",
    SYSTEM,
    (OUTCOME, TEXT),
    told="回复（{outcome}）：{text}",
    meets=("accept", "dispatch", "reply"),
    stops=("sign",),
    starts=("confirm",),
)


def named(steps: Iterable[Step]) -> dict[str, Step]:
    return {step.name: step for step in steps}


def bars_return(case: Case) -> str:
    return "督办员已裁定承办单位，不能再退回。" if case.counts.get("rule") else ""


def bars_reply(case: Case) -> str:
    waiting = case.facts.get("waiting")
    return f"还有 {waiting} 个会办单位未反馈，请先催办或免去会办。" if waiting else ""


def bars_extension(case: Case) -> str:
    if case.facts.get("extension"):
        return "延期申请正在等待中心决定。"
    return "已超过办理期限，不能再申请延期，请尽快回复并说明原因。" if case.facts.get("reply_late") else ""


def bars_decision(case: Case) -> str:
    return "" if case.facts.get("extension") else "没有等待决定的延期申请。"


def bars_reopen(case: Case) -> str:
    return "办结已超过 90 天，请重新提交；系统会把两件关联起来。" if case.facts.get("is_old") else ""


def bars_order_answer(case: Case) -> str:
    return "" if case.facts.get("order") else "没有等待回复的督办单。"


GUARDS = {
    "return": bars_return,
    "reply": bars_reply,
    "settle": bars_reply,
    "ask_extension": bars_extension,
    "grant": bars_decision,
    "refuse_extension": bars_decision,
    "reopen": bars_reopen,
    "answer_order": bars_order_answer,
}
