"""What stands, put where every list looks: the identity of the enterprise follows its profile, each change with evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from qifu.domain.people import queries as people
from qifu.domain.registry import naming
from qifu.domain.registry.actions.marking import Turned, follow_marks
from qifu.domain.registry.actions.planning import shown
from qifu.domain.registry.models import Enterprise, FormerName, Profile
from qifu.domain.registry.reading import street_names
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import Entry, record_many

COLUMNS = ("name", "industry", "legal_form", "size_class", "registered_on", "registered_capital", "employees",
           "address", "status", "street_id")  # fmt: skip
BATCH = 500


@dataclass
class _Moved:
    row: Enterprise
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)


def settle(
    profiles: Iterable[Profile],
    *,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, object],
    silent: Mapping[int, Collection[str]] | None = None,
    is_back: bool = False,
) -> int:
    """Bring the enterprises and their marks in line with what stands; return how many changed.

    `silent`: fields of which nobody says anything any more, by enterprise; they become blank.
    `is_back`: something is taken back; a name that was never borne does not become a former one, and the marks are
    put back by whoever takes back.
    """
    drawn = {profile.enterprise_id: profile for profile in profiles}
    held = {pk: profile.values for pk, profile in drawn.items()}
    streets = street_names([(u.id, u.name, u.short_name) for u in people.units("street", closed=True)])
    numbers, moved = sorted(held), list[_Moved]()
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        rows = list(Enterprise.objects.select_for_update().filter(pk__in=some).order_by("pk"))
        turned = {} if is_back else follow_marks([drawn[row.pk] for row in rows if row.merged_into_id is None], now)
        for row in rows:
            blank = (silent or {}).get(row.pk, ())
            found = _moved(row, {**_blanks(blank, held[row.pk]), **_wanted(held[row.pk], streets)})
            _mark(found, turned.get(row.pk))
            moved += [found] if found.before or found.after else []
    _keep(moved, actor, now, facts, is_back)
    return len(moved)


def _wanted(values: Mapping[str, object], streets: Mapping[str, int]) -> dict[str, object]:
    told = {name: values[name] for name in COLUMNS if values.get(name) not in (None, "")}
    if isinstance(day := told.get("registered_on"), str):
        told["registered_on"] = date.fromisoformat(day)
    if isinstance(amount := told.get("registered_capital"), int | float):
        told["registered_capital"] = Decimal(str(amount))
    if (street := streets.get(str(values.get("street", "")))) is not None:
        told["street_id"] = street
    return told


def _blanks(names: Collection[str], values: Mapping[str, object]) -> dict[str, object]:
    gone = {"street_id" if name == "street" else name for name in names if name not in values}
    empty: dict[str, object] = dict.fromkeys(COLUMNS, "") | dict.fromkeys(
        ("registered_on", "registered_capital", "employees", "street_id")
    )
    return {name: empty[name] for name in gone & set(COLUMNS) - {"name", "status"}}


def _moved(row: Enterprise, wanted: Mapping[str, object]) -> _Moved:
    found = _Moved(row)
    for name, value in wanted.items():
        before = getattr(row, name)
        if before != value:
            found.before[name], found.after[name] = shown(name, before), shown(name, value)
            setattr(row, name, value)
    return found


def _mark(found: _Moved, turned: Turned | None) -> None:
    if turned is not None and turned.begun:
        found.after["marks_begun"] = turned.begun
    if turned is not None and turned.ended:
        found.before["marks_ended"] = turned.ended


def _keep(moved: list[_Moved], actor: Actor, now: datetime, facts: Mapping[str, object], is_back: bool) -> None:
    if not moved:
        return
    renamed = [each for each in moved if "name" in each.after]
    for each in renamed:
        FormerName.objects.filter(enterprise=each.row, name=each.row.name).delete()  # borne again
    former = former_names([each.row.pk for each in renamed])
    for each in renamed:
        old, names = str(each.before["name"]), former.setdefault(each.row.pk, [])
        if not is_back and old not in names:
            FormerName.objects.create(enterprise=each.row, name=old)
            names.append(old)
        each.row.initials = naming.initials(each.row.name)
        each.row.tokens = naming.tokens(each.row.name, each.row.initials, each.row.uscc or "", names)
    for each in moved:
        each.row.updated = now
    columns = ["street" if name == "street_id" else name for name in COLUMNS]
    Enterprise.objects.bulk_update(
        [each.row for each in moved], [*columns, "initials", "tokens", "updated"], batch_size=200
    )
    record_many([_told(each, actor, now, facts) for each in moved])


def former_names(enterprises: Iterable[int]) -> dict[int, list[str]]:
    """The names that each of them bore."""
    found: dict[int, list[str]] = {}
    rows = FormerName.objects.filter(enterprise__in=list(enterprises)).order_by("pk")
    for owner, name in rows.values_list("enterprise_id", "name"):
        found.setdefault(owner, []).append(name)
    return found


def _told(each: _Moved, actor: Actor, now: datetime, facts: Mapping[str, object]) -> Entry:
    return Entry(
        actor=actor,
        now=now,
        verb="enterprise.change",
        stream=f"registry.enterprise:{each.row.pk}",
        facts=dict(facts),
        before=each.before,
        after=each.after,
    )
