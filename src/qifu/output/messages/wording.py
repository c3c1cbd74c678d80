"""The words of every message: plain Chinese, as data. An SMS has at most 70 characters, signature included.

A part in square brackets is left out when one of its variables is missing or empty. A title or a name of an enterprise gives way: it is
shortened until the SMS fits. A message that is useless after a while says for how long it is good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from qifu.kernel.outbox import Hopeless

SIGNATURE = "【企服】"
SMS_LIMIT = 70
USUAL = {"kind": "诉求"}  # what a message speaks of where it does not say
ELASTIC = ("title", "enterprise")  # variables that give way in an SMS, the first that stands in the text
PLACE = re.compile(r"\{(\w+)\}")
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Wording:
    """One template: a subject for mail and inbox, the text, and a shorter one for SMS where needed."""

    subject: str
    text: str
    sms: str = ""
    good_for: timedelta | None = None
    sealed: tuple[str, ...] = ()  # variables that are kept sealed until the moment of sending


TO_ENTERPRISE = {
    "sign_in_code": Wording(
        "登录验证码",
        "您的登录验证码是 {code}，{minutes} 分钟内有效。请勿告诉他人，工作人员不会向您索要。",
        good_for=timedelta(minutes=5),
        sealed=("code",),
    ),
    "appeal_receipt": Wording(
        "{kind}已收到",
        "您的{kind}[“{title}”]已收到，编号 {number}[，值班负责人{owner}]。[我们将在 {accept_due} 前接单，]{reply_due} 前答复。",
        "{kind}已收到，编号 {number}[，值班{owner}]，{reply_due} 前答复。",
    ),
    "appeal_accepted": Wording(
        "{kind}已接单",
        "您的{kind}“{title}”（编号 {number}）已接单[，由{unit}办理][，{reply_due} 前答复]。您可以随时登录平台查看进度。",
        "{kind} {number} 已接单[，{reply_due} 前答复]，可登录平台查看进度。",
    ),
    "appeal_declined": Wording(
        "{kind}未予受理",
        "您的{kind}“{title}”（编号 {number}）未予受理。[原因：{reason}。]原因和可以办理的去处，请登录平台查看。",
        "{kind} {number} 未予受理，原因和可以办理的去处请登录平台查看。",
    ),
    "appeal_dispatched": Wording(
        "{kind}已转办",
        "您的{kind}“{title}”（编号 {number}）已转办[，由{unit}办理][，{reply_due} 前答复]。您可以随时登录平台查看进度。",
        "{kind} {number} 已转办[，由{unit}办理][，{reply_due} 前答复]。",
    ),
    "appeal_question": Wording(
        "请补充情况",
        "办理您的{kind}“{title}”（编号 {number}）需要您补充情况。请登录平台一次答完；答复前办理时限暂停计算。",
        "{kind} {number} 需要您补充情况，请登录平台回答；回答前时限暂停。",
    ),
    "appeal_extended": Wording(
        "{kind}延期办理",
        "您的{kind}“{title}”（编号 {number}）需要延期办理[，改为 {reply_due} 前答复]。延期原因请登录平台查看。",
        "{kind} {number} 延期办理[，{reply_due} 前答复]，原因请登录平台查看。",
    ),
    "appeal_replied": Wording(
        "{kind}已答复，请评价",
        "您的{kind}“{title}”（编号 {number}）已有答复。请登录平台查看，确认是否解决，并作出评价。",
        "{kind} {number} 已答复，请登录平台查看、确认是否解决并评价。",
    ),
    "appeal_reopened": Wording(
        "{kind}重新办理",
        "您的{kind}“{title}”（编号 {number}）已重新办理[，{reply_due} 前答复]。您可以随时登录平台查看进度。",
        "{kind} {number} 已重新办理[，{reply_due} 前答复]，可登录平台查看。",
    ),
    "appeal_lapsed": Wording(
        "{kind}未收到您的确认",
        "您的{kind}“{title}”（编号 {number}）答复后未收到您的确认，已先行办结，不计为满意。仍未解决的，可登录平台申请重新办理。",
        "{kind} {number} 未收到您的确认，已先行办结；仍未解决可申请重办。",
    ),
    "policy_push": Wording(
        "有政策适合您的企业",
        "{enterprise}符合 {count} 项政策的条件[，如“{title}”]。判断依据和办理方式请登录平台在“我的政策”查看；不适合的，可以当场告诉我们。",
        "{enterprise}符合 {count} 项政策条件，依据和办法请登录平台查看。",
    ),
    "enterprise_greeting": Wording(
        "欢迎您，新企业",
        "{enterprise}，欢迎！我们是区企业服务中心，有困难随时提交，件件有答复。办事指南见“{handbook}”[；您的服务专员：{specialist}]"
        "[；按现有信息，贵企业已符合 {count} 项政策，如“{title}”]。登录平台即可查看和办理。",
        "{enterprise}，欢迎！[已符合 {count} 项政策，][服务专员：{specialist}，]办事请看平台“{handbook}”。",
    ),
    "event_registered": Wording(
        "报名成功",
        "您已报名“{title}”，{when}，{place}，票码 {code}。请凭“我的活动”里的二维码签到；来不了请尽早取消，把名额留给候补。",
        "已报名“{title}”，{when}，票码 {code}。",
    ),
    "event_waiting": Wording(
        "已列入候补",
        "“{title}”（{when}）名额已满，您已列入候补；有人取消时按先后递补，递补成功会马上告知您。",
        "“{title}”名额已满，您已列入候补，递补成功会告知您。",
    ),
    "event_moved_up": Wording(
        "候补成功",
        "有人取消，您已递补报上“{title}”，{when}，{place}，票码 {code}。来不了请尽早取消。",
        "您已递补报上“{title}”，{when}，票码 {code}。",
    ),
    "event_changed": Wording(
        "活动时间或地点有变",
        "您报名的“{title}”有变动：{when}，{place}。不方便参加的，请登录平台取消报名。",
        "“{title}”有变动：{when}，请登录平台查看。",
    ),
    "event_cancelled": Wording(
        "活动取消",
        "您报名的“{title}”（原定 {when}）已取消。[原因：{reason}。]给您带来不便，十分抱歉。",
        "您报名的“{title}”（原定 {when}）已取消，十分抱歉。",
    ),
    "event_reminder": Wording(
        "活动提醒",
        "您报名的“{title}”将在{when}开始，地点：{place}，票码 {code}。来不了请在开始前取消，把名额留给候补。",
        "您报名的“{title}”将在{when}开始，票码 {code}。",
        good_for=timedelta(hours=24),
    ),
    "event_opinion": Wording(
        "请评价活动",
        "感谢参加“{title}”。请在“我的活动”里评价内容、组织和收获，半分钟就好，下一场会办得更好。",
        "感谢参加“{title}”，请登录平台评价，半分钟就好。",
    ),
    "event_invitation": Wording(
        "邀请您参加活动",
        "邀请{enterprise}参加“{title}”，{when}，{place}。请登录平台在“活动”中报名。",
        "邀请您的企业参加“{title}”，{when}，请登录平台报名。",
    ),
    "venue_decided": Wording(
        "场地预约结果",
        "您预约的{title}（{when}）：{result}。[原因：{reason}。]",
    ),
    "grant_receipt": Wording(
        "申报已收到", "您的“{title}”申报已收到，编号 {number}。进展会随时通知您，也可登录平台查看走到哪一步。"
    ),
    "grant_offered": Wording(
        "有一笔资金等您确认",
        "贵企业符合“{title}”，不用申报，请登录平台确认享受（编号 {number}）。",
        "贵企业符合“{title}”，请登录平台确认享受（{number}）。",
    ),
    "grant_enlisted": Wording(
        "您已列入免申即享名单", "贵企业已列入“{title}”名单（编号 {number}），不用申报。请登录平台确认收款账户。"
    ),
    "grant_question": Wording(
        "请补正申报材料",
        "您的“{title}”申报（编号 {number}）需要补正，只请您补正这一次。请登录平台查看清单；补正前审查时限暂停。",
        "申报 {number} 需要补正，请登录平台查看清单一次补齐。",
    ),
    "grant_decided": Wording(
        "申报已决定支持",
        "您的“{title}”申报（编号 {number}）已决定支持{amount}，资金已经留好。请登录平台确认收款账户。",
        "申报 {number} 已决定支持{amount}，请登录平台确认收款账户。",
    ),
    "grant_refused": Wording(
        "申报未获支持",
        "您的“{title}”申报（编号 {number}）未获支持。理由和依据的条款请登录平台查看；不认同的，60 天内可以申请复核。",
        "申报 {number} 未获支持，理由请登录平台查看；不认同的，60 天内可以申请复核。",
    ),
    "grant_reopened": Wording("申报重新审查", "您的“{title}”申报（编号 {number}）将重新审查，进展会通知您。"),
    "grant_paid": Wording(
        "资金已到账",
        "您的“{title}”资金 {amount} 已拨付（编号 {number}），请查收。",
        "申报 {number} 的资金 {amount} 已拨付，请查收。",
    ),
    "grant_bounced": Wording(
        "银行退回，请更正账户",
        "您的“{title}”资金（编号 {number}）被银行退回，请登录平台更正收款账户，更正后重新拨付。",
        "申报 {number} 的资金被银行退回，请登录平台更正收款账户。",
    ),
    "grant_duty_due": Wording(
        "请记得政策资金的约定",
        "您的“{title}”资金（编号 {number}）约定了“{duty}”，到{due}为止。请登录平台在“拨付以后”里查看，要报告的请按时报告。",
        "{number} 的资金约定“{duty}”，到{due}为止，请登录平台查看或报告。",
    ),
    "grant_duty_asked": Wording(
        "请更正资金使用报告",
        "您的“{title}”资金（编号 {number}）使用报告需要更正，只请您更正这一次。请登录平台查看要更正的内容。",
    ),
    "grant_duty_confirmed": Wording(
        "资金使用报告已确认", "您的“{title}”资金（编号 {number}）使用报告已确认，谢谢配合。"
    ),
    "grant_clawback_proposed": Wording(
        "政策资金拟追回，请说明情况",
        "您的“{title}”资金（编号 {number}）因“{duty}”的约定，拟追回{amount}。您可以在{due}前登录平台说明事实和理由，再作决定。",
        "{number} 的资金拟追回{amount}，您可在{due}前登录平台说明。",
    ),
    "grant_clawback_decided": Wording(
        "政策资金追回已有决定",
        "您的“{title}”资金（编号 {number}）追回已有决定，应退回{amount}[，请在{due}前退回]。理由和不服时的途径请登录平台查看。",
        "{number} 资金追回已有决定，应退回{amount}[，{due}前]，请登录平台看。",
    ),
    "grant_clawback_closed": Wording(
        "退回的资金已收清", "您的“{title}”资金（编号 {number}）应退回的 {amount} 已收清，这件追回已经了结。"
    ),
    "enterprise_invitation": Wording(
        "邀请您代表企业办事",
        "{enterprise}邀请您加入其企服账号，邀请码 {code}，{days} 天内有效。请用本手机号登录后填写；不认识该企业请忽略。",
        "{enterprise}邀请您加入企服账号，邀请码 {code}，{days} 天内有效。不认识请忽略。",
        sealed=("code",),
    ),
    "agency_ended": Wording("企业授权已结束", "您代表{enterprise}办事的授权已结束。如有疑问，请联系该企业的负责人。"),
    "correction_accepted": Wording(
        "数据更正已采纳",
        "您提出的{enterprise}“{field}”更正已核实采纳，自即日起以更正后的值为准。[说明：{reason}]",
        "{enterprise}“{field}”的更正已采纳，以更正后的值为准。",
    ),
    "correction_refused": Wording(
        "数据更正未采纳",
        "您提出的{enterprise}“{field}”更正未采纳。[原因：{reason}。]如有新的证明材料，可以重新提出。",
        "{enterprise}“{field}”的更正未采纳，原因请登录平台查看。",
    ),
    "certification_approved": Wording(
        "企业认证已通过",
        "{enterprise}的企业认证已通过，您现在可以代表该企业提交和查看诉求。",
        "{enterprise}的企业认证已通过，可登录平台办事。",
    ),
    "certification_refused": Wording(
        "企业认证未通过",
        "{enterprise}的企业认证未通过[，原因：{reason}]。请按原因补正后重新提交。",
        "{enterprise}的企业认证未通过，原因请登录平台查看，补正后可重新提交。",
    ),
}

TO_STAFF = {
    "policy_push_done": Wording(
        "政策推送已完成",
        "您发起的政策推送已完成：告知 {parcels} 家企业、{pushes} 项政策。各项进展见“推送与时效”。",
    ),
    "appeal_arrived": Wording("新{kind}待接单", "新{kind}“{title}”（编号 {number}）已到，请及时接单。"),
    "work_dispatched": Wording("新的承办任务", "{kind}“{title}”（编号 {number}）已转到您所在的单位，请及时签收办理。"),
    "work_supervised": Wording(
        "督办通知", "{kind}“{title}”（编号 {number}）被列为督办件，请按督办单的要求和期限办结并反馈。"
    ),
    "work_answer": Wording(
        "企业已补充情况", "{kind}“{title}”（编号 {number}）的企业已回答您的提问，办理时限恢复计算。"
    ),
    "work_add": Wording("企业补充了材料", "{kind}“{title}”（编号 {number}）的企业补充了说明或材料，请查看。"),
    "work_grant": Wording("延期申请已同意", "{kind}“{title}”（编号 {number}）的延期申请已同意，请按新的期限答复。"),
    "work_refuse_extension": Wording(
        "延期申请未同意", "{kind}“{title}”（编号 {number}）的延期申请未获同意，请按原期限答复。"
    ),
    "centre_return": Wording(
        "承办单位退回{kind}", "{kind}“{title}”（编号 {number}）被承办单位退回，请查看理由并重新转办。"
    ),
    "centre_ask_extension": Wording(
        "承办单位申请延期", "{kind}“{title}”（编号 {number}）的承办单位申请延期，请在到期前决定。"
    ),
    "centre_refuse": Wording(
        "企业不认可答复", "{kind}“{title}”（编号 {number}）的企业表示没有解决，请查看并安排重新办理。"
    ),
    "centre_dispute": Wording(
        "{kind}待裁定", "{kind}“{title}”（编号 {number}）多次退回，有争议，请查看双方理由并裁定承办单位。"
    ),
    "centre_urge": Wording("企业催办", "{kind}“{title}”（编号 {number}）的企业催办，请查看进度并联系承办单位。"),
    "work_grant_arrived": Wording(
        "新的申报待审查", "“{title}”申报（编号 {number}）已提交，请在承诺期限内完成形式审查。"
    ),
    "work_grant_answered": Wording("企业已补正", "“{title}”申报（编号 {number}）的企业已补正，审查时限恢复计算。"),
    "centre_grant_appeal": Wording(
        "企业申请复核", "“{title}”申报（编号 {number}）的企业对结果申请复核，请由未参与过的人员处理。"
    ),
    "work_duty_reported": Wording(
        "企业报告了资金使用", "“{title}”（编号 {number}）的企业提交了资金使用报告，请确认；要更正的只能请一次。"
    ),
    "work_duty_breached": Wording(
        "疑似违反约定", "“{title}”（编号 {number}）的企业疑似违反“{duty}”的约定，请核实后提出处理意见。"
    ),
    "centre_clawback": Wording(
        "追回待决定", "“{title}”（编号 {number}）因“{duty}”提出了追回处理意见，请在听取企业说明后决定。"
    ),
    "centre_clawback_stated": Wording(
        "企业对追回作了说明", "“{title}”（编号 {number}）的企业对拟追回作了说明，请查看后决定。"
    ),
    "alerts_found": Wording(
        "新的企业预警", "昨夜企业监测发现 {count} 条需要您所在单位处置的预警，请在“预警”中查看原因并按期处置。"
    ),
    "export_done": Wording("导出已完成", "您要的“{title}”已生成，共 {count} 行，请在“我的导出”中下载，文件保留七天。"),
    "clock_half": Wording("时限过半", "{kind}“{title}”（编号 {number}）的办理时限已过半，{due} 到期，请抓紧办理。"),
    "clock_most": Wording(
        "时限将到",
        "{kind}“{title}”（编号 {number}）的办理时限已用去八成，{due} 到期。请尽快办理；需要延期的，请在到期前申请。",
        "{kind} {number} 时限已用八成，{due} 到期；需延期请在到期前申请。",
    ),
    "clock_over": Wording(
        "已超时限",
        "{kind}“{title}”（编号 {number}）的办理时限已于 {due} 到期，尚未办结。请立即办理，并说明原因。",
        "{kind} {number} 已于 {due} 超过时限，请立即办理并说明原因。",
    ),
    "clock_escalated": Wording(
        "超时升级提醒", "{kind}“{title}”（编号 {number}）自 {due} 到期后仍未办结，现升级提醒，请过问办理情况。"
    ),
}

WORDINGS: dict[str, Wording] = TO_ENTERPRISE | TO_STAFF


def wording(template: str) -> Wording:
    """:raises Hopeless: there are no words of this name."""
    try:
        return WORDINGS[template]
    except KeyError:
        raise Hopeless(f"没有名为“{template}”的消息模板，已停放。请检查程序版本后重试。") from None


def fill(pattern: str, variables: Mapping[str, object]) -> str:
    """Put the variables into their places; values are plain text and are not looked into again.

    :raises Hopeless: one is missing.
    """

    def kept(part: re.Match[str]) -> str:
        return part[1] if all(variables.get(name) for name in PLACE.findall(part[1])) else ""

    variables = USUAL | dict(variables)
    pattern = OPTIONAL.sub(kept, pattern)
    missing = [name for name in PLACE.findall(pattern) if name not in variables]
    if missing:
        raise Hopeless(f"消息缺少内容：{'、'.join(sorted(set(missing)))}，已停放。请检查程序版本后重试。")
    return PLACE.sub(lambda place: " ".join(str(variables[place[1]]).split()), pattern)


def sms(template: str, variables: Mapping[str, object]) -> str:
    """The text of an SMS with its signature, at most 70 characters: a title or name gives way, then the end."""
    found = wording(template)
    pattern = SIGNATURE + (found.sms or found.text)
    text = fill(pattern, variables)
    elastic = next((name for name in ELASTIC if f"{{{name}}}" in pattern), "")
    value = " ".join(str(variables.get(elastic, "")).split())
    spare = SMS_LIMIT - (len(text) - len(value))
    if len(text) > SMS_LIMIT and spare >= 4:
        text = fill(pattern, {**variables, elastic: value[: spare - 1] + "…"})
    return text if len(text) <= SMS_LIMIT else text[: SMS_LIMIT - 1] + "…"


def subject(template: str, variables: Mapping[str, object]) -> str:
    """One line."""
    return fill(wording(template).subject, variables)


def text(template: str, variables: Mapping[str, object]) -> str:
    """The whole text, for mail and inbox."""
    return fill(wording(template).text, variables)
