"""The joint review: a department declares whether it has a conflict, then scores and votes, without seeing what others gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import access, amounts
from qifu.domain.grants.flow import words
from qifu.domain.grants.models import Application, Seat
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one department gives: a conflict with its reason, or scores, a vote and perhaps another amount."""

    has_conflict: bool
    conflict: str = ""
    scores: Mapping[str, str] = field(default_factory=dict)
    vote: str = ""
    amount: str = ""
    opinion: str = ""


@transaction.atomic
def give(*, actor: Actor, now: datetime, number: str, opinion: Opinion) -> Seat:
    """Take the seat of the actor's unit: once, for good.

    :raises Forbidden: the unit has no seat, or the actor did the form check. :raises Conflict: it has been given, or the review is over.
    :raises Invalid: a score, the vote or a reason is missing.
    """
    row = access.application(actor, number, lock=True)
    seat = access.seat(actor, row, lock=True)
    if row.state != "review":
        raise Conflict("这件申报现在不在会审，不能再评分。", state=row.state)
    if seat.given_at is not None:
        raise Conflict("本单位的意见已经提交，不能更改。", state=row.state)
    if row.checker == actor.account:
        raise Forbidden(access.APART)
    problems = _problems(row, opinion)
    if problems:
        raise Invalid("意见没有提交：" + "".join(problems.values()), problems)
    seat.account, seat.has_conflict, seat.given_at = actor.account, opinion.has_conflict, now
    if opinion.has_conflict:
        seat.conflict = opinion.conflict.strip()
    else:
        _fill(seat, row, opinion)
    seat.save()
    told = {
        "unit": seat.unit_id,
        "conflict": opinion.has_conflict,
        "vote": seat.vote,
        "total": str(seat.total or ""),
        "round": row.round,
    }
    content = {"scores": seat.scores, "opinion": seat.opinion, "conflict": seat.conflict}
    record(actor=actor, now=now, verb="grants.review", stream=row.stream, facts=told, content=content)
    return seat


def _fill(seat: Seat, row: Application, opinion: Opinion) -> None:
    seat.scores = {one["name"]: str(_points(opinion.scores.get(one["name"], ""))) for one in row.version.scoring}
    seat.total = sum((Decimal(value) for value in seat.scores.values()), Decimal(0)) if seat.scores else None
    seat.vote, seat.opinion, seat.amount = opinion.vote, opinion.opinion.strip(), amounts.read(opinion.amount)


def _problems(row: Application, opinion: Opinion) -> dict[str, str]:
    if opinion.has_conflict:
        short = not 2 <= len(opinion.conflict.strip()) <= 300
        return {"conflict": "请写明与申报企业的利害关系（2 至 300 字）。"} if short else {}
    problems = {}
    for one in row.version.scoring:
        points = _points(opinion.scores.get(one["name"], ""))
        if points is None or points > int(one["most"]):
            problems[f"score_{one['name']}"] = f"{one['label']}应在 0 至 {one['most']} 分之间。"
    if opinion.vote not in dict(words.VOTES):
        problems["vote"] = "请表决。"
    if opinion.vote == "no" and not opinion.opinion.strip():
        problems["opinion"] = "不同意的请写明理由。"
    if len(opinion.opinion) > 1000:
        problems["opinion"] = "意见最多 1000 字。"
    try:
        amounts.read(opinion.amount)
    except Invalid as refusal:
        problems["amount"] = refusal.message
    return problems


def _points(text: str) -> Decimal | None:
    bare = text.strip()
    if not bare.replace(".", "", 1).isascii() or not bare.replace(".", "", 1).isdigit() or len(bare) > 6:
        return None
    return Decimal(bare).quantize(Decimal("0.01"))
