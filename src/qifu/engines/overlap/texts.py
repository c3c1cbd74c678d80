"""How alike two projects are described: the share of three-character runs in common, phases and lots kept apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOISE = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_YEAR = re.compile(r"20\d\d年?度?")
_PHASE = re.compile(r"(?:第)?([0-9一二三四五六七八九十]+)(期|批|阶段|号|标段|车间|线)")
_WIDTH = 3


def plain(text: str) -> str:
    """The text without case, width, punctuation and years, which change from one application to the next."""
    return _YEAR.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", text).lower()))


def phases(text: str) -> frozenset[tuple[str, str]]:
    """Which phase, lot, line or workshop is spoken of."""
    return frozenset((number, kind) for number, kind in _PHASE.findall(plain(text)))


def likeness(left: str, right: str) -> float:
    """From nothing in common (0) to the same (1): Dice's coefficient over runs of three characters."""
    one, other = _runs(left), _runs(right)
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


@lru_cache(maxsize=50_000)
def _runs(text: str) -> frozenset[str]:
    held = plain(text)
    return frozenset(held[place : place + _WIDTH] for place in range(len(held) - _WIDTH + 1))
