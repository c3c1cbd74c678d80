"""Open cases like the one at hand: before it is submitted, when it is sent twice, and for the dispatcher who looks for what
belongs together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from qifu.domain.appeals import access
from qifu.domain.appeals.models import Appeal, Words
from qifu.domain.appeals.queries.lists import COLUMNS, Line, as_lines
from qifu.domain.publishing import overlap
from qifu.kernel.actor import Actor
from qifu.kernel.prepared import Prepared
from qifu.kernel.receipts import queries as receipts

CANDIDATES = 300  # rows compared in full
EACH = 60  # rows of one look-up
TWICE = timedelta(minutes=10)  # the same words of the same account within it are hardly two cases
LATEST = 8  # cases of an account that are looked through for the same words
ENOUGH = 0.3  # a score below it is chance
SAME = {"building": 0.2, "enterprise": 0.2, "category": 0.1}  # what a common trait adds to the likeness of the texts


@dataclass(frozen=True, slots=True)
class Similar:
    """A case like it: `score` from 0 to 1.5, `why` in words."""

    line: Line
    score: float
    why: str  # 同一楼宇 · 标题相近


def similar(
    *,
    actor: Actor,
    now: datetime,
    text: str,
    building: int | None = None,
    enterprise: int | None = None,
    category: int | None = None,
    exclude: str = "",
    limit: int = 5,
) -> list[Similar]:
    """Open cases that the actor may see, the likest first. `exclude` is the number of the case at hand.

    Bounded: a look-up for each of at most 10 pairs of characters, then at most 300 rows, whatever the table holds.
    """
    rows = access.visible(actor).filter(is_open=True)
    worded = Words.objects.filter(is_open=True)
    if not access.sees_all(actor):
        worded = worded.filter(appeal__in=rows)
    found, weights = overlap.votes(worded, overlap.pairs(text), EACH)
    near = sorted(found, key=lambda key: (-found[key], -key))[: CANDIDATES - 2 * EACH]
    near += _beside(rows, "building", building) + _beside(rows, "enterprise", enterprise)
    traits = {"building": building, "enterprise": enterprise, "category": category}
    quiet = traits if access.sees_all(actor) or actor.is_contact else traits | {"enterprise": None, "building": None}
    scored = []
    compared = Appeal.objects.filter(pk__in=set(near)).select_related("words").order_by("-pk")
    for row in compared.only(*COLUMNS, "building_id", "words__tokens"):
        score, why = _compared(row, weights, quiet if row.is_confidential else traits)
        if score >= ENOUGH and row.number != exclude:
            scored.append((score, why, row))
    scored.sort(key=lambda item: -item[0])
    best = scored[:limit]
    lines = as_lines(actor, [row for _, _, row in best], now)
    return [Similar(line, round(score, 3), why) for line, (score, why, _) in zip(lines, best, strict=True)]


_LATEST = Prepared(
    lambda contact: (
        Appeal.objects.filter(contact=contact)
        .order_by("-pk")
        .values_list("number", "submitted_at", "title", "body", "enterprise", "is_open")[:LATEST]
    ),
    numbers=["contact"],
)


def just_submitted(*, actor: Actor, now: datetime, title: str, body: str, enterprise: int | None, key: str) -> str:
    """The number of the open case with these very words that the account has just begun under another key; empty if none."""
    same = (title.strip(), body.strip(), enterprise, True)
    latest = _LATEST(contact=actor.account) if actor.account is not None else []
    found = [number for number, at, *words in latest if tuple(words) == same and at > now - TWICE]
    number = next(iter(found), None)
    if number is None or receipts.made_at(actor=actor, act="appeals.submit", key=key) is not None:
        return ""
    return number


def _beside(rows: QuerySet[Appeal], name: str, value: int | None) -> list[int]:
    """The latest open cases of the same building or enterprise, if one is known."""
    if value is None:
        return []
    return list(rows.filter(**{name: value}).order_by("-pk").values_list("pk", flat=True)[:EACH])


def _compared(row: Appeal, weights: dict[str, float], traits: dict[str, int | None]) -> tuple[float, str]:
    """Likeness of the texts, and what a common building, enterprise or category adds where the texts have something in common."""
    held = set(row.words.tokens.split())
    whole = sum(weights.values())
    text = sum(weight for token, weight in weights.items() if token in held) / whole if whole else 0.0
    title = overlap.shared(weights, row.title)
    common = [name for name, value in traits.items() if value is not None and getattr(row, f"{name}_id") == value]
    score = text + title * 0.3 + (sum(SAME[name] for name in common) if text else 0.0)
    said = [{"building": "同一楼宇", "enterprise": "同一企业", "category": "同一分类"}[name] for name in common]
    said += ["标题相近"] if title >= ENOUGH else ["内容相近"] if text >= ENOUGH else []
    return score, " · ".join(said)
