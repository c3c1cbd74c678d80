"""Reading a list into the registry: looked at first, tried without writing, then carried out a thousand rows at a time.

Each thousand is one transaction with the number of its last row, so that a list goes on after a kill exactly where
it stood, and two workers on one list never do the same rows twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from qifu.domain.people import queries as people
from qifu.domain.registry import columns, reading
from qifu.domain.registry.access import load_to_change, require_loader
from qifu.domain.registry.actions.linking import Found, among, link_rows, linked_before
from qifu.domain.registry.actions.pairing import ask
from qifu.domain.registry.actions.planning import Plan, Seen, plan, plan_for
from qifu.domain.registry.actions.sources import list_source
from qifu.domain.registry.actions.weighing import Weighing, end_complete, keep, keep_base, key_of, weigh, weighing_of
from qifu.domain.registry.actions.writing import write
from qifu.domain.registry.models import Enterprise, Load, Reject
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import give

CHUNK = 1000
SAMPLES = 20
WORKING = ("checking", "running")
Clock = Callable[[], datetime]
Numbered = Iterable[tuple[int, Sequence[str]]]


@dataclass
class _Chunk:
    """A stretch of rows as read; `rejects` also holds what was left out of rows that are used."""

    last: int = 0
    count: int = 0
    rows: list[reading.Row] = field(default_factory=list)
    raw: dict[int, Sequence[str]] = field(default_factory=dict)
    rejects: dict[int, str] = field(default_factory=dict)


def open_load(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    digest: str,
    headings: Sequence[str],
    file: int | None = None,
    source: str = "",
    as_of: date | None = None,
    is_complete: bool = False,
) -> Load:
    """Take a list in; nothing is read into the registry yet. `file` is one that the actor has just kept.

    :param source: code of the source whose list it is; without one what it says is written as it stands.
    :param as_of: the day of which it speaks, today if not given.
    :param is_complete: who is not on it is on that source's list no more.
    :raises Invalid: no such source, or a day that has not come yet.
    """
    require_loader(actor)
    held = list_source(source, now) if source else None
    if as_of is not None and as_of > localdate(now):
        raise Invalid("数据截止日不能晚于今天。", {"as_of": "不能晚于今天"})
    with transaction.atomic():
        row = Load.objects.create(
            name=name[:200],
            digest=digest,
            headings=list(headings),
            mapping=columns.recognise(headings),
            file_id=file,
            source=held,
            as_of=as_of or (localdate(now) if held else None),
            is_complete=is_complete and held is not None,
            started_by_id=actor.account,
            started_at=now,
            updated_at=now,
        )
        if file is not None:
            give(actor=actor, ids=[file], owner=stream_of(row), is_internal=True)
        _tell(row, actor, now, "load.open", digest=digest)
    return row


def begin_check(*, actor: Actor, now: datetime, load: int, mapping: Mapping[str, int]) -> Load:
    """Set the columns and begin a dry run from the first row.

    :raises Invalid: the columns cannot be used.
    :raises Conflict: the list is being worked on, or was carried out already.
    """
    with transaction.atomic():
        row = load_to_change(actor, load)
        if row.state not in ("draft", "checked", "checking", "failed") or (row.state == "failed" and not row.is_dry):
            raise Conflict(f"这份名单{row.state_label}，不能重新试算。", state=row.state)
        row.mapping = columns.checked(mapping, row.headings)
        _restart(row, "checking", is_dry=True, now=now)
        _tell(row, actor, now, "load.check")
    return row


def begin_run(*, actor: Actor, now: datetime, load: int) -> Load:
    """Begin to carry a list out, or go on where it stopped.

    :raises Conflict: it is done, cancelled, or still being tried.
    """
    with transaction.atomic():
        row = load_to_change(actor, load)
        if row.source_id and Load.objects.filter(source=row.source_id, state="undoing").exists():
            raise Conflict("这个来源有一份名单正在撤销，请等撤销完成后再导入。", state="undoing")
        if row.state in ("draft", "checked"):
            columns.checked(row.mapping, row.headings)
            _restart(row, "running", is_dry=False, now=now)
        elif row.state in ("paused", "running") or (row.state == "failed" and not row.is_dry):
            row.state, row.problem, row.updated_at, row.ended_at = "running", "", now, None
            row.save()
        else:
            raise Conflict(f"这份名单{row.state_label}，不能再导入。", state=row.state)
        _tell(row, actor, now, "load.run", after_row=row.last_row)
    return row


def pause(*, actor: Actor, now: datetime, load: int) -> Load:
    """Stop after the thousand under way; it can go on later."""
    return _stop(actor, now, load, "paused", ("running",))


def cancel(*, actor: Actor, now: datetime, load: int) -> Load:
    """Stop for good; what was carried out already stays."""
    return _stop(actor, now, load, "cancelled", ("draft", "checking", "checked", "running", "paused", "failed"))


def fail(*, actor: Actor, now: datetime, load: int, problem: str) -> Load:
    """Note that the file could not be read to its end."""
    with transaction.atomic():
        row = load_to_change(actor, load)
        if row.state in WORKING:
            row.state, row.problem, row.updated_at, row.ended_at = "failed", problem[:300], now, now
            row.save()
            _tell(row, actor, now, "load.fail")
    return row


def carry_on(*, actor: Actor, clock: Clock, load: int, rows: Numbered, budget: timedelta | None = None) -> Load:
    """Work on from the last row committed until the end, a pause, a cancellation or the budget of time is spent.

    Whoever calls looks at the state returned: still checking or running means that there is more to do.
    """
    require_loader(actor)
    row = Load.objects.get(pk=load)
    until = clock() + budget if budget is not None else None
    streets = reading.street_names([(u.id, u.name, u.short_name) for u in people.units("street", closed=True)])
    sheet = reading.sheet_of(row.mapping, row.headings, streets)
    seen, reached = Seen(), row.last_row
    for chunk in _chunks(rows, sheet, seen, after=row.last_row):
        moved = _commit(actor, clock(), load, chunk, reached)
        if moved is None:
            return Load.objects.get(pk=load)
        reached, row = chunk.last, moved
        if until is not None and clock() >= until:
            return row
    return _end(actor, clock(), load, reached)


def _chunks(rows: Numbered, sheet: reading.Sheet, seen: Seen, *, after: int) -> Iterator[_Chunk]:
    """Read row by row; rows up to `after` are only remembered, so that repetitions of them are known."""
    chunk = _Chunk()
    for number, cells in rows:
        _take(chunk, number, cells, sheet, seen, is_done=number <= after)
        if chunk.count >= CHUNK:
            yield chunk
            chunk = _Chunk()
    if chunk.count:
        yield chunk


def _take(chunk: _Chunk, number: int, cells: Sequence[str], sheet: reading.Sheet, seen: Seen, *, is_done: bool) -> None:
    problem, row = "", None
    try:
        row = reading.read(number, cells, sheet)
        problem = seen.twice(row)
    except reading.Unusable as unusable:
        problem = str(unusable)
    if row is not None and not problem:
        seen.note(row)
    if is_done:
        return
    chunk.last, chunk.count = number, chunk.count + 1
    if problem:
        chunk.rejects[number], chunk.raw[number] = problem, cells
    elif row is not None:
        chunk.rows.append(row)
        if row.notes:
            chunk.raw[number] = cells


def _commit(actor: Actor, now: datetime, load: int, chunk: _Chunk, reached: int) -> Load | None:
    """Carry out one stretch; None when the list was stopped or somebody else has moved it on."""
    for attempt in range(3):
        try:
            with transaction.atomic():
                row = Load.objects.select_for_update().get(pk=load)
                if row.state not in WORKING or row.last_row != reached:
                    return None
                _apply(row, chunk, actor, now)
                return row
        except IntegrityError:  # another list or a certification made the same enterprise a moment ago
            if attempt == 2:
                raise
    return None


def _apply(row: Load, chunk: _Chunk, actor: Actor, now: datetime) -> None:
    plans, how = plan(chunk.rows), weighing_of(row, now)
    doubtful: dict[int, Found] = {}
    if how is not None:
        plans, doubtful = _linked(row, plans, how)
        weigh(plans, how, now)
        if not row.is_dry:
            keep_base(plans, how, now)
    if not row.is_dry:
        write(plans, actor=actor, now=now, source=f"导入：{row.name}", facts={"load": row.pk})
    if how is not None:
        keep(row, plans, [each for each in chunk.rows if each.number in doubtful], how, actor, now)
        ask(row, how, doubtful, {each.number: each for each in chunk.rows}, now)
    _count(row, chunk, plans, [each for each in chunk.rows if each.number in doubtful], now)


def _linked(row: Load, plans: list[Plan], how: Weighing) -> tuple[list[Plan], dict[int, Found]]:
    """Rows that nobody knows by code or name: found to be a known enterprise, or put aside for a person."""
    unknown = [p.row for p in plans if p.row.uscc is None and (p.kind == "created" or p.namesakes)]
    told = linked_before([key_of(each) for each in unknown], how.source)
    sure = {each.number: told[key_of(each)] for each in unknown if key_of(each) in told}
    found = link_rows([each for each in unknown if each.number not in sure], how.source)
    alike = {each.row.number: each.namesakes for each in plans if each.namesakes}
    found |= {number: among(one, alike[number]) for number, one in found.items() if number in alike}
    sure |= {number: one.sure.enterprise for number, one in found.items() if one.sure is not None}
    known = Enterprise.objects.in_bulk(set(sure.values()))
    row.linked += len(sure)
    doubtful = {number: one for number, one in found.items() if one.doubts}
    row.doubtful += len(doubtful)
    kept, taken = [], set[int]()
    for each in plans:
        if each.row.number in doubtful:
            continue
        pk = sure.get(each.row.number)
        if pk is None:
            kept.append(each)
        elif pk in taken or any(other.enterprise and other.enterprise.pk == pk for other in plans):
            kept.append(
                Plan(
                    each.row, None, problem=f"与本名单另一行指的是同一家企业（{known[pk].name}），只采用先出现的一行。"
                )
            )
        else:
            taken.add(pk)
            kept.append(plan_for(each.row, known[pk]))
    return kept, doubtful


def _count(row: Load, chunk: _Chunk, plans: list[Plan], doubtful: list[reading.Row], now: datetime) -> None:
    rejects = dict(chunk.rejects)
    for each in plans:
        if each.problem:
            rejects[each.row.number] = each.problem
    used = [*(p.row for p in plans if not p.problem), *doubtful]
    notes = {each.number: "；".join(each.notes) for each in used if each.notes}
    Reject.objects.bulk_create([_reject(row, n, why, chunk, is_note=False) for n, why in rejects.items()])
    Reject.objects.bulk_create([_reject(row, n, why, chunk, is_note=True) for n, why in notes.items()])
    for kind in ("created", "changed", "unchanged"):
        setattr(row, kind, getattr(row, kind) + sum(p.kind == kind for p in plans))
    row.rejected += len(rejects)
    row.noted += len(notes)
    row.samples = [*row.samples, *(_sample(p) for p in plans if p.kind == "changed")][:SAMPLES]
    row.done += chunk.count
    row.last_row, row.updated_at = chunk.last, now
    row.save()


def _reject(row: Load, number: int, why: str, chunk: _Chunk, *, is_note: bool) -> Reject:
    raw = [str(cell) for cell in chunk.raw.get(number, ())]
    return Reject(load=row, row_number=number, reason=why[:600], raw=raw, is_note=is_note)


def _sample(each: Plan) -> dict[str, object]:
    before, after = each.before(), each.after()
    labels = {"street_id": "所属街道", "marks_begun": "新增标识", "marks_ended": "取消标识", "former_names": "曾用名"}
    told = [
        [
            labels.get(name) or columns.BY_FIELD[name].label,
            _street_label(name, before.get(name)),
            _street_label(name, after.get(name)),
        ]
        for name in {**before, **after}
    ]
    return {"row": each.row.number, "name": each.row.name, "changes": told}


def _street_label(name: str, value: object) -> object:
    if name != "street_id" or not isinstance(value, int):
        return value
    return people.unit(value).short_name


def _end(actor: Actor, now: datetime, load: int, reached: int) -> Load:
    with transaction.atomic():
        row = Load.objects.select_for_update().get(pk=load)
        if row.state in WORKING and row.last_row == reached:
            row.state = "checked" if row.is_dry else "done"
            row.rows, row.updated_at, row.ended_at = row.done, now, now
            if row.is_complete and (how := weighing_of(row, now)) is not None:
                end_complete(row, how, actor, now)
            row.save()
            _tell(row, actor, now, f"load.{row.state}")
    return row


def _restart(row: Load, state: str, *, is_dry: bool, now: datetime) -> None:
    Reject.objects.filter(load=row).delete()
    row.state, row.is_dry, row.updated_at, row.ended_at, row.problem = state, is_dry, now, None, ""
    row.done = row.created = row.changed = row.unchanged = row.rejected = row.noted = row.last_row = 0
    row.rows_new = row.rows_changed = row.rows_same = row.rows_gone = row.linked = row.doubtful = 0
    row.samples = []
    row.save()


def _stop(actor: Actor, now: datetime, load: int, state: str, allowed: tuple[str, ...]) -> Load:
    with transaction.atomic():
        row = load_to_change(actor, load)
        if row.state not in allowed:
            raise Conflict(f"这份名单{row.state_label}，请刷新页面查看。", state=row.state)
        row.state, row.updated_at, row.ended_at = state, now, now
        row.save()
        _tell(row, actor, now, f"load.{state}")
    return row


def stream_of(row: Load) -> str:
    """The chain of a load, and the owner of its file."""
    return f"registry.load:{row.pk}"


def _tell(row: Load, actor: Actor, now: datetime, verb: str, **more: object) -> None:
    facts = {
        "rows": row.done,
        "created": row.created,
        "changed": row.changed,
        "unchanged": row.unchanged,
        "rejected": row.rejected,
        **more,
    }
    record(actor=actor, now=now, verb=verb, stream=stream_of(row), facts=facts, content={"name": row.name})


__all__ = ["begin_check", "begin_run", "cancel", "carry_on", "fail", "open_load", "pause", "stream_of"]
