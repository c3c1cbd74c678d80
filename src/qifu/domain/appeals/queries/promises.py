"""The times promised, each with its rule and with what it means for a case that arrives now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qifu.domain.appeals import facts
from qifu.domain.appeals.flow import TERMS, words
from qifu.domain.appeals.models import Promise
from qifu.domain.appeals.queries.sheet import rule
from qifu.engines.flow import started


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One promise: kind × urgency × clock."""

    kind: str
    urgency: str
    clock: str
    kind_label: str
    urgency_label: str
    clock_label: str
    term: str
    n: int
    rule: str
    usual: str  # the rule when nothing is set
    is_set: bool
    due: datetime  # of a clock that starts now
    is_assumed: bool


def promises(now: datetime, kind: str = "") -> list[PromiseView]:
    """All promises, or those of one kind, in the order of the words."""
    held = {(row.kind, row.urgency, row.clock): row for row in Promise.objects.all()}
    timer, found = facts.timer(), []
    for (kind_, urgency), usuals in TERMS.items():
        for clock in (name for name, _ in words.CLOCKS if name in usuals and kind in ("", kind_)):
            row, usual = held.get((kind_, urgency, clock)), usuals[clock]
            term = facts.term(row.term, row.n) if row else usual
            example = started(clock, 1, term, now, timer)
            found.append(
                PromiseView(
                    kind=kind_,
                    urgency=urgency,
                    clock=clock,
                    kind_label=words.label(words.KINDS, kind_),
                    urgency_label=words.label(words.URGENCIES, urgency),
                    clock_label=words.label(words.CLOCKS, clock),
                    term=term.kind,
                    n=term.n,
                    rule=rule(term.kind, term.n),
                    usual=rule(usual.kind, usual.n),
                    is_set=row is not None,
                    due=example.due,
                    is_assumed=example.is_assumed,
                )
            )
    return found
