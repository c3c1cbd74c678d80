"""Reads of corrections: what waits for a decision, what became of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from qifu.domain.people import queries as people
from qifu.domain.registry.access import correction_to_see, may_review, visible
from qifu.domain.registry.actions.correcting import stream_of
from qifu.domain.registry.models import Correction
from qifu.domain.registry.naming import written
from qifu.domain.registry.saying import label, said
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Invalid
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile

SHOWN = 25


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction: what stood, what is held to be right, why, and what became of it."""

    id: int
    enterprise: int
    enterprise_name: str
    field: str
    label: str
    before: str
    after: str
    reason: str
    state: str
    filed_by: str
    filed_at: datetime
    decided_by: str
    decided_at: datetime | None
    answer: str

    @property
    def state_label(self) -> str:
        return str(Correction.State(self.state).label)

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"


@dataclass(frozen=True, slots=True)
class Queue:
    """A stretch of corrections; `next` continues it."""

    items: tuple[CorrectionView, ...]
    next: str


def queue(actor: Actor, state: str = "pending", cursor: str = "", size: int = SHOWN, q: str = "") -> Queue:
    """Corrections in one state: those that wait, the oldest first; those decided, the newest first; `q`: of which enterprise.

    :raises Forbidden: not of the staff. :raises Invalid: the cursor is none of ours.
    """
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise Invalid("页码无效，请从第一页重新开始。", {"cursor": "无效"})
    rows = Correction.objects.filter(state=state, enterprise__in=visible(actor)).select_related("enterprise")
    if q:
        rows = rows.filter(enterprise__name__contains=written(q))
    if state == "pending":
        rows = rows.filter(pk__gt=int(cursor or 0)).order_by("pk")
    else:
        rows = (rows.filter(pk__lt=int(cursor)) if cursor else rows).order_by("-pk")
    page = list(rows[: size + 1])
    return Queue(_views(page[:size]), str(page[size - 1].pk) if len(page) > size else "")


def every(actor: Actor, state: str, q: str = "") -> Iterator[CorrectionView]:
    """The whole of a queue, for a workbook."""
    cursor = ""
    while True:
        found = queue(actor, state, cursor, 500, q)
        yield from found.items
        if not (cursor := found.next):
            return


def count_pending(actor: Actor) -> int:
    """How many wait for a decision; none for who may not decide."""
    return Correction.objects.filter(state="pending").count() if may_review(actor) else 0


def correction(actor: Actor, number: int) -> CorrectionView:
    """:raises Missing: there is none, or not for this actor."""
    return _views([correction_to_see(actor, number)])[0]


def of_enterprise(actor: Actor, enterprise: int, size: int = 20) -> tuple[CorrectionView, ...]:
    """The corrections of an enterprise that the actor may see, newest first."""
    rows = Correction.objects.filter(enterprise=enterprise, enterprise__in=visible(actor)).select_related("enterprise")
    return _views(list(rows.order_by("-pk")[:size]))


def proof(actor: Actor, number: int) -> list[StoredFile]:
    """The proof of a correction."""
    row = correction_to_see(actor, number)
    return files.kept_for(stream_of(row), with_internal=actor.is_staff)


def proof_opened(actor: Actor, number: int, file: int) -> tuple[StoredFile, BinaryIO]:
    """One file of the proof, open for reading."""
    row = correction_to_see(actor, number)
    return files.opened(stream_of(row), file, with_internal=actor.is_staff)


def _views(rows: Sequence[Correction]) -> tuple[CorrectionView, ...]:
    names = people.names(number for row in rows for number in (row.filed_by_id, row.decided_by_id))
    return tuple(
        CorrectionView(
            row.pk,
            row.enterprise_id,
            row.enterprise.name,
            row.field,
            label(row.field),
            said(row.field, row.before),
            said(row.field, row.value),
            row.reason,
            row.state,
            names.get(row.filed_by_id, ""),
            row.filed_at,
            names.get(row.decided_by_id or 0, ""),
            row.decided_at,
            row.answer,
        )
        for row in rows
    )
