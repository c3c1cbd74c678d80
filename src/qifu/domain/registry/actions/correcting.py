"""A value held to be wrong: proposed with proof, decided by the centre; accepted, a person's word stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from qifu.domain.registry import facts
from qifu.domain.registry.access import correction_to_decide, enterprise_to_correct, own_correction
from qifu.domain.registry.actions.holding import Incoming, put_rows
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.actions.sources import source_of
from qifu.domain.registry.actions.stating import checked_value
from qifu.domain.registry.models import Correction
from qifu.domain.registry.profiles import plain, written
from qifu.domain.registry.saying import label
from qifu.engines.eligibility import catalogue
from qifu.kernel import outbox
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import give

FIXED = frozenset({"enterprise_id", "uscc", "age_months", "building_id", "size_class"})  # follow from elsewhere
ADDRESS = "address"
_DECIDED = "这条更正申请已经处理过，请刷新页面查看结果。"


def may_correct(field: str) -> bool:
    """Whether a correction of the field may be proposed."""
    return field == ADDRESS or (field in catalogue() and field not in FIXED)


def propose_correction(
    *, actor: Actor, now: datetime, enterprise: int, field: str, value: object, reason: str, files: Iterable[int] = ()
) -> Correction:
    """Say that a value is wrong, and what is right; `files`: proof that the actor has just kept.

    :raises Invalid: no such field, a value that cannot be read, the one that stands, no reason; no proof of an enterprise.
    :raises Conflict: the field waits for a decision already.
    """
    firm = enterprise_to_correct(actor, enterprise)
    right = _value(field, value, now)
    wanted = list(files)
    if len(reason.strip()) < 4:
        raise Invalid("请写明更正的理由（至少四个字）。", {"reason": "请写明理由"})
    if actor.is_contact and not wanted:
        raise Invalid("请上传证明材料，如执照、报表或完税证明。", {"files": "请上传证明材料"})
    held = facts.held(firm.pk).get(field)
    before = plain(held.value) if held else firm.address or None if field == ADDRESS else None
    if before == right:
        raise Invalid("填写的值与现有的值相同，不需要更正。", {"value": "与现有的值相同"})
    with transaction.atomic():
        row = _filed(
            Correction(
                enterprise=firm,
                field=field,
                before=before,
                value=right,
                reason=reason.strip()[:300],
                filed_by_id=actor.account or 0,
                filed_at=now,
            )
        )
        give(actor=actor, ids=wanted, owner=stream_of(row), is_internal=actor.is_staff)
        told = {"enterprise": firm.pk, "field": field, "files": len(wanted)}
        record(
            actor=actor, now=now, verb="correction.propose", stream=stream_of(row), facts=told,
            content={"reason": row.reason}, before={field: written(before)}, after={field: written(right)},
        )  # fmt: skip
    return row


def accept_correction(*, actor: Actor, now: datetime, correction: int, answer: str = "") -> Correction:
    """Let the proposed value stand as a person's word.

    :raises Conflict: it was decided already.
    """
    with transaction.atomic():
        row = _decided(correction_to_decide(actor, correction), "accepted", actor, now, answer)
        said = Incoming(f"{row.enterprise_id}:{row.field}", {row.field: row.value}, localdate(now), row.enterprise_id)
        put_rows(source=source_of("word", now), rows=[said], now=now)
        settle(reckon_profiles([row.enterprise_id], now), actor=actor, now=now, facts={"correction": row.pk})
    return row


def refuse_correction(*, actor: Actor, now: datetime, correction: int, answer: str) -> Correction:
    """Leave the value as it is, with an answer that the person reads.

    :raises Invalid: no answer. :raises Conflict: it was decided already.
    """
    with transaction.atomic():
        row = correction_to_decide(actor, correction)
        if len(answer.strip()) < 4:
            raise Invalid("请写明不采纳的原因（至少四个字），对方会看到。", {"answer": "请写明原因"})
        return _decided(row, "refused", actor, now, answer)


def withdraw_correction(*, actor: Actor, now: datetime, correction: int) -> Correction:
    """Take one's own proposal back. :raises Conflict: it was decided already."""
    with transaction.atomic():
        return _decided(own_correction(actor, correction), "withdrawn", actor, now, "")


def stream_of(row: Correction) -> str:
    """The chain of a correction, and the owner of its proof."""
    return f"registry.correction:{row.pk}"


def _value(field: str, value: object, now: datetime) -> object:
    if not may_correct(field):
        raise Invalid("这一项不能更正。", {"field": "请选择其他项"})
    if field == ADDRESS:
        text = str(value or "").strip()
        if not 4 <= len(text) <= 200:
            raise Invalid("地址请写 4 至 200 个字。", {"value": "请写 4 至 200 个字"})
        return text
    return checked_value(field, value, localdate(now))


def _filed(row: Correction) -> Correction:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("这一项已有一条更正申请正在核实，请等结果或先撤回。", state="pending") from None
    return row


def _decided(row: Correction, state: str, actor: Actor, now: datetime, answer: str) -> Correction:
    if row.state != "pending":
        raise Conflict(_DECIDED, state=row.state)
    row.state, row.decided_at, row.answer = state, now, answer.strip()[:300]
    row.decided_by_id = actor.account
    row.save()
    told = {"state": state, "enterprise": row.enterprise_id, "field": row.field}
    content = {"answer": row.answer} if row.answer else None
    if state != "withdrawn" and row.filed_by_id != actor.account:
        _tell(row, now)
    record(actor=actor, now=now, verb=f"correction.{_VERBS[state]}", stream=stream_of(row), facts=told, content=content)
    return row


def _tell(row: Correction, now: datetime) -> None:
    """Tell whoever asked what became of it: an enterprise by message too, the staff in their inbox."""
    words = {"enterprise": row.enterprise.name, "field": label(row.field), "reason": row.answer}
    for channel in ("inapp", "sms") if row.filed_by.kind == "contact" else ("inapp",):
        outbox.tell(
            channel=channel, to=f"account:{row.filed_by_id}", template=f"correction_{row.state}", variables=words,
            key=f"correction:{row.pk}:{row.state}", now=now, stream=stream_of(row),
        )  # fmt: skip


_VERBS = {"accepted": "accept", "refused": "refuse", "withdrawn": "withdraw"}
