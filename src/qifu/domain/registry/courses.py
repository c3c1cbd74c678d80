"""Versions of sources' rows → the course of each value: what one source says now, and what it said on earlier days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Min
from django.utils.timezone import localdate

from qifu.domain.registry.merged import together
from qifu.domain.registry.models import Enterprise, Mark, Source, SourceRow
from qifu.domain.registry.signals import Course, Seen, Watched

WATCHED = (
    "status", "abnormal", "dishonest", "building_id", "revenue", "revenue_growth", "tax_paid", "quarter_sales",
    "insured_staff", "arrears", "lawsuits", "above_scale",
)  # fmt: skip
ABSENT: Mapping[str, object] = {"abnormal": False, "dishonest": False, "arrears": 0, "lawsuits": 0}
"""What is true of whoever is not on the list that tells it, so that a new name on it is news."""
Handed = Mapping[int, Mapping[str, Course]]
_Row = tuple[int, int, int, date, datetime, datetime | None, dict[str, object]]
_Versions = dict[int, list[_Row]]  # of one enterprise, by source, oldest first


def begun() -> dict[int, date]:
    """The day on which each source was first heard: whoever was on its first list is no news. One statement."""
    first = SourceRow.objects.order_by().values_list("source_id").annotate(at=Min("learned_at"))
    return {source: localdate(at) for source, at in first}


def watched(ids: Sequence[int], on: date, handed: Handed, since: Mapping[int, date]) -> dict[int, Watched]:
    """Draw up what rules look at, with what other rooms hand in; `since`: when each source was first heard.

    Five statements, whatever the number.
    """
    versions, sources = _versions(ids), _sources()
    marks: dict[int, set[str]] = {}
    for owner, kind in Mark.objects.filter(enterprise__in=ids, until=None).values_list("enterprise_id", "kind"):
        marks.setdefault(owner, set()).add(kind)
    return {
        pk: Watched(
            on,
            _courses(versions.get(pk, {}), sources, since) | dict(handed.get(pk, {})),
            frozenset(marks.get(pk, ())),
        )
        for pk in ids
    }


def housed(found: Mapping[int, Watched], houses: Mapping[str, str]) -> dict[int, Watched]:
    """The same, with the building that somebody has left told by its name; `houses`: names by code."""
    return {pk: _housed(one, houses) for pk, one in found.items()}


def _housed(one: Watched, houses: Mapping[str, str]) -> Watched:
    course = one.courses.get("building_id")
    if course is None or course.now.value is not None or not houses:
        return one

    def named(seen: Seen) -> Seen:
        code = str(seen.value)
        return replace(seen, value=f"{houses[code]}（{code}）") if code in houses else seen

    left = Course(course.now, tuple(named(seen) for seen in course.earlier))
    return replace(one, courses={**one.courses, "building_id": left})


def told(enterprise: int, fields: Iterable[str]) -> dict[str, list[Seen]]:
    """Every value that any source has said of the fields: newest year first, in it the strongest source. Two statements."""
    found: dict[str, list[tuple[tuple[int, int, date, int], Seen]]] = {field: [] for field in fields}
    rows = SourceRow.objects.filter(enterprise__in=together(enterprise), source__is_active=True)
    for row in rows.select_related("source").order_by("pk"):
        for field, held in found.items():
            if row.values.get(field) is not None:
                strength = int(row.source.strengths.get(field, row.source.authority))
                seen = Seen(row.values[field], row.as_of, row.source.name, row.pk)
                held.append(((row.as_of.year, strength, row.as_of, row.pk), seen))
    return {
        field: [seen for _, seen in sorted(held, key=lambda pair: pair[0], reverse=True)]
        for field, held in found.items()
    }


def _versions(ids: Sequence[int]) -> dict[int, _Versions]:
    merged = Enterprise.objects.filter(merged_into__in=ids).values_list("pk", "merged_into_id")
    lead = {pk: pk for pk in ids} | {pk: int(into or 0) for pk, into in merged}
    rows = SourceRow.objects.filter(enterprise__in=lead).order_by("as_of", "learned_at", "pk")
    found: dict[int, _Versions] = {}
    for row in rows.values_list("pk", "enterprise_id", "source_id", "as_of", "learned_at", "gone_at", "values"):
        found.setdefault(lead[row[1]], {}).setdefault(row[2], []).append(row)
    return found


def _sources() -> dict[int, Source]:
    return {source.pk: source for source in Source.objects.filter(is_active=True)}


def _courses(versions: _Versions, sources: Mapping[int, Source], since: Mapping[int, date]) -> dict[str, Course]:
    best: dict[str, tuple[int, Course]] = {}
    for source, rows in versions.items():
        known = sources.get(source)
        if known is None:
            continue
        for field, seen in _seen(rows, known.name, known.complete_on, since.get(source)).items():
            rank = int(known.strengths.get(field, known.authority))
            if field not in best or rank > best[field][0]:
                best[field] = rank, Course(seen[0], tuple(seen[1:]))
    return {field: course for field, (_, course) in best.items()}


def _seen(rows: Sequence[_Row], source: str, listed_on: date | None, begun_on: date | None) -> dict[str, list[Seen]]:
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
    if begun_on is not None and localdate(rows[0][4]) > begun_on:
        for field in found.keys() & ABSENT.keys():
            oldest = found[field][-1].day
            found[field].append(Seen(ABSENT[field], min(begun_on, oldest - timedelta(days=1)), source))
    return found
