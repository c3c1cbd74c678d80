"""How alike two texts are, by the pairs of characters they share. Rare pairs weigh more; what every text says weighs nothing.

Work is bounded: at most `PAIRS` look-ups for each text, each of at most so many rows, through the index of the table.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.db.models import F, Model, QuerySet

from qifu.kernel import search

M = TypeVar("M", bound=Model)
PAIRS = 10
_FILLER = re.compile(
    "[的了是我们您你他她它在有和与及或为被把将请问能否可以希望如何怎么什么吗呢吧啊这那一不没也都还就对于从到向让给]+"
)
_COMMON = frozenset(
    {"公司", "企业", "协调", "解决", "问题", "办理", "需要", "帮助", "目前", "因为", "所以", "情况", "部门",
     "相关", "反映", "申请", "员工", "使用", "进行", "要求", "影响", "工作", "政策", "处理", "本公", "司员"}
)  # fmt: skip


def pairs(*texts: str, most: int = PAIRS) -> list[str]:
    """The pairs by which a text is best known: the most frequent, then the first; latin and digit runs of three and more whole."""
    counted: Counter[str] = Counter()
    for part in _parts(texts):
        counted.update(token for token in search.asked(part) if _tells(token))
    order = {token: place for place, token in enumerate(counted)}
    return sorted(counted, key=lambda token: (-counted[token], order[token]))[:most]


def _parts(texts: Iterable[str]) -> Iterable[str]:
    """Pieces between filler words, so that no pair spans one; long texts are read to their first thousand characters."""
    for text in texts:
        yield from (part for part in _FILLER.split(search.normal(text[:1000])) if len(part) > 1)


def _tells(token: str) -> bool:
    return token not in _COMMON and (token[0] > "z" or len(token) > 2)


def votes(rows: QuerySet[M, M], tokens: Iterable[str], each: int) -> tuple[dict[int, float], dict[str, float]]:
    """Look each token up among the rows, newest first; return row → weight of what it shares, and the weight of each token."""
    found: dict[int, float] = {}
    weights: dict[str, float] = {}
    # An order that no index gives: a database that walks the keys backwards would take every row apart for its words.
    newest = (F("pk") + 0).desc()
    for token in tokens:
        ids = list(search.matching(rows, token).order_by(newest).values_list("pk", flat=True)[:each])
        weights[token] = math.log(1 + 2 * each / len(ids)) if ids else 0.0
        for key in ids:
            found[key] = found.get(key, 0.0) + weights[token]
    return found, weights


def shared(weights: Mapping[str, float], text: str) -> float:
    """How much of what was asked the text holds: 0 to 1."""
    whole = sum(weights.values())
    if not whole:
        return 0.0
    held = set(search.tokens(text).split())
    return sum(weight for token, weight in weights.items() if token in held) / whole
