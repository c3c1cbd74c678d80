"""Going through a building: the manager confirms the tenants each half-year, a specialist looks on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from qifu.domain.estate import access
from qifu.domain.estate.actions.letting import end
from qifu.domain.estate.models import Building, Finding, Room, Round, Tenancy
from qifu.domain.estate.moments import Moment, half_of, on, today
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record

LONGEST = 500
SPOT = (Finding.Answer.FITS, Finding.Answer.EMPTY, Finding.Answer.DIFFERS)


@dataclass(frozen=True, slots=True)
class Said:
    """What the manager says of one tenant: still there, or the last day there."""

    tenancy: int  # as it was seen
    until: date | None = None


@transaction.atomic
def confirm(*, actor: Actor, now: datetime, building: int, said: Sequence[Said]) -> Round:
    """Confirm tenants of a building for this half-year; whoever has moved out is ended. With the last of them it is done.

    :raises Missing: not a building of this actor, or a tenant is not of it. :raises Invalid: nothing said, or a day
    cannot be. :raises Conflict: a tenancy was changed meanwhile.
    """
    row = access.building_to_run(actor, building, lock=True)
    if not said:
        raise Invalid("请至少确认一家租户。")
    under_way = _half_round(actor, now, row)
    for one in said:
        _confirm_one(actor, now, under_way, one)
    left = still_open(under_way, Moment(today(now)))
    if left == 0 and under_way.ended_at is None:
        under_way.ended_at = now
        under_way.save(update_fields=["ended_at"])
    record(
        actor=actor,
        now=now,
        verb="estate.confirm",
        stream=f"estate.building:{row.pk}",
        facts={"half": under_way.half, "said": [[one.tenancy, str(one.until or "")] for one in said], "left": left},
    )
    return under_way


def _half_round(actor: Actor, now: datetime, building: Building) -> Round:
    half = half_of(today(now))
    found, _ = Round.objects.get_or_create(
        building=building, kind=Round.Kind.HALF, half=half, defaults={"account_id": _account(actor), "begun_at": now}
    )
    return found


def _confirm_one(actor: Actor, now: datetime, under_way: Round, one: Said) -> None:
    held = access.tenancy_to_keep(actor, one.tenancy)
    if held.building_id != under_way.building_id:
        raise Missing("没有这条入驻记录，请刷新页面后重新选择。")
    if one.until is not None:
        if one.until > today(now):
            raise Invalid("迁出日期不能晚于今天。", {"until": "迁出日期不能晚于今天。"})
        end(actor=actor, now=now, tenancy=held.pk, until=one.until, note="半年确认")
    answer = Finding.Answer.STAYS if one.until is None else Finding.Answer.MOVED
    Finding.objects.update_or_create(
        round=under_way,
        tenancy=held.key,
        defaults={"room_id": held.room_id, "answer": answer, "account_id": _account(actor), "at": now},
    )


def still_open(under_way: Round, moment: Moment) -> int:
    """How many tenants the round has not heard of."""
    present = Tenancy.objects.filter(on(moment), building=under_way.building_id)
    return present.exclude(
        key__in=Finding.objects.filter(round=under_way, tenancy__isnull=False).values("tenancy")
    ).count()


@transaction.atomic
def begin_round(*, actor: Actor, now: datetime, building: int) -> Round:
    """Begin a round on the spot; the one under way is gone on with.

    :raises Missing: there is no such building. :raises Forbidden: not of those who go rounds here.
    """
    row = access.building_to_visit(actor, building)
    account = _account(actor)
    held = Round.objects.filter(building=row, account=account, kind=Round.Kind.SPOT, ended_at__isnull=True).first()
    if held is not None:
        return held
    made = Round.objects.create(building=row, kind=Round.Kind.SPOT, account_id=account, begun_at=now)
    record(actor=actor, now=now, verb="estate.round", stream=f"estate.building:{row.pk}", facts={"round": made.pk})
    return made


@transaction.atomic
def note(*, actor: Actor, now: datetime, round: int, room: int, answer: str, note: str = "") -> Finding:
    """Note what a room looked like; said again, the later word stands and both are in evidence.

    :raises Forbidden: somebody else goes this round. :raises Conflict: it has ended.
    :raises Missing: no such room here. :raises Invalid: no answer, or a difference without a word on it.
    """
    under_way = access.round_to_note(actor, round)
    place = Room.objects.filter(pk=room, building=under_way.building_id).first()
    if place is None:
        raise Missing(access.NO_ROOM)
    if answer not in SPOT:
        raise Invalid("请选择“相符”“空置”或“有出入”。", {"answer": "请选择一项。"})
    text = note.strip()
    if answer == Finding.Answer.DIFFERS and not text:
        raise Invalid("有出入的，请写明看到的情况。", {"note": "请写明看到的情况。"})
    if len(text) > LONGEST:
        raise Invalid(f"说明超过 {LONGEST} 字，请精简。", {"note": "请精简。"})
    row, _ = Finding.objects.update_or_create(
        round=under_way,
        room=place,
        tenancy=None,
        defaults={"answer": answer, "note": text, "account_id": _account(actor), "at": now},
    )
    facts = {"round": under_way.pk, "answer": answer}
    content = {"note": text} if text else None
    record(actor=actor, now=now, verb="estate.look", stream=place.stream, facts=facts, content=content)
    return row


@transaction.atomic
def end_round(*, actor: Actor, now: datetime, round: int) -> Round:
    """End a round on the spot.

    :raises Forbidden: somebody else goes it. :raises Conflict: it has ended, or nothing was looked at.
    """
    row = access.round_to_note(actor, round)
    counts = {answer: row.findings.filter(answer=answer).count() for answer in SPOT}
    if not sum(counts.values()):
        raise Conflict("还没有核验任何房间，不能结束。")
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    facts = {"round": row.pk} | {str(answer): count for answer, count in counts.items()}
    record(actor=actor, now=now, verb="estate.round_end", stream=f"estate.building:{row.building_id}", facts=facts)
    return row


def _account(actor: Actor) -> int:
    if actor.account is None:
        raise Forbidden("请登录后再办理。")
    return actor.account
