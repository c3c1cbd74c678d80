"""Invented offices and what they published, for the collection of policies. Every name says that it is a sample; no address exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from qifu.entry.cli.sample.places import DISTRICT
from qifu.entry.cli.sample.streams import SEED, stream

MARK = "（示例）"


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where an invented office publishes."""

    key: str
    name: str
    level: str
    issuer: str
    kind: str
    links: str = ""

    @property
    def url(self) -> str:
        return f"https://{self.key}.sample.invalid/zcwj/"


@dataclass(frozen=True, slots=True)
class Published:
    """A page of an invented office; `fate` is what the sample's editor made of it."""

    outlet: str
    title: str
    text: str
    age: int  # days since it was found
    fate: str = "new"  # new, taken, ignored, changed
    why: str = ""

    @property
    def name(self) -> str:
        return f"{self.age:03d}.html"


OUTLETS = (
    Outlet("national", "国家部门政策文件库" + MARK, "national", "国家某部" + MARK, "sitemap"),
    Outlet("province", "省科技厅通知公告" + MARK, "provincial", "省科技厅" + MARK, "list", ".list a"),
    Outlet("city", "市经信局政策文件" + MARK, "city", "市经信局" + MARK, "feed"),
    Outlet("reform", f"{DISTRICT}发改局规范性文件" + MARK, "district", f"{DISTRICT}发改局", "list", ".news li a"),
    Outlet("gazette", f"{DISTRICT}政府公报" + MARK, "district", f"{DISTRICT}人民政府办公室", "feed"),
)
THEMES = (
    ("首台套装备推广", "装备制造业", "首次销售的整机", 30), ("软件企业稳产", "软件和信息技术服务业", "新增的研发投入", 50),
    ("商贸企业促消费", "批发业、零售业", "举办的促销活动", 20), ("餐饮品牌培育", "餐饮业", "新开的门店", 10),
    ("科技成果转化", "科学研究和技术服务业", "登记的技术合同", 40), ("绿色车间改造", "制造业", "节能改造的设备", 60),
    ("物流降本增效", "道路运输业", "更新的车辆", 25), ("文化创意载体", "文化艺术业", "改造的场地", 35),
    ("高技能人才引进", "制造业", "引进的技师", 15), ("贷款贴息", "制造业", "实际支付的利息", 50),
)  # fmt: skip
IGNORED = (("主要领导调研重点企业", "是工作动态，不是政策文件。"), ("企业座谈会召开", "是会议报道，不是政策文件。"))


def published(on: date) -> Iterator[Published]:
    """What was found in the two months before a day, the oldest first."""
    drawn = stream(SEED, "collection")
    fates = ("taken", "taken", "new", "taken", "new", "changed", "taken", "new", "new", "new")
    found = []
    for place, ((about, trade, what, amount), fate) in enumerate(zip(THEMES, fates, strict=True)):
        outlet, age = OUTLETS[place % len(OUTLETS)], 50 - place * 5 + int(drawn.integers(3))
        text = _text(place, about, trade, what, amount, outlet, on - timedelta(days=age + 2))
        found.append(Published(outlet.key, f"关于{about}的实施办法" + MARK, text, age, fate))
        if place in (0, 4):  # the district tells on what others issued
            head = f"各街道、各园区：\n现将《关于{about}的实施办法》转发给你们，请遵照执行。\n"
            found.append(Published("gazette", f"转发《关于{about}的实施办法》" + MARK, head + text, age - 2))
    for place, (title, why) in enumerate(IGNORED):
        text = f"{title}，了解生产经营情况，听取意见建议，现场协调解决具体困难。{title}期间，有关部门负责人一同参加。"
        found.append(Published("reform", title + MARK, text, 21 + 9 * place, "ignored", why))
    yield from sorted(found, key=lambda one: -one.age)


def changed(text: str) -> str:
    """The page as it reads after a correction by its office."""
    return text.replace("有效期3年", "有效期5年").replace("提交申请。", "提交申请，也可以在线提交。")


def _text(place: int, about: str, trade: str, what: str, amount: int, outlet: Outlet, issued: date) -> str:
    month = 1 + place % 12
    return "\n".join(
        (
            f"关于{about}的实施办法" + MARK,
            f"示例发〔{issued.year}〕{place + 11}号",
            f"第一条 为做好{about}工作，支持{trade}企业发展，结合实际，制定本办法。本文件为示例，不是真实政策。",
            f"第二条 本办法适用于依法登记、正常经营、信用良好的{trade}企业，近三年没有重大违法记录。",
            f"第三条 对企业{what}，经审核按实际投入的{10 + place % 4 * 5}%给予补助，单个企业最高不超过{amount}万元。",
            f"第四条 企业每年{month}月向所在街道提交申请。街道{3 + place}个工作日内核对材料，区级部门复核后公示{5 + place}天。",
            f"第五条 同一{what}已经享受其他财政资金的，按就高不重复的原则办理，弄虚作假的追回资金并记入信用记录。",
            "第六条 本办法自印发之日起施行，有效期3年。",
            outlet.issuer.removesuffix(MARK),
            f"{issued.year}年{issued.month}月{issued.day}日",
        )
    )
