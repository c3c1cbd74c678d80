"""Whether a firm is one of the 四上 (above scale), the firms that report to the statistics office themselves.

Source: the statistics offices' notice of the 四上 standards in force in 2023 (《统计“四上”企业指哪些？》,
楚雄市统计局, 2023-09-05). Being on the list is a matter of approval and date; this tells only what the figures say.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Literal

from .coverage import Coverage
from .tables import rows

SOURCE = "《统计“四上”企业指哪些？》（2023-09-05）"
_TABLE = "above_scale_2023.csv"


class Family(StrEnum):
    """The four families of the 四上."""

    INDUSTRY = "industry"
    CONSTRUCTION_REAL_ESTATE = "construction_real_estate"
    TRADE_CATERING = "trade_catering"
    SERVICES = "services"

    @property
    def label(self) -> str:
        """What statisticians call it."""
        return _LABELS[self]


_LABELS = {
    Family.INDUSTRY: "规模以上工业",
    Family.CONSTRUCTION_REAL_ESTATE: "有资质的建筑业和房地产开发经营业",
    Family.TRADE_CATERING: "限额以上批发零售和住宿餐饮业",
    Family.SERVICES: "规模以上服务业",
}


@dataclass(frozen=True, slots=True)
class Standard:
    """One line: the industries it names, and a threshold in 万元 or, where that is None, a condition."""

    id: str
    family: Family
    name: str
    industries: tuple[str, ...]
    measure: str
    threshold: Decimal | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes, no, or unknown because."""

    result: Literal["yes", "no", "unknown"]
    reason: str


@cache
def standards() -> dict[str, Standard]:
    """The lines of the notice, by their place in it."""
    found = {}
    for place, row in enumerate(rows(_TABLE)):
        bound = Decimal(row["threshold"]) if row["threshold"] else None
        named = tuple(row["industries"].split())
        found[str(place)] = Standard(str(place), Family(row["family"]), row["name"], named, row["measure"], bound)
    return found


@cache
def _coverage() -> Coverage:
    return Coverage({each.id: each.industries for each in standards().values()})


def standards_of(industry: str) -> tuple[Standard, ...]:
    """The lines that an industry falls under; empty where part of it falls under none."""
    found = _coverage().lines(industry)
    return () if None in found else tuple(standards()[line] for line in sorted(line for line in found if line))


def above_scale_kinds(industry: str) -> frozenset[Family]:
    """All families a (wide) industry reaches into; empty for agriculture, finance, government, or an unknown code."""
    return frozenset(standards()[line].family for line in _coverage().lines(industry) if line)


def above_scale_kind(industry: str) -> Family | None:
    """The one family an industry belongs to; None where it belongs to none, or is too wide to say (`K`)."""
    found = _coverage().lines(industry)
    families = above_scale_kinds(industry)
    return next(iter(families)) if len(families) == 1 and None not in found else None


def above_scale(industry: str | None, revenue: int | Decimal | None, qualified: bool | None = None) -> Answer:
    """Say whether the figures make a firm above scale.

    `revenue` of the year in 万元; `qualified`: a construction firm's qualification as main or special contractor,
    or a developer's actual development activity.
    """
    found = _coverage().lines(industry) if industry else frozenset()
    if not found:
        return Answer("unknown", "没有可用的行业代码，不知道按哪一类“四上”标准判断。")
    if found == {None}:
        return Answer("no", f"行业代码 {industry} 不在“四上”企业的行业范围内。")
    if None in found:
        return Answer("unknown", f"行业代码 {industry} 太宽，请填到更细的行业。")
    answers = [_by(standards()[line], revenue, qualified) for line in sorted(line for line in found if line)]
    if all(each.result == answers[0].result for each in answers):
        return answers[0]
    return Answer("unknown", f"行业代码 {industry} 跨不同的“四上”标准，请填到更细的行业。")


def _by(standard: Standard, revenue: int | Decimal | None, qualified: bool | None) -> Answer:
    if standard.threshold is None:
        if qualified is None:
            return Answer("unknown", f"{standard.name}看{standard.measure}，目前没有这项信息。")
        have = "有" if qualified else "没有"
        condition = standard.measure.removeprefix("有")
        return Answer("yes" if qualified else "no", f"{standard.name}看{standard.measure}：{have}{condition}。")
    if revenue is None:
        return Answer("unknown", f"{standard.name}看年{standard.measure}，目前没有这项数据。")
    meets = revenue >= standard.threshold
    sign = "达到" if meets else "不足"
    text = f"年{standard.measure} {revenue} 万元，{sign}{standard.name}的 {standard.threshold} 万元。"
    return Answer("yes" if meets else "no", text)
