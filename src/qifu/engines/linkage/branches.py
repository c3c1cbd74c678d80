"""Branches and shops: the label by which one is told from its parent and from its sisters."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from . import words
from .lexicon import Lexicon
from .text import number, sounds


def branch_tag(text: str, lexicon: Lexicon) -> str:
    """Kind and label of a branch: 武汉江汉第一分公司 → 分公司:江汉1; of several regions the narrowest stands."""
    text = text.replace("(", "").replace(")", "")
    ending = next((end for end in words.BRANCH_ENDINGS if text.endswith(end)), "")
    body = text[: len(text) - len(ending)]
    kind = words.BRANCH_KIND.get(ending, ending or "其他")
    last, at = "", 0
    while at < len(body):
        found = lexicon.region_at(body, at)
        if found is None:
            break
        if body[found[1] :] in _PLACE_ENDS:  # 武汉广场 is a place of its own
            break
        last, at = found[0][1:], found[1]
    label = body[at:] or last
    label = re.sub(r"(?:街道|街|办事处)$", "", label) if len(label) > 2 else label
    turned = re.sub(r"第|号", "", label)
    value = number(turned)
    if value is None:
        digits = re.search(r"([一二三四五六七八九十]+|\d+)$", turned)
        if digits and "第" in label:
            value = number(digits.group(1))
            return f"{kind}:{turned[: digits.start()]}{value}"
    return f"{kind}:{turned if value is None else value}"


_PLACE_ENDS = frozenset({"路", "街", "大道", "巷", "广场", "大厦", "中心", "国际", "写字楼", "小区", "城"})


def one_branch(a: str, b: str) -> bool:
    """Whether two labels are one branch, one of them with a slip of the pen or with more words before it."""
    kind, _, label = a.partition(":")
    other_kind, _, other = b.partition(":")
    if kind != other_kind or not label or not other or any(c.isdigit() for c in label + other):
        return False
    if sounds(label) == sounds(other):
        return True
    short, long = sorted((label, other), key=len)
    if len(short) >= 2 and long.startswith(short) and long[len(short) :] in _PLACE_ENDS:
        return True
    if len(short) >= 2 and short not in _PLACE_ENDS and long.endswith(short) and len(long) - len(short) <= 2:
        return True
    return len(long) >= 3 and OSA.distance(label, other) == 1 and _not_numbered(label, other)


def one_slip(a: str, b: str) -> bool:
    """Whether two names are one slip of the pen apart, and not in a numeral or a point of the compass."""
    return OSA.distance(a, b, score_cutoff=1) <= 1 and _not_numbered(a, b)


def _not_numbered(a: str, b: str) -> bool:
    """Labels that differ in a numeral or a point of the compass are two: 东门 and 西门, 建设一路 and 建设二路."""
    telling = set("一二三四五六七八九十东西南北中前后上下左右大小新老甲乙丙丁ABCDEFGH")
    return not ((set(a) ^ set(b)) & telling)
