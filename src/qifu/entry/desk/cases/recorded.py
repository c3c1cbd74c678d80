"""A record of evidence in words: what was done, by whom, and each fact as label and value. What has no word is shown as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from qifu.domain.appeals.flow import FLOWS, words
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.people import queries as people
from qifu.domain.registry.columns import BY_FIELD
from qifu.entry.desk.cases.bars import STATES
from qifu.entry.theme.needs import Options
from qifu.entry.theme.words import cn_date
from qifu.kernel.actor import Role
from qifu.kernel.evidence.models import Record

ACTORS = {"system": "系统", "visitor": "访客", "staff": "工作人员", "contact": "企业联系人", "service": "外部系统"}
VERBS = {
    "事项设置": {
        "appeals.submit": "提交", "appeals.signal": "时限提醒", "appeals.recompute": "重算期限", "appeals.export": "导出清单",
        "appeals.learn": "训练推荐", "appeals.allow_auto": "自动转办开关", "appeals.promise": "修改时限",
        "appeals.category_add": "添加分类", "appeals.category_change": "修改分类", "appeals.category_retire": "停用分类",
        "appeals.category_restore": "恢复分类", "appeals.template": "保存常用回复", "appeals.template_drop": "删除常用回复",
        "workdays.enter": "录入放假通知",
    },
    "人员和单位": {
        "account.create": "开通账号", "account.sign_in": "登录", "account.sign_out": "退出", "account.password": "修改密码",
        "account.reset_password": "重置密码", "account.phone": "修改手机号", "account.rename": "改名",
        "account.deactivate": "停用账号", "account.reactivate": "恢复账号", "account.end_sessions": "结束登录",
        "role.grant": "授予岗位", "role.end": "结束岗位", "token.issue": "签发令牌", "token.revoke": "作废令牌",
        "delegation.give": "委托代办", "delegation.revoke": "撤销代办", "duty.set": "安排值班", "duty.clear": "取消值班",
        "unit.create": "添加单位", "unit.rename": "单位改名", "unit.move": "调整上级单位", "unit.close": "停用单位",
        "unit.reopen": "恢复单位", "unit.hours": "设置服务时间", "unmask": "查看完整电话",
    },
    "企业和楼宇": {
        "enterprise.create": "录入企业", "enterprise.change": "企业信息变更", "agency.begin": "取得办事权限",
        "agency.end": "移除办事权限", "agency.invite": "邀请同事", "agency.uninvite": "撤回邀请", "agency.accept": "接受邀请",
        "certification.file": "申请企业认证", "certification.approve": "通过认证", "certification.refuse": "未通过认证",
        "certification.withdraw": "撤回认证申请", "registry.export": "导出企业",
        "registry.segment_keep": "保存企业分群", "registry.segment_change": "修改企业分群", "registry.segment_drop": "删除企业分群",
        "exports.ask": "要求导出", "exports.finish": "生成导出文件", "exports.cancel": "取消导出",
        "load.open": "上传名单", "load.check": "试算名单",
        "load.checked": "名单已试算", "load.run": "导入名单", "load.paused": "暂停导入", "load.cancelled": "取消导入",
        "load.done": "名单已导入", "load.fail": "导入失败", "building.create": "录入楼宇", "building.change": "楼宇信息变更",
        "estate.let": "登记入驻", "estate.end": "登记迁出", "estate.correct": "更正入驻", "estate.undo": "撤回入驻的上一步",
        "estate.seat": "批量登记入驻", "estate.end_many": "批量登记迁出", "estate.room": "房间信息变更", "estate.rooms": "录入房间",
        "estate.reshape": "拆分或合并房间", "estate.reshape_undo": "撤回拆分或合并",
        "estate.mandate": "授予运营授权", "estate.mandate_end": "收回运营授权", "estate.confirm": "半年确认租户",
        "estate.round": "开始现场核验", "estate.look": "核验房间", "estate.round_end": "结束现场核验", "estate.export": "导出楼宇",
        "estate.list": "试算租户名单", "estate.list_enter": "导入租户名单", "estate.list_undo": "撤回租户名单",
        "building.tenants": "录入入驻企业",
    },
    "政策": {
        "policies.enter": "登记文件", "policies.correct": "修改文件", "policies.relate": "登记文件关系", "policies.repeal": "废止",
        "policies.attach": "添加文件附件", "policies.detach": "删去文件附件",
        "policies.draft": "起草政策", "policies.edit": "修改政策", "policies.add_case": "添加算例", "policies.drop_case": "删去算例",
        "policies.read": "审读政策", "policies.publish": "发布政策", "policies.withdraw": "撤回政策",
        "policies.give_way": "旧版让位", "policies.go_on": "旧版继续执行", "policies.adopt": "引入政策库",
        "policies.match": "匹配政策", "policies.push": "推送政策",
        "policies.begin_push": "发起推送", "policies.stop_push": "停止推送",
        "policies.handle": "处理企业反馈", "policies.export": "导出政策清单",
        "policies.note_claims": "登记申报名单", "policies.list": "试算申报名单", "policies.list_enter": "导入申报名单",
        "policies.list_undo": "撤回申报名单", "policies.apply": "企业自报已申报", "policies.answer": "企业答复是否适合",
        "policies.subscribe": "设置政策提醒", "policies.found": "发现政策线索",
    },
    "知识和预决算": {
        "publishing.draft": "起草知识", "publishing.edit": "修改知识", "publishing.publish": "发布知识",
        "publishing.retire": "停用知识", "publishing.vote": "评价知识", "disclosure.hand_in": "送审", "disclosure.done": "审核完成",
        "disclosure.refused": "不能审核", "disclosure.read_again": "重新读取", "disclosure.judge_repair": "认定修复",
        "disclosure.confirm_repairs": "确认其余修复",
        "disclosure.drop": "删除送审件", "disclosure.draw_budget": "登记预算版本", "disclosure.approve_budget": "批准预算版本",
        "disclosure.drop_budget": "删除预算草稿", "disclosure.post": "登记凭证", "disclosure.close_month": "月份结账",
        "disclosure.try_file": "试算凭证文件", "disclosure.enter_file": "导入凭证文件", "disclosure.buy": "登记采购合同",
        "disclosure.state": "登记年度数字", "disclosure.export_vouchers": "导出凭证", "measures.freeze": "冻结指标",
        "performance.draw": "登记绩效目标", "performance.approve": "批准绩效目标", "performance.drop": "删除绩效目标草稿",
        "performance.fill": "自评取数", "performance.say": "填写完成值", "performance.judge": "判断达成程度",
        "performance.explain": "写明偏差原因", "performance.hand_in": "提交自评", "performance.review": "复核自评",
    },
    "系统": {
        "files.keep": "保存附件", "files.drop": "删除附件", "evidence.erase": "清除内容", "outbox.retry": "重试队列项目",
        "outbox.cancel": "取消队列项目",
    },
}  # fmt: skip
FACTS = {
    "step": "步骤", "from": "原来", "to": "改为", "round": "轮次", "files": "附件", "changes": "变更", "told": "告知", "text": "说明",
    "reason": "理由", "note": "内部备注", "unit": "单位", "unit_id": "承办单位", "joint": "会办单位", "units": "会办单位",
    "handler": "经办人", "duty_owner": "值班负责人", "account": "人员", "deputy": "代办人", "giver": "委托人", "role": "岗位",
    "roles_ended": "结束的岗位", "state": "状态", "resumes": "恢复到", "seq": "步数", "submitted_at": "提交时间", "closed_at": "办结时间",
    "replied_at": "回复时间", "burns_at": "最近时限", "due_at": "期限", "closed_how": "办结方式", "outcome": "办理结果",
    "is_open": "在办", "is_late": "超期", "kind": "类型", "channel": "渠道", "urgency": "紧急程度", "category": "分类",
    "category_id": "分类", "enterprise": "企业编号", "enterprise_id": "企业编号", "street": "街道", "street_id": "街道",
    "leader": "主办件", "leader_id": "主办件", "order": "督办单", "level": "等级", "supervised": "督办等级", "workdays": "工作日数",
    "clock": "时限", "clocks": "时限", "since": "开始", "until": "结束", "starts": "开始", "ends": "结束", "expires": "到期",
    "name": "名称", "short_name": "简称", "title": "标题", "body": "内容", "code": "代码", "parent": "上级", "hours": "服务时间",
    "file": "附件编号", "size": "大小（字节）", "digest": "文件摘要", "rows": "行数", "count": "件数", "filters": "条件", "created": "新增",
    "changed": "变更", "unchanged": "无变化", "rejected": "未采用", "delegation": "委托编号", "agency": "授权编号", "token": "令牌编号",
    "scopes": "范围", "before": "变更前", "after": "变更后", "returns": "退回次数", "cause": "原因", "term": "计法", "n": "数量",
    "result": "结果", "satisfied": "满意", "comment": "意见", "version": "版本", "person": "姓名", "problem": "问题", "field": "栏目",
    "place": "地点", "elsewhere": "办理去处", "items": "补充事项", "way": "方式", "source": "来源", "label": "名称", "q": "搜索",
    "year": "年度", "month": "月份", "lines": "行数", "total": "合计（元）", "debit": "借方（元）", "amount": "金额（元）",
    "origin": "来处", "vouchers": "凭证数", "fresh": "新凭证", "same": "已登记过", "problems": "问题数", "item": "项目",
    "value": "数值", "was": "原数值", "project": "项目", "budget": "预算数（元）", "executed": "执行数（元）",
    "missing": "未取到数", "indicator": "指标编号", "grade": "等次", "share": "占分值", "score": "得分",
    "is_right": "认定正确", "is_on": "开启", "has_helped": "有帮助", "threshold": "把握不低于", "key": "键", "days": "天数",
}  # fmt: skip
HIDDEN = "企业（要求保密）"
IDENTITY = (
    "enterprise",
    "enterprise_id",
    "place",
    "building",
    "external",
    "contact",
    "contact_name",
    "person",
    "phone",
)
UNITS = ("unit", "unit_id", "joint", "units", "street", "street_id")
PEOPLE = ("account", "handler", "duty_owner", "deputy", "giver")
LABELS: dict[str, Mapping[str, str]] = {
    "state": dict(STATES), "from": dict(STATES), "to": dict(STATES), "resumes": dict(STATES), "kind": dict(words.KINDS),
    "channel": dict(words.CHANNELS), "urgency": dict(words.URGENCIES), "outcome": dict(words.OUTCOMES),
    "closed_how": dict(words.CLOSINGS), "clock": dict(words.CLOCKS), "role": {str(role): role.label for role in Role},
}  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@lru_cache(maxsize=1)
def choices() -> Options:
    """What can have been done, grouped, for a list to choose from."""
    steps: dict[str, str] = {}
    for flow in FLOWS.values():  # the appeal's own words first
        steps = {f"appeals.{name}": step.label for name, step in flow.steps.items()} | steps
    return (("办理步骤", tuple(steps.items())), *((group, tuple(verbs.items())) for group, verbs in VERBS.items()))


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    return {verb: label for _, verbs in choices() for verb, label in verbs}


def verb_label(verb: str) -> str:
    """What was done, in words; the verb itself where it has none."""
    return _labels().get(verb, verb)


def names(rows: Iterable[Record]) -> dict[int, str]:
    """The names of all who appear in the records, in one statement."""
    found: list[int | None] = []
    for row in rows:
        found += [account(row.actor), account(row.for_whom), *_people(row.facts), *_people(row.facts.get("changes"))]
    return people.names(found)


def who(mark: str, known: Mapping[int, str]) -> str:
    """An actor by name, and in what capacity."""
    kind, name = ACTORS.get(mark.partition(":")[0], mark), known.get(account(mark) or 0, "")
    return f"{name}（{kind}）" if name else kind


def account(mark: str) -> int | None:
    number = mark.partition(":")[2]
    return int(number) if number.isdecimal() else None


def is_told_by(row: Record, hidden: Collection[str]) -> bool:
    """Whether the record names the enterprise's own people, of a case that was raised in confidence."""
    return row.stream in hidden and row.actor.startswith("contact:")


def told(row: Record, known: Mapping[int, str], *, is_hidden: bool = False) -> list[tuple[str, str]]:
    """The facts, and what was said or changed where it is kept still; who the enterprise is stays out where it is hidden."""
    cut = _without_identity if is_hidden else dict[str, object]
    lines = [
        (_label(name), _said(name, value, known))
        for name, value in cut(row.facts).items()
        if value not in (None, "", [], {})
    ]
    if row.content_digest is not None:
        body = getattr(getattr(row, "content", None), "body", None)
        kept = body if isinstance(body, dict) else {"text": "（已按规定清除）"}
        lines += [(_label(name), _said(name, value, known)) for name, value in cut(kept).items()]
    return [*lines, ("摘要", bytes(row.hash).hex())]


def _without_identity(facts: Mapping[str, object]) -> dict[str, object]:
    """The same with what would tell who the enterprise is replaced, in groups too."""
    return {
        name: "（保密）" if name in IDENTITY else _without_identity(value) if isinstance(value, Mapping) else value
        for name, value in facts.items()
    }


def _people(facts: object) -> list[int]:
    found = [facts.get(name) for name in PEOPLE] if isinstance(facts, Mapping) else []
    return [one for one in found if isinstance(one, int)]


def _label(name: str) -> str:
    return FACTS.get(name) or (BY_FIELD[name].label if name in BY_FIELD else name)


def _said(name: str, value: object, known: Mapping[int, str]) -> str:
    """One value in words: units, people, states and times by name; a group as its parts."""
    if value in (None, "", [], {}):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(f"{_label(str(key))}：{_said(str(key), one, known)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return "、".join(_said(name, one, known) for one in value)
    if isinstance(value, int):
        return _numbered(name, value, known)
    text = str(value)
    if name == "step":
        return verb_label(f"appeals.{text}").removeprefix("appeals.")
    return _moment(text) if _MOMENT.match(text) else LABELS.get(name, {}).get(text, text)


def _numbered(name: str, value: int, known: Mapping[int, str]) -> str:
    if name in UNITS:
        view = people.unit_tree().units.get(value)
        return view.name if view else str(value)
    if name == "category_id" and value in categories().by_id:
        return categories().path(value)
    return known.get(value, str(value)) if name in PEOPLE else str(value)


def _moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return cn_date(at) if at.tzinfo else text
