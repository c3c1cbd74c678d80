"""The promises as the portal prints them, computed from the terms in force and the centre's service hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qifu.domain.appeals.queries.promises import PromiseView, promises
from qifu.domain.people import queries as people
from qifu.entry.theme.phrases import phrase, said, several

SHOWN = {"accept": "内接单", "dispatch": "内转办", "reply": "内回复"}
UNITS = {"workdays": "个工作日", "days": "天"}


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise: 1 小时内接单. `due` is that of a case that arrives now."""

    figure: str
    unit: str
    says: str
    rule: str
    due: datetime
    is_assumed: bool

    @property
    def term(self) -> str:
        """1 小时"""
        return f"{self.figure} {self.unit}"


def three(now: datetime) -> list[Promised]:
    """Accept, transfer, reply: what a plain appeal is promised."""
    rows = [row for row in promises(now, "appeal") if row.urgency == "normal"]
    return [_promised(row) for clock in SHOWN for row in rows if row.clock == clock]


def replies(now: datetime) -> dict[str, dict[str, Promised]]:
    """By kind and urgency, within what time a reply is promised."""
    found: dict[str, dict[str, Promised]] = {}
    for kind in ("appeal", "complaint", "assistance"):
        rows = [row for row in promises(now, kind) if row.clock == "reply"]
        found[kind] = {row.urgency: _promised(row) for row in rows}
    return found


def service_hours() -> str:
    """工作日 9:00–12:00、14:00–17:30"""
    centres = people.units("centre")
    spans = people.hours_of(centres[0].id if centres else None).spans
    return phrase("工作日 {hours}", hours=said("、").join(f"{a.hour}:{a:%M}–{b.hour or 24}:{b:%M}" for a, b in spans))


def _promised(row: PromiseView) -> Promised:
    if row.term in UNITS:
        n, unit = row.n, several(UNITS[row.term], row.n)
    elif row.n % 60 == 0:
        n, unit = row.n // 60, several("小时", row.n // 60)
    else:
        n, unit = row.n, several("分钟", row.n)
    return Promised(str(n), unit, said(SHOWN[row.clock]), row.rule, row.due, row.is_assumed)
