"""How text of a printed page is made comparable: widths, spaces, ordinals, typographic accidents.

Recognisers leave spaces inside words and figures, half-width and full-width forms mixed, marks of other formats. What is
compared is the compact form; what is shown keeps its punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"[\s\u200b-\u200f\u2028\u2029\ufeff\u00a0\u3000]+")
_TAG = re.compile(r"</?(?:p|br|b|i|u|span|div|sup|sub|strong|em)\b[^>]*>", re.IGNORECASE)
_CHECKED = re.compile(r"<input\b[^>]*checked[^>]*>", re.IGNORECASE)
_UNCHECKED = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
_SUPERSCRIPT = re.compile(r"\^\{([^}]*)\}")
_QUOTES = str.maketrans(
    {
        "〝": "“",
        "〞": "”",
        '"': "“",
        "＂": "“",
        "「": "“",
        "」": "”",
        "–": "-",
        "—": "-",
        "―": "-",
        "満": "满",
        "単": "单",
    }
)
_BETWEEN = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’])[ \t\u3000]+|[ \t\u3000]+(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’])"
)
_ORDINAL = re.compile(
    r"^[-·•\s]*(?:[（(][一二三四五六七八九十廿百]+[）)][、.．]?|[一二三四五六七八九十廿]{1,4}[、.．]|[（(]\d{1,2}[）)]|\d{1,2}[、.．](?!\d))\s*"
)
_POINT = re.compile(
    r"(?<=\d) ?[.．] (?=\d{1,2} ?(?:万|元|%|％|个百分点))|(?<=\d) [.．](?=\d{1,2} ?(?:万|元|%|％|个百分点))"
)
_LETTER = re.compile(r"[\u4e00-\u9fff]")
CHINESE_NUMBER = "[一二三四五六七八九十廿]+"


@lru_cache(maxsize=65536)
def compact(text: str) -> str:
    """Reduce to the form in which two spellings of the same words are equal."""
    plain = unicodedata.normalize("NFKC", text.translate(_QUOTES))
    return _SPACE.sub("", plain).replace("”", "“").replace("‘", "“").replace("’", "“").replace("—", "-")


@lru_cache(maxsize=65536)
def tidy(text: str) -> str:
    """Take out what a recogniser put between Chinese characters; keep the punctuation as printed."""
    plain = _CHECKED.sub("☑", text)
    plain = _TAG.sub(" ", _UNCHECKED.sub("□", plain))
    plain = _SUPERSCRIPT.sub(r"\1", plain)
    plain = plain.replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "")
    plain = _POINT.sub(".", plain)
    return _BETWEEN.sub("", plain).strip()


def unnumbered(text: str) -> str:
    """Take the ordinal (一、 （二） 3.) off a name or heading."""
    return _ORDINAL.sub("", text, count=1).strip()


def is_chinese(text: str) -> bool:
    """Whether the text holds any Chinese character."""
    return _LETTER.search(text) is not None


_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "两": 2, "〇": 0, "零": 0}


def chinese_number(text: str) -> int | None:
    """Read 一 to 九十九 (also 廿, 两); None when it is not such a number."""
    if text.isascii() and text.isdigit():
        return int(text)
    text = text.replace("廿", "二十")
    if "十" in text:
        tens, _, ones = text.partition("十")
        high = _DIGITS.get(tens, 1 if not tens else -1)
        low = _DIGITS.get(ones, 0 if not ones else -1)
        return high * 10 + low if high >= 0 and low >= 0 else None
    return _DIGITS.get(text)


_NAMES = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """Write 1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _NAMES[tens] + "十")
    return head + (_NAMES[ones] if ones or not tens else "")


def distance_one(left: str, right: str) -> bool:
    """Whether two words differ by at most one character replaced (what a recogniser confuses)."""
    return len(left) == len(right) and sum(a != b for a, b in zip(left, right, strict=True)) <= 1


def within_one(left: str, right: str) -> bool:
    """Whether two words differ by at most one character replaced, lost or added."""
    if abs(len(left) - len(right)) != 1:
        return distance_one(left, right)
    short, long = sorted((left, right), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
