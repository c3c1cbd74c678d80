"""The life of an application, and the times promised in it, as data. `who` names relations of the actor to it (access.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from qifu.domain.grants.flow import words
from qifu.engines.calendar import Term
from qifu.engines.flow import Case, Flow, Need, State, Step
from qifu.engines.flow.model import BACK

CONTACT = frozenset({"contact"})
LEAD = frozenset({"lead"})
DECIDER = frozenset({"decider"})
FINANCE = frozenset({"finance"})
SYSTEM = frozenset({"system"})

REASON = Need("reason", "理由", longest=1000)
REFUSAL = Need("refusal", "原因", kind="choice", options=words.REFUSALS)
CLAUSE = Need("clause", "依据的条款", kind="line", longest=200, hint="写到条、款、项，企业会看到")
AMOUNT = Need("amount", "核定金额（元）", kind="line", is_required=False, longest=20, hint="定额和按公式的不用填")

STATES = (
    State("draft", "草稿", "草稿，还没有提交"),
    State("listed", "待部门确认", "等待主管部门确认名单"),
    State("offered", "待企业确认", "您已列入名单，请确认"),
    State("submitted", "待形式审查", "已提交，等待形式审查"),
    State("asking", "待企业补正", "请您补正材料"),
    State("review", "会审中", "有关部门正在会审"),
    State("rated", "待公示", "审查通过，等待公示"),
    State("publicity", "公示中", "正在公示"),
    State("deciding", "待决定", "公示结束，等待作出决定"),
    State("granted", "待拨付", "已决定支持，资金已经留好"),
    State("paying", "拨付中", "已送银行"),
    State("bounced", "退汇待更正", "银行退回，请更正收款账户"),
    State("paid", "已拨付", "资金已到账", is_open=False),
    State("refused", "不予支持", "不予支持", is_open=False),
    State("appealed", "复核中", "您的复核申请正在处理"),
    State("withdrawn", "已撤回", "已撤回", is_open=False),
    State("dropped", "未列入", "未列入名单", is_open=False),
)

STEPS = (
    Step("enlist", "确认列入", ("listed",), "rated", LEAD, told="主管部门已确认，您不用申报。"),
    Step("offer", "通知企业确认", ("listed",), "offered", LEAD, told="您符合条件，请确认享受。", starts=("answer",)),
    Step(
        "drop",
        "不列入",
        ("listed", "offered"),
        "dropped",
        LEAD,
        (CLAUSE, REASON),
        told="未列入名单：{reason}（依据{clause}）",
        stops=("answer",),
    ),
    Step("accept", "确认享受", ("offered",), "rated", CONTACT, told="企业已确认享受。", meets=("answer",)),
    Step("submit", "提交申报", ("draft",), "submitted", CONTACT, told="企业提交申报。", starts=("check", "decide")),
    Step(
        "ask",
        "请企业补正",
        ("submitted",),
        "asking",
        LEAD,
        (Need("items", "需要补正的内容", kind="items", longest=12, hint="一行一项，只能请企业补正一次，请一次列全"),),
        told="请企业补正：{items}",
        starts=("answer",),
        pauses=("check", "decide"),
        is_detour=True,
        most=1,
    ),
    Step(
        "answer",
        "提交补正",
        ("asking",),
        BACK,
        CONTACT,
        (Need("text", "说明", is_required=False, longest=2000),),
        told="企业已补正。{text}",
        meets=("answer",),
        resumes=("check", "decide"),
    ),
    Step(
        "go_on",
        "不再等待，继续审查",
        ("asking",),
        BACK,
        LEAD,
        (REASON,),
        told="按现有材料继续审查：{reason}",
        stops=("answer",),
        resumes=("check", "decide"),
    ),
    Step(
        "pass",
        "形式审查通过，送会审",
        ("submitted",),
        "review",
        LEAD,
        told="形式审查通过，进入会审。",
        meets=("check",),
        starts=("review",),
    ),
    Step(
        "approve",
        "审查通过",
        ("submitted",),
        "rated",
        LEAD,
        (AMOUNT,),
        told="审查通过，核定 {amount}。",
        meets=("check",),
    ),
    Step(
        "reject",
        "形式审查不通过",
        ("submitted",),
        "refused",
        LEAD,
        (REFUSAL, CLAUSE, REASON),
        told="不予支持，文号 {number}：{reason}（依据{clause}）",
        meets=("check", "decide"),
    ),
    Step(
        "conclude",
        "汇总会审：通过",
        ("review",),
        "rated",
        LEAD,
        (Need("minutes", "会审纪要", longest=4000), AMOUNT),
        told="会审通过，得分 {score}，核定 {amount}。",
        meets=("review",),
    ),
    Step(
        "fail",
        "汇总会审：不通过",
        ("review",),
        "refused",
        LEAD,
        (Need("minutes", "会审纪要", longest=4000), CLAUSE, REASON),
        told="会审未通过，得分 {score}，文号 {number}：{reason}（依据{clause}）",
        meets=("review", "decide"),
    ),
    Step("publish", "列入公示", ("rated",), "publicity", LEAD, told="列入公示 {notice}，公示至 {until}。"),
    Step("clear", "公示期满", ("publicity",), "deciding", SYSTEM, told="公示期满，没有成立的异议。"),
    Step(
        "recheck",
        "异议成立，重新审查",
        ("publicity",),
        "submitted",
        LEAD,
        (REASON,),
        told="公示期间收到的异议成立，重新审查：{reason}",
        starts=("check", "decide"),
        stops=("decide",),
        opens_round=True,
    ),
    Step(
        "grant",
        "决定支持",
        ("deciding", "rated"),
        "granted",
        DECIDER,
        (Need("reason", "理由", longest=1000), CLAUSE),
        told="决定支持 {amount}，文号 {number}。资金已经留好。",
        meets=("decide",),
        starts=("pay",),
        confirms="决定作出后即占用预算，并通知企业。确定吗？",
    ),
    Step(
        "refuse",
        "决定不予支持",
        ("deciding", "rated"),
        "refused",
        DECIDER,
        (REFUSAL, CLAUSE, REASON),
        told="决定不予支持，文号 {number}：{reason}（依据{clause}）",
        meets=("decide",),
        confirms="决定作出后即通知企业。确定吗？",
    ),
    Step(
        "deem",
        "逾期视为同意",
        ("submitted", "review", "rated", "deciding"),
        "granted",
        SYSTEM,
        told="承诺的期限已过，按规定视为同意，支持 {amount}，文号 {number}。",
        stops=("check", "review"),
        meets=("decide",),
        starts=("pay",),
    ),
    Step("send", "送银行", ("granted",), "paying", FINANCE | SYSTEM, told="已送银行付款，单号 {order}。"),
    Step(
        "pay", "到账", ("paying",), "paid", SYSTEM, told="{amount} 已付到尾号 {tail} 的账户，银行回单 {receipt}。", meets=("pay",)
    ),
    Step("bounce", "退汇", ("paying", "paid"), "bounced", SYSTEM, told="银行没有付成：{why}。请核对收款账户。", pauses=("pay",)),
    Step("mend", "更正账户", ("bounced",), "granted", CONTACT, told="企业已更正收款账户，等待重新拨付。", resumes=("pay",)),
    Step(
        "appeal",
        "申请复核",
        ("refused", "dropped"),
        "appealed",
        CONTACT,
        (REASON,),
        told="企业申请复核：{reason}",
        starts=("appeal",),
        most=1,
    ),
    Step("uphold", "维持原决定", ("appealed",), "refused", DECIDER, (REASON,), told="维持原决定：{reason}", meets=("appeal",)),
    Step(
        "overturn",
        "撤销原决定，重新审查",
        ("appealed",),
        "submitted",
        DECIDER,
        (REASON,),
        told="原决定已撤销，重新审查：{reason}",
        meets=("appeal",),
        starts=("check", "decide"),
        opens_round=True,
    ),
    Step(
        "withdraw",
        "撤回",
        ("draft", "offered", "submitted", "asking", "review", "rated"),
        "withdrawn",
        CONTACT,
        told="企业已撤回。",
        stops=("check", "answer", "review", "decide"),
        confirms="撤回后本次申报结束，受理期内可以重新申报。确定吗？",
    ),
)  # fmt: skip


def _way(way: str, other: str) -> str:
    if way == other:
        return ""
    ways = {"none": "请直接确认列入", "confirm": "请通知企业确认"}
    return f"这个项目的办理方式是“{words.label(words.WAYS, way)}”，{ways.get(way, '由企业自己申报')}。"


def _concludes(case: Case) -> str:
    if case.facts.get("open_seats"):
        return f"还有 {case.facts['open_seats']} 个部门没有给出意见，全部给出后才能汇总。"
    return "" if case.facts.get("passes") else "会审分数或表决没有达到通过的要求，请汇总为不通过。"


def _fails(case: Case) -> str:
    if case.facts.get("open_seats"):
        return f"还有 {case.facts['open_seats']} 个部门没有给出意见，全部给出后才能汇总。"
    return "" if not case.facts.get("passes") else "会审分数和表决都已通过，不能汇总为不通过。"


def _decides(case: Case) -> str:
    if case.state == "rated" and case.facts.get("publicity_days"):
        return "这个项目要先公示，期满没有成立的异议才能决定。"
    return ""


def _clears(case: Case) -> str:
    if case.facts.get("open_objections"):
        return "还有异议没有处理完。"
    return "" if case.facts.get("is_over") else "公示期还没有满。"


APPLICATION: Final = Flow(
    "application",
    "申报",
    "draft",
    {state.name: state for state in STATES},
    {step.name: step for step in STEPS},
    dict(words.CLOCKS),
    {
        "enlist": lambda case: _way(str(case.facts.get("way")), "none"),
        "offer": lambda case: _way(str(case.facts.get("way")), "confirm"),
        "pass": lambda case: "" if case.facts.get("reviewers") else "这个项目不会审，请直接审查通过。",
        "approve": lambda case: "这个项目要经过会审。" if case.facts.get("reviewers") else "",
        "conclude": _concludes,
        "fail": _fails,
        "publish": lambda case: "" if case.facts.get("publicity_days") else "这个项目不公示，可以直接决定。",
        "clear": _clears,
        "recheck": lambda case: "" if case.facts.get("upheld") else "没有成立的异议。",
        "grant": _decides,
        "refuse": _decides,
        "deem": lambda case: "" if case.facts.get("is_overdue") else "期限还没有过。",
        "appeal": lambda case: "不予支持已超过 60 天，不能再申请复核。" if case.facts.get("is_old") else "",
    },
)
TERMS = {
    "check": Term("workdays", 5),
    "answer": Term("workdays", 10),
    "review": Term("workdays", 10),
    "decide": Term("workdays", 20),
    "pay": Term("workdays", 10),
    "appeal": Term("workdays", 15),
}
APPEAL_DAYS = 60
UNLISTED: Final = State("rated", "待决定", "审查通过，等待作出决定")  # where a scheme makes no public list


def standing(state: str, publicity_days: int) -> State:
    """A state as it is said of a scheme: what is rated waits for the public list, or at once for the decision."""
    return UNLISTED if state == "rated" and not publicity_days else APPLICATION.states[state]


def terms(decide_days: int) -> dict[str, Term]:
    """The times promised, with the scheme's own for the decision."""
    return TERMS | {"decide": replace(TERMS["decide"], n=decide_days)}
