"""The only reads of examinations: the list, a batch with its progress, one with all that was found."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Q

from qifu.domain.disclosure import access
from qifu.domain.disclosure.models import SEVERITIES, STATES, Batch, Examination
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

__all__ = [
    "KINDS",
    "SEVERITIES",
    "BatchSheet",
    "Line",
    "Page",
    "Sheet",
    "batch",
    "comparable",
    "counts",
    "listing",
    "sheet",
]
PAGE = 25
KINDS = {"final_accounts": "决算", "budget": "预算"}
_LIST = (
    "pk", "name", "state", "kind", "unit", "year", "errors", "warnings", "infos", "unread", "problem", "made_at", "batch_id", "owner",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """An examination in a list."""

    id: int
    name: str
    state: str
    state_label: str
    title: str  # unit, year and kind as read
    errors: int
    warnings: int
    infos: int
    unread: int  # places that could not be read
    problem: str
    made_at: datetime
    batch: int | None
    owner_name: str

    @property
    def is_under_way(self) -> bool:
        return self.state in ("waiting", "reading")

    @property
    def unread_label(self) -> str:
        return f"有 {self.unread} 处未读出"


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list; `next` continues it."""

    lines: list[Line]
    next: str


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """Files handed in together, and how far they are."""

    id: int
    name: str
    made_at: datetime
    lines: list[Line]
    done: int

    @property
    def is_under_way(self) -> bool:
        return self.done < len(self.lines)


@dataclass(frozen=True)
class Sheet:
    """One examination with everything that was read and found."""

    row: Examination
    owner_name: str
    words: dict[int, bool]  # place of a repair → whether it is right
    is_own: bool

    @cached_property
    def whole(self) -> dict[str, Any]:
        """model, lines and audit; empty until it is done."""
        return json.loads(zlib.decompress(self.row.result)) if self.row.result else {}

    @property
    def model(self) -> dict[str, Any]:
        """What was read, less the repairs that a person called wrong; all repairs are listed."""
        found: dict[str, Any] = self.whole.get("judged") or self.whole.get("model", {})
        return found

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The gravest first, then in the order of the document."""
        order = [name for name, _ in SEVERITIES]
        found = self.whole.get("audit", {}).get("findings", [])
        return sorted(found, key=lambda one: (order.index(one["severity"]), min(one["lines"] or [10**9])))

    @property
    def not_compared(self) -> str:
        """Why the document it was to be held against took no part; empty where it did, or none was chosen."""
        return str(self.whole.get("audit", {}).get("not_compared", ""))

    @property
    def lines(self) -> list[str]:
        found: list[str] = self.whole.get("lines", [])
        return found

    @property
    def title(self) -> str:
        return _title(self.row.unit, self.row.year, self.row.kind)


def listing(*, actor: Actor, q: str = "", state: str = "", kind: str = "", cursor: str = "") -> Page:
    """A page of what the actor may look at, newest first. `state` may be `wrong`: with at least one error."""
    rows = access.visible(actor)
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(unit__icontains=q))
    if state == "wrong":
        rows = rows.filter(errors__gt=0)
    elif state in dict(STATES):
        rows = rows.filter(state=state)
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 19:
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("-pk").values(*_LIST)[: PAGE + 1])
    following = str(found[PAGE - 1]["pk"]) if len(found) > PAGE else ""
    return Page(_lines(found[:PAGE]), following)


def batch(actor: Actor, number: int) -> BatchSheet:
    """:raises Missing: there is none for this actor."""
    row: Batch = access.batch_door(actor, number)
    found = list(Examination.objects.filter(batch=row).order_by("pk").values(*_LIST))
    lines = _lines(found)
    return BatchSheet(row.pk, row.name, row.made_at, lines, sum(not line.is_under_way for line in lines))


def sheet(actor: Actor, number: int) -> Sheet:
    """:raises Missing: there is none for this actor."""
    row = access.door(actor, number)
    words = dict(row.words.values_list("place", "is_right"))
    return Sheet(row, people.names([row.owner]).get(row.owner, ""), words, row.owner == actor.account)


def comparable(actor: Actor) -> list[tuple[int, str]]:
    """Documents that another may be compared with: the actor's latest that were read."""
    rows = access.visible(actor).filter(state="done", owner=access.require_account(actor)).order_by("-pk")[:50]
    return [
        (row["pk"], f"{_title(row['unit'], row['year'], row['kind'])}（{row['name']}）") for row in rows.values(*_LIST)
    ]


def counts(actor: Actor) -> dict[str, int]:
    """How many there are by state."""
    rows = access.visible(actor).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def _lines(rows: list[dict[str, Any]]) -> list[Line]:
    names = people.names({row["owner"] for row in rows})
    labels = dict(STATES)
    return [
        Line(
            row["pk"], row["name"], row["state"], labels[row["state"]], _title(row["unit"], row["year"], row["kind"]),
            row["errors"], row["warnings"], row["infos"], row["unread"], row["problem"], row["made_at"],
            row["batch_id"], names.get(row["owner"], ""),
        )
        for row in rows
    ]  # fmt: skip


def _title(unit: str, year: int | None, kind: str) -> str:
    return " ".join(part for part in (unit, (f"{year} 年" if year else "") + KINDS.get(kind, "")) if part)
