"""A department's list of claims: tried without writing, entered, taken back as long as nobody built upon it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.policies import access, facts
from qifu.domain.policies.actions.claiming import BATCH, note_applied
from qifu.domain.policies.actions.notifying import set_off
from qifu.domain.policies.claim_plan import Line, Plan, Wanted, plan, said_again, said_of
from qifu.domain.policies.models import Claim, ClaimList, Push
from qifu.kernel import typed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

MOST = 20_000  # rows of one list
FIELDS = ["applied_on", "paid_on", "yuan", "source"]
MEANWHILE = "刚才有人登记了同样的申报，名单没有写入。请再点一次导入。"


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a list back did."""

    taken_back: int
    kept: int  # of which somebody has said something since


@transaction.atomic
def try_list(*, actor: Actor, now: datetime, name: str, origin: str, lines: Sequence[Line]) -> ClaimList:
    """Read a list and say what entering it would do; no claim is written.

    :raises Forbidden: not of those who read lists in. :raises Invalid: it is empty or too long, or nobody's.
    """
    access.require_clerk(actor)
    origin, name = typed.line(origin), typed.line(name)
    if not 1 <= len(origin) <= 80:
        raise Invalid("请填写名单出自哪个部门，至多 80 字。", {"origin": "请填写出自哪个部门。"})
    if not lines:
        raise Invalid("名单里没有数据行，请检查后重新选择。")
    if len(lines) > MOST:
        raise Invalid(f"名单超过 {MOST:,} 行，请分成几份导入。")
    rows = [asdict(line) for line in lines]
    digest = hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
    made = ClaimList(
        name=name[:200], origin=origin, digest=digest, account=actor.account, unit=access.unit_of_lists(actor),
        rows=rows, handed_at=now,
    )  # fmt: skip
    _tell(made, _planned(made, now))
    made.save()
    _prove("policies.list", actor, now, made)
    return made


@transaction.atomic
def enter_list(*, actor: Actor, now: datetime, number: int) -> ClaimList:
    """Enter what a list says that is not known yet; rows that cannot be used are left out and told.

    :raises Missing: there is none. :raises Conflict: it was entered already, or it has nothing to enter.
    """
    row = access.claim_list(actor, number, lock=True)
    if row.state == ClaimList.State.ENTERED:
        raise Conflict("这份名单已经导入。", state=row.state)
    planned = _planned(row, now)
    if not planned.fresh and not planned.changed:
        raise Conflict("名单里没有需要写入的内容：可用的行都已经登记。", state=row.state)
    try:
        with transaction.atomic():
            made = Claim.objects.bulk_create([_claim(one) for one in planned.fresh], batch_size=BATCH)
    except IntegrityError:
        raise Conflict(MEANWHILE, state=row.state) from None
    changed, before = _changed(planned.changed)
    row.written = [{"claim": one.pk, "before": None, "after": said_of(one).kept} for one in made]
    row.written += [
        {"claim": one.pk, "before": was, "after": said_of(one).kept} for one, was in zip(changed, before, strict=True)
    ]
    row.pushes = note_applied([*made, *changed], now)
    _tell(row, planned)
    row.state, row.entered_at = ClaimList.State.ENTERED, now
    row.save()
    _prove("policies.list_enter", actor, now, row)
    set_off(now=now)
    return row


@transaction.atomic
def undo_list(*, actor: Actor, now: datetime, number: int) -> Undone:
    """Take back what a list entered; claims of which somebody has said something since stay as they are.

    :raises Missing: there is none. :raises Conflict: it is not entered.
    """
    row = access.claim_list(actor, number, lock=True)
    if row.state != ClaimList.State.ENTERED:
        raise Conflict("这份名单没有导入，不需要撤回。", state=row.state)
    standing = _standing(row)
    gone = [claim.pk for claim, before in standing if before is None]
    for start in range(0, len(gone), BATCH):
        Claim.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    again = [_say(claim, before) for claim, before in standing if before is not None]
    Claim.objects.bulk_update(again, FIELDS, batch_size=BATCH)
    for start in range(0, len(row.pushes), BATCH):
        told = Push.objects.filter(pk__in=row.pushes[start : start + BATCH], applied_at=row.entered_at)
        told.update(applied_at=None)
    done = Undone(len(standing), len(row.written) - len(standing))
    row.state = ClaimList.State.UNDONE
    row.save(update_fields=["state"])
    _prove("policies.list_undo", actor, now, row, taken_back=done.taken_back, kept=done.kept)
    set_off(now=now)
    return done


def _planned(row: ClaimList, now: datetime) -> Plan:
    return plan([Line(**one) for one in row.rows], f"{row.origin}：{row.name}"[:120], facts.day(now))


def _claim(one: Wanted) -> Claim:
    made = Claim(enterprise_id=one.enterprise, item_id=one.item, year=one.year)
    for name in FIELDS:
        setattr(made, name, getattr(one.said, name))
    return made


def _changed(wanted: Sequence[Wanted]) -> tuple[list[Claim], list[dict[str, str]]]:
    """Bring claims up to date; return them with what they said before."""
    rows, before = [], []
    for one in wanted:
        if one.row is None:
            continue
        before.append(said_of(one.row).kept)
        for name in FIELDS:
            setattr(one.row, name, getattr(one.said, name))
        rows.append(one.row)
    Claim.objects.bulk_update(rows, FIELDS, batch_size=BATCH)
    return rows, before


def _standing(row: ClaimList) -> list[tuple[Claim, dict[str, str] | None]]:
    """The claims that still say what the list said, locked, with what they said before it."""
    wanted: Mapping[int, dict[str, dict[str, str] | None]] = {one["claim"]: one for one in row.written}
    keys, found = sorted(wanted), []
    for start in range(0, len(keys), 500):
        for claim in Claim.objects.select_for_update().filter(pk__in=keys[start : start + 500]):
            if said_of(claim).kept == wanted[claim.pk]["after"]:
                found.append((claim, wanted[claim.pk]["before"]))
    return found


def _say(claim: Claim, kept: dict[str, str]) -> Claim:
    said = said_again(kept)
    for name in FIELDS:
        setattr(claim, name, getattr(said, name))
    return claim


def _tell(row: ClaimList, planned: Plan) -> None:
    row.fresh, row.changed, row.same = len(planned.fresh), len(planned.changed), planned.same
    row.count, row.rejected = len(row.rows), len(planned.rejects)
    row.rejects = [asdict(one) for one in planned.rejects]


def _prove(verb: str, actor: Actor, now: datetime, row: ClaimList, **more: object) -> None:
    facts: dict[str, object] = {
        "rows": row.count, "fresh": row.fresh, "changed": row.changed, "same": row.same,
        "rejected": row.rejected, "digest": row.digest,
    }  # fmt: skip
    content = {"name": row.name, "origin": row.origin}
    record(actor=actor, now=now, verb=verb, stream=f"policies.list:{row.pk}", facts=facts | more, content=content)
