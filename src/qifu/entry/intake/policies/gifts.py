"""Whom a text is for and what it gives: industries of GB/T 4754-2017 that it names, amounts and rates that it grants. Pure.

A suggestion for whoever decomposes the text: a threshold (收入不低于2000万元) is told from a grant (奖励20万元) by the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from qifu.engines.codes import industries as codes
from qifu.engines.quantities.numerals import of_characters, of_magnitude

_SHORT = {
    "批发": "51", "零售": "52", "住宿": "61", "餐饮": "62", "软件业": "65", "信息技术服务业": "65", "烟草制造业": "16",
    "医药工业": "27", "汽车工业": "36", "纺织工业": "17", "交通运输业": "G", "仓储业": "59", "农林牧渔业": "A",
    "文化体育娱乐业": "R", "租赁和商务服务": "L", "科学研究和技术服务": "M", "互联网服务业": "64",
}  # fmt: skip
_FOLLOWED = r"(?=业|企业|、|和|及|与|等|行业)"
_EXCEPT = re.compile(r"(?:(?<![扣免解去])除(?!外|了)|不含|不包括|不含有)[^，。；）)]*$")
_DENIED = re.compile(r"^[^，。；]*(?:不适用|不得享受|除外|不予支持|不享受)")
MOST = 12  # of each kind, from one text
LONGEST = 1_000  # characters of a sentence; what goes on longer is no sentence, and is read in stretches

_FIGURE = r"(?<![\d,])(\d[\d,]{0,15}(?:\.\d{1,6})?|(?<![零〇一二三四五六七八九两十百千])[零〇一二三四五六七八九两十百千]{1,9})"
_MONEY = rf"{_FIGURE}\s*([十百千]?[万亿])?元"
_RANGE = re.compile(rf"{_FIGURE}\s*([十百千]?[万亿])?元?\s*(?:至|—|-|~|～)\s*{_MONEY}")
_ONE = re.compile(_MONEY)
_RATE = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d{1,9})?)\s?([%‰])")
_CEILING = re.compile(r"不超过|最高|上限|以内|封顶|不高于|限额")
_GRANT = re.compile(r"给予|奖励|奖补|补助|补贴|资助|支持|贴息|补偿|减免|奖金|拨付|返还|兑现|贷款额度")
_THRESHOLD = re.compile(r"不低于|不少于|达到|突破|超过(?<!不超过)|以上|增长|占比|比重|比例不")
_MEASURED = re.compile(r"(?:所得额|收入|销售额|资产总额|资本|产值|利润|税额|余额|总额|市值)[^给奖补贴资]{0,8}$")
_PER = re.compile(r"每\s*(?:一)?\s*(人|户|平方米|亩|台|套|件|项|家|个|岗位|吨|月|年|天|次|标段|辆)")


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry that a text names; `is_barred`: it is named to be left out."""

    code: str
    name: str
    is_barred: bool = False

    def __str__(self) -> str:
        return ("!" if self.is_barred else "") + self.code


@dataclass(frozen=True, slots=True)
class Gift:
    """What a clause grants: kind is `is` (an amount in yuan), `max` (a ceiling in yuan) or `rate` (a share of one)."""

    kind: str
    low: Decimal
    high: Decimal
    per: str
    words: str

    def __str__(self) -> str:
        figure = _plain(self.low) if self.low == self.high else f"{_plain(self.low)}~{_plain(self.high)}"
        return f"{self.kind}={figure}" + (f"/{self.per}" if self.per else "")


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, none longer than `LONGEST`: what is judged of a word looks at all that stands before it."""
    for sentence in re.split(r"[。；\n]", text):
        first = len(sentence) % LONGEST  # the odd stretch comes first: what is granted stands at the end
        yield sentence[:first]
        yield from (sentence[at : at + LONGEST] for at in range(first, len(sentence), LONGEST))


def industries(text: str) -> tuple[Industry, ...]:
    """The industries named, each once, in the order of the standard; what is left out beside what is meant."""
    found: dict[tuple[str, bool], Industry] = {}
    for clause in sentences(text):
        for match in _names().finditer(clause):
            code = _codes()[match[0]]
            barred = bool(_EXCEPT.search(clause[: match.start()]) or _DENIED.search(clause[match.end() :]))
            found.setdefault((code, barred), Industry(code, match[0], barred))
    return tuple(sorted(found.values(), key=lambda one: (one.is_barred, one.code)))[:MOST]


def gifts(text: str) -> tuple[Gift, ...]:
    """The amounts and rates that are granted, in the order of the text."""
    found: list[Gift] = []
    for sentence in sentences(text):
        if len(found) >= MOST:
            break
        grants = _GRANT.search(sentence) is not None
        for clause in re.split(r"(?:，|,(?!\d{3})|且|、(?=最高|单个))", sentence):
            found += [gift for gift in _of_clause(clause, grants) if gift not in found]
    return tuple(found)[:MOST]


def _of_clause(clause: str, grants: bool) -> Iterator[Gift]:
    taken: list[tuple[int, int]] = []
    held: list[tuple[int, Gift]] = []
    for match in _RATE.finditer(clause):
        if _is_rate(clause, match, grants):
            value = Decimal(match[1]) / (100 if match[2] == "%" else 1000)
            held.append((match.start(), Gift("rate", value, value, "", clause.strip()[:80])))
    for match in _RANGE.finditer(clause):
        low, high = _yuan(match[1], match[2] or match[4]), _yuan(match[3], match[4])
        if low < high and _is_grant(clause, match, grants):
            held.append((match.start(), Gift("is", low, high, _per(clause, match), clause.strip()[:80])))
        taken.append(match.span())
    for match in _ONE.finditer(clause):
        if not any(begin <= match.start() < end for begin, end in taken) and _is_grant(clause, match, grants):
            kind = "max" if _CEILING.search(clause[: match.end() + 4]) else "is"
            value = _yuan(match[1], match[2])
            held.append((match.start(), Gift(kind, value, value, _per(clause, match), clause.strip()[:80])))
    yield from (gift for _, gift in sorted(held, key=lambda pair: pair[0]))


def _is_rate(clause: str, match: re.Match[str], grants: bool) -> bool:
    before = clause[: match.start()]
    if not grants and not re.search(r"按", before):
        return False
    return not _THRESHOLD.search(before) or _GRANT.search(before) is not None


def _is_grant(clause: str, match: re.Match[str], grants: bool) -> bool:
    before, after = clause[: match.start()], clause[match.end() : match.end() + 4]
    if _GRANT.search(before) or re.search(r"最高", before):
        return True
    if _THRESHOLD.search(before) or re.match(r"的|及?以[上下]|（含", after) or _MEASURED.search(_bare(before)):
        return False
    return bool(_PER.search(before)) or grants


def _bare(before: str) -> str:
    return re.sub(r"(?:不超过|不高于|为|在)\s*$", "", before)


def _per(clause: str, match: re.Match[str]) -> str:
    return "·".join(dict.fromkeys(_PER.findall(clause[: match.start()])))


def _yuan(figure: str, magnitude: str | None) -> Decimal:
    plain = figure.replace(",", "")
    value = Decimal(plain) if plain[0].isascii() else Decimal(of_characters(plain) or 0)
    return value * of_magnitude(magnitude or "")


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


@cache
def _codes() -> dict[str, str]:
    """Names of sections and divisions, and their short forms, to full codes; a section stands before its only division."""
    found: dict[str, str] = {}
    for each in codes.table().values():
        if len(each.code) <= 2 and each.name.endswith(("业", "活动")):
            found.setdefault(each.name, each.full_code)
    return found | {name: code if code.isalpha() else _full(code) for name, code in _SHORT.items()}


def _full(code: str) -> str:
    held = codes.find(code)
    assert held is not None
    return held.full_code


@cache
def _names() -> re.Pattern[str]:
    names = sorted(_codes(), key=len, reverse=True)
    return re.compile("|".join(re.escape(name) + (_FOLLOWED if len(name) == 2 else "") for name in names))
