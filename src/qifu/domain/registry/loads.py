"""Reads of the lists that were loaded: how far each got, what came of it, which rows were refused and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from qifu.domain.people import queries as people
from qifu.domain.registry.access import load_to_see, require_loader
from qifu.domain.registry.known_sources import KNOWN
from qifu.domain.registry.models import Load, Reject, Source, SourceRow
from qifu.domain.registry.saying import label, said
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Invalid

__all__ = [
    "Load",
    "RejectView",
    "RowChange",
    "SourceView",
    "all_sources",
    "is_stalled",
    "load",
    "may_undo",
    "recent",
    "rejects",
    "rows",
    "sources",
    "unfinished",
]
STALLED = timedelta(minutes=2)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class RejectView:
    """A row that could not be used, or a cell that was left out."""

    row: int
    reason: str
    raw: tuple[str, ...]
    is_note: bool


def load(actor: Actor, number: int) -> Load:
    """:raises Missing: there is none. :raises Forbidden: not for this actor."""
    return load_to_see(actor, number)


def recent(actor: Actor, size: int = 30) -> list[tuple[Load, str]]:
    """The latest loads, each with the name of who began it."""
    require_loader(actor)
    rows = list(Load.objects.select_related("source").order_by("-pk")[:size])
    names = people.names(row.started_by_id for row in rows)
    return [(row, names.get(row.started_by_id or 0, "命令行")) for row in rows]


def unfinished(actor: Actor, digest: str, source: str = "") -> Load | None:
    """The latest load of the same file, for the same source or for none, that was begun and not ended."""
    require_loader(actor)
    rows = Load.objects.filter(digest=digest, is_dry=False, state__in=["running", "paused", "failed"])
    rows = rows.filter(source__code=source) if source else rows.filter(source=None)
    return rows.order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a load did to one row of its source: label, before, after."""

    row: int
    number: int | None
    row_key: str
    enterprise: int | None
    name: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class RowPage:
    """A stretch of changed rows; `next` continues it."""

    items: tuple[RowChange, ...]
    next: str


KINDS = {"new": "新增", "changed": "变更", "gone": "不再出现"}


def sources() -> list[Source]:
    """The sources whose lists may be loaded, the most trusted first; known ones that nobody has used yet are among them."""
    held = {row.code: row for row in Source.objects.filter(kind="list", is_active=True)}
    for known in KNOWN:
        if known.kind == "list" and known.code not in held:
            held[known.code] = Source(code=known.code, name=known.name, authority=known.authority)
    held.pop("registry", None)
    return sorted(held.values(), key=lambda row: (-row.authority, row.code))


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with how far it is believed, and its last list."""

    row: Source
    kind_label: str
    strengths: tuple[tuple[str, int], ...]
    absent: tuple[tuple[str, str], ...]
    load: int | None
    load_name: str
    as_of: date | None


def all_sources(actor: Actor) -> list[SourceView]:
    """Every source that has been entered, the most trusted first, each with its last list. Two statements.

    :raises Forbidden: not of the staff.
    """
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")
    done = Load.objects.filter(source=OuterRef("pk"), state="done", is_dry=False).order_by("-pk")
    held = Source.objects.annotate(last=Subquery(done.values("pk")[:1])).order_by("-authority", "code")
    found = list(held)
    lists = Load.objects.in_bulk([row.last for row in found if row.last])
    told = []
    for row in found:
        last = lists.get(row.last) if row.last else None
        told.append(
            SourceView(
                row,
                str(Source.Kind(row.kind).label),
                tuple((label(name), int(value)) for name, value in row.strengths.items()),
                tuple((label(name), said(name, value)) for name, value in row.absent.items()),
                last.pk if last else None,
                last.name if last else "",
                last.as_of if last else None,
            )
        )
    return told


def rows(actor: Actor, number: int, kind: str, cursor: str = "", size: int = SHOWN) -> RowPage:
    """The rows that a load opened, changed or left without a successor, in the order of the list.

    :raises Missing: no such load. :raises Invalid: no such kind, or the cursor is none of ours.
    """
    held = load_to_see(actor, number)
    if kind not in KINDS or (cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19)):
        raise Invalid("地址不正确，请从导入页面重新打开。")
    found = _rows_of(held, kind).filter(pk__gt=int(cursor or 0)).select_related("enterprise").order_by("pk")
    page = list(found[: size + 1])
    before = _before(held, page[:size]) if kind == "changed" else {}
    told = tuple(_change(row, before.get(row.row_key), kind) for row in page[:size])
    return RowPage(told, str(page[size - 1].pk) if len(page) > size else "")


def _rows_of(held: Load, kind: str) -> QuerySet[SourceRow]:
    ended = SourceRow.objects.filter(source=OuterRef("source"), row_key=OuterRef("row_key"), gone_load=held)
    opened = SourceRow.objects.filter(source=OuterRef("source"), row_key=OuterRef("row_key"), load=held)
    if kind == "gone":
        return SourceRow.objects.filter(~Exists(opened), gone_load=held)
    is_change = Exists(ended.exclude(load=held))
    return SourceRow.objects.filter(is_change if kind == "changed" else ~is_change, load=held)


def _before(held: Load, page: list[SourceRow]) -> dict[str, SourceRow]:
    keys = [row.row_key for row in page]
    rows = SourceRow.objects.filter(source=held.source_id, row_key__in=keys, gone_load=held).exclude(load=held)
    return {row.row_key: row for row in rows}


def _change(row: SourceRow, before: SourceRow | None, kind: str) -> RowChange:
    old = before.values if before is not None else {}
    told = tuple(
        (label(name), said(name, old.get(name)), said(name, row.values.get(name)))
        for name in {**old, **row.values}
        if old.get(name) != row.values.get(name) and (kind == "changed" or name not in ("name", "uscc"))
    )
    name = row.enterprise.name if row.enterprise else str(row.values.get("written") or row.row_key)
    return RowChange(row.pk, row.row_number, row.row_key, row.enterprise_id, name, told)


def may_undo(row: Load) -> bool:
    """Whether the load may be undone now: the last of its source that was carried out."""
    if row.source_id is None or row.is_dry or row.state not in ("done", "cancelled", "paused", "failed"):
        return False
    later = Load.objects.filter(source=row.source_id, pk__gt=row.pk, is_dry=False).exclude(state="undone")
    return not later.exists()


def is_stalled(row: Load, now: datetime) -> bool:
    """Whether nothing has happened for a while, though the list is being worked on."""
    return row.state in ("checking", "running", "undoing") and now - row.updated_at > STALLED


def rejects(actor: Actor, number: int, size: int | None = None) -> Iterator[RejectView]:
    """The rows refused, in the order of the file, then the notes."""
    load_to_see(actor, number)
    rows = Reject.objects.filter(load=number).order_by("is_note", "row_number")
    for row in (rows[:size] if size is not None else rows).iterator(2000):
        yield RejectView(row.row_number, row.reason, tuple(row.raw), row.is_note)
