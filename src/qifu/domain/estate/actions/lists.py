"""A list of tenants: tried without writing, entered whole or not at all, taken back as long as nobody built upon it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from qifu.domain.estate import access
from qifu.domain.estate.actions import seating
from qifu.domain.estate.actions.letting import dropped, said
from qifu.domain.estate.actions.planning import Line, Plan, plan
from qifu.domain.estate.models import Tenancy, TenantList
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

MOST = 20_000  # rows of one list


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a list back did."""

    taken_back: int
    kept: int  # of which somebody has said something since


@transaction.atomic
def try_list(*, actor: Actor, now: datetime, name: str, lines: Sequence[Line]) -> TenantList:
    """Read a list and say what entering it would do; no tenancy is written.

    :raises Forbidden: not of those who read lists in. :raises Invalid: it is empty or too long.
    """
    access.require_clerk(actor)
    if not lines:
        raise Invalid("名单里没有数据行，请检查后重新选择。")
    if len(lines) > MOST:
        raise Invalid(f"名单超过 {MOST} 行，请分成几份导入。")
    rows = [asdict(line) for line in lines]
    digest = hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
    made = TenantList(name=name[:200], digest=digest, account_id=actor.account, rows=rows, handed_at=now)
    _tell(made, plan(lines))
    made.save()
    _prove("estate.list", actor, now, made)
    return made


@transaction.atomic
def enter_list(*, actor: Actor, now: datetime, number: int) -> TenantList:
    """Enter what a list says that is not known yet; rows that cannot be entered are left out and told.

    :raises Missing: there is none. :raises Conflict: it was entered already, or it has nothing to enter.
    """
    row = access.list_to_see(actor, number, lock=True)
    if row.state == TenantList.State.ENTERED:
        raise Conflict("这份名单已经导入。")
    planned = plan([Line(**one) for one in row.rows])
    if not planned.fresh and not planned.endings:
        raise Conflict("名单里没有需要写入的内容：可用的行都已经登记。")
    seating.end_many(actor=actor, now=now, endings=planned.endings, source=row)
    seating.seat_many(actor=actor, now=now, seats=planned.fresh, source=row)
    _tell(row, planned)
    row.state, row.entered_at = TenantList.State.ENTERED, now
    row.save()
    _prove("estate.list_enter", actor, now, row)
    return row


@transaction.atomic
def undo_list(*, actor: Actor, now: datetime, number: int) -> Undone:
    """Take back what a list entered; tenancies of which somebody has said something since stay.

    :raises Missing: there is none. :raises Conflict: it is not entered, or a room is somebody else's by now.
    """
    row = access.list_to_see(actor, number, lock=True)
    if row.state != TenantList.State.ENTERED:
        raise Conflict("这份名单没有导入，不需要撤回。")
    mine = Tenancy.objects.select_for_update(of=("self",)).filter(list=row)
    standing = list(mine.filter(dropped_at__isnull=True).select_related("replaces"))
    first = [one for one in standing if one.replaces is None]
    for one in first:
        dropped(one, now)
    again = {one.key: said(one.replaces) for one in standing if one.replaces is not None}
    seating.replaced([one for one in standing if one.replaces is not None], now, again)
    row.state = TenantList.State.UNDONE
    row.save(update_fields=["state"])
    told = Undone(len(standing), mine.filter(dropped_at__isnull=False).count() - len(standing))
    _prove("estate.list_undo", actor, now, row, taken_back=told.taken_back, kept=told.kept)
    return told


def _tell(row: TenantList, planned: Plan) -> None:
    row.fresh, row.same, row.ended = len(planned.fresh), planned.same, len(planned.endings)
    row.rejects = [asdict(one) for one in planned.rejects]


def _prove(verb: str, actor: Actor, now: datetime, row: TenantList, **more: object) -> None:
    facts = {"rows": len(row.rows), "fresh": row.fresh, "same": row.same, "ended": row.ended, "digest": row.digest}
    facts |= {"rejected": len(row.rejects)} | more
    record(actor=actor, now=now, verb=verb, stream=f"estate.list:{row.pk}", facts=facts, content={"name": row.name})
