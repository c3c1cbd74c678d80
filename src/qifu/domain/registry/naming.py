"""Names: one written form, the initials of their pinyin, and what a row is found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from qifu.kernel import search

_SPACE = re.compile(r"\s+")
_TAIL = re.compile(r"(?:股份)?(?:有限)?(?:责任)?公司(?:.{0,12}分公司)?$")
_LETTERS = re.compile(r"[^a-z0-9]")
INNER_FROM, INNER_TO, INNER_MOST = 1, 7, 10  # initials are also found from the 2nd to the 7th character on


def written(name: str) -> str:
    """Return the name with half-width letters, full-width brackets and no spaces between Chinese characters."""
    text = unicodedata.normalize("NFKC", name).strip()
    text = text.replace("(", "（").replace(")", "）")
    text = re.sub(r"(?<=[\u3400-\u9fff（）])\s+|\s+(?=[\u3400-\u9fff（）])", "", text)
    return _SPACE.sub(" ", text)


def initials(name: str) -> str:
    """Return the first letters of the pinyin of each character; letters and digits stay: 武汉江中 → whjz."""
    kept = _TAIL.sub("", name)
    return _letters(kept) + _tail_letters(name[len(kept) :])


@lru_cache(512)
def _tail_letters(tail: str) -> str:
    return _letters(tail)


def _letters(text: str) -> str:
    from pypinyin.seg.simpleseg import seg  # fifty megabytes of readings: only where names are written

    return "".join(map(_word_letters, seg(text))) if text else ""


@lru_cache(50_000)
def _word_letters(word: str) -> str:
    """A word is read as a whole (重庆 is cq), and the same words come again and again in a long list."""
    from pypinyin import Style, pinyin

    parts = pinyin(word, style=Style.FIRST_LETTER, errors="default")
    return _LETTERS.sub("", "".join(part[0] for part in parts).lower())


def tokens(name: str, short: str, uscc: str, former: Iterable[str] = ()) -> str:
    """Return what the row is found by: names, initials (from the start or from inside), code (start, last six, body)."""
    kept = _TAIL.sub("", name)
    core = short[: max(len(short) - (len(name) - len(kept)), 0)]
    inner = {
        core[start : start + size]
        for start in range(INNER_FROM, min(INNER_TO, len(core)))
        for size in range(2, min(INNER_MOST, len(core) - start) + 1)
    }
    code = uscc.lower()
    ends = [code[-6:], code[8:17]] if len(code) == 18 else []
    found = dict.fromkeys(search.tokens(name, *former, short, code).split())
    return " ".join(dict.fromkeys([*found, *sorted(inner), *ends]))
