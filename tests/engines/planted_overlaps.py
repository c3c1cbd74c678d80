"""A planted year of applications: honest ones with everything that looks alike without being so, and nine kinds that are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from qifu.engines.overlap import Claim

WORKS = (
    "智能仓储分拣系统", "高精度数控加工中心", "工业废水循环利用", "锂电池隔膜涂布产线", "冷链物流信息平台",
    "柔性显示模组检测线", "城市地下管网监测平台", "医用高分子敷料产线", "跨境电商直播基地", "光纤传感器封装线",
    "绿色数据中心节能", "钢结构装配式厂房",
)  # fmt: skip
KINDS = ("技术改造项目", "扩能升级项目", "研发项目", "首台套应用项目", "数字化转型项目", "节能改造项目")
PLACES = ("东湖片区", "月湖园区", "古田基地", "江堤厂区", "四新片区", "黄金口园区", "沿江车间", "汉西基地")
VERBS = ("新建", "改造", "扩建", "引进", "联合开发", "整体搬迁")
ITEMS = tuple(f"item{n}" for n in range(30))
RECURRING = tuple(f"monthly{n}" for n in range(6))
STACKING = frozenset({frozenset(("item0", "item1"))})
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))


@dataclass(frozen=True)
class Year:
    """The claims, and which pairs of them are planted, by kind."""

    claims: list[Claim]
    planted: dict[frozenset[str], str]


def year(honest: int = 2000, each: int = 25, seed: int = 6) -> Year:
    """Make a year: about `honest` honest applications and `each` planted pairs of every kind."""
    random = Random(seed)
    made = _Maker(random)
    for number in range(honest // 10):
        made.honest(number)
    planted = {}
    for kind, plant in PLANTS.items():
        for number in range(each):
            left, right = plant(made, number)
            made.claims += [left, right]
            planted[frozenset((left.id, right.id))] = kind
    random.shuffle(made.claims)
    return Year(made.claims, planted)


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.claims: list[Claim] = []
        self.firms = 0

    def firm(self, **more: object) -> Claim:
        """A firm with nothing in common with others, and what it asks for."""
        self.firms += 1
        n = self.firms
        held = Claim(
            id="", firm=f"firm{n}", item=self.random.choice(ITEMS[2:]), months=frozenset({self.random.choice(MONTHS)}),
            legal_person=f"person{n}", holders=frozenset({f"holder{n}", f"holder{n}b"}), address=f"address{n}",
            phone=f"phone{n}", account=f"account{n}", invoices=frozenset({f"{n:08d}", f"{n:08d}x"}),
            title=self.title(), text=self.text(),
        )  # fmt: skip
        return self.claim(held, **more, is_recurring=more.get("item") in RECURRING)

    def claim(self, like: Claim, **changes: object) -> Claim:
        """Another application by the same, with other invoices."""
        number = f"A{len(self.claims)}-{self.random.getrandbits(48):x}"
        held: dict[str, object] = {"id": number, "invoices": frozenset({f"i{number}"})}
        return replace(like, **(held | changes))  # type: ignore[arg-type]

    def title(self) -> str:
        r = self.random
        return f"{r.choice(PLACES)}{r.choice(WORKS)}{r.choice(VERBS)}{r.choice(KINDS)}"

    def text(self) -> str:
        """Several sentences out of a stock that everybody's agents use, with what is one's own between them."""
        r = self.random
        own = "".join(r.choice(WORKS) + r.choice(VERBS) + r.choice(PLACES) + str(r.randint(10, 9999)) for _ in range(6))
        return f"项目总投资{r.randint(100, 9000)}万元，{own}，建成后可提升产能、降低能耗、带动就业，符合产业导向。"

    def honest(self, number: int) -> None:
        """Ten applications that may be had together, however alike some of them look."""
        r, add = self.random, self.claims.append
        one = self.firm()
        add(one)
        add(self.claim(one, item=_other(r, one.item), title=self.title(), text=self.text()))  # another project
        agent = self.firm(phone=f"agent{number // 40}", address=f"incubator{number // 40}")
        add(agent)
        again = self.firm(item=r.choice(RECURRING), months=frozenset({"2026-01"}), title="稳岗补贴")
        add(again)
        add(self.claim(again, months=frozenset({"2026-02"})))  # the next month of a recurring item
        phase = self.firm(title=f"{self.title()}（一期）")
        add(phase)
        add(self.claim(phase, item=_other(r, phase.item), title=phase.title.replace("一期", "二期")))
        owner = self.firm(item="item5")
        add(owner)
        add(self.firm(item="item5", legal_person=owner.legal_person, holders=owner.holders))  # two firms of one owner
        add(self.claim(self._stacked(), item="item1"))
        moved = self.firm(item=RECURRING[0], people=frozenset({f"worker{number}"}), months=frozenset({"2026-03"}))
        add(moved)
        add(self.firm(item=RECURRING[0], people=frozenset({f"worker{number}"}), months=frozenset({"2026-04"})))

    def _stacked(self) -> Claim:
        one = self.firm(item="item0")
        self.claims.append(one)
        return one

    def reworded(self, title: str) -> str:
        """The same project as another form writes it."""
        change = self.random.randrange(4)
        if change == 0:
            return f"2026年度{title}"
        if change == 1:
            return title.replace("项目", " 项目").replace("系统", "系统 ")
        return title if change == 2 else f"{title}（补充）"


def _other(random: Random, item: str) -> str:
    return random.choice([each for each in ITEMS[2:] if each != item])


def _project(made: _Maker, _: int) -> tuple[Claim, Claim]:
    one = made.firm()
    return one, made.claim(one, item=_other(made.random, one.item), title=made.reworded(one.title))


def _renamed(made: _Maker, _: int) -> tuple[Claim, Claim]:
    one = made.firm()
    text = one.text.replace("提升产能", "扩大产能").replace("符合产业导向", "符合区内产业方向")
    return one, made.claim(one, item=_other(made.random, one.item), title=made.title(), text=text)


def _related(made: _Maker, number: int) -> tuple[Claim, Claim]:
    one = made.firm()
    ties = (
        {"account": one.account},
        {"legal_person": one.legal_person, "phone": one.phone},
        {"holders": one.holders, "address": one.address},
    )
    return one, made.firm(title=made.reworded(one.title), text=one.text, item=one.item, **ties[number % 3])


def _split(made: _Maker, _: int) -> tuple[Claim, Claim]:
    one = made.firm(item="item7")
    return one, made.firm(item="item7", account=one.account, legal_person=one.legal_person)


def _invoice(made: _Maker, number: int) -> tuple[Claim, Claim]:
    one, other = made.firm(), made.firm()
    shared = frozenset({f"reused{number}"})
    return replace(one, invoices=one.invoices | shared), replace(other, invoices=other.invoices | shared)


def _month(made: _Maker, _: int) -> tuple[Claim, Claim]:
    one = made.firm(item=RECURRING[1], months=frozenset({"2026-05", "2026-06"}))
    return one, made.claim(one, months=frozenset({"2026-06", "2026-07"}))


def _person(made: _Maker, number: int) -> tuple[Claim, Claim]:
    people, months = frozenset({f"double{number}", f"other{number}"}), frozenset({"2026-08"})
    one = made.firm(item=RECURRING[2], people=people, months=months)
    return one, made.firm(item=RECURRING[2], people=frozenset({f"double{number}"}), months=months)


def _years(made: _Maker, _: int) -> tuple[Claim, Claim]:
    one = made.firm(months=frozenset({"2025-06"}))
    return one, made.claim(one, months=frozenset({"2026-06"}), title=made.reworded(one.title))


def _faint(made: _Maker, _: int) -> tuple[Claim, Claim]:
    """The same project by a firm of which only the legal person is shared: enough for a look, not for an alarm."""
    one = made.firm()
    item = _other(made.random, one.item)
    return one, made.firm(legal_person=one.legal_person, title=made.reworded(one.title), item=item)


PLANTS = {
    "project": _project, "renamed": _renamed, "related": _related, "split": _split, "invoice": _invoice,
    "month": _month, "person": _person, "years": _years, "faint": _faint,
}  # fmt: skip
