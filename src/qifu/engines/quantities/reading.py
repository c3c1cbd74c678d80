"""One written target or actual value, read or refused."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from . import days, numerals, words
from .model import Amount, Bound, Change, Day, Phrase, Quantity, Unread, Vague

TENTH = Decimal("0.1")
SIGNS = sorted(words.BEFORE, key=len, reverse=True)
TAILS = sorted(words.AFTER, key=len, reverse=True)
NUMBER = (
    rf"(?:(?P<share>百分之|千分之)(?P<of>{numerals.CHINESE})"
    rf"|(?P<digits>{numerals.ARABIC})(?P<more1>[余多几])?(?P<mag>{numerals.MAGNITUDE})?(?P<more2>[余多几])?"
    rf"|(?P<han>{numerals.CHINESE})(?P<more3>[余多几])?(?P<mag3>{numerals.MAGNITUDE})?(?P<cheng>成(?P<half>[五半\d])?)?)"
)
UNITS = (
    rf"(?P<unit>{words.UNIT})?(?P<sign>(?:\(含\)|及|或)?(?:以上|以下)|以内|之内|内)?(?P<per>(?:[/·每]{words.UNIT})*)"
)
WHOLE = re.compile(NUMBER + UNITS)
BETWEEN = re.compile(r"^(?:—|-|至|到|和|与)$")
LEAD_ENDS = re.compile(r"(?:率|度|比|比例|额|数|数量|次数|量|覆盖面)$")
VERBS = re.compile(
    r"^(?:累计|共|共计|合计|新增|完成|达到|达|实现|举办|开展|处理|印制|发布|服务|走访|培训|介于|于|在|全年|全部|已)*$"
)
TIME = re.compile(r"^(?:19|20)\d\d年|^\d{1,2}(?:[-—至到]\d{1,2})?(?:月|日|月份)$")
NOUN = re.compile(r"^(?:左右|上下|之间)?[一-鿿、()]*$")


def read(text: str) -> Quantity:
    """Read one phrase.

    Nothing is guessed: two amounts in one phrase, an order (第1名, 前10%), a proportion or a broken number is `Unread`.
    """
    plain = words.plain(text)
    if words.BLANK.match(plain):
        return Unread(text, "没有填写。")
    if words.VAGUE.match(plain):
        return Vague(text)
    day = days.read_day(plain)
    if day is not None:
        return Unread(text, day) if isinstance(day, str) else Day(day, text)
    nothing = words.NONE.match(plain)
    if nothing and not re.search(words.UNIT, nothing["what"][:1]):
        zero = Bound(Decimal(0))
        return Amount(zero, zero, "", subject=nothing["what"], printed=text)
    if words.ORDER.search(plain):
        return Unread(text, "这是名次、比例或算式，不是一个数量。")
    if TIME.match(plain):
        return Unread(text, "这是一段时间，不是一个数量。")
    if numerals.is_grouped_wrong(plain):
        return Unread(text, "数字的逗号或小数点位置不对。")
    read_ = _amount(plain)
    return replace(read_, printed=text) if isinstance(read_, Amount | Phrase | Unread) else read_


def _amount(plain: str) -> Quantity:
    has_digits = bool(re.search(r"\d", plain))
    each = words.EACH.search(plain)
    unit_each = ""
    if each:
        unit_each = _each(each)
        plain = plain[: each.start()] + plain[each.end() :]
    found = [match for match in WHOLE.finditer(plain) if _counts(match, plain, has_digits)]
    if not found:
        return _wordy(plain, has_digits)
    if len(found) == 2 and BETWEEN.match(plain[found[0].end() : found[1].start()]):
        return _range(plain, found[0], found[1], unit_each)
    if len(found) > 1:
        return Unread(plain, "写了不止一个数量，请分成几个指标。")
    return _single(plain, found[0], unit_each)


def _counts(match: re.Match[str], plain: str, has_digits: bool) -> bool:
    """Whether this is a number meant as such: digits always; characters only where no digits stand and a unit follows."""
    if match["digits"]:
        return True
    if has_digits:
        return False
    if match["share"] or match["cheng"]:
        return True
    return numerals.of_characters(match["han"]) is not None and bool(match["unit"])


def _wordy(plain: str, has_digits: bool) -> Quantity:
    if has_digits:
        return Unread(plain, "数字没有看懂，请写成“≥100 家”这样的数量。")
    bare = plain
    for sign in SIGNS:
        bare = bare.removeprefix(sign)
    return Phrase(plain) if bare and re.search(r"[一-鿿]", bare) else Unread(plain, "只有符号，没有数量。")


def _single(plain: str, match: re.Match[str], each: str) -> Quantity:
    lead, tail = plain[: match.start()], plain[match.end() :]
    before, lead = _sign(lead)
    rough, lead = _rough(lead)
    if not rough and not before:
        before, lead = _sign(lead)
    if not NOUN.match(tail) or re.search(r"且|并|或|;", tail):
        return Unread(plain, "数量后面还有条件，请分成几个指标。")
    if not re.fullmatch(r"[一-鿿()、:/%]*", lead) or (_has_numeral(lead) and not LEAD_ENDS.search(lead)):
        return Unread(plain, "数量前面的话没有看懂，请只写数量。")
    if not match["digits"] and not VERBS.match(re.sub(words.RISE.pattern + "|" + words.FALL.pattern, "", lead)):
        return Phrase(plain)
    after = _after(match, tail)
    if before and after and before[0] != after[0]:
        return Unread(plain, "上下限互相矛盾。")
    value, step = _value(match)
    if value is None:
        return Unread(plain, "数字没有看懂，请改用阿拉伯数字。")
    unit, factor = _unit(match, each)
    around = tail.startswith(words.AROUND)
    low, high, is_rough = _ends(value, step, before or after or "=", rough or ("约" if around else ""), match)
    return Amount(
        _scaled(low, factor), _scaled(high, factor), unit, _change(lead), is_rough, (lead + tail).strip("()、:")
    )


def _range(plain: str, one: re.Match[str], two: re.Match[str], each: str) -> Quantity:
    lead, tail = plain[: one.start()], plain[two.end() :]
    if not re.fullmatch(r"[一-鿿()、:]*", lead) or not NOUN.match(tail):
        return Unread(plain, "区间前后的话没有看懂，请只写数量。")
    unit, factor = _unit(two, each)
    own, own_factor = _unit(one, each) if one["unit"] else (unit, factor)
    low, high = _value(one)[0], _value(two)[0]
    if one["digits"] and two["mag"] and not one["mag"] and not one["unit"]:
        low = None if low is None else low * numerals.of_magnitude(two["mag"])
    if low is None or high is None or own != unit:
        return Unread(plain, "区间两端的数字或单位不一致。")
    low, high = low * own_factor, high * factor
    if low > high:
        return Unread(plain, "区间的下限大于上限。")
    return Amount(Bound(low), Bound(high), unit, _change(lead), subject=lead.removesuffix("介于"))


def _sign(lead: str) -> tuple[str, str]:
    """The comparison that ends the words before a number, and what stands before it."""
    lead = lead.removesuffix(":")
    for spelt in SIGNS:
        if lead.endswith(spelt):
            return words.BEFORE[spelt], lead.removesuffix(spelt)
    return "", lead


def _rough(lead: str) -> tuple[str, str]:
    for kind, spelt in [("近", word) for word in words.NEARLY] + [("约", word) for word in words.ABOUT]:
        if lead.endswith(spelt):
            return kind, lead.removesuffix(spelt)
    return "", lead


def _after(match: re.Match[str], tail: str) -> str:
    if match["sign"]:
        return words.AFTER[match["sign"]]
    return next((words.AFTER[spelt] for spelt in TAILS if tail.startswith(spelt)), "")


def _value(match: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    """The number, and the step that 余 or 多 leaves open."""
    if match["share"]:
        whole = numerals.of_characters(match["of"])
        return (None if whole is None else Decimal(whole)), Decimal(1)
    if match["digits"]:
        number = numerals.of_digits(match["digits"])
        factor = numerals.of_magnitude(match["mag"] or "")
        step = numerals.last_place(number, match["digits"])
        return number * factor, step * factor
    whole = numerals.of_characters(match["han"])
    if whole is None:
        return None, Decimal(1)
    factor = numerals.of_magnitude(match["mag3"] or "")
    number = Decimal(whole)
    if match["cheng"]:
        half = match["half"]
        return number * 10 + (numerals.DIGITS.get(half, 5) if half else 0), Decimal(1)
    return number * factor, numerals.last_place(number, str(whole)) * factor


def _unit(match: re.Match[str], each: str) -> tuple[str, Decimal]:
    """The unit as it is kept, and the factor to it."""
    unit = match["unit"] or ""
    if match["share"] == "百分之" or match["cheng"]:
        unit = "%"
    elif match["share"] == "千分之":
        unit = "‰"
    per = [part for part in re.split(r"[/每]", match["per"] or "") if part] + ([each] if each else [])
    return "/".join([unit, "·".join(per)]) if per else unit, Decimal(1)


def _each(match: re.Match[str]) -> str:
    if match["mean"]:
        return {"人": "人", "场": "场", "户": "户", "次": "次", "件": "件", "月": "月", "年": "年", "日": "日"}[
            match["mean"][0]
        ]
    one = "季度" if match["one"] == "季" else match["one"]
    return f"{one}·{match['two']}" if match["two"] else one


def _ends(
    value: Decimal, step: Decimal, sign: str, rough: str, match: re.Match[str]
) -> tuple[Bound | None, Bound | None, bool]:
    if match["more1"] or match["more2"] or match["more3"]:
        return Bound(value, False), Bound(value + step, False), True
    if rough == "近":
        return Bound(value * (1 - TENTH)), Bound(value, False), True
    if rough == "约":
        return Bound(value * (1 - TENTH)), Bound(value * (1 + TENTH)), True
    low = Bound(value, sign != ">") if sign in ("=", "≥", ">") else None
    high = Bound(value, sign != "<") if sign in ("=", "≤", "<") else None
    return low, high, False


def _scaled(bound: Bound | None, factor: Decimal) -> Bound | None:
    return None if bound is None else Bound((bound.value * factor).normalize() + 0, bound.is_closed)


def _change(lead: str) -> Change:
    if words.RISE.search(lead):
        return "rise"
    return "fall" if words.FALL.search(lead) else ""


def _has_numeral(text: str) -> bool:
    return bool(re.search(rf"[{numerals.HAN}]", text))
