"""Rows → what engines read: the values of enterprises that stand, with source and date, one by one and as columns.

Names of fields are those of `qifu.engines.eligibility.catalogue()`. Figures are Decimal, counts int, days dates; in
`table` figures are floats, because the bulk engine counts in them. What nobody has said is not there, or None. The age
in months is left to the engine, which knows the day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F

from qifu.domain.people import queries as people
from qifu.domain.registry.models import Enterprise, Profile, Source, SourceRow
from qifu.domain.registry.profiles import typed
from qifu.domain.registry.standing import WHYS, Why
from qifu.engines.eligibility import catalogue

FEW, SHORT, STRETCH = 500, 5_000, 20_000
HANDFUL = 20  # fields up to which a profile is picked from while it is read
REGISTERED = "企业名录"
COLUMNS = ("name", "uscc", "industry", "legal_form", "registered_on", "registered_capital", "employees", "size_class")


@dataclass(frozen=True, slots=True)
class Held:
    """One value that stands: of which day, by whom, and why it and no other."""

    value: object
    as_of: date | None
    source: str
    why: str


def held(enterprise_id: int) -> dict[str, Held]:
    """What stands of one enterprise. At most three statements."""
    return many([enterprise_id]).get(enterprise_id, {})


def many(ids: Sequence[int]) -> dict[int, dict[str, Held]]:
    """What stands of several. At most three statements, whatever their number."""
    found_rows = Enterprise.objects.filter(pk__in=set(ids)).select_related("profile").order_by("pk")
    rows = {e.pk: e for e in found_rows.defer("tokens", "phone").annotate(street_name=F("street__short_name"))}
    found = {pk: e.profile for pk, e in rows.items() if hasattr(e, "profile")}
    numbers = {int(stand[0]) for p in found.values() for stand in p.stands.values() if stand[0]}
    days = days_of(numbers)
    sources = {s.pk: s for s in Source.objects.only("name", "complete_on")} if found else {}
    return {pk: _identity(row) | _standing(found.get(pk), days, sources) for pk, row in rows.items()}


def is_counted(enterprise_id: int) -> bool:
    """Whether an enterprise is open and was not merged into another: whether it has a row in `table`."""
    return Enterprise.objects.filter(pk=enterprise_id, status="open", merged_into=None).exists()


Days = Mapping[int, tuple[date, Mapping[str, str]]]


def days_of(rows: Collection[int]) -> Days:
    """Of which day rows speak, and which of their values are of an earlier one."""
    if not rows:
        return {}
    told = SourceRow.objects.filter(pk__in=rows).values_list("pk", "as_of", "days")
    return {pk: (day, earlier) for pk, day, earlier in told}


def day_of(days: Days, row: int, field: str) -> date | None:
    """The day of one value of a row."""
    day, earlier = days.get(row, (None, {}))
    return date.fromisoformat(earlier[field]) if field in earlier else day


def _standing(profile: Profile | None, days: Days, sources: Mapping[int, Source]) -> dict[str, Held]:
    if profile is None:
        return {}
    told = {}
    for field, value in profile.values.items():
        if field not in catalogue():
            continue
        row, number, why = profile.stands[field]
        source = sources.get(number)
        day = day_of(days, row, field) if row else source.complete_on if source else profile.reckoned_at.date()
        told[field] = Held(typed(field, value), day, source.name if source else "系统计算", WHYS[Why(why)])
    return told


def _identity(row: Enterprise) -> dict[str, Held]:
    """What the registry itself says, for fields of which no source has spoken."""
    day = row.registered_on
    said: dict[str, object] = {"enterprise_id": str(row.pk)} | {name: getattr(row, name) for name in COLUMNS}
    said["street"] = getattr(row, "street_name", None)
    why = WHYS[Why.ONLY]
    return {
        field: Held(value, day if field == "registered_on" else None, REGISTERED, why)
        for field, value in said.items()
        if value not in (None, "")
    }


def _streets() -> dict[int, str]:
    return {unit.id: unit.short_name for unit in people.units("street", closed=True)}


Columns = dict[str, list[object]]


def table(ids: Sequence[int] | None = None) -> tuple[list[int], Columns]:
    """Columns of the open enterprises that were not merged into another, or of those asked for: ids ascending."""
    numbers: list[int] = []
    columns: Columns = {name: [] for name in catalogue()}
    for some, told in stretches(ids):
        numbers += some
        for name, values in told.items():
            columns[name] += values
    return numbers, columns


def stretches(
    ids: Sequence[int] | None = None, fields: Collection[str] | None = None, size: int = 0
) -> Iterator[tuple[list[int], Columns]]:
    """The rows of `table` a stretch at a time, of all fields or of some: what is held at once does not grow with the table.

    Two statements a stretch.
    """
    streets, last = _streets(), 0
    size = size or (SHORT if fields is not None and len(fields) <= HANDFUL else STRETCH)
    while rows := _rows(ids, last, size):
        yield _told(rows, streets, catalogue() if fields is None else fields)
        last = rows[-1][0]
        if len(rows) < size:
            return


def _told(
    rows: Sequence[tuple[Any, ...]], streets: Mapping[int, str], fields: Collection[str]
) -> tuple[list[int], Columns]:
    numbers = [row[0] for row in rows]
    said = _read(rows, fields)
    _fill_from_columns(numbers, said)
    own: dict[str, Callable[[], list[object]]] = {
        "enterprise_id": lambda: [str(number) for number in numbers],
        "name": lambda: [row[2] for row in rows],
        "uscc": lambda: [row[3] for row in rows],
        "street": lambda: [streets.get(row[4]) for row in rows],
    }
    known = catalogue()
    return numbers, {name: own[name]() if name in own else _column(name, known[name].type, said) for name in fields}


def _read(rows: Sequence[tuple[Any, ...]], fields: Collection[str]) -> list[dict[str, Any]]:
    """The profiles of the rows; where few fields are asked for, nothing else of them is held."""
    if len(fields) > HANDFUL:
        whole: list[dict[str, Any]] = json.loads("[" + ",".join(row[1] or "{}" for row in rows) + "]")
        return whole
    wanted = frozenset([*fields, "registered_on"])  # the latter tells whether a source has spoken of the registration
    told = (json.loads(row[1]) if row[1] else {} for row in rows)
    return [{name: value for name, value in one.items() if name in wanted} for one in told]


def _rows(ids: Sequence[int] | None, last: int, size: int) -> list[tuple[Any, ...]]:
    e, p = (connection.ops.quote_name(m._meta.db_table) for m in (Enterprise, Profile))
    values = connection.ops.quote_name("values")
    given: list[Any] = [] if ids is None else [list(ids) if _is_postgresql() else json.dumps(list(ids))]
    where = "e.status = 'open' AND e.merged_into_id IS NULL" if ids is None else _AMONG[connection.vendor]
    sql = (
        f"SELECT e.id, p.{values}, e.name, e.uscc, e.street_id FROM {e} e "  # noqa: S608 - names are our own
        f"LEFT JOIN {p} p ON p.enterprise_id = e.id AND p.enterprise_id > %s "  # else read from its beginning each time
        f"WHERE {where} AND e.id > %s ORDER BY e.id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [last, *given, last, size])
        return list(cursor.fetchall())


_AMONG = {"postgresql": "e.id = ANY(%s)", "sqlite": "e.id IN (SELECT value FROM json_each(%s))"}


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _fill_from_columns(numbers: Sequence[int], said: Sequence[dict[str, Any]]) -> None:
    """Enterprises of whose registration no source has spoken are told by their own row."""
    bare = {pk: place for place, pk in enumerate(numbers) if "registered_on" not in said[place]}
    found = Enterprise.objects.filter(pk__in=list(bare)).only("pk", *COLUMNS)
    if len(bare) > FEW:  # one statement either way
        found = Enterprise.objects.filter(pk__range=(numbers[0], numbers[-1])).only("pk", *COLUMNS)
    for row in found if bare else ():
        if row.pk in bare:
            place = bare[row.pk]
            said[place].update({**_columns_of(row), **said[place]})


def _columns_of(row: Enterprise) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in COLUMNS}
    if row.registered_on:
        said["registered_on"] = row.registered_on.isoformat()
    return {name: value for name, value in said.items() if value not in (None, "")}


def _column(name: str, kind: str, said: Sequence[Mapping[str, Any]]) -> list[object]:
    values = [one.get(name) for one in said]
    shape = _SHAPES.get(kind)
    return values if shape is None else [None if value is None else shape(value) for value in values]


_SHAPES: Mapping[str, Callable[[Any], object]] = {"number": float, "date": date.fromisoformat}
