"""Lists of tenants that were handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qifu.domain.estate import access
from qifu.domain.estate.models import TenantList
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

RECENT = 50


@dataclass(frozen=True, slots=True)
class ListView:
    """A list with what came of it."""

    id: int
    name: str
    state: str
    state_label: str
    who: str
    rows: int
    fresh: int
    same: int
    ended: int
    rejected: int
    rejects: tuple[dict[str, object], ...]
    handed_at: datetime
    entered_at: datetime | None


def lists(actor: Actor) -> tuple[ListView, ...]:
    """The latest lists. Two queries.

    :raises Forbidden: not of those who read lists in.
    """
    access.require_clerk(actor)
    rows = list(TenantList.objects.order_by("-pk")[:RECENT])
    names = people.names(row.account_id for row in rows)
    return tuple(_view(row, names) for row in rows)


def tenant_list(actor: Actor, number: int) -> ListView:
    """:raises Missing: there is none. :raises Forbidden: not of those who read lists in."""
    row = access.list_to_see(actor, number)
    return _view(row, people.names([row.account_id]))


def _view(row: TenantList, names: dict[int, str]) -> ListView:
    return ListView(
        id=row.pk,
        name=row.name,
        state=row.state,
        state_label=str(row.get_state_display()),
        who=names.get(row.account_id or 0, "系统"),
        rows=len(row.rows),
        fresh=row.fresh,
        same=row.same,
        ended=row.ended,
        rejected=len(row.rejects),
        rejects=tuple(row.rejects),
        handed_at=row.handed_at,
        entered_at=row.entered_at,
    )
