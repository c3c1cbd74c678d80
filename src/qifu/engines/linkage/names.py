"""Names of firms, taken apart: region, trade name, industry, legal form, branch, former name.

The order of parts is that of the rules on names: region, trade name (字号), industry, legal form; the region may stand in
brackets after either of the two in the middle, and a branch adds its own name behind the name of its parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from . import words
from .branches import branch_tag
from .lexicon import Lexicon, slips, split
from .text import number, plain, sound


class Name(NamedTuple):
    """The parts of a name; `core` is trade name and industry, `branch` is empty for a firm of its own."""

    trade: str = ""
    industry: str = ""
    form: str = ""  # company, stock, group, partnership, office, cooperative, sole, or "shop:" and the ending
    branch: str = ""  # kind and label: 分公司:江汉, 店:解放大道
    region: str = ""  # "P湖北", "C武汉", "D江汉" or empty
    former: str = ""
    written: str = ""  # the whole name in one written form

    @property
    def core(self) -> str:
        return self.trade + self.industry


_LIST_NUMBER = re.compile(r"^\(?\d{1,4}\)?[,.、:]\s*(?=[\u4e00-\u9fff])")
_TWICE = re.compile(r"([()])\1+")
_SPACES = re.compile(r"\s+")
_AFTER_COMPANY = re.compile(
    r"^(.{2,}?(?:有限责任公司|股份有限公司|有限公司|股份公司|集团公司|(?<!分)(?<!子)公司|合伙企业|事务所|合作社))(.{2,})$"
)
_ORDINAL = re.compile(r"(?:第)?(?:[一二三四五六七八九十]{1,3}|\d{1,3})(?:号)?$|(?:总|旗舰|直营|新|老|南|北|东|西)$")
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,3}(?:路|街|大道|巷|广场|大厦|中心|国际|小区|花园|公寓|城|站|里|村|桥|商场|园|SOHO)$"
)
_BY_CITY = re.compile(r"[市省]$")


def parse(raw: str, lexicon: Lexicon) -> Name:
    """Take a name apart; a text without any name gives an empty one."""
    text = _LIST_NUMBER.sub("", _SPACES.sub("", plain(raw)).strip(",.-_/\\"))
    text = _TWICE.sub(r"\1", text) if "((" in text or "))" in text else text
    return _Parser(text, lexicon).name() if text else Name()


class _Parser:
    """One name under the knife."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.form = self.branch = self.former = ""
        self.regions: list[str] = []

    def name(self) -> Name:
        written = self.text
        if "(" in self.text or ")" in self.text:
            written = self._take_brackets()
        self._mend()
        self._take_branch()
        self._take_form()
        rest = self._take_regions(self.text)
        rest = self._take_shop(rest)
        trade, industry = split(rest, self.lexicon)
        if self.form.startswith("shop:") and not trade:
            trade = rest
        return Name(trade, industry, self.form, self.branch, self._region(), self.former, written)

    def _take_brackets(self) -> str:
        """What stands in brackets: a former name, a legal form, a region, a branch, a remark; else part of the name.

        Returns the name as it should be shown, without former names and remarks.
        """
        kept: list[str] = []
        shown: list[str] = []
        pieces = _pieces(self.text)
        for inside, is_bracketed in pieces:
            is_last = len(kept) == len(pieces) - 1
            kept.append(self._bracketed(inside, bool(kept), is_last) if is_bracketed else inside)
            is_beside = is_bracketed and (
                inside in words.REMARKS or (bool(self.former) and inside.endswith(self.former))
            )
            shown.append("" if is_beside else f"({inside})" if is_bracketed else inside)
        self.text = self._unopened("".join(kept))
        return "".join(shown)

    def _unopened(self, text: str) -> str:
        """Take what stands before a bracket that was never opened, where it is a region: 禾汀武汉)软件."""
        before, bracket, after = text.partition(")")
        if not bracket:
            return text
        for size in (2, 3, 4):
            if len(before) >= size + 2 and self._is_region(before[-size:]):
                return before[:-size] + after.replace(")", "")
        return before + after.replace(")", "")

    def _bracketed(self, inside: str, follows: bool, is_last: bool) -> str:
        """Take what a bracket says, and give back what of it belongs to the name."""
        mark = next((m for m in words.FORMER if inside.startswith(m)), "")
        form = words.FORM_REMARKS.get(inside) or next(
            (f for remark, f in words.FORM_REMARKS.items() if len(remark) > 3 and OSA.distance(remark, inside) == 1), ""
        )
        if mark and len(inside) - len(mark) >= 3:
            self.former = inside[len(mark) :].lstrip(":为是,")
        elif form:
            self.form = form
            return "集团" if inside == "集团" else ""
        elif inside in words.REMARKS or self._is_region(inside):
            return ""
        elif self._is_branch(inside):
            self._set_branch(inside)
        elif is_last and follows and self._is_shop_label(inside):
            self._set_branch(inside + "店")
        elif follows and len(inside) <= 12 and not inside.isdigit():
            return inside
        return ""

    def _is_region(self, inside: str) -> bool:
        if inside in ("中国", "全国"):
            return True
        at, found = 0, []
        while at < len(inside):
            region = self.lexicon.region_at(inside, at)
            if region is None:
                return False
            found.append(region[0])
            at = region[1]
        self.regions.extend(found)
        return bool(found)

    def _is_shop_label(self, inside: str) -> bool:
        """Whether a bracket at the end, without 店, names a shop: a place, or a number."""
        if inside in self.lexicon.places or _PLACE.match(inside):
            return True
        return number(inside) is not None and len(inside) <= 3 and "公司" not in self.text

    def _is_branch(self, inside: str) -> bool:
        return any(inside.endswith(end) and end != "分" for end in words.BRANCH_ENDINGS)

    def _set_branch(self, text: str) -> None:
        self.branch = branch_tag(text, self.lexicon)

    def _mend(self) -> None:
        """Put right the legal form at the end where one slip of the pen spoiled it."""
        for ending in words.MENDED:
            if self.text.endswith(ending):
                return
        for ending in words.MENDED[:3]:
            tail = self.text[-len(ending) :]
            if _is_misspelt(tail, ending):
                self.text = self.text[: -len(ending)] + ending
                return
        for ending in words.MENDED:
            for size in (len(ending), len(ending) - 1, len(ending) + 1):
                if self.text[-size:] in _slips(ending):
                    self.text = self.text[:-size] + ending
                    return

    def _take_branch(self) -> None:
        found = _AFTER_COMPANY.match(self.text)
        if found:
            tail = found.group(2)
            if not self.branch and tail not in words.REMARKS:
                self._set_branch(_as_branch(tail))
            self.text = found.group(1)
            return
        if self.branch:
            return
        text = self.text
        for ending in words.BRANCH_ENDINGS:
            if text.endswith(ending) and len(text) > len(ending) + 3:
                start = self._label_start(text[: -len(ending)], ending)
                if start is not None and start >= 2:
                    self._set_branch(text[start:])
                    self.text = text[:start]
                return

    def _label_start(self, body: str, ending: str) -> int | None:
        """Where the label of a branch begins: a number or a place that stands before the ending."""
        ordinal = _ORDINAL.search(body)
        if ordinal and ordinal.start() >= 2:
            return ordinal.start()
        for size in range(min(10, len(body) - 2), 1, -1):
            if body[-size:] in self.lexicon.places or body[-size:] in self.lexicon.regions:
                start = len(body) - size
                return self._over_regions(body, start)
        if ending in ("分公司", "分店", "支行", "分行", "办事处", "分"):
            for size in range(min(8, len(body) - 2), 1, -1):
                if any(body[:-size].endswith(word) for word in ("公司", "店", "馆")):
                    return len(body) - size
            cut = self._after_trade(body)
            if cut:
                return cut
            return len(body) - 2 if len(body) >= 6 else None
        if ending == "店" or ending.endswith("店"):
            for size in range(min(4, len(body) - 3), 1, -1):
                if any(body[:-size].endswith(word) for word in ("店", "馆", "超市", "药房", "公司")):
                    return len(body) - size
            place = _PLACE.search(body)
            if place and place.start() >= 2:
                cut = self._after_trade(body[: place.end()])
                return cut if cut and cut >= place.start() - 3 else place.start()
        return None

    def _over_regions(self, body: str, start: int) -> int:
        """Step back over the city before a district: 武汉江汉分公司."""
        for city in self.lexicon.cities:
            for tail in ("市", ""):
                if body[:start].endswith(city + tail) and start - len(city + tail) >= 4:
                    return start - len(city + tail)
        return start

    def _after_trade(self, body: str) -> int:
        """The place after the last word of a trade inside the body, where at least two characters follow."""
        for end in range(len(body) - 2, 3, -1):
            if any(body[max(0, end - size) : end] in self.lexicon.trades for size in (4, 3, 2)):
                return end
        return 0

    def _take_form(self) -> None:
        for ending in words.FORM_ENDINGS:
            if self.text.endswith(ending) and len(self.text) > len(ending) + 1:
                form = words.FORMS[ending]
                self.form = form if not self.form or form in ("stock", "group") else self.form
                self.text = self.text[: -len(ending)]
                if self.form == "company" and self.text.endswith("集团"):
                    self.form, self.text = "group", self.text[:-2]
                return

    def _take_regions(self, text: str) -> str:
        text = text.removeprefix("中国") if len(text) > 5 else text
        at = 0
        for _ in range(4):
            right, slip = self.lexicon.region_at(text, at), self.lexicon.misspelt_at(text, at)
            found = slip if slip and (right is None or slip[1] > right[1] + 1) else right
            if not found or len(text) - found[1] < 2:
                break
            self.regions.append(found[0])
            at = found[1]
        return text[at:]

    def _take_shop(self, text: str) -> str:
        if self.form and self.form != "sole":
            return text
        for ending in words.SHOP_ENDINGS:
            if text.endswith(ending) and len(text) >= len(ending) + 3:
                if any(text.endswith(word) for word in self.lexicon.ending_in(ending)):
                    return text  # 便利店 is a trade, and the name of a company may end so too
                self.form = f"shop:{ending}"
                return text[: -len(ending)]
        return text

    def _region(self) -> str:
        """The narrowest region told."""
        return min(self.regions, key=lambda each: "DCP".index(each[0])) if self.regions else ""


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut at its outermost brackets; whether each piece stood inside; a bracket never closed ends with the text."""
    pieces, depth, start = [], 0, 0
    for at, char in enumerate(text):
        if char == "(":
            if not depth:
                pieces.append((text[start:at], False))
                start = at + 1
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                pieces.append((text[start:at], start > 0 and text[start - 1] == "("))
                start = at + 1
    pieces.append((text[start:], depth > 0))
    return [piece for piece in pieces if piece[0]]


def _as_branch(tail: str) -> str:
    """What follows a company's name, with 分公司 put right: 江汉分工司, 江汉公司."""
    if len(tail) > 4 and OSA.distance(tail[-3:], "分公司") <= 1:
        return tail[:-3] + "分公司"
    if len(tail) > 3 and tail.endswith(("分司", "分公")):
        return tail[:-2] + "分公司"
    return tail[:-2] + "分公司" if tail.endswith("公司") and not tail.endswith(("分公司", "子公司")) else tail


def _is_misspelt(tail: str, ending: str) -> bool:
    """Whether one character is another; the first one only if it sounds right, for it may belong to the word before."""
    if len(tail) != len(ending):
        return False
    wrong = [place for place, (a, b) in enumerate(zip(tail, ending, strict=True)) if a != b]
    return len(wrong) == 1 and (wrong[0] > 0 or sound(tail[0]) == sound(ending[0]))


@cache
def _slips(word: str) -> frozenset[str]:
    """What one slip of the pen makes of a legal form, other legal forms left out."""
    return slips(word) - {"责任公司", "股份公司"}


def learned(names: Iterable[str], lexicon: Lexicon, share: float = 0.0005, least: int = 8) -> frozenset[str]:
    """Words of trades beyond the list: endings of two to five characters that many trade names are followed by.

    An ending counts when at least `least` names, and `share` of all, differ only before it.
    """
    bodies = {body for body in (parse(name, lexicon).core for name in names) if len(body) >= 4}
    before: dict[str, set[str]] = {}
    for body in bodies:
        for size in range(2, min(5, len(body) - 2) + 1):
            before.setdefault(body[-size:], set()).add(body[:-size])
    bar = max(least, int(share * len(bodies)))
    found = {ending for ending, starts in before.items() if len(starts) >= bar and ending not in lexicon.trades}
    # 息技术 follows as many names as 信息技术, from inside it: an ending is a word when it begins freely.
    return frozenset(w for w in found if len({start[-1] for start in before[w]}) >= max(4, len(before[w]) // 4))
