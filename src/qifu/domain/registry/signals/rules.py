"""The rules: each one function, one code, one source or reason, with dated bars. Wording is for the officer who gets the alert."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from qifu.domain.registry.signals.shapes import (
    Behind,
    Course,
    Seen,
    Signal,
    Watched,
    day_said,
    figure_said,
    number,
    share_said,
)

LISTS, YEARS, QUARTERS = 120, 420, 200  # days for which a word of a list, a yearly and a quarterly figure is news
GRAVE = frozenset({"key", "above_scale"})  # marks of enterprises that the district must not lose sight of
Bars = Mapping[str, Decimal]
Look = Callable[["Rule", Watched], Signal | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: from when it holds, what it goes by, how many working days the street has, and where its bars lie."""

    code: str
    label: str
    basis: str
    workdays: int
    look: Look
    bars: Bars = field(default_factory=dict)
    since: date = date(2026, 1, 1)
    until: date | None = None
    unit: str = ""  # of the bars `least` and `more`

    def bar(self, name: str) -> Decimal:
        return self.bars[name]

    def days(self, name: str) -> int:
        return int(self.bars[name])


def in_force(on: date) -> tuple[Rule, ...]:
    """The rules that hold on a day."""
    return tuple(rule for rule in RULES if rule.since <= on and (rule.until is None or on <= rule.until))


def look(watched: Watched, without: Collection[str] = ()) -> Iterator[Signal]:
    """Yield what every rule in force finds, in their order; `without`: codes that are retired."""
    for rule in in_force(watched.on):
        if rule.code not in without:
            found = rule.look(rule, watched)
            if found is not None:
                yield found


def revoked(rule: Rule, w: Watched) -> Signal | None:
    course = w.course("status", LISTS)
    if course is None or course.before is None or course.now.value not in ("revoked", "cancelled"):
        return None
    if course.before.value in ("revoked", "cancelled"):
        return None
    word = "吊销" if course.now.value == "revoked" else "注销"
    why = f"{course.now.source}显示，该企业于 {day_said(course.now.day)} 前后被{word}。请核实去向、欠薪和未办结事项。"
    return _signal(rule, why, f"{course.now.value}", _two("登记状态", course))


def abnormal(rule: Rule, w: Watched) -> Signal | None:
    return _listed(rule, w, "abnormal", "经营异常名录", "请核实是否失联、未报年报，帮助移出")


def dishonest(rule: Rule, w: Watched) -> Signal | None:
    return _listed(rule, w, "dishonest", "严重失信主体或失信被执行人名单", "请了解原因，核对正在享受的政策")


def address_gone(rule: Rule, w: Watched) -> Signal | None:
    course = w.course("building_id", LISTS)
    if course is None or course.now.value is not None or course.before is None or course.before.value is None:
        return None
    why = (
        f"{course.now.source}自 {day_said(course.now.day)} 起不再有该企业，此前（{day_said(course.before.day)}）登记在楼宇 "
        f"{course.before.value}，且没有登记新的楼宇。请上门核实是否迁出。"
    )
    return _signal(rule, why, course.now.day.isoformat(), _two("所在楼宇", course))


def revenue_falling(rule: Rule, w: Watched) -> Signal | None:
    found = _fall(rule, w, "revenue", "营业收入", "万元", YEARS)
    growth, size = w.course("revenue_growth", YEARS), w.course("revenue", YEARS)
    if found is not None or growth is None or size is None or size.before is not None:
        return found
    rate, now = number(growth.now), number(size.now)
    if rate is None or now is None or not -1 < rate <= -rule.bar("share"):
        return None
    if size.now.day.year != growth.now.day.year:  # the growth of one year says nothing of another's revenue
        return None
    lost = now / (1 + rate) - now
    if lost < rule.bar("least"):
        return None
    teller = "" if growth.now.source == size.now.source else f"{growth.now.source}显示"
    why = (
        f"{size.now.source}显示，截至 {day_said(size.now.day)} 的年度营业收入为 {figure_said(now, '万元')}，{teller}比上一年度下降 "
        f"{share_said(-rate)}，约少 {figure_said(lost, '万元')}。请了解订单、回款和用工情况。"
    )
    behind = (Behind("营业收入", size.now, "万元"), Behind("营业收入增长率", growth.now, "%"))
    return _signal(rule, why, growth.now.day.isoformat(), behind)


def tax_falling(rule: Rule, w: Watched) -> Signal | None:
    return _fall(rule, w, "tax_paid", "实缴税收", "万元", YEARS)


def sales_falling(rule: Rule, w: Watched) -> Signal | None:
    return _fall(rule, w, "quarter_sales", "季度销售额", "万元", QUARTERS)


def heads_falling(rule: Rule, w: Watched) -> Signal | None:
    return _fall(rule, w, "insured_staff", "参保职工", "人", YEARS)


def arrears(rule: Rule, w: Watched) -> Signal | None:
    course = w.course("arrears", LISTS)
    owed, before = number(course.now if course else None), number(course.before if course else None)
    if course is None or course.before is None or owed is None or before is None:
        return None
    if owed < rule.bar("least") or owed <= before:
        return None
    since = f"，{day_said(course.before.day)} 为 {figure_said(before, '万元')}" if before else ""
    why = (
        f"{course.now.source}显示，截至 {day_said(course.now.day)} 欠缴税费 {figure_said(owed, '万元')}{since}。"
        "请了解资金困难，告知缓缴和分期办法。"
    )
    return _signal(rule, why, course.now.day.isoformat(), _two("欠缴税费", course, "万元"))


def lawsuits(rule: Rule, w: Watched) -> Signal | None:
    course = w.course("lawsuits", LISTS)
    now, before = number(course.now if course else None), number(course.before if course else None)
    if course is None or now is None or before is None or now < rule.bar("least") or now - before < rule.bar("more"):
        return None
    why = (
        f"{course.now.source}显示，截至 {day_said(course.now.day)} 该企业作为被告或被执行人的案件 {figure_said(now, '件')}，"
        f"此前 {figure_said(before, '件')}。请了解欠款、欠薪风险。"
    )
    return _signal(rule, why, course.now.day.isoformat(), _two("涉诉案件", course, "件"))


def below_scale(rule: Rule, w: Watched) -> Signal | None:
    course = w.course("above_scale", YEARS)
    if course is None or course.before is None or course.before.value is not True or course.now.value is True:
        return None
    why = (
        f"该企业 {day_said(course.before.day)} 在{course.now.source}的四上企业名单上，{day_said(course.now.day)} 已不在。"
        "请核实是下降、迁出还是漏报。"
    )
    return _signal(rule, why, course.now.day.isoformat(), _two("四上企业", course))


def lease_ending(rule: Rule, w: Watched) -> Signal | None:
    course = w.courses.get("lease_ends")
    if course is None or not isinstance(course.now.value, date):
        return None
    ends = course.now.value
    heads = number(w.courses["insured_staff"].now) if "insured_staff" in w.courses else None
    if not w.on <= ends <= w.on + timedelta(days=rule.days("days")):
        return None
    if not (w.marks & GRAVE or (heads is not None and heads >= rule.bar("heads"))):
        return None
    why = (
        f"{course.now.source}显示，该企业现用房屋的租期于 {day_said(ends)} 届满（发现时还有 {(ends - w.on).days} 天），尚无续租或新址登记。"
        "请了解去留意向，推荐本区房源。"
    )
    return _signal(rule, why, ends.isoformat(), (Behind("租期届满", course.now),))


def complaint_burst(rule: Rule, w: Watched) -> Signal | None:
    course = w.courses.get("complaints")
    now, before = number(course.now if course else None), number(course.before if course else None) or Decimal(0)
    if course is None or now is None or now < rule.bar("least") or now < before * rule.bar("times"):
        return None
    why = (
        f"近 {rule.days('days')} 天该企业提交投诉、信访 {figure_said(now, '件')}，再前 {rule.days('days')} 天 "
        f"{figure_said(before, '件')}。请主要负责人约谈，一并研究。"
    )
    quarter = f"{w.on.year}Q{(w.on.month + 2) // 3}"
    return _signal(rule, why, quarter, _two("投诉、信访", course, "件"))


def silence(rule: Rule, w: Watched) -> Signal | None:
    course = w.courses.get("last_heard")
    if course is None or not isinstance(course.now.value, date) or not w.marks & GRAVE:
        return None
    quiet = (w.on - course.now.value).days
    if quiet < rule.days("days"):
        return None
    why = (
        f"该企业是重点或四上企业，最近一次联系是 {day_said(course.now.value)}（{course.now.source}），至今 {quiet} 天没有诉求、"
        "填报或走访。请服务专员联系一次。"
    )
    return _signal(rule, why, course.now.value.isoformat(), (Behind("最近一次联系", course.now),))


def _listed(rule: Rule, w: Watched, name: str, where: str, then: str) -> Signal | None:
    course = w.course(name, LISTS)
    if course is None or course.before is None or course.now.value is not True or course.before.value is True:
        return None
    why = f"{course.now.source}显示，该企业截至 {day_said(course.now.day)} 被列入{where}。{then}。"
    return _signal(rule, why, course.now.day.isoformat(), _two(where, course))


def _fall(rule: Rule, w: Watched, name: str, label: str, unit: str, fresh: int) -> Signal | None:
    course = w.course(name, fresh)
    earlier = course.year_before if course else None
    now, before = number(course.now if course else None), number(earlier)
    if course is None or earlier is None or now is None or before is None or before <= 0:
        return None
    lost = before - now
    if lost / before < rule.bar("share") or lost < rule.bar("least"):
        return None
    why = (
        f"{label}由 {day_said(earlier.day)} 的 {figure_said(before, unit)}降至 {day_said(course.now.day)} 的 "
        f"{figure_said(now, unit)}，下降 {share_said(lost / before)}（{course.now.source}）。请了解订单、回款和用工情况。"
    )
    return _signal(
        rule, why, course.now.day.isoformat(), (Behind(label, course.now, unit), Behind(label, earlier, unit))
    )


def _two(label: str, course: Course, unit: str = "") -> tuple[Behind, ...]:
    seen: tuple[Seen | None, ...] = (course.now, course.before)
    return tuple(Behind(label, one, unit) for one in seen if one is not None)


def _signal(rule: Rule, why: str, ground: str, behind: tuple[Behind, ...]) -> Signal:
    return Signal(rule.code, why, ground, behind)


def _d(**bars: str | int) -> Bars:
    return {name: Decimal(value) for name, value in bars.items()}


RULES: tuple[Rule, ...] = (
    Rule("revoked", "吊销或注销", "公司法第二百二十九条：被吊销营业执照是解散事由，须清算", 5, revoked),
    Rule("abnormal", "列入经营异常名录", "企业经营异常名录管理暂行办法第四条", 10, abnormal),
    Rule("dishonest", "列入失信名单", "市场监督管理严重违法失信名单管理办法；政策多以此为排除条件", 10, dishonest),
    Rule("address_gone", "楼宇名单中消失", "楼宇租户名单每半年核一次，消失的多为迁出", 5, address_gone),
    Rule("revenue_falling", "营业收入大幅下降", "一年下降三成且少五百万元以上，超出行业常见波动", 10, revenue_falling,
         _d(share="0.3", least=500), unit="万元"),
    Rule("tax_falling", "税收大幅下降", "税收下降先于收入年报可见，取三成且五十万元以上", 10, tax_falling,
         _d(share="0.3", least=50), unit="万元"),
    Rule("sales_falling", "季度销售额大幅下降", "与上年同季相比，季节因素相互抵消", 10, sales_falling,
         _d(share="0.4", least=200), unit="万元"),
    Rule("heads_falling", "参保人数大幅减少", "减员先于停业；十人以上才计，避免小企业的个别进出", 10, heads_falling,
         _d(share="0.3", least=10), unit="人"),
    Rule("arrears", "新增欠缴税费", "欠税公告办法（试行）：欠缴税款定期公告", 5, arrears, _d(least=10), unit="万元"),
    Rule("lawsuits", "涉诉增多", "裁判和执行信息公开；被告案件短期增多预示资金断裂", 10, lawsuits,
         _d(least=3, more=2), unit="件"),
    Rule("below_scale", "退出四上", "统计联网直报名单按年核定，退出影响全区统计", 10, below_scale),
    Rule("lease_ending", "租期将满", "重点、四上或二十人以上企业租期届满前三个月是挽留的最后时机", 15, lease_ending,
         _d(days=90, heads=20)),
    Rule("complaint_burst", "投诉集中", "九十天内三件且翻倍，说明单件办理没有解决问题", 5, complaint_burst,
         _d(days=90, least=3, times=2), unit="件"),
    Rule("silence", "长期没有联系", "重点、四上企业半年应至少联系一次", 15, silence, _d(days=180)),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}
