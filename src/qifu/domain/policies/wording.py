"""Taking words apart for search: pairs of characters, latin runs and amounts; everyday words put into those of policies.

An amount is one token however it is written: 五百万, 500 万元 and 5000000 are the same, as are 百分之五, 五个点 and 5%.
What people say for what policies say stands in `plain_words.txt`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path

from qifu.kernel import search

ALSO = 0.55  # weight of what an everyday word stands for
AMOUNT = 0.8  # weight of an amount that is asked for
LONGEST = 200  # characters of a question that are read
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+|#[0-9.%]+")
_DIGITS = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_HAN = "零〇一二两三四五六七八九十百千万亿"
_PERCENT = re.compile(
    rf"百分之([{_HAN}]+)|([{_HAN}]|\d+(?:\.\d+)?)\s*(?:个点|个百分点)|(\d+(?:\.\d+)?)\s*%|([{_HAN}])成"
)
_FIGURE = re.compile(rf"(\d+(?:\.\d+)?)\s*([十百千万亿]*)|([{_HAN}]{{2,}})")
_FILLER = re.compile(
    "我们公司|我们企业|我公司|我们|我的|公司|企业|请问|有没有|有什么|有哪些|哪些|哪个|哪里|什么|怎么办|怎么|如何|可以|可不可以|能不能|要不要"
    "|是不是|能否|是否|想要|需要|必须|多少钱|多少|几个|几年|想|要|吗|呢|吧|啊|的|了|和|与|及|有|在|能|给|被|把|是|就|都|也|还|这种|这个|那个|真的"
    "|政策|支持|一下|享受|领取|拿到|得到|今年|现在|以后|刚刚|刚|准备|打算|一些|一个|一家|一年|一台|每年|每人|左右|大概|听说|知道|优惠|好处"
)


def tokens(text: str) -> list[str]:
    """Pairs of characters, latin runs and amounts, each as often as it stands."""
    found = []
    for run in _RUN.findall(_with_amounts(search.normal(text))):
        if run[0] <= "z" or len(run) == 1:
            found.append(run[:20])
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def asked(question: str) -> dict[str, float]:
    """The tokens of a question with their weights; filler asks for nothing, everyday words ask for more."""
    text = search.normal(question[:LONGEST])
    wanted: dict[str, float] = {}
    for part in _FILLER.split(_with_amounts(text)):
        for token in tokens(part):
            wanted[token] = AMOUNT if token[0] == "#" else 1.0
    for meant in _standing(text):
        for word in meant:
            for token in tokens(word):
                wanted.setdefault(token, ALSO)
    return wanted


@cache
def plain_words() -> dict[str, tuple[str, ...]]:
    """Everyday words with those of policies, the longest first."""
    lines = (Path(__file__).parent / "plain_words.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=") for line in lines if line.strip() and not line.startswith("#"))
    found = {plain.strip(): tuple(word.strip() for word in meant.split("/")) for plain, meant in pairs}
    return {plain: found[plain] for plain in sorted(found, key=lambda word: (-len(word), word))}


def _standing(text: str) -> list[tuple[str, ...]]:
    """What the everyday words in a text stand for; one character counts only where no longer word covers it."""
    covered, found = text, []
    for plain, meant in plain_words().items():
        if plain in (covered if len(plain) == 1 else text):
            found.append(meant)
            covered = covered.replace(plain, " ")
    return found


def _with_amounts(text: str) -> str:
    """The text with every amount written as one token, set off from its surroundings."""
    return _FIGURE.sub(_figure, _PERCENT.sub(_percent, text.replace("#", " ")))


def _percent(found: re.Match[str]) -> str:
    han, points, written, tenths = found.groups()
    raw = han or points or written
    share = _value(raw) if raw else _value(tenths) * 10
    return f" #{_plainly(share)}% "


def _figure(found: re.Match[str]) -> str:
    digits, units, han = found.groups()
    if found.start() and found.string[found.start() - 1] == "#":
        return found[0]
    if digits:
        value = Decimal(digits)
        for unit in units:
            value *= _UNITS[unit]
        return f" #{_plainly(value)} "
    if not any(char in _UNITS for char in han) or all(char in "万亿" for char in han):
        return han
    return f" #{_plainly(_value(han))} "


def _value(text: str) -> Decimal:
    """What a figure comes to; 一千五 is said for 一千五百."""
    if text[0].isdigit():
        return Decimal(text)
    total, section, digit, unit = 0, 0, 0, 1
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif (size := _UNITS[char]) >= 10_000:
            total, section, digit, unit = (total + section + digit or 1) * size, 0, 0, size
        else:
            section, digit, unit = section + (digit or 1) * size, 0, size
    tail = digit * unit // 10 if unit > 10 and text[-1] in _DIGITS and "零" not in text[-2:] else digit
    return Decimal(total + section + tail)


def _plainly(value: Decimal) -> str:
    return f"{value.normalize():f}"
