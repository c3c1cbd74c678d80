"""The report as chapters: paragraphs and tables, the same for the page, Word, PDF and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .analysis import LEAST, Analysis, Gap, Group, House
from .findings import drafted, share

WITHHELD = f"不足 {LEAST} 户"
HOUSES = 30  # of the table in the paper
TITLES = (
    ("all", "总体情况"),
    ("industries", "行业"),
    ("streets", "街道"),
    ("sizes", "规模与创新"),
    ("houses", "楼宇"),
    ("gaps", "数据说明"),
)
HEADS = ("企业（户）", "营业收入（万元）", "纳税（万元）", "从业人员（人）", "营业收入增长", "纳税占全区")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table. `bar` is the part of the longest, 0 to 1, by `tax`; `key` is what the line is of, for a page to open it."""

    cells: tuple[str, ...]
    key: str = ""
    bar: float = 0.0
    tax: float = 0.0  # 万元


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the line, the others are figures."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the report."""

    key: str
    title: str
    paragraphs: tuple[str, ...]
    tables: tuple[Table, ...]


def chapters(a: Analysis) -> tuple[Chapter, ...]:
    """The whole report."""
    found = drafted(a)
    tables: dict[str, tuple[Table, ...]] = {
        "all": (_groups("全区", (a.all,), a, "范围"),),
        "industries": (_groups("按行业门类", a.industries, a, "行业"),),
        "streets": (_groups("按街道", a.streets, a, "街道"),),
        "sizes": (_groups("按规模", a.sizes, a, "规模"), _standings(a)),
        "houses": (_houses(a.houses),),
        "gaps": (_gaps(a.gaps),),
    }
    said = {key: tuple(one.text for one in found if one.about == key) for key, _ in TITLES}
    said["gaps"] = (*said["gaps"], basis(a))
    return tuple(Chapter(key, title, said[key], tables[key]) for key, title in TITLES)


def title(a: Analysis) -> str:
    return f"{a.year} 年度产业发展分析报告"


def basis(a: Analysis) -> str:
    """What the figures are of."""
    return (
        f"企业为 {a.on.year} 年 {a.on.month} 月 {a.on.day} 日的存续企业，经营数据为最近一个完整年度；一户企业有几个来源的，取现用的一个。"
        f"合计只含有数据的企业；有数据的企业不足 {LEAST} 户的，不列金额。增长按两年都有数据的企业计算。"
    )


def _groups(name: str, groups: Sequence[Group], a: Analysis, head: str) -> Table:
    most = max((group.value("tax_paid") or 0 for group in groups), default=0)
    rows = tuple(
        Row(_line(group, a), group.key, tax / most if most > 0 else 0, tax)
        for group, tax in ((group, group.value("tax_paid") or 0) for group in groups)
    )
    return Table(name, (head, *HEADS), rows, "括号内为有数据的户数。")


def _line(group: Group, a: Analysis) -> tuple[str, ...]:
    tax, whole = group.value("tax_paid"), a.all.value("tax_paid")
    return (
        group.label,
        f"{group.firms:,}",
        _sum(group, "revenue"),
        _sum(group, "tax_paid"),
        _sum(group, "employees", 0),
        "—" if group.growth is None else f"{group.growth:+.1%}",
        "—" if tax is None or not whole else share(tax / whole),
    )


def _sum(group: Group, name: str, places: int = 2) -> str:
    value, known = group.value(name), group.known(name)
    if value is None:
        return WITHHELD if known else "—"
    return f"{value:,.{places}f}（{known:,}）"


def _standings(a: Analysis) -> Table:
    rows = tuple(
        Row(
            (one.label, f"{one.firms:,}", f"{one.known:,}", share(one.firms / one.known) if one.known else "—"), one.key
        )
        for one in a.standings
    )
    return Table("按资质", ("资质", "企业（户）", "有数据（户）", "占有数据的"), rows)


def _houses(houses: Sequence[House]) -> Table:
    shown = houses[:HOUSES]
    most = max((house.tax or 0 for house in shown), default=0)
    rows = tuple(
        Row(
            (
                house.name,
                house.street or "—",
                f"{house.tenants:,}",
                "—" if house.occupancy is None else share(house.occupancy),
                f"{house.tax:,.2f}（{house.tax_known:,}）"
                if house.tax is not None
                else WITHHELD
                if house.tax_known
                else "—",
                "—" if house.per_metre is None else f"{house.per_metre:,.0f}",
            ),
            house.code,
            (house.tax or 0) / most if most > 0 else 0,
            house.tax or 0,
        )
        for house in shown
    )
    heads = ("楼宇", "街道", "企业（户）", "入驻率", "纳税（万元）", "每平方米纳税（元）")
    rest = f"按纳税排列，另有 {len(houses) - HOUSES} 栋见工作簿。" if len(houses) > HOUSES else "按纳税排列。"
    return Table("楼宇", heads, rows, rest + "企业在几栋楼宇的，在每栋都计入。")


def _gaps(gaps: Sequence[Gap]) -> Table:
    rows = tuple(
        Row((gap.label, f"{gap.unknown:,}", f"{gap.firms:,}", share(gap.unknown / gap.firms) if gap.firms else "—"))
        for gap in gaps
    )
    return Table("缺数据的企业", ("字段", "缺数据（户）", "企业（户）", "占比"), rows)
