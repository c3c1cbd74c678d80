"""Whether a revision can be used and whether it may be published: each defect a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from qifu.domain.policies import facts, sourcing
from qifu.domain.policies.models import Case, Revision
from qifu.engines import eligibility as law
from qifu.engines.eligibility.conditions import Comparison
from qifu.engines.eligibility.wording import sentence

RESULTS = {"eligible": "符合", "unknown": "缺信息，暂不确定", "ineligible": "不符合"}
KINDS = dict(Case.Kind.choices)
MEANT = {  # what a case of a kind must answer; one on a bound answers either way
    str(Case.Kind.ELIGIBLE): "eligible", str(Case.Kind.NOT): "ineligible", str(Case.Kind.UNKNOWN): "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """A case with what the condition really answers; `problem` where its facts cannot be read."""

    case: Case
    answer: str
    problem: str = ""

    @property
    def holds(self) -> bool:
        return not self.problem and self.answer == self.case.expected


def condition_of(raw: object) -> law.Node:
    """Read a condition.

    :raises Refused: malformed, unknown field, clash of types.
    """
    return law.read_policy({"id": "条件", "title": "", "when": raw}).when


def formula_of(raw: object) -> law.Formula | None:
    """Read a formula of an amount in 万元; nothing is none.

    :raises Refused: unknown field or operator, bounds that do not rise.
    """
    return None if raw is None else law.read_formula(raw)


def answer(revision: Revision, given: Mapping[str, object], on: date) -> law.Explanation:
    """What a revision says to facts on a day; the days of its force count.

    :raises Unreadable: a value does not fit its field. :raises Refused: the condition cannot be used.
    """
    library = law.compile_policies([facts.policy(revision)])
    return law.Reading(library, law.facts(given, on), on).explain(0)


def tried(revision: Revision, cases: Iterable[Case]) -> list[Tried]:
    """Try all cases of a revision; each on its own day, in force or not."""
    found = []
    for case in cases:
        try:
            found.append(Tried(case, answer(revision, case.facts, case.on).result))
        except (law.Unreadable, law.Refused) as refusal:
            found.append(Tried(case, "", str(refusal)))
    return found


def has_bound(node: law.Node) -> bool:
    """Whether a condition compares numbers or days by size: only then is there a bound to stand on."""
    return any(isinstance(leaf, Comparison) and leaf.fields[0].is_ordered for leaf in sourcing.leaves(node))


def in_the_way(revision: Revision, cases: Iterable[Case]) -> list[str]:
    """Everything that stands between a revision and its publication, apart from who has read it."""
    kept = list(cases)
    try:
        node = condition_of(revision.condition)
        formula_of(revision.formula)
    except law.Refused as refusal:
        return [f"条件或金额公式不能用：{refusal.zh}（{refusal.path}）"]
    wanted = [kind for kind in KINDS if kind != Case.Kind.BOUNDARY or has_bound(node)]
    found = [f"缺少“{KINDS[kind]}”的算例。" for kind in wanted if not any(_is_of(case, kind) for case in kept)]
    edges = [case for case in kept if case.kind == Case.Kind.BOUNDARY]
    if edges and has_bound(node) and not any(_stands(case, node) for case in edges):
        found.append("“正在界上”的算例没有一个数值或日期与条件中的界限正好相等，请改其中一个。")
    for one in tried(revision, kept):
        if one.problem:
            found.append(f"算例“{one.case.name}”的事实读不了：{one.problem}")
        elif not one.holds:
            told = RESULTS[one.answer]
            found.append(f"算例“{one.case.name}”应为“{RESULTS[one.case.expected]}”，实际是“{told}”。")
    for clause in sourcing.uncovered(node, revision.clauses):
        found.append(f"“{sentence(clause)}”没有写明出自哪一条。")
    if not revision.summary.strip():
        found.append("没有写通俗说明。")
    return found


def _is_of(case: Case, kind: str) -> bool:
    """Whether a case is of a kind and expects what the kind means."""
    return case.kind == kind and case.expected == MEANT.get(kind, case.expected)


def _stands(case: Case, node: law.Node) -> bool:
    """Whether a figure or a day of a case is exactly that which a clause compares it with."""
    try:
        given = law.facts(case.facts, case.on)
    except law.Unreadable:
        return False
    for leaf in sourcing.leaves(node):
        if isinstance(leaf, Comparison) and leaf.fields[0].is_ordered:
            sides = [given.get(each.name) if isinstance(each, law.Field) else each for each in leaf.operands]
            if any(one is not None and one == other for one, other in combinations(sides, 2)):
                return True
    return False
