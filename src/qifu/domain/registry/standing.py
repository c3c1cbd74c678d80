"""Which of several values of a field stands, and why. Pure: claims and a day in, decision out.

In this order: a person's word; what is still fresh on the day; the higher authority; the later day it speaks of; what
is said of the enterprise itself before what is said of one merged into it; the later it was learned; the later row. A
person's word that is no longer fresh is a claim like any other. Who an enterprise is, its name among equals and its
code always, it does not take from one merged into it, however new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Why(StrEnum):
    """Why a value stands."""

    WORD = "word"
    ONLY = "only"
    AGREED = "agreed"
    FRESH = "fresh"
    AUTHORITY = "authority"
    NEWER = "newer"
    OWN = "own"
    LATER = "later"
    COMPUTED = "computed"


WHYS = {
    Why.WORD: "人工核定",
    Why.ONLY: "只有这一个来源",
    Why.AGREED: "各来源一致",
    Why.FRESH: "其他来源的数据已过期",
    Why.AUTHORITY: "来源的权威程度最高",
    Why.NEWER: "同级来源中数据日期最近",
    Why.OWN: "以主企业自己的数据为准",
    Why.LATER: "同级同日，最后收到",
    Why.COMPUTED: "由其他数值计算得出",
}


@dataclass(frozen=True, slots=True)
class Believed:
    """How far a source is to be believed."""

    id: int
    name: str
    authority: int
    freshness: int
    is_word: bool = False
    strengths: Mapping[str, int] | None = None

    def authority_for(self, field: str) -> int:
        return (self.strengths or {}).get(field, self.authority)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row of a source says of one field; row 0: it follows from not being on a complete list."""

    value: object
    source: Believed
    as_of: date
    learned: float  # seconds since 1970, for order only
    row: int = 0
    is_own: bool = True  # of the enterprise itself, not of one merged into it

    @property
    def fresh_until(self) -> date:
        """The last day on which it counts as fresh."""
        return self.as_of + timedelta(days=self.source.freshness)


@dataclass(frozen=True, slots=True)
class Stand:
    """The claim that stands, why, the others in order of rank, and the first day on which it may change."""

    claim: Claim
    why: Why
    others: tuple[Claim, ...]
    review_on: date | None


Rank = tuple[bool, bool, bool, int, bool, date, bool, float, int]


def stand(field: str, claims: Sequence[Claim], on: date) -> Stand:
    """Say which of at least one claim stands on the day."""
    if len(claims) == 1:
        return Stand(claims[0], Why.WORD if _is_word(claims[0], on) else Why.ONLY, (), None)
    ranked = sorted(claims, key=lambda claim: _rank(field, claim, on), reverse=True)
    first, others = ranked[0], tuple(ranked[1:])
    return Stand(first, _why(field, first, others, on), others, review_day(claims, on))


def review_day(claims: Iterable[Claim], on: date) -> date | None:
    """The first day after this one on which a claim that is fresh now is fresh no more."""
    days = [claim.fresh_until for claim in claims]
    return min((day + timedelta(days=1) for day in days if day >= on), default=None)


def _is_word(claim: Claim, on: date) -> bool:
    return claim.source.is_word and claim.fresh_until >= on


def _rank(field: str, claim: Claim, on: date) -> Rank:
    fresh = claim.fresh_until >= on
    authority = claim.source.authority_for(field)
    own = claim.is_own
    return (fresh and claim.source.is_word, own or field != "uscc", fresh, authority, own or field != "name",
            claim.as_of, own, claim.learned, claim.row)  # fmt: skip


def _why(field: str, first: Claim, others: Sequence[Claim], on: date) -> Why:
    if _is_word(first, on):
        return Why.WORD
    differing = [claim for claim in others if claim.value != first.value]
    if not differing:
        return Why.AGREED
    mine, best = _rank(field, first, on), _rank(field, differing[0], on)
    order = (Why.WORD, Why.OWN, Why.FRESH, Why.AUTHORITY, Why.OWN, Why.NEWER, Why.OWN, Why.LATER, Why.LATER)
    return next((why for why, here, there in zip(order, mine, best, strict=True) if here != there), Why.LATER)
