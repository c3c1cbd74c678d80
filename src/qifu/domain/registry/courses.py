"""Versions of sources' rows → the course of each value: what one source says now, and what it said on earlier days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.utils.timezone import localdate

from qifu.domain.registry.actions.reckoning import believed, leads_of
from qifu.domain.registry.models import Enterprise, Mark, SourceRow
from qifu.domain.registry.profiles import Sources
from qifu.domain.registry.signals import Course, Seen, Watched

WATCHED = (
    "status", "abnormal", "dishonest", "building_id", "revenue", "revenue_growth", "tax_paid", "quarter_sales",
    "insured_staff", "arrears", "lawsuits", "above_scale",
)  # fmt: skip
Handed = Mapping[int, Mapping[str, Course]]
_Row = tuple[int, int, int, date, datetime, datetime | None, dict[str, object]]
_Versions = dict[int, list[_Row]]  # of one enterprise, by source, oldest first


def watched(ids: Sequence[int], on: date, handed: Handed) -> dict[int, Watched]:
    """Draw up what rules look at, with what other rooms hand in. Six statements, whatever the number."""
    versions, (sources, complete) = _versions(ids), believed()
    lists = {one.source: one.as_of for one in complete}
    marks: dict[int, set[str]] = {}
    for owner, kind in Mark.objects.filter(enterprise__in=ids, until=None).values_list("enterprise_id", "kind"):
        marks.setdefault(owner, set()).add(kind)
    states = {
        pk: (status, at)
        for pk, status, at in Enterprise.objects.filter(pk__in=ids).values_list("pk", "status", "updated")
    }
    found = {}
    for pk in ids:
        courses = _courses(versions.get(pk, {}), sources, lists)
        if "status" not in courses and pk in states and states[pk][0] != "open":
            courses["status"] = Course(Seen(states[pk][0], localdate(states[pk][1]), "企业名录"))
        found[pk] = Watched(on, courses | dict(handed.get(pk, {})), frozenset(marks.get(pk, ())))
    return found


def told(enterprise: int, fields: Iterable[str]) -> dict[str, list[Seen]]:
    """Every value that any source has said of the fields, newest day first. Four statements."""
    versions, (sources, _) = _versions([enterprise]), believed()
    found: dict[str, list[Seen]] = {field: [] for field in fields}
    for source, rows in versions.get(enterprise, {}).items():
        name = sources[source].name if source in sources else "已停用的来源"
        for row in rows:
            for field in found:
                if row[6].get(field) is not None:
                    found[field].append(Seen(row[6][field], row[3], name, row[0]))
    for seen in found.values():
        seen.sort(key=lambda one: (one.day, one.row), reverse=True)
    return found


def _versions(ids: Sequence[int]) -> dict[int, _Versions]:
    lead = leads_of(ids)
    rows = SourceRow.objects.filter(enterprise__in=lead).order_by("as_of", "learned_at", "pk")
    found: dict[int, _Versions] = {}
    for row in rows.values_list("pk", "enterprise_id", "source_id", "as_of", "learned_at", "gone_at", "values"):
        found.setdefault(lead[row[1]], {}).setdefault(row[2], []).append(row)
    return found


def _courses(versions: _Versions, sources: Sources, lists: Mapping[int, date]) -> dict[str, Course]:
    best: dict[str, tuple[int, Course]] = {}
    for source, rows in versions.items():
        if source not in sources:
            continue
        for field, seen in _seen(rows, sources[source].name, lists.get(source)).items():
            rank = sources[source].authority_for(field)
            if field not in best or rank > best[field][0]:
                best[field] = rank, Course(seen[0], tuple(seen[1:]))
    return {field: course for field, (_, course) in best.items()}


def _seen(rows: Sequence[_Row], source: str, listed_on: date | None) -> dict[str, list[Seen]]:
    """What one source said of each field, newest first; of one day only what it said last."""
    found: dict[str, list[Seen]] = {}
    for row in reversed(rows):
        for field in WATCHED:
            if field in row[6]:
                said = found.setdefault(field, [])
                if not said or said[-1].day != row[3]:
                    said.append(Seen(row[6][field], row[3], source, row[0]))
    ended = [row[5] for row in rows]
    if found and all(ended):
        gone = listed_on or localdate(max(at for at in ended if at is not None))
        for said in found.values():
            if gone > said[0].day:
                said.insert(0, Seen(None, gone, source))
    return found
