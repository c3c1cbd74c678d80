"""All claims against each other, by what they share: only those that meet under a key are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from .comparing import COMMON, Shared, ties
from .model import HINT, Claim, Overlap
from .texts import plain

Key = tuple[str, str]
_DECISIVE = ("firm", "invoices", "people")  # these tie however many share them
_MOST = 200  # claims under one key of a firm, an invoice or a person: beyond this each is held against its neighbours


def keys(claim: Claim) -> Iterator[Key]:
    """Under what a claim can meet another."""
    for kind in ("firm", "account", "legal_person", "phone", "address"):
        if value := getattr(claim, kind):
            yield kind, value
    for kind in ("invoices", "people", "holders"):
        for value in getattr(claim, kind):
            yield kind, value


def found(claims: Iterable[Claim], stacking: Collection[frozenset[str]] = ()) -> list[Overlap]:
    """Find what may be asked for twice, strongest first. Time grows with the claims, not with their pairs.

    :raises ValueError: two claims of one id.
    """
    held = list(claims)
    if len({claim.id for claim in held}) != len(held):
        raise ValueError("两件申报用了同一个编号。")
    blocks, shared = _blocks(held)
    told = [_compared(left, right, shared, stacking) for left, right in _pairs(held, blocks, shared)]
    return sorted((one for one in told if one.points >= HINT), key=lambda one: (-one.points, one.left, one.right))


def of_one(claim: Claim, others: Iterable[Claim], stacking: Collection[frozenset[str]] = ()) -> list[Overlap]:
    """The same for one claim against those it may meet; `left` is always the claim itself."""
    held = [one for one in others if one.id != claim.id]
    _, shared = _blocks([claim, *held])
    told = [_compared(claim, other, shared, stacking) for other in held]
    return sorted((one for one in told if one.points >= HINT), key=lambda one: (-one.points, one.right))


def _compared(left: Claim, right: Claim, shared: Shared, stacking: Collection[frozenset[str]]) -> Overlap:
    return Overlap(left.id, right.id, ties(left, right, shared, stacking))


def _blocks(claims: list[Claim]) -> tuple[dict[Key, list[int]], dict[Key, int]]:
    """Who meets under each key, and how many firms share it."""
    blocks: dict[Key, list[int]] = defaultdict(list)
    firms: dict[Key, set[str]] = defaultdict(set)
    for place, claim in enumerate(claims):
        for key in keys(claim):
            blocks[key].append(place)
            firms[key].add(claim.firm)
        if claim.title:
            firms["title", plain(claim.title)].add(claim.firm)
    return blocks, {key: len(held) for key, held in firms.items()}


def _pairs(claims: list[Claim], blocks: dict[Key, list[int]], shared: Shared) -> Iterator[tuple[Claim, Claim]]:
    seen: set[tuple[int, int]] = set()
    for key, places in blocks.items():
        if key[0] not in _DECISIVE and shared[key] > COMMON:
            continue
        meeting = combinations(places, 2) if len(places) <= _MOST else _neighbours(places)
        for pair in meeting:
            if pair not in seen:
                seen.add(pair)
                yield claims[pair[0]], claims[pair[1]]


def _neighbours(places: list[int]) -> Iterator[tuple[int, int]]:
    for at, place in enumerate(places):
        for other in places[at + 1 : at + 1 + _MOST // 4]:
            yield place, other
