"""What a draft would do before anybody publishes it: who fits, what keeps others unknown, what it would cost; two compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

import numpy as np

from qifu.domain.policies import access, columns, composing, costing, facts, formulas, windows
from qifu.domain.policies.actions.matching import Lacking
from qifu.domain.policies.models import Revision
from qifu.engines import eligibility as law
from qifu.engines.eligibility.conditions import Negation
from qifu.kernel.actor import Actor

RESULTS = ("eligible", "unknown", "ineligible")
BLOCKS = 6  # clauses told that stand in most firms' way


@dataclass(frozen=True, slots=True)
class Trial:
    """What a condition comes to over all enterprises; money in 元, least and most (None: no bound)."""

    enterprises: int
    eligible: int
    unknown: int
    lacking: tuple[tuple[str, int], ...]  # label, how many it keeps unknown
    blocking: tuple[tuple[str, int], ...]  # clause, how many would fit but for it
    least: int
    most: int | None
    has_formula: bool

    @property
    def ineligible(self) -> int:
        return self.enterprises - self.eligible - self.unknown


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two revisions over the same enterprises; `moved`: (of the first, of the second) → how many."""

    one: Revision
    other: Revision
    first: Trial
    second: Trial
    moved: tuple[tuple[str, str, int], ...]
    texts: tuple[tuple[str, str, str], ...]  # label, first, second: what differs
    clauses: tuple[tuple[str, str], ...]  # sign, words


@dataclass(frozen=True, slots=True)
class Shift:
    """What a text that is being written would change beside a revision as it was saved."""

    number: int
    before: Trial
    moved: tuple[tuple[str, str, int], ...]  # (saved, written) → how many


def trial(*, actor: Actor, on: date, condition: object, formula: object = None) -> Trial:
    """Try a condition on all enterprises, as they were some minutes ago at most.

    :raises Forbidden: not of the staff. :raises Refused: the condition or the formula cannot be used.
    """
    access.require_staff(actor)
    node = law.parse(condition, law.catalogue())
    return _tried(columns.kept(on, _asked(node)), on, node, formula)[0]


def shift(*, actor: Actor, on: date, condition: object, formula: object, code: str, number: int) -> tuple[Trial, Shift]:
    """Try what is being written beside the revision that is saved: who would gain, who would lose.

    :raises Missing: there is no such revision. :raises Refused: the condition or the formula cannot be used.
    """
    row = access.revision(actor, code, number)
    saved, written = (law.parse(each, law.catalogue()) for each in (row.condition, condition))
    city = columns.kept(on, _asked(saved, written))
    before, was = _tried(city, on, saved, row.formula)
    after, becomes = _tried(city, on, written, formula)
    return after, Shift(number, before, _moved(was, becomes))


def prepare(*, actor: Actor, on: date) -> None:
    """Have the columns of all enterprises at hand before somebody wants counts. :raises Forbidden: not of the staff."""
    access.require_staff(actor)
    columns.kept(on)


def _asked(*nodes: law.Node) -> frozenset[str]:
    return law.compile_policies([law.Policy(str(n), "", node) for n, node in enumerate(nodes)]).fields


def comparison(*, actor: Actor, on: date, code: str, one: int, other: int) -> Comparison:
    """Two revisions of an item on the enterprises of today: who would gain, who would lose, what else differs.

    :raises Missing: there is no such revision.
    """
    first, second = (access.revision(actor, code, number) for number in (one, other))
    nodes = [law.parse(row.condition, law.catalogue()) for row in (first, second)]
    city = columns.kept(on, _asked(*nodes))
    told = [_tried(city, on, node, row.formula) for node, row in zip(nodes, (first, second), strict=True)]
    moved = _moved(told[0][1], told[1][1])
    return Comparison(
        first,
        second,
        told[0][0],
        told[1][0],
        moved,
        _texts(first, second),
        _differing(first.condition, second.condition),
    )


def _moved(before: np.ndarray, after: np.ndarray) -> tuple[tuple[str, str, int], ...]:
    """How many go from each answer to each other one."""
    return tuple(
        (RESULTS[a], RESULTS[b], int(((before == a) & (after == b)).sum()))
        for a in range(3)
        for b in range(3)
        if a != b
    )


def _tried(city: facts.City, on: date, node: law.Node, formula: object) -> tuple[Trial, np.ndarray]:
    library = law.compile_policies([law.Policy("草稿", "", node)])
    told = law.match(library, city.table, on)
    yes, unknown = told.eligible(0), told.unknown(0)
    least, most = _cost(city, formula, yes)
    lacking = Lacking.of(library, city.table, on).get(0, {})
    results = np.where(yes, 0, np.where(unknown, 1, 2))
    found = Trial(
        city.table.rows, int(yes.sum()), int(unknown.sum()),
        tuple((law.catalogue()[name].label, n) for name, n in lacking.items()),
        _blocking(city, on, node), least, most, formula is not None,
    )  # fmt: skip
    return found, results


def _cost(city: facts.City, formula: object, yes: np.ndarray) -> tuple[int, int | None]:
    if formula is None:
        return 0, 0
    found = costing.amounts(law.read_formula(formula), city.table)
    least, most = found.low[yes], found.high[yes]
    return round(float(least.sum())), round(float(most.sum())) if np.isfinite(most).all() else None


def _blocking(city: facts.City, on: date, node: law.Node) -> tuple[tuple[str, int], ...]:
    """For each part of an all-of condition how many fail it and nothing else: where to loosen."""
    parts = getattr(node, "parts", ()) if getattr(node, "operator", "") == "and" else ()
    if len(parts) < 2:
        return ()
    library = law.compile_policies([law.Policy(str(n), "", part) for n, part in enumerate(parts)])
    told = law.match(library, city.table, on)
    fails = np.array([~told.eligible(n) & ~told.unknown(n) for n in range(len(parts))])
    alone = fails & (fails.sum(axis=0) == 1)
    counted = sorted(((int(alone[n].sum()), _words(part)) for n, part in enumerate(parts)), key=lambda pair: -pair[0])
    return tuple((words, n) for n, words in counted if n)[:BLOCKS]


def _words(node: law.Node) -> str:
    tree = law.Reading(law.compile_policies([law.Policy("", "", node)]), {}, date.min).explain(0).tree
    told = [line.text for line in tree if line.fields]
    return ("不属于：" if isinstance(node, Negation) else "") + "；".join(told[:3])


def _texts(one: Revision, other: Revision) -> tuple[tuple[str, str, str], ...]:
    """What else differs, in words."""

    def said(row: Revision) -> Mapping[str, str]:
        return {
            "名称": row.title, "通俗说明": row.summary, "标准": row.amount_words, "金额算法": formulas.said(row.formula),
            "受理时间": windows.said(row.window),
            "开始执行": row.force_from.isoformat(), "停止执行": row.force_to.isoformat() if row.force_to else "未定",
            "办理步数": str(row.steps), "办理方式": row.how, "材料": "、".join(map(str, row.materials)),
            "另外审核": "、".join(map(str, row.beyond)), "依据文件": f"{row.document.number} {row.document.title}".strip(),
        }  # fmt: skip

    first, second = said(one), said(other)
    return tuple((label, first[label], second[label]) for label in first if first[label] != second[label])


def _differing(one: object, other: object) -> tuple[tuple[str, str], ...]:
    """The lines of two conditions, with what was taken away and put in."""
    first, second = ([f"{'　' * depth}{text}" for depth, text, _ in composing.said(raw)] for raw in (one, other))
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [("", text) for text in first[a:b]]
        else:
            found += [("−", text) for text in first[a:b]] + [("+", text) for text in second[c:d]]
    return tuple(found)


def common_lacking(lines: Sequence[Mapping[str, int]]) -> list[tuple[str, int]]:
    """Which fields keep most answers unknown, over several items."""
    counted: Counter[str] = Counter()
    for held in lines:
        counted.update(held)
    return [(law.catalogue()[name].label, n) for name, n in counted.most_common() if name in law.catalogue()]
