"""The enterprise file as a Word document: A4, official fonts, each figure with its source and day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qifu.output.papers.paper import NONE, SIZE_TABLE, SIZE_TEXT, SIZE_TITLE, TEXT, TITLE, Paper

if TYPE_CHECKING:
    from qifu.output.dossiers import File

HERE = ZoneInfo("Asia/Shanghai")


def build(file: File, who: str) -> bytes:
    """Return the document; `who` had it made and stands at its foot."""
    paper = Paper()
    paper.line(f"{file.firm.brief.name}企业档案", TITLE, SIZE_TITLE, center=True)
    paper.line(f"数据截至 {_day(file.at)}，按查看人权限生成。金额单位见各表。", TEXT, SIZE_TABLE, center=True)
    _identity(paper, file)
    heads = ("项目", "情况", "来源", "日期")
    honours = [*((one.label, one.text, one.source, _day(one.as_of)) for one in file.honours),
               *((mark.label, "有效" if mark.until is None else f"至 {_day(mark.until)}", mark.source, _day(mark.since))
                 for mark in file.firm.marks)]  # fmt: skip
    paper.table("三、资质与荣誉", heads, honours)
    paper.table("四、风险", heads, [(one.label, one.text, one.source, _day(one.as_of)) for one in file.risks])
    _figures(paper, file)
    paper.table("六、经营场所", ("楼宇", "楼层房号", "起", "止"), [
        (p.building.name, _where(p.tower, p.floor, p.room), _day(p.since), _day(p.until) if p.until else "至今")
        for p in file.places
    ])  # fmt: skip
    paper.table("七、已享受和可享受的政策", ("政策", "情况"), [
        *((got.title, f"{got.year} 年申报，{'已兑现' if got.paid_on else '办理中'}{_yuan(got.yuan)}") for got in file.policies.got),
        *((fit.title, f"符合条件{'，' + fit.amount if fit.amount else ''}") for fit in file.policies.fits),
    ])  # fmt: skip
    paper.table("八、贷款", ("银行", "贴息项目", "计息期", "状态", "贴息"), [
        (one.bank, one.programme, f"{_day(one.first)}至{_day(one.last)}", one.state_label, _yuan(one.amount).lstrip("，") or "—")
        for one in file.loans
    ])  # fmt: skip
    paper.table("九、诉求", ("编号", "事项", "状态", "提交日期"), [
        (case.number, case.title, case.state_label, _day(case.submitted_at)) for case in file.cases
    ])  # fmt: skip
    paper.table("十、走访", ("日期", "单位", "专员", "状态"), [
        (_day(one.day), one.unit_name, one.who, one.state_label) for one in file.visits
    ])  # fmt: skip
    paper.table("十一、预警", ("规则", "原因", "状态", "发现日期"), [
        (one.rule_label, one.why, one.outcome_label or one.state_label, _day(one.found_at)) for one in file.alerts
    ])  # fmt: skip
    paper.table("十二、关联企业", ("企业", "关系", "依据"), [(one.name, one.kind, one.why) for one in file.relations])
    paper.table("十三、大事记", ("日期", "事项", "说明"), [(_day(one.at), one.what, one.text) for one in file.events])
    paper.line(f"生成人：{who}　{_day(file.at)}", TEXT, SIZE_TEXT, right=True)
    return paper.bytes()


def _identity(paper: Paper, file: File) -> None:
    firm, brief = file.firm, file.firm.brief
    capital = f"{firm.registered_capital:,.10g} 万元" if firm.registered_capital is not None else "未登记"
    paper.table("一、基本信息", (), [
        ("统一社会信用代码", brief.uscc or "未登记"),
        ("曾用名", "、".join(name for name, _ in firm.former_names) or NONE),
        ("所属街道", brief.street_name or "未登记"),
        ("行业", f"{brief.industry} {brief.industry_name}".strip() or "未登记"),
        ("企业类型", firm.legal_form or "未登记"),
        ("规模", brief.size_label or "未登记"),
        ("成立日期", _day(firm.registered_on) or "未登记"),
        ("注册资本", capital),
        ("地址", firm.address or "未登记"),
        ("登记状态", brief.status_label),
        *((one.label, one.text) for one in file.people),
        ("已认证联系人", "、".join(f"{one.person}（{one.role_label}）" for one in file.speakers) or NONE),
    ])  # fmt: skip
    paper.table("二、画像", ("标签", "规则", "数值", "来源与日期"), [
        (tag.label, tag.rule, tag.value, f"{tag.source}{'，' + _day(tag.as_of) if tag.as_of else ''}") for tag in file.tags
    ])  # fmt: skip


def _figures(paper: Paper, file: File) -> None:
    heads = ("项目", *(f"{year}年" for year in file.years))
    rows = [
        (f"{line.label}（{line.unit}）", *(f"{cell.text}\n{cell.source}" if cell.text else "—" for cell in line.cells))
        for line in file.figures
    ]
    paper.table("五、分年数据", heads, rows)


def _where(tower: str, floor: int | None, room: str) -> str:
    return " ".join(part for part in (tower, f"{floor} 层" if floor is not None else "", room) if part)


def _yuan(value: object) -> str:
    return f"，{value:,.2f} 元" if value is not None else ""


def _day(day: date | datetime | None) -> str:
    if day is None:
        return ""
    here = day.astimezone(HERE) if isinstance(day, datetime) else day
    return f"{here.year}年{here.month}月{here.day}日"
