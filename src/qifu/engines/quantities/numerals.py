"""Numbers in digits and in Chinese characters, with the magnitudes that follow them."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
PLACES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
HAN = "零〇一二三四五六七八九两十百千万亿"

# 1,234.5 · 1234.5: grouped by threes or not at all
ARABIC = r"(?:(?<![\d%‰一-鿿])-)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
MAGNITUDE = r"(?:[十百千]?万亿?|[十百千]?亿|[百千])"
CHINESE = rf"[{HAN}]+"


def of_digits(text: str) -> Decimal:
    """Read `1,234.5`."""
    return Decimal(text.replace(",", ""))


def of_magnitude(text: str) -> int:
    """Read 万, 百万, 亿 as a factor; an empty text is 1."""
    factor = 1
    for character in text:
        factor *= PLACES.get(character) or MYRIADS[character]
    return factor


def of_characters(text: str) -> int | None:
    """Read 一百二十, 两万, 十二; None where the characters make no number."""
    total = section = digit = 0
    last = 10**12
    for character in text:
        if character in DIGITS:
            if digit:
                return None
            digit = DIGITS[character]
        elif character in PLACES:
            place = PLACES[character]
            if place >= last or (not digit and character != "十"):
                return None
            section += (digit or 1) * place
            digit, last = 0, place
        else:
            factor = MYRIADS[character]
            if not section and not digit:
                return None
            total = (total + section + digit) * factor if factor > 10**4 else total + (section + digit) * factor
            section, digit, last = 0, 0, 10**12
    return total + section + digit


def last_place(number: Decimal, written: str) -> Decimal:
    """The step after which 余 and 多 count: 70余 a ten, 1200多 a hundred, 3.2亿余 a tenth, 15余 one."""
    if "." in written:
        return Decimal(1).scaleb(int(number.as_tuple().exponent))
    digits = written.replace(",", "").lstrip("-")
    zeros = len(digits) - len(digits.rstrip("0"))
    return Decimal(10) ** min(zeros, len(digits) - 1)


def is_grouped_wrong(text: str) -> bool:
    """Whether commas stand where no thousands end, or points come twice."""
    return bool(re.search(r"\d,(?!\d{3}(?!\d))\d", text) or re.search(r"\d\.\d+\.\d", text))
