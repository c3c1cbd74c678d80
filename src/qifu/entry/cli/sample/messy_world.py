"""An invented district with its true firms, from which messy lists are made: another city, roads and names for each seed.

What makes linkage hard is here on purpose: companies with branches, shops of one chain, sister firms with one trade
name, two firms in one room, firms registered elsewhere than they sit, trade names that differ by one syllable.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from qifu.engines.codes import credit
from qifu.entry.cli.sample.naming import GIVEN_FIRST, GIVEN_SECOND, SURNAMES, TRADE_SYLLABLES, is_denied
from qifu.entry.cli.sample.trades import TRADES


def listed(text: str) -> list[str]:
    """Take the words of a text apart."""
    return text.split()


CITIES = (
    ("湖北省", "武汉市", "江泽区", "420198"),
    ("四川省", "成都市", "锦泽区", "510198"),
    ("浙江省", "杭州市", "望澜区", "330198"),
    ("湖南省", "长沙市", "云浦区", "430198"),
    ("湖北省", "武汉市", "江汉区", "420103"),
    ("江苏省", "南京市", "汀山区", "320198"),
)
COMMON = (
    "华瑞盛达兴隆鑫源泰恒信诚德和美佳安康宏伟嘉汇利丰润通顺联合众创新时代天地金银东方南北海江山林云龙凤祥福吉顺宝"
    "聚胜博雅文思远景卓越优品尚格致力拓展飞跃腾骏捷迅正中大昌明亮光辉晨旭晶磊森木水清洁净绿蓝红紫玉石珠玲珑"
)
MORE_WORDS = listed("""
商贸 贸易 实业 科技 工贸 信息技术 网络科技 电子商务 文化传播 文化传媒 建筑工程 装饰工程 物业管理 企业管理咨询
企业管理 商务服务 供应链管理 人力资源服务 教育咨询 医疗科技 生物科技 环保科技 机电设备 建筑劳务 置业 投资管理
酒店管理 餐饮管理 食品 服饰 电子 智能科技 新能源 汽车服务 国际贸易 进出口
""")
ROAD_STEMS = listed("""
解放 建设 人民 新华 二七 五一 八一 市府 区府 三阳 六合 前进 楼前 台北 万松 九如 青年 江大 百步
""")
ROAD_ENDS = listed("""
路 路 路 大道 街 街 巷 东路 西路 横路 一路 二路 南街
""")
BUILDING_FIRST = "云澜曜衡澄樾岚瀚昱晟璟翎洵汀栎朔鹭汇启拓博景瑞锦融世纪新"
BUILDING_SECOND = "衡庭峰汇谷岸图创序桥舟城悦晖渊堂阙弦辰澜枢华天"
BUILDING_KINDS = listed("""
大厦 大厦 大厦 国际 中心 中心 广场 产业园 科创园 商务楼 总部大楼 国际中心 写字楼 SOHO
""")
ODD_BUILDINGS = [
    "1818中心",
    "8号公馆",
    "五一大厦",
    "万象99",
    "A9国际",
    "双塔大厦",
    "三号码头",
    "十里春风商务楼",
    "金融街8号",
    "IFC国际金融中心",
]
TOWERS = (
    ("A座", "B座"), ("A座", "B座", "C座"), ("A栋", "B栋"), ("1号楼", "2号楼", "3号楼"), ("1栋", "2栋", "3栋", "4栋"),
    ("东塔", "西塔"), ("南楼", "北楼"), ("T1", "T2"), ("一号楼", "二号楼"), ("主楼", "附楼"), ("甲座", "乙座"), ("A塔", "B塔"),
)  # fmt: skip
SHOP_ENDS = listed("""
商行 经营部 店 商店 馆 工作室 中心 服务部 门市部 超市
""")
BRANCH_ENDS = ("分公司",) * 8 + ("营业部", "办事处", "项目部")


@dataclass(frozen=True, slots=True)
class House:
    """A building of the directory."""

    id: str
    name: str
    aliases: tuple[str, ...]
    street: str
    road: str
    number: int
    towers: tuple[str, ...]
    floors: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a firm is: in a building of the directory, or at a door elsewhere."""

    house: House | None
    tower: str = ""
    floor: int = 0
    room: str = ""
    road: str = ""
    number: int = 0
    block: str = ""  # name of a building that the directory does not hold
    street: str = ""


@dataclass(slots=True)
class Firm:
    """A true firm; `lead` is the region words before the trade name, `branch` what makes it a branch or a shop."""

    id: int
    kind: str  # company, branch, shop, sole
    city: str
    lead: str
    trade: str
    word: str
    form: str
    branch: str
    name: str
    code: str
    place: Place
    home: Place  # where it is registered
    phone: str
    person: str
    former: str = ""
    parent: int = -1
    short: str = field(default="")


@dataclass(slots=True)
class World:
    """The district: its wards, roads, buildings and firms."""

    province: str
    city: str
    district: str
    division: str
    streets: list[str]
    roads: list[tuple[str, str]]  # road, street
    houses: list[House]
    firms: list[Firm]


class Maker:
    """Makes the world of one seed."""

    def __init__(self, seed: int, firms: int) -> None:
        self.rng = random.Random(f"messy{seed}")
        self.wanted = firms
        self.province, self.city, self.district, self.division = CITIES[seed % len(CITIES)]
        rare, common = list(TRADE_SYLLABLES), list(dict.fromkeys(COMMON))
        self.rng.shuffle(rare)
        self.rng.shuffle(common)
        self.syllables = rare[: self.rng.randint(40, 80)] + common[: self.rng.randint(40, 80)]
        words = {word for trade in TRADES for word in trade.words}
        self.words = sorted(words) + MORE_WORDS * 3
        self.sole_words = sorted({word for trade in TRADES if trade.code[0] in "FHORQP" for word in trade.words})
        self.body = self.rng.randrange(31**5)
        self.taken: set[str] = set()
        self.called: set[str] = set()  # names of buildings, so that no two are called alike
        self.firms: list[Firm] = []

    def world(self) -> World:
        self.streets = self._streets()
        self.roads = self._roads()
        self.houses = self._houses()
        while len(self.firms) < self.wanted:
            self._family()
        del self.firms[self.wanted :]
        return World(
            self.province, self.city, self.district, self.division, self.streets, self.roads, self.houses, self.firms
        )

    def _stem(self, first: str = BUILDING_FIRST, second: str = BUILDING_SECOND) -> str:
        while True:
            stem = self.rng.choice(first) + self.rng.choice(second)
            if not is_denied(stem):
                return stem

    def _streets(self) -> list[str]:
        return sorted({self._stem() + "街" for _ in range(14)})

    def _roads(self) -> list[tuple[str, str]]:
        names: dict[str, str] = {}
        for street in self.streets:
            names[street[:2] + self.rng.choice(["路", "大道", "街"])] = street
            for _ in range(5):
                stem = self.rng.choice(ROAD_STEMS) if self.rng.random() < 0.3 else self._stem()
                names.setdefault(stem + self.rng.choice(ROAD_ENDS), street)
        return list(names.items())

    def _houses(self) -> list[House]:
        rng, made, doors = self.rng, list[House](), set[tuple[str, int]]()
        while len(made) < 117:
            stem = made[-1].name[:2] if made and rng.random() < 0.08 else self._stem()
            name = rng.choice(ODD_BUILDINGS) if rng.random() < 0.05 else stem + rng.choice(BUILDING_KINDS)
            road, street = rng.choice(self.roads)
            number = made[-1].number if made and rng.random() < 0.04 else rng.randint(1, 899)
            if name in self.called or (road, number) in doors:
                continue
            doors.add((road, number))
            towers = rng.choice(TOWERS) if rng.random() < 0.4 else ()
            made.append(
                House(
                    f"B{len(made) + 1:03d}", name, self._aliases(name, road, number), street, road, number, towers,
                    rng.randint(5, 48),
                )
            )  # fmt: skip
        return made

    def _aliases(self, name: str, road: str, number: int) -> tuple[str, ...]:
        stem = name[:2]
        pool = [stem + self.rng.choice(["大厦", "写字楼", "商务中心", "国际大厦"]), name + "写字楼", f"{road}{number}号楼",
                "原" + self._stem() + "大楼", stem + "商办楼"]  # fmt: skip
        chosen = [alias for alias in pool if self.rng.random() < 0.22 and alias != name and alias not in self.called]
        self.called.update((name, *chosen))
        return tuple(chosen)

    def _place(self) -> Place:
        rng = self.rng
        if rng.random() < 0.62:
            house = self.houses[int(len(self.houses) * rng.random() ** 1.3)]
            tower = rng.choice(house.towers) if house.towers else ""
            floor = rng.randint(1, house.floors)
            return Place(house, tower, floor, f"{floor}{rng.randint(1, 28):02d}", street=house.street)
        road, street = rng.choice(self.roads)
        block = self._stem() + rng.choice(["小区", "花园", "公寓", "市场", "大厦", "里"]) if rng.random() < 0.35 else ""
        block = "" if block in self.called else block
        floor = rng.randint(1, 18) if block and rng.random() < 0.7 else 0
        room = f"{floor}{rng.randint(1, 8):02d}" if floor else ""
        while True:
            number = rng.randint(1, 900)
            if not any(house.road == road and house.number == number for house in self.houses):
                return Place(None, "", floor, room, road, number, block, street)

    def _code(self, kind: str) -> str:
        self.body = (self.body + 17_290_753) % 31**5
        digits = "".join(credit.ALPHABET[self.body // 31**place % 31] for place in range(4, -1, -1))
        first8 = "MA" + self.rng.choice("45678") + digits
        first17 = (
            ("92" if kind == "sole" else "91") + self.division + first8 + "0123456789X"[sum(map(ord, first8)) % 11]
        )
        return first17 + credit.check_character(first17)

    def _phone(self) -> str:
        if self.rng.random() < 0.8:
            return f"154{self.rng.randrange(10**8):08d}"
        return f"027-8{self.rng.randrange(10**7):07d}"

    def _person(self) -> str:
        rng = self.rng
        return rng.choice(SURNAMES) + rng.choice(GIVEN_FIRST) + (rng.choice(GIVEN_SECOND) if rng.random() < 0.8 else "")

    def _trade(self) -> str:
        rng = self.rng
        while True:
            size = rng.choices([2, 3, 4], [62, 28, 10])[0]
            trade = "".join(rng.choice(self.syllables) for _ in range(size))
            if rng.random() < 0.01:
                trade = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(2, 4)))
            if not is_denied(trade):
                return trade

    def _family(self) -> None:
        """A firm alone, or one with branches, a chain of shops, sisters in one room."""
        drawn = self.rng.random()
        if drawn < 0.76:
            self._alone()
        elif drawn < 0.82:
            self._with_branches()
        elif drawn < 0.85:
            self._chain()
        elif drawn < 0.92:
            self._sisters()
        else:
            self._room_mates()

    def _alone(self, place: Place | None = None) -> Firm:
        return self._company(place) if self.rng.random() < 0.82 else self._sole(place)

    def _company(self, place: Place | None = None, trade: str = "") -> Firm:
        rng = self.rng
        while True:
            mark, word = trade or self._trade(), rng.choice(self.words)
            form = rng.choices(
                ["有限公司", "有限责任公司", "股份有限公司", "合伙企业（有限合伙）", "事务所（普通合伙）", "集团有限公司"],
                [80, 8, 2, 4, 1, 1],
            )[0]  # fmt: skip
            lead, name = self._called(mark, word, form)
            if name not in self.taken and not is_denied(name):
                break
        return self._add("company", lead, mark, word, form, "", name, place)

    def _called(self, mark: str, word: str, form: str) -> tuple[str, str]:
        city, district = self.city[:-1], self.district[:-1]
        shape = self.rng.random()
        if shape < 0.5:
            return city, f"{city}{mark}{word}{form}"
        if shape < 0.6:
            return city, f"{self.city}{mark}{word}{form}"
        if shape < 0.68:
            return city + district, f"{city}{district}{mark}{word}{form}"
        if shape < 0.78:
            return self.province[:-1], f"{self.province[:-1]}{mark}{word}{form}"
        if shape < 0.88:
            return city, f"{mark}（{city}）{word}{form}"
        if shape < 0.95:
            return city, f"{mark}{word}（{city}）{form}"
        return "", f"{mark}{word}{form}"

    def _sole(self, place: Place | None = None) -> Firm:
        rng = self.rng
        while True:
            mark, word = self._trade(), rng.choice(self.sole_words)
            end = rng.choice(SHOP_ENDS)
            lead = rng.choice([f"{self.city}{self.district}", self.district, f"{self.city[:-1]}{self.district}", ""])
            name = f"{lead}{mark}{word}{end}" + ("（个体工商户）" if rng.random() < 0.25 else "")
            if name not in self.taken and not is_denied(name):
                return self._add("sole", lead, mark, word, end, "", name, place)

    def _with_branches(self) -> None:
        head = self._company()
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            where = self.rng.choice([
                self.district[:-1], self.rng.choice(self.streets)[:-1], self.rng.choice(["第一", "第二", "第三"]),
                self.city[:-1], self.rng.choice(self.roads)[0], self.city[:-1] + self.district[:-1],
            ])  # fmt: skip
            branch = where + self.rng.choice(BRANCH_ENDS)
            name = head.name + branch
            if name in self.taken:
                continue
            near = head.place if self.rng.random() < 0.15 else None
            firm = self._add("branch", head.lead, head.trade, head.word, head.form, branch, name, near)
            firm.parent = head.id

    def _chain(self) -> None:
        rng = self.rng
        mark, word = self._trade(), rng.choice(self.sole_words)
        head = self._company(trade=mark)
        style = rng.choice(["bracket", "bracket", "plain", "number"])
        for turn in range(rng.randint(2, 12)):
            place = self._place()
            spot = place.road or (place.house.name if place.house else "")
            if style == "number":
                branch = f"{'一二三四五六七八九十'[turn % 10]}店" if turn < 10 else f"{turn}店"
            else:
                branch = (rng.choice([spot, place.street[:-1]]) or spot) + rng.choice(["店", "店", "分店"])
            end = rng.choice(["店", "超市", "馆", ""]) if style == "bracket" else rng.choice(["", "馆"])
            lead = rng.choice([self.city[:-1], f"{self.city}{self.district}", ""])
            name = f"{lead}{mark}{word}{end}" + (f"（{branch}）" if style == "bracket" else branch)
            if name in self.taken:
                continue
            firm = self._add("shop", lead, mark, word, end, branch, name, place)
            firm.parent = head.id
        del word

    def _sisters(self) -> None:
        """Firms of one owner with one trade name, often in one room."""
        first = self._company()
        for _ in range(self.rng.choice([1, 1, 2])):
            sister = self._company(first.place if self.rng.random() < 0.6 else None, trade=first.trade)
            if self.rng.random() < 0.6:
                sister.phone, sister.person = first.phone, first.person

    def _room_mates(self) -> None:
        place = self._place()
        for _ in range(self.rng.choice([2, 2, 2, 3, 6])):
            self._alone(place)

    def _add(
        self, kind: str, lead: str, trade: str, word: str, form: str, branch: str, name: str, place: Place | None
    ) -> Firm:
        self.taken.add(name)
        place = place or self._place()
        home = self._place() if kind == "company" and self.rng.random() < 0.09 else place
        firm = Firm(
            len(self.firms), kind, self.city, lead, trade, word, form, branch, name, self._code(kind), place, home,
            self._phone(), self._person(),
        )  # fmt: skip
        if kind in ("company", "sole") and self.rng.random() < 0.05:
            firm.former = self._former(firm)
        self.firms.append(firm)
        return firm

    def _former(self, firm: Firm) -> str:
        turn = self.rng.random()
        if turn < 0.35:  # another trade
            old = firm.name.replace(firm.word, self.rng.choice(self.words), 1)
        elif turn < 0.8:  # another trade name
            old = firm.name.replace(firm.trade, self._trade(), 1)
        else:
            old = firm.name.replace(firm.trade, self._trade(), 1).replace(firm.word, self.rng.choice(self.words), 1)
        if old in self.taken or is_denied(old):
            return ""
        self.taken.add(old)
        return old


def make_world(seed: int, firms: int) -> World:
    """Return the district of one seed with so many true firms."""
    return Maker(seed, firms).world()
