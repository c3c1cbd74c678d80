"""The whole life of a case in a browser, from both sides: what one does, the other sees; and the clock with it.

The centre, the departments and the firm are the stage's; the contact is one of the sample's people. The clock starts at
ten on the last working day before the holiday of 2026-10-01; Saturday the tenth is worked instead.
"""

from __future__ import annotations

import re

import pytest

from qifu.entry.cli.sample.cast import Contact
from tests.journeys.served import Site, Visit

pytestmark = pytest.mark.browser

TITLE = "楼下停车位不够"
OPEN = "details[open]"  # the step unfolded


def submitted(visit: Visit, kind: str, text: str) -> str:
    """Hand in a case on the phone; return the number of the receipt."""
    visit.follow("提交诉求")
    visit.tick(kind).fill("什么事", text).open("场地楼宇").tick("停车").press("提交")
    visit.sees("已收到，请保存受理编号", "周调度")
    found = re.search(r"/cases/(\w{15})/receipt/$", visit.page.url)
    assert found, visit.page.url
    return found[1]


def rated(visit: Visit, *stars: int) -> None:
    for mark, value in zip(("办理速度", "办理结果", "服务态度"), stars, strict=True):
        visit.star(mark, value)


def test_an_appeal_is_returned_asked_about_extended_answered_and_reopened(site: Site, owner: Contact) -> None:
    phone = owner.phone.removeprefix("+86")
    firm = site.contact(phone)
    number = submitted(firm, "诉求", f"{TITLE}。员工每天绕行半小时，请协调增加车位。")
    _is_received(firm)
    _goes_to_a_department_and_comes_back(site, firm, number)
    _goes_to_another_that_asks(site, phone)
    _is_answered_and_extended(site, phone, number)
    _is_replied_to_confirmed_and_rated(site, phone)
    _is_reopened_and_solved(site, phone)


def _is_received(firm: Visit) -> None:
    firm.follow("查看进展").sees("已提交，等待接单", "值班负责人周调度会尽快接单")
    assert firm.timeline == [f"提交 今天 10:00 熊国峰 已提交：{TITLE}"]
    assert firm.clocks == [
        "接单 剩 1小时 最迟 2026年9月30日 周三 11:00 · 1 小时（只计服务时间）",
        "转办 剩 5小时 最迟 2026年9月30日 周三 15:00 · 3 小时（只计服务时间）",
        "回复 剩 10天7小时 最迟 2026年10月10日 周六 17:30 · 3 个工作日",
    ]


def _goes_to_a_department_and_comes_back(site: Site, firm: Visit, number: str) -> None:
    site.at(9, 30, 10, 20)
    centre = site.member("dispatcher").sees("待接单 1 件", "接单 剩 40分").follow(TITLE)
    centre.sees("武汉云启软件有限公司", "154****0001").press("接单").sees("待转办")
    centre.choose("牵头单位", "区城建局").press("转办").sees("待签收")
    assert centre.clocks[0] == "接单 1 小时（只计服务时间） 按时 2026年9月30日 周三 11:00"
    assert centre.clocks[-1] == "签收 4 小时（只计服务时间） 计时中 2026年9月30日 周三 16:20"
    firm.go(f"/cases/{number}/").sees("已转办，等待承办单位签收（区城建局）")
    assert firm.timeline[0] == "转办 今天 10:20 工作人员 已转办至区城建局。"

    site.at(9, 30, 11)
    first = site.member("handler").sees("本单位在办 1 件").follow(TITLE).press("签收").sees("办理中")
    first.open("退回中心").choose("原因", "不属于本单位职责", OPEN).fill("理由和依据", "车位由税务局管理", OPEN)
    first.press("退回中心", OPEN)
    firm.go(f"/cases/{number}/").sees("已接单，正在确定承办单位").sees_not("车位由税务局管理")

    site.at(9, 30, 14)
    centre = site.member("dispatcher").go("/desk/?scope=dispatch").sees("待转办 1 件", "退回 1 次").follow(TITLE)
    assert centre.timeline[0] == (
        "退回中心 仅内部可见 今天 11:00 郑承办 原因：不属于本单位职责 理由和依据：车位由税务局管理"
    )
    assert centre.clocks[-1] == "转办 3 小时（只计服务时间） 计时中 2026年9月30日 周三 16:00"
    centre.choose("牵头单位", "区税务局").press("转办").sees("待签收")


def _goes_to_another_that_asks(site: Site, phone: str) -> None:
    site.at(9, 30, 15)
    second = site.member("taxman").follow(TITLE).press("签收")
    second.open("请企业补充").fill("需要补充的材料或情况", "营业执照\n车辆数", OPEN).fill("说明", "请尽快补齐。", OPEN)
    second.press("请企业补充", OPEN).sees("正在等企业补充", "待企业补充", "已暂停")
    firm = site.contact(phone).sees("等您处理", "请您补充材料", "补充前时限暂停").follow(TITLE)
    firm.sees("请您补充这 2 项", "一次答完即可，补充前办理时限暂停。")
    assert firm.timeline[0] == "请您补充 今天 15:00 工作人员 请企业补充：营业执照；车辆数。请尽快补齐。"
    assert "回复 已暂停，等您补充 最迟 2026年10月10日 周六 17:30 · 3 个工作日" in firm.clocks


def _is_answered_and_extended(site: Site, phone: str, number: str) -> None:
    """Paused from Wednesday 15:00 to Thursday 9:30 after the holiday: three hours of service, put on behind Saturday."""
    site.at(10, 8, 9, 30)
    firm = site.contact(phone).follow(TITLE).fill("1. 营业执照", "已上传").fill("2. 车辆数", "三十辆").press("提交补充")
    firm.sees("承办单位办理中")
    due = "原定 2026年10月10日 周六 17:30，因补充材料或延期顺延。"
    assert f"回复 剩 4天2小时 最迟 2026年10月12日 周一 12:00 · 3 个工作日 {due}" in firm.clocks

    site.at(10, 8, 10)
    second = site.member("taxman").follow(TITLE)
    assert second.timeline[0] == (
        "提交补充 企业可见 今天 09:30 熊国峰 企业提交补充：1. 营业执照：已上传 2. 车辆数：三十辆"
    )
    second.open("申请延期").fill("延长工作日", "2", OPEN).fill("理由", "需要现场测量", OPEN).press("申请延期", OPEN)
    second.sees("延期申请（等待中心决定）")
    firm.go(f"/cases/{number}/").sees_not("需要现场测量")

    site.at(10, 8, 11)
    centre = site.member("dispatcher").go("/desk/?scope=extension")
    centre.sees("延期待批 1 件", "区税务局申请延长 2 个工作日").follow(TITLE).press("同意延期")
    assert "回复 5 个工作日 计时中 2026年10月14日 周三 12:00，最初 后天 17:30" in centre.clocks
    firm.go(f"/cases/{number}/")
    assert firm.timeline[0] == "同意延期 今天 11:00 工作人员 经中心同意，办理期限延长 2 个工作日：需要现场测量"
    assert f"回复 剩 6天1小时 最迟 2026年10月14日 周三 12:00 · 5 个工作日 {due}" in firm.clocks


def _is_replied_to_confirmed_and_rated(site: Site, phone: str) -> None:
    site.at(10, 9, 15)
    second = site.member("taxman").follow(TITLE)
    second.choose("办理结果", "部分解决").fill("回复内容", "已协调新增十个车位。").press("回复企业").sees("待企业确认")
    firm = site.contact(phone).sees("请您确认并评价", "确认期 剩 6天2小时").follow(TITLE)
    firm.sees("已回复，请您确认", "区税务局回复（部分解决）：已协调新增十个车位。")
    assert firm.clocks[-1] == "企业确认 剩 6天2小时 最迟 2026年10月15日 周四 17:30 · 5 个工作日"
    firm.tick("已解决")
    rated(firm, 4, 4, 5)
    firm.fill("想说的话", "谢谢。").press("提交确认").sees("已办结", "您已确认办结。", "办理结果：部分解决。")
    second = site.member("taxman").go("/desk/?scope=all").sees("已办结").follow(TITLE)
    assert [line.split(" ")[0] for line in second.timeline[:2]] == ["确认办结", "回复企业"]


def _is_reopened_and_solved(site: Site, phone: str) -> None:
    site.at(10, 20, 9)
    firm = site.contact(phone).go("/cases/?tab=done").follow(TITLE)
    firm.open("重新办理").fill("理由", "车位又被占了", OPEN).press("重新办理", OPEN).sees("第 2 轮办理")
    assert firm.timeline[0] == "第 2 轮 · 重新办理 今天 09:00 熊国峰 已重新办理：车位又被占了"
    assert firm.clocks == [
        "转办 剩 3小时 最迟 2026年10月20日 周二 12:00 · 3 小时（只计服务时间）",
        "回复 剩 3天8小时 最迟 2026年10月23日 周五 17:30 · 3 个工作日",
    ]
    site.at(10, 20, 9, 30)
    centre = site.member("dispatcher").go("/desk/?scope=dispatch").sees("第 2 轮").follow(TITLE)
    centre.choose("牵头单位", "区税务局").press("转办").sees("待签收")
    site.at(10, 20, 10)
    second = site.member("taxman").follow(TITLE).press("签收")
    second.choose("办理结果", "已解决").fill("回复内容", "已装地锁，车位专用。").press("回复企业").sees("待企业确认")
    firm = site.contact(phone).follow(TITLE).sees("区税务局回复（已解决）：已装地锁，车位专用。").tick("已解决")
    rated(firm, 5, 5, 5)
    firm.press("提交确认").sees("已办结", "办理结果：已解决。", "第 2 轮")
    second.go(second.page.url).sees("已办结").sees_not("企业评价", "满分各 5")
    centre = site.member("dispatcher").go("/desk/?scope=all").follow(TITLE).sees("企业评价")
    centre.sees("速度 5 · 结果 5 · 态度 5（满分各 5）", "速度 4 · 结果 4 · 态度 5（满分各 5）")


def test_a_complaint_is_investigated_refused_and_settled_anew(site: Site, owner: Contact) -> None:
    phone, what = owner.phone.removeprefix("+86"), "窗口工作人员态度不好"
    number = submitted(site.contact(phone), "投诉", f"{what}，请调查处理。")
    assert number.startswith("TS")
    site.at(9, 30, 10, 15)
    centre = site.member("dispatcher").follow(what).press("接单")
    centre.choose("牵头单位", "区城建局").press("转办").sees("待签收")
    unit = site.member("handler").follow(what).press("签收")
    unit.fill("调查经过和结论", "情况属实。").press("提交调查结论").sees("协调中")
    firm = site.contact(phone).follow(what).sees("调查已有结论，正在协调")
    assert firm.timeline[0] == "提交调查结论 今天 10:15 工作人员 调查已有结论，正在协调。"
    assert firm.clocks[-1] == "回复 剩 27天7小时 最迟 2026年10月27日 周二 17:30 · 15 个工作日"
    site.at(9, 30, 11)
    unit.choose("办理结果", "已解释，暂未解决").fill("处理结果", "已提醒该工作人员。").press("答复投诉").sees(
        "待企业确认"
    )
    firm.go(firm.page.url).sees("区城建局处理结果（已解释，暂未解决）：已提醒该工作人员。").tick("没解决")
    firm.fill("哪里没解决？", "没有道歉")
    rated(firm, 2, 1, 2)
    firm.press("提交确认").sees("第 2 轮办理", "已接单，正在确定承办单位")
    assert firm.timeline[0].endswith("企业不认可这次回复，已进入新一轮办理：没有道歉")
    centre = site.member("dispatcher").go("/desk/?scope=dispatch").sees("第 2 轮").follow(what)
    centre.choose("牵头单位", "区城建局").press("转办")
    unit = site.member("handler").follow(what).press("签收")
    unit.fill("调查经过和结论", "已核实。").press("提交调查结论")
    unit.choose("办理结果", "已解决").fill("处理结果", "工作人员已当面道歉。").press("答复投诉").sees("待企业确认")
    firm.go(firm.page.url).sees("工作人员已当面道歉。").tick("已解决")
    rated(firm, 4, 5, 5)
    firm.press("提交确认").sees("已办结", "办理结果：已解决。")


def test_a_petition_is_received_entrusted_and_concluded(site: Site) -> None:
    what = "商户反映租金上涨过快"
    centre = site.member("dispatcher").go("/desk/new/?way=petition")
    centre.fill("标题", what).fill("内容", "五名商户来访，要求协调租金。").choose("分类", "停车")
    centre.tick("集体访").fill("来访人数", "5").fill("约定答复日期", "2026-10-20").press("登记，生成受理编号")
    centre.sees(what, "已登记", "集体访", "5 人")
    assert centre.clocks == [
        "接单 15 天（自然日） 计时中 2026年10月15日 周四 17:30",
        "回复 20 天（自然日） 计时中 2026年10月20日 周二 17:30",
    ]
    centre.choose("牵头单位", "民意街道").press("交办").sees("待签收")
    street = site.member("street").sees("本单位在办 1 件").follow(what).press("签收")
    street.choose("办理结果", "已解决").fill("回复内容", "已组织商户与房东签订补充协议。").press("答复信访人").sees(
        "已答复"
    )
    centre.go(centre.page.url).sees("民意街道回复（已解决）：已组织商户与房东签订补充协议。")
    centre.fill("理由", "已答复信访人").press("办结").sees("已办结")


def test_an_errand_is_run_for_a_firm(site: Site, owner: Contact) -> None:
    phone, what = owner.phone.removeprefix("+86"), "请协助办理停车证"
    number = submitted(site.contact(phone), "帮代办", f"{what}，材料已备齐。")
    assert number.startswith("BB")
    centre = site.member("dispatcher").follow(what).press("接单")
    centre.choose("帮办单位", "区城建局")
    centre.page.wait_for_selector("#appoint_account option:has-text('郑承办')", state="attached")
    centre.choose("帮办员", "郑承办").press("指派帮办员").sees("办理中")
    firm = site.contact(phone).follow(what).sees("承办单位办理中")
    assert firm.timeline[0] == "指派帮办员 今天 10:00 工作人员 已安排帮办员。"
    site.at(9, 30, 15)
    agent = site.member("handler").follow(what).open("交接材料").tick("收到企业材料", OPEN)
    agent.fill("材料清单", "营业执照复印件\n申请表", OPEN).press("交接材料", OPEN)
    firm.go(firm.page.url)
    assert firm.timeline[0] == "交接材料 今天 15:00 工作人员 收到材料：营业执照复印件、申请表"
    agent.choose("办理结果", "已解决").fill("说明", "停车证已办好。").press("办成反馈").sees("待企业确认")
    firm = site.contact(phone).follow(what).sees("停车证已办好。").tick("已解决")
    rated(firm, 5, 5, 5)
    firm.press("提交确认").sees("已办结")
