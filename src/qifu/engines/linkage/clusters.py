"""From pairs to firms: groups grow by their best pair, as long as all pairs between them speak for it on average."""

from __future__ import annotations

import numpy as np

from .features import Features, Floats, Integers
from .learning import Known
from .merging import Grouping, Merger, ends, roots
from .pairs import once, within
from .scoring import Scorer
from .weights import Weights
from .wholes import holders_of_one_code, join_wholes

AT_ONCE = 400_000  # pairs held in working form at a time
LARGEST = 60  # rows of a group compared all with all


def components(count: int, one: Integers, other: Integers) -> Integers:
    """The least row of the connected part that each row is in."""
    label = np.arange(count, dtype=np.int64)
    while len(one):
        low = np.minimum(label[one], label[other])
        before = label.copy()
        np.minimum.at(label, label[one], low)
        np.minimum.at(label, label[other], low)
        label = roots(label)
        if (label == before).all():
            break
    return label


def group(
    rows: Features, scorer: Scorer, pairs: Integers, scores: Floats, weights: Weights, known: Known | None = None
) -> Grouping:
    """Group rows into firms; `known` are pairs that a person decided."""
    label = components(len(rows), *ends(pairs[scores > weights.review_from]))
    pairs, scores = _all_within(label, scorer, pairs, scores)
    merger = Merger(rows, weights)
    for part in _parts(label, pairs):
        merger.load(pairs[part], scores[part])
        merger.impose({pair: same for pair, same in (known or {}).items() if merger.holds(pair)})
        merger.run()
        join_wholes(merger, scorer, merger.members(), merger.hopeful())
        merger.leave_doubts()
    merger.load(pairs[:0], scores[:0])
    apart = {pair for pair, same in (known or {}).items() if not same}
    alike = [pair for pair in holders_of_one_code(merger, rows) if pair not in apart]
    join_wholes(merger, scorer, merger.members(alike), alike)
    return merger.finish()


def _parts(label: Integers, pairs: Integers) -> list[Integers]:
    """The pairs in parts of about `AT_ONCE`, connected ones together, so that memory stays flat."""
    part = label[pairs >> 32]
    order = np.argsort(part, kind="stable")
    ends = np.flatnonzero(np.diff(part[order])) + 1
    cuts: list[int] = []
    for end in ends.tolist():
        if end - (cuts[-1] if cuts else 0) >= AT_ONCE:
            cuts.append(end)
    return [piece for piece in np.split(order, cuts) if len(piece)]


def _all_within(label: Integers, scorer: Scorer, pairs: Integers, scores: Floats) -> tuple[Integers, Floats]:
    """Weigh also the pairs inside each connected part that share no key; what lies between parts is dropped."""
    one, other = ends(pairs)
    inside = label[one] == label[other]
    pairs, scores = pairs[inside], scores[inside]
    more = once(within(label, most=LARGEST))
    more = more[pairs[np.minimum(np.searchsorted(pairs, more), len(pairs) - 1)] != more] if len(pairs) else more
    if len(more):
        pairs, scores = np.concatenate([pairs, more]), np.concatenate([scores, scorer.scores(more)])
    return pairs, scores
