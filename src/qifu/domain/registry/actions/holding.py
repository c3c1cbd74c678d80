"""Keeping what a source says, version by version: a changed row closes the old and opens a new; the same changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from qifu.domain.registry.models import Load, Source, SourceRow
from qifu.domain.registry.profiles import AS_WRITTEN

BATCH = 500


@dataclass(frozen=True, slots=True)
class Incoming:
    """One row as it arrives; `enterprise` is None until somebody knows whose it is."""

    row_key: str
    values: Mapping[str, object]
    as_of: date
    enterprise: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """What became of the rows: how many, and the enterprises whose values may stand differently now."""

    new: int
    changed: int
    same: int
    enterprises: frozenset[int]


def put_rows(
    *, source: Source, rows: Sequence[Incoming], now: datetime, load: Load | None = None, is_dry: bool = False
) -> Diff:
    """Keep the rows inside the caller's transaction; dry, only say what would become of them."""
    held = _open(source, [row.row_key for row in rows])
    fresh, ended, seen, touched = [], [], [], set[int]()
    new = changed = 0
    for row in rows:
        before = held.get(row.row_key)
        if before is not None and _is_same(before, row):
            seen.append(before.pk)
            continue
        if before is not None:
            ended.append(before.pk)
            touched |= {before.enterprise_id} if before.enterprise_id else set()
        new, changed = new + (before is None), changed + (before is not None)
        enterprise = row.enterprise or (before.enterprise_id if before is not None else None)
        fresh.append(_version(source, row, before, enterprise, now, load))
        touched |= {enterprise} if enterprise else set()
    if is_dry:
        return Diff(new, changed, len(seen), frozenset())
    _close(ended, now, load)
    if load is not None and seen:
        for start in range(0, len(seen), BATCH):
            SourceRow.objects.filter(pk__in=seen[start : start + BATCH]).update(seen_load=load)
    SourceRow.objects.bulk_create(fresh, batch_size=BATCH)
    return Diff(new, changed, len(seen), frozenset(touched))


def _open(source: Source, keys: Sequence[str]) -> dict[str, SourceRow]:
    found: dict[str, SourceRow] = {}
    for start in range(0, len(keys), BATCH):
        some = SourceRow.objects.select_for_update().filter(
            source=source, row_key__in=keys[start : start + BATCH], gone_at=None
        )
        found |= {row.row_key: row for row in some}
    return found


def _is_same(before: SourceRow, row: Incoming) -> bool:
    """Whether the row says what it said; a later day alone is no other content unless it is a yearly figure's year."""
    owner = row.enterprise is None or row.enterprise == before.enterprise_id
    said = all(name in before.values and before.values[name] == value for name, value in row.values.items())
    return owner and said and before.as_of.year == row.as_of.year


def _carried(before: SourceRow | None, row: Incoming) -> tuple[dict[str, object], dict[str, str]]:
    """What the version before said and this one says nothing of, each with its day: a blank cell takes nothing away."""
    if before is None:
        return {}, {}
    left = {name: value for name, value in before.values.items() if name not in row.values and name not in AS_WRITTEN}
    return left, {name: before.days.get(name, before.as_of.isoformat()) for name in left}


def _version(
    source: Source, row: Incoming, before: SourceRow | None, enterprise: int | None, now: datetime, load: Load | None
) -> SourceRow:
    carried, days = _carried(before, row)
    return SourceRow(
        source=source,
        row_key=row.row_key,
        enterprise_id=enterprise,
        load=load,
        seen_load=load,
        row_number=row.number,
        values={**carried, **row.values},
        days=days,
        as_of=row.as_of,
        learned_at=now,
    )


def _close(rows: Sequence[int], now: datetime, load: Load | None) -> None:
    for start in range(0, len(rows), BATCH):
        SourceRow.objects.filter(pk__in=rows[start : start + BATCH]).update(gone_at=now, gone_load=load)


def latest_day(source: Source) -> date | None:
    """The latest day of which an open row of the source speaks."""
    found: date | None = SourceRow.objects.filter(source=source, gone_at=None).aggregate(day=Max("as_of"))["day"]
    return found
