"""The choices that appear in applications: reasons of refusal, ways in, bases of amounts. Value first, label second."""

from __future__ import annotations

from typing import Final

Choices = tuple[tuple[str, str], ...]

REFUSALS: Final[Choices] = (
    ("condition", "不符合适用条件"),
    ("material", "材料不齐或不实"),
    ("window", "不在受理期内"),
    ("double", "同一事项已获支持"),
    ("credit", "信用不符合要求"),
    ("score", "会审未通过"),
    ("budget", "超出名额或预算"),
    ("objection", "公示异议成立"),
)
CLOCKS: Final[Choices] = (
    ("check", "形式审查"),
    ("answer", "企业补正"),
    ("review", "会审"),
    ("decide", "作出决定"),
    ("pay", "拨付"),
    ("appeal", "复核"),
)
WAYS: Final[Choices] = (("none", "免申即享"), ("confirm", "一步确认"), ("apply", "申报"))
BASES: Final[Choices] = (("fixed", "定额"), ("formula", "按政策公式"), ("asked", "按申报额核定"))
KINDS: Final[Choices] = (("text", "文字"), ("number", "数字"), ("money", "金额（元）"), ("date", "日期"))
VISITS: Final[Choices] = (("agrees", "与申报一致"), ("differs", "与申报不一致"), ("unclear", "还要进一步核实"))
VOTES: Final[Choices] = (("yes", "同意"), ("no", "不同意"), ("abstain", "弃权"))
LINE: Final[Choices] = (  # the stations of a parcel, said as what is done there
    ("listed", "列入名单"),
    ("offered", "企业确认"),
    ("submitted", "形式审查"),
    ("review", "会审"),
    ("publicity", "公示"),
    ("deciding", "决定"),
    ("granted", "等候拨付"),
    ("paying", "银行付款"),
    ("paid", "到账"),
)
BEGINS: Final = {
    "none": ("listed",),
    "confirm": ("listed", "offered"),
    "apply": ("submitted",),
}  # of the line, by way in


def label(choices: Choices, value: str) -> str:
    """Return the label of a value; the value itself when it is none of the list."""
    return dict(choices).get(value, value)
