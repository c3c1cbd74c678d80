"""Whom the rules would visit in a month, the most pressing first: a few set-based queries a rule, whatever the district holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from qifu.domain.estate import queries as estate
from qifu.domain.estate.leases import ends
from qifu.domain.registry import watching
from qifu.domain.registry.access import visible as enterprises
from qifu.domain.registry.classes import in_class
from qifu.domain.registry.signals import BY_CODE
from qifu.domain.visits import rules
from qifu.domain.visits.models import Visit
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import SYSTEM

OPEN = ("planned", "under_way")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a rule would visit, and its sentence."""

    rule: str
    why: str
    street: int | None
    enterprise: int | None = None
    building: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """What a plan is for: its days, its street, and how many visits there is room for."""

    first: date
    last: date
    today: date
    street: int | None
    room: int


def candidates(month: Month) -> list[Candidate]:
    """All whom the rules in force would visit, each once by the first rule, those with a visit ahead or in the month left out."""
    taken = set(
        Visit.objects.filter(state__in=OPEN, day__gte=month.today)
        .values_list("enterprise_id", "building_id")
        .distinct()
    )
    taken |= set(
        Visit.objects.filter(state="done", day__gte=month.first, day__lte=month.last).values_list(
            "enterprise_id", "building_id"
        )
    )
    found: dict[tuple[int | None, int | None], Candidate] = {}
    for rule in rules.in_force(rules.PLANNING, month.first):
        for one in _BY_RULE[rule.code](rule, month):
            key = (one.enterprise, one.building)
            if key not in taken and (month.street is None or one.street == month.street):
                found.setdefault(key, one)
    return list(found.values())


def _open(month: Month) -> QuerySet[Any]:
    rows = enterprises(SYSTEM).filter(status="open", merged_into=None)
    return rows if month.street is None else rows.filter(street=month.street)


def _follow_up(rule: rules.Rule, month: Month) -> Iterator[Candidate]:
    later = Visit.objects.filter(enterprise=OuterRef("enterprise"), day__gt=OuterRef("day"), state__in=(*OPEN, "done"))
    rows = Visit.objects.filter(~Exists(later), state="done", enterprise__isnull=False, follow_up__lte=month.last)
    rows = rows.filter(enterprise__status="open").order_by("follow_up", "pk")
    for enterprise, street, day in rows.values_list("enterprise_id", "street_id", "day"):
        yield Candidate(rule.code, rule.why.format(day=day), street, enterprise)


def _alert(rule: rules.Rule, month: Month) -> Iterator[Candidate]:
    rows = watching.visible(SYSTEM).filter(state="open", enterprise__status="open").order_by("due_at", "pk")
    for enterprise, street, code, at in rows.values_list("enterprise_id", "enterprise__street_id", "rule", "found_at"):
        what = BY_CODE[code].label if code in BY_CODE else code
        day = at.astimezone(SHANGHAI).date()
        yield Candidate(rule.code, rule.why.format(day=day, what=what), street, enterprise)


def _key(rule: rules.Rule, month: Month) -> Iterator[Candidate]:
    rows = list(in_class(_open(month), "key").order_by("pk").values_list("pk", "street_id"))
    last = _last(in_class(_open(month), "key").values("pk"))
    due = [(last.get(pk, date.min), pk, street) for pk, street in rows]
    for day, pk, street in sorted(due, key=lambda one: (one[0], one[1])):
        if day < month.last - timedelta(days=rules.KEY_EVERY):
            said = "从未走访" if day == date.min else f"上次走访是 {day}"
            yield Candidate(rule.code, rule.why.format(last=said), street, pk)


def _lease(rule: rules.Rule, month: Month) -> Iterator[Candidate]:
    found = ends(_open(month).values("pk"), month.today)  # type: ignore[arg-type]  # asked of the database, not of a list
    soon = {pk: day for pk, day in found.items() if day <= month.first + timedelta(days=rules.LEASE_WITHIN)}
    streets = _streets(soon)
    for pk, day in sorted(soon.items(), key=lambda pair: (pair[1], pair[0])):
        yield Candidate(rule.code, rule.why.format(day=day), streets.get(pk), pk)


def _building(rule: rules.Rule, month: Month) -> Iterator[Candidate]:
    """As many as the year's promise is behind by the end of the month, over the whole district."""
    year = Visit.objects.filter(building__isnull=False, day__year=month.first.year)
    done = year.filter(state="done").count()
    ahead = year.filter(state__in=OPEN).count()
    lacking = ceil(rules.BUILDINGS_A_YEAR * month.first.month / 12) - done - ahead
    last = dict(
        Visit.objects.filter(building__isnull=False, state="done")
        .order_by()
        .values_list("building_id")
        .annotate(day=Max("day"))
    )
    places = sorted(estate.buildings(SYSTEM), key=lambda one: (last.get(one.id, date.min), one.code))
    for one in places[: max(0, lacking)]:
        said = f"上次走访是 {last[one.id]}" if one.id in last else "从未走访"
        yield Candidate(rule.code, rule.why.format(last=said, done=done), one.street, building=one.id)


def _never(rule: rules.Rule, month: Month) -> Iterator[Candidate]:
    """As many as there is room for in each street, and no more: there are tens of thousands."""
    seen = Visit.objects.filter(enterprise=OuterRef("pk"))
    rows = _open(month).filter(~Exists(seen)).order_by("pk")
    counted: dict[int | None, int] = {}
    for pk, street in rows.values_list("pk", "street_id").iterator(2000):
        counted[street] = counted.get(street, 0) + 1
        if street is not None and counted[street] <= month.room:
            yield Candidate(rule.code, rule.why, street, pk)


def _last(ids: QuerySet[Any]) -> dict[int, date]:
    rows = Visit.objects.filter(state="done", enterprise__in=ids).order_by()
    return {pk: day for pk, day in rows.values_list("enterprise_id").annotate(at=Max("day")) if pk is not None}


def _streets(ids: Iterable[int]) -> dict[int, int | None]:
    wanted, found = sorted(ids), dict[int, int | None]()
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        found.update(enterprises(SYSTEM).filter(pk__in=some).values_list("pk", "street_id"))
    return found


_BY_RULE: dict[str, Callable[[rules.Rule, Month], Iterator[Candidate]]] = {
    "follow_up": _follow_up,
    "alert": _alert,
    "key": _key,
    "lease": _lease,
    "building": _building,
    "never": _never,
}
