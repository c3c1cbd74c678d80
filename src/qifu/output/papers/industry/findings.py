"""What stands out, drafted in sentences from the figures: one rule, one function, one finding; an officer edits the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .analysis import HEADS, Analysis, Group, House

ENOUGH = 30  # enterprises from which on a group is compared with others
LOW = 0.7  # below the average by so much is worth a word
OPEN = 0.3  # a field unknown of more than this part is worth a word
EMPTY = 0.75  # occupancy below it is worth a word


@dataclass(frozen=True, slots=True)
class Finding:
    """A drafted finding. `about` names the chapter in which it stands."""

    code: str
    about: str
    text: str


Rule = Callable[[Analysis], Iterable[Finding]]
_RULES: list[Rule] = []


def drafted(analysis: Analysis) -> tuple[Finding, ...]:
    """All findings, in the order of the report."""
    return tuple(finding for rule in _RULES for finding in rule(analysis))


def amount(wan: float) -> str:
    """An amount kept in 万元, as a report says it."""
    return f"{wan / 10_000:,.2f} 亿元" if abs(wan) >= 10_000 else f"{wan:,.2f} 万元"


def share(part: float) -> str:
    return f"{part:.1%}"


def quoted(names: Iterable[str]) -> str:
    """Names in a row, some of which hold a comma themselves."""
    return "".join(f"“{name}”" for name in names)


def _rule(rule: Rule) -> Rule:
    _RULES.append(rule)
    return rule


@_rule
def whole(a: Analysis) -> Iterator[Finding]:
    tax, revenue = a.all.value("tax_paid"), a.all.value("revenue")
    if tax is not None and revenue is not None:
        text = (
            f"全区存续企业 {a.all.firms:,} 户。{a.year} 年有营业收入数据的 {a.all.known('revenue'):,} 户，合计 {amount(revenue)}；"
            f"有纳税数据的 {a.all.known('tax_paid'):,} 户，合计 {amount(tax)}。"
        )
        yield Finding("whole", "all", text + _pace(a.all))


def _pace(group: Group) -> str:
    if group.growth is None:
        return ""
    word = "增长" if group.growth >= 0 else "下降"
    return f"可比的 {group.grown:,} 户营业收入{word} {share(abs(group.growth))}。"


@_rule
def largest(a: Analysis) -> Iterator[Finding]:
    tax, named = a.all.value("tax_paid"), _named(a.industries)
    if named and tax:
        top = named[0]
        paid = top.value("tax_paid") or 0
        text = f"纳税最多的行业是{top.label}，{amount(paid)}，占全区的 {share(paid / tax)}，企业数占 {share(top.firms / a.all.firms)}。"
        three = sum(group.value("tax_paid") or 0 for group in named[:3])
        if len(named) > 3:
            text += f"前三个行业（{quoted(group.label for group in named[:3])}）合计占 {share(three / tax)}。"
        yield Finding("largest", "industries", text)


@_rule
def fastest(a: Analysis) -> Iterator[Finding]:
    known = [group for group in _named(a.industries) if group.growth is not None and group.grown >= ENOUGH]
    if len(known) >= 2:
        ranked = sorted(known, key=lambda group: group.growth or 0)
        low, high = ranked[0], ranked[-1]
        text = f"营业收入增长最快的行业是{high.label}（{_signed(high.growth)}，可比 {high.grown:,} 户），"
        text += f"最慢的是{low.label}（{_signed(low.growth)}，可比 {low.grown:,} 户）。"
        yield Finding("fastest", "industries", text)
        falling = [group.label for group in ranked if (group.growth or 0) < 0]
        if falling:
            yield Finding(
                "falling",
                "industries",
                f"营业收入下降的行业有 {len(falling)} 个：{quoted(falling)}，建议走访了解原因。",
            )


@_rule
def heads(a: Analysis) -> Iterator[Finding]:
    if a.head_share is not None:
        word = "集中度较高，应关注头部企业的变动" if a.head_share >= 0.3 else "税源较为分散"
        yield Finding("heads", "industries", f"纳税前 {HEADS} 户占全区的 {share(a.head_share)}，{word}。")


@_rule
def streets(a: Analysis) -> Iterator[Finding]:
    mean = _each(a.all)
    known = [(group, each) for group in _named(a.streets) if (each := _each(group)) is not None]
    if mean and len(known) >= 2:
        ranked = sorted(known, key=lambda pair: pair[1])
        (low, least), (high, most) = ranked[0], ranked[-1]
        text = f"户均纳税最高的是{high.label}（{amount(most)}），最低的是{low.label}（{amount(least)}），全区平均 {amount(mean)}。"
        yield Finding("streets", "streets", text)
        weak = [group.label for group, each in ranked if each < mean * LOW]
        if weak:
            yield Finding("weak-streets", "streets", f"户均纳税低于全区平均七成的街道：{'、'.join(weak)}。")


@_rule
def sizes(a: Analysis) -> Iterator[Finding]:
    small = [group for group in a.sizes if group.key in ("small", "micro")]
    whole_tax, whole_staff = a.all.value("tax_paid"), a.all.value("employees")
    if small and whole_tax and whole_staff:
        firms = sum(group.firms for group in small) / a.all.firms
        tax = sum(group.value("tax_paid") or 0 for group in small) / whole_tax
        staff = sum(group.value("employees") or 0 for group in small) / whole_staff
        text = f"小型和微型企业占企业数的 {share(firms)}，占纳税的 {share(tax)}，占从业人员的 {share(staff)}（均按有数据的企业计算）。"
        yield Finding("small", "sizes", text)


@_rule
def standings(a: Analysis) -> Iterator[Finding]:
    told = [f"{one.label} {one.firms:,} 户" for one in a.standings if one.firms]
    if told:
        yield Finding("standings", "sizes", "；".join(told) + "。")


@_rule
def houses(a: Analysis) -> Iterator[Finding]:
    told = [house for house in a.houses if house.per_metre is not None]
    if told:
        best = sorted(told, key=lambda house: -(house.per_metre or 0))[:3]
        said = "、".join(f"{house.name}（{house.per_metre:,.0f} 元）" for house in best)
        yield Finding("houses", "houses", f"每平方米纳税最高的楼宇是{said}。")
    empty = _emptiest(a.houses)
    if empty:
        said = "、".join(f"{house.name}（{share(house.occupancy or 0)}）" for house in empty[:5])
        text = f"入驻率低于 {EMPTY:.0%} 的楼宇有 {len(empty)} 栋，最低的是{said}，建议对接招商需求。"
        yield Finding("empty-houses", "houses", text)


@_rule
def gaps(a: Analysis) -> Iterator[Finding]:
    wide = [gap for gap in a.gaps if gap.firms and gap.unknown / gap.firms > OPEN]
    if wide:
        said = "、".join(f"{gap.label}（{share(gap.unknown / gap.firms)}）" for gap in wide)
        yield Finding("gaps", "gaps", f"缺数据较多的字段：{said}。合计数只含有数据的企业，比较时请注意。")


def _named(groups: Sequence[Group]) -> list[Group]:
    """Groups that have a name and a sum to be compared by."""
    return [group for group in groups if group.key and group.value("tax_paid") is not None]


def _each(group: Group) -> float | None:
    """Tax of one enterprise on average, where enough are known."""
    paid, known = group.value("tax_paid"), group.known("tax_paid")
    return paid / known if paid is not None and known >= ENOUGH else None


def _emptiest(told: Sequence[House]) -> list[House]:
    low = [house for house in told if house.occupancy is not None and house.occupancy < EMPTY]
    return sorted(low, key=lambda house: house.occupancy or 0)


def _signed(growth: float | None) -> str:
    return "—" if growth is None else f"{growth:+.1%}"
