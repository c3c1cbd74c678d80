"""Rules by which visits are planned and specialists bound: dated data, each with the sentence that is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

OFFICES = 3  # offices that may call on one firm within WINDOW days, whoever they are
WINDOW = 7
BUILDINGS_A_YEAR = 42  # calls on buildings that the district promises at least
KEY_EVERY = 92  # days within which a key enterprise is seen
LEASE_WITHIN = 90  # days before a lease ends
EACH = 20  # visits a specialist in a month, unless said otherwise
EACH_DAY = 5
HAND = "hand"


@dataclass(frozen=True, slots=True)
class Rule:
    """Why somebody is visited; those in front are served first."""

    code: str
    label: str
    since: date
    definition: str
    why: str  # the sentence; words in braces are filled in


_2026 = date(2026, 1, 1)
PLANNING = (
    Rule("follow_up", "约定回访", _2026, "上次走访约定了回访日期，回访日在本月或之前。", "{day} 走访时约定回访。"),
    Rule("alert", "预警核实", _2026, "企业有尚未处置的预警。", "{day} 发现预警：{what}，尚未处置。"),
    Rule("key", "重点企业每季度一次", _2026, f"重点企业 {KEY_EVERY} 天内没有走访过。", "重点企业，{last}，每季度应走访一次。"),
    Rule("lease", "租约将到期", _2026, f"最后一份租约在 {LEASE_WITHIN} 天内到期。", "租约 {day} 到期，了解去留打算。"),
    Rule(
        "building", "楼宇走访", _2026, f"全区楼宇全年走访不少于 {BUILDINGS_A_YEAR} 次，最久没有走访的先去。",
        f"{{last}}；全区今年已走访楼宇 {{done}} 次，目标不少于 {BUILDINGS_A_YEAR} 次。",
    ),
    Rule("never", "从未走访", _2026, "存续企业从来没有走访过，登记早的先去。", "入库以来没有任何部门走访过。"),
)  # fmt: skip
BINDING = (
    Rule("language", "语言相通", _2026, "外资企业分给会所需外语的专员。", "外资企业，专员会{what}。"),
    Rule("industry", "熟悉行业", _2026, "企业行业属于专员所长的门类。", "专员熟悉“{what}”行业。"),
    Rule(
        "load",
        "负担均衡",
        _2026,
        "分给本街道负责企业最少的专员。",
        "本街道内负责企业最少，分配后共 {what} 家。",
    ),
    Rule("asked", "企业要求更换", _2026, "企业要求更换服务专员，由中心或街道办理。", "企业要求更换：{what}"),
)
BY_CODE = {one.code: one for one in (*PLANNING, *BINDING)}


def in_force(rules: Iterable[Rule], on: date) -> list[Rule]:
    """The rules of the day, in their order."""
    return [one for one in rules if one.since <= on]


def label(code: str) -> str:
    """The rule as people say it."""
    return BY_CODE[code].label if code in BY_CODE else "人工安排"
