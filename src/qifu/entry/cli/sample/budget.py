"""The money of the sample centre: what a public institution of a dozen people is given in a year, and how it spends it.

Amounts are invented, of the size that district centres publish. The same year gives the same vouchers.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from qifu.domain.disclosure.actions.budgets import Planned
from qifu.domain.disclosure.entries import Entry, Side

AFFAIRS, OTHER = "2011350", "2011399"  # 事业运行, 其他商贸事务支出
BASICS = (  # functional, economic, 元 a year: paid month by month
    (AFFAIRS, "30101", 980_000), (AFFAIRS, "30102", 310_000), (AFFAIRS, "30107", 1_260_000), (AFFAIRS, "30112", 46_000),
    ("2080505", "30108", 402_000), ("2080506", "30109", 201_000), ("2101102", "30110", 198_000), ("2210201", "30113", 318_000),
    (AFFAIRS, "30201", 96_000), (AFFAIRS, "30207", 36_000), (AFFAIRS, "30211", 24_000), (AFFAIRS, "30217", 12_000),
    (AFFAIRS, "30228", 58_000), (AFFAIRS, "30231", 30_000), (AFFAIRS, "30239", 42_000),
)  # fmt: skip
PROJECTS = (  # code, name, purpose, lines (economic, 元, procurement), months in which it is paid
    (
        "QF01",
        "企业服务平台运行维护",
        "诉求受理、政策匹配和企业监测三个平台的运行、维护和安全测评。",
        (("30227", 960_000, True), ("30213", 120_000, False)),
        (3, 6, 9, 11),
    ),
    (
        "QF02",
        "楼宇经济数据采集",
        "楼宇房源、租户和税收贡献的采集、清洗和半年核验。",
        (("30227", 480_000, True),),
        (5, 8, 12),
    ),
    (
        "QF03",
        "惠企活动与政企恳谈",
        "月月谈、银企对接、政策宣讲等活动的场地、资料和服务。",
        (("30215", 90_000, False), ("30227", 310_000, False)),
        tuple(range(2, 13)),
    ),
    (
        "QF04",
        "企业服务手册与宣传",
        "服务手册印制和公众号运营。",
        (("30202", 160_000, True), ("30227", 140_000, False)),
        (4, 7, 10),
    ),
    ("QF05", "服务专员队伍培训", "服务专员集中培训和走访装备。", (("30216", 180_000, False),), (4, 9, 11)),
    ("QF06", "产业分析与满意度调查", "年度产业分析报告和第三方满意度调查。", (("30203", 260_000, True),), (12,)),
)
USUAL, SLOW = (88, 99), (62, 70)  # per cent of what was planned for a month
CARRIED = "36500.00"  # from the first whole year to the one under way
MOVED = Decimal("40000.00")  # in the middle of a year, from the surveys to the events
GROWTH = Decimal("1.04")  # of a budget over the one before


def planned(year: int, base: int) -> list[Planned]:
    """The initial budget of a year."""
    grown = GROWTH ** (year - base)
    found = [
        Planned("", "", functional, economic, "general", _round(yuan * grown)) for functional, economic, yuan in BASICS
    ]
    for code, name, purpose, lines, _ in PROJECTS:
        found += [
            Planned(code, name, OTHER, economic, "general", _round(yuan * grown), is_procurement, purpose)
            for economic, yuan, is_procurement in lines
        ]
    return found


def carried() -> list[Planned]:
    """What was left of the year before and may still be spent."""
    code, name, purpose, *_ = PROJECTS[1]
    return [Planned(code, name, OTHER, "30227", "general", Decimal(CARRIED), True, purpose)]


def adjusted() -> list[Planned]:
    """The adjustment in the middle of a year: from the surveys to the events."""
    surveys, events = PROJECTS[5], PROJECTS[2]
    return [
        Planned(surveys[0], surveys[1], OTHER, "30203", "general", -MOVED, True, surveys[2]),
        Planned(events[0], events[1], OTHER, "30227", "general", MOVED, False, events[2]),
    ]


def vouchers(year: int, base: int, until: date) -> Iterator[Entry]:
    """The vouchers of a year up to a day, month by month."""
    draw, grown = random.Random(year), GROWTH ** (year - base)
    for month in range(1, 13):
        for number, entry in enumerate(_of_month(draw, year, month, grown), 1):
            if entry.day <= until:
                yield Entry(entry.day, f"记-{number:03d}", entry.summary, entry.sides)


def _of_month(draw: random.Random, year: int, month: int, grown: Decimal) -> Iterator[Entry]:
    for day, word, is_pay in (
        (10, "发放工资、缴纳社会保险和住房公积金", True),
        (18, "报销办公、差旅、接待和车辆费用", False),
    ):
        parts = []
        for functional, economic, yuan in BASICS:
            if economic.startswith("301") is is_pay:
                share = Decimal(yuan) * grown / 12 * (1 if is_pay else Decimal(draw.randint(55, 115)) / 100)
                parts.append((functional, economic, _round(share)))
        yield _paid(_day(year, month, day), word, parts)
    for code, name, _, lines, months in PROJECTS:
        if month not in months:
            continue
        parts = []
        for economic, yuan, _ in lines:
            share = Decimal(draw.randint(*SLOW if code == "QF05" else USUAL)) / 100
            given = Decimal(yuan) * grown - (MOVED if code == PROJECTS[5][0] else 0)
            parts.append((OTHER, economic, _round(given / len(months) * share)))
        yield _paid(_day(year, month, draw.randint(15, 27)), f"付{name}款", parts, code)
    if month == 12 and grown == 1:
        yield _kept(year)


def _paid(day: date, summary: str, parts: list[tuple[str, str, Decimal]], project: str = "") -> Entry:
    total = sum((yuan for _, _, yuan in parts), Decimal(0))
    cost = Side("500101", "业务活动费用", debit=total) if project else Side("510101", "单位管理费用", debit=total)
    spent = (
        Side(
            "720101", "事业支出", debit=yuan, functional=functional, economic=economic, money="general", project=project
        )
        for functional, economic, yuan in parts
    )
    sums: dict[str, Decimal] = {}
    for functional, _, yuan in parts:
        sums[functional] = sums.get(functional, Decimal(0)) + yuan
    bank = Side("101101", "零余额账户用款额度", credit=total)
    allotted = (_allotted(functional, yuan, project) for functional, yuan in sums.items())
    return Entry(day, "", summary, (cost, bank, *spent, *allotted))


def _allotted(functional: str, yuan: Decimal, project: str) -> Side:
    return Side("600101", "财政拨款预算收入", credit=yuan, functional=functional, money="general", project=project)


def _kept(year: int) -> Entry:
    """What the treasury keeps for the next year."""
    given = Decimal(CARRIED)
    return Entry(
        date(year, 12, 31),
        "",
        "年末财政应返还额度",
        (
            Side("120101", "财政应返还额度", debit=given),
            Side("400101", "财政拨款收入", credit=given),
            Side("800102", "资金结存—财政应返还额度", debit=given),
            _allotted(OTHER, given, PROJECTS[1][0]),
        ),
    )


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _round(value: Decimal | int) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))


NUMBERS = (  # item, value, basis
    ("posts", "14", "编制管理证"),
    ("staff", "12", "{year} 年 12 月工资名册"),
    ("retired", "3", "退休人员名册"),
    ("trips", "0", "外事审批登记"),
    ("travellers", "0", "外事审批登记"),
    ("cars_bought", "0", "固定资产台账"),
    ("cars", "1", "固定资产台账"),
    ("receptions", "9", "公务接待清单"),
    ("guests", "61", "公务接待清单"),
    ("equipment", "0", "固定资产台账"),
    ("assets", "4862300.00", "{year} 年资产月报"),
)
CONTRACTS = (  # project, name, kind, supplier, size, 元, month, day
    ("QF01", "企业服务平台运维服务", "services", "江泽数通科技有限公司", "micro", "918000.00", 2, 26),
    ("QF02", "楼宇数据采集核验服务", "services", "泽川数据服务有限公司", "small", "452000.00", 4, 18),
    ("QF04", "企业服务手册印刷", "goods", "江泽文印有限公司", "micro", "148600.00", 3, 30),
    ("QF06", "产业分析与满意度调查", "services", "汉川咨询有限公司", "", "208000.00", 10, 15),
)
