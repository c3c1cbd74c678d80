"""Since when an enterprise has fitted an item without a break, across revisions: worked out from the dated record.

Nothing of an answer changes between two days on which a value, a revision or an age moves. So the days are gone back
through until one on which the answer was another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qifu.domain.policies import facts
from qifu.domain.policies.models import Revision
from qifu.domain.registry import past
from qifu.domain.registry.past import Past
from qifu.engines import eligibility as law

YEARS = 10  # that are gone back at most


@dataclass(frozen=True, slots=True)
class Since:
    """From which day on; `is_sure` is false where it may have been earlier, because less is known of the day before."""

    day: date
    is_sure: bool


def of(enterprise: int, fitting: Iterable[Revision], on: date) -> dict[int, Since]:
    """For each item of the revisions that an enterprise fits, since when. Six statements; none for no revisions."""
    items = {row.item_id for row in fitting}
    held = past.read(enterprise) if items else None
    if held is None:
        return {}
    rows = Revision.objects.select_related("item").defer("tokens").filter(item__in=items, state="published")
    return since(held, rows, on)


def since(held: Past, revisions: Iterable[Revision], on: date) -> dict[int, Since]:
    """For each item that the enterprise fits on a day, since when; `revisions`: all published ones of these items.

    :raises Refused: a condition cannot be used.
    """
    rows = list(revisions)
    library = law.compile_policies(facts.policy(row) for row in rows)
    found: dict[int, Since] = {}
    open_: dict[int, date] = {}
    for day in _days(held, rows, library, on):
        told = _told(library, rows, held, day)
        if day == on:
            open_ = {item: day for item, result in told.items() if result == "eligible"}
        for item in list(open_):
            if told.get(item) == "eligible":
                open_[item] = day
            else:
                found[item] = Since(open_.pop(item), told.get(item) != "unknown")
        if not open_:
            break
    return found | {item: Since(day, False) for item, day in open_.items()}


def _told(library: law.Library, rows: Sequence[Revision], held: Past, day: date) -> Mapping[int, str]:
    """What each item answers on a day; one without a revision in force then answers nothing."""
    if not held.is_begun(day):
        return {}
    results = law.judge(library, facts.of(held.on(day), day), day)
    in_force = (pair for pair in zip(rows, results, strict=True) if pair[0].is_in_force(day))
    return {row.item_id: result for row, result in in_force}


def _days(held: Past, rows: Sequence[Revision], library: law.Library, on: date) -> list[date]:
    """The days on which an answer may have become another, from `on` back, and the day before the first of them."""
    found = {on, *held.days(), *(row.force_from for row in rows)}
    found |= {row.force_to + timedelta(days=1) for row in rows if row.force_to is not None}
    found |= set(_ages(held, library, on))
    first = max(min(found), on.replace(year=on.year - YEARS, day=min(on.day, 28)))
    found.add(first - timedelta(days=1))
    return sorted((day for day in found if first - timedelta(days=1) <= day <= on), reverse=True)


def _ages(held: Past, library: law.Library, on: date) -> Iterable[date]:
    """The days on which the enterprise reached an age that a condition asks for."""
    told = held.on(on).get("registered_on")
    begun = told.value if told else None
    if not isinstance(begun, date):
        return
    yield begun
    bounds = {
        int(value)
        for atom in library.atoms
        if any(field.name == "age_months" for field in atom.fields)
        for value in atom.values
        if isinstance(value, int | float) and 0 <= value < 12 * 200
    }
    for bound in bounds:
        for months in (bound, bound + 1):
            month = begun.month - 1 + months
            first = date(begun.year + month // 12, month % 12 + 1, 1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            yield first.replace(day=min(begun.day, last.day))
