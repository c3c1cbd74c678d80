"""Colleagues of one enterprise: an owner invites by telephone, the invited one accepts with a code, an owner removes."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.people import queries as people
from qifu.domain.registry.access import agency_to_end, enterprise_to_lead, invitation_to_answer
from qifu.domain.registry.actions.certifying import ROLES, begin_agency
from qifu.domain.registry.models import Agency, Enterprise, Invitation
from qifu.engines.codes import phones
from qifu.kernel import outbox, sealed
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record

GOOD_FOR = timedelta(days=7)
TRIES, OPEN_AT_ONCE = 5, 20


def invite(
    *, actor: Actor, now: datetime, enterprise: int, phone: str, person: str, role: str, code: str = ""
) -> Invitation:
    """Ask a colleague to act for the enterprise; the code goes to the telephone and is kept only as a digest.

    :raises Invalid: number, name or role cannot be used.
    :raises Conflict: twenty invitations are open.
    """
    number, person = _number(phone), person.strip()
    if not 2 <= len(person) <= 40:
        raise Invalid("请填写同事的姓名。", {"person": "请填写姓名"})
    if role not in ROLES:
        raise Invalid("请选择负责人或经办人。", {"role": "请选择"})
    code = code or f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        firm = enterprise_to_lead(actor, enterprise)
        assert actor.account is not None  # an owner has signed in
        lookup = sealed.lookup(number)
        open_now = Invitation.objects.filter(enterprise=firm, state="pending")
        open_now.filter(phone_lookup=lookup).update(state="withdrawn")  # a new code takes the place of the old one
        if open_now.filter(expires_at__gt=now).count() >= OPEN_AT_ONCE:
            raise Conflict(f"已有 {OPEN_AT_ONCE} 条邀请等待接受，请先撤回一些再邀请。")
        row = Invitation.objects.create(
            enterprise=firm,
            role=role,
            person=person,
            phone=number,
            phone_lookup=lookup,
            code_digest=_digest(lookup, code),
            invited_by_id=actor.account,
            invited_at=now,
            expires_at=now + GOOD_FOR,
        )
        _record(row, actor, now, "agency.invite", {"masked": phones.mask(number), "person": person})
        outbox.tell(
            channel="sms",
            to=f"sealed:{sealed.seal(number)}",
            template="enterprise_invitation",
            variables={
                "enterprise": firm.name,
                "code": f"sealed:{sealed.seal(code)}",
                "days": GOOD_FOR.days,
            },
            key=f"invitation:{row.pk}",
            now=now,
            stream=f"registry.enterprise:{firm.pk}",
        )
    return row


def accept_invitation(*, actor: Actor, now: datetime, invitation: int, code: str) -> Agency:
    """Take an invitation up, signed in with the invited number; five wrong codes end it.

    :raises Missing: not sent to this person's number.
    :raises Conflict: no longer open.
    :raises Invalid: the code is wrong.
    """
    if not actor.is_contact or actor.account is None:
        raise Forbidden("请用收到邀请短信的手机号登录后再接受邀请。")
    lookup = own_lookup(actor)
    with transaction.atomic():
        row = invitation_to_answer(invitation, lookup)
        if row.state != "pending" or row.expires_at <= now or row.tries >= TRIES:
            raise Conflict("这条邀请已失效，请联系邀请您的同事重新发送。", state=row.state)
        is_right = hmac.compare_digest(row.code_digest, _digest(lookup, code.strip()))
        if not is_right:
            Invitation.objects.filter(pk=row.pk).update(tries=row.tries + 1)
        else:
            return _accepted(row, actor, now)
    raise Invalid(f"邀请码不对，还可以再试 {TRIES - row.tries - 1} 次。", {"code": "邀请码不对"})


def withdraw_invitation(*, actor: Actor, now: datetime, enterprise: int, invitation: int) -> None:
    """Take an invitation back before it is accepted."""
    with transaction.atomic():
        firm = enterprise_to_lead(actor, enterprise)
        rows = Invitation.objects.select_for_update().filter(pk=invitation, enterprise=firm, state="pending")
        row = rows.first()
        if row is None:
            raise Missing("没有这条待接受的邀请，可能已被接受或撤回。")
        row.state = "withdrawn"
        row.save(update_fields=["state"])
        _record(row, actor, now, "agency.uninvite", {})


def remove_colleague(*, actor: Actor, now: datetime, enterprise: int, agency: int) -> None:
    """End a colleague's right to speak for the enterprise, at once; the last owner cannot go.

    :raises Conflict: nobody would answer for the enterprise any more.
    """
    with transaction.atomic():
        firm = enterprise_to_lead(actor, enterprise)
        row = agency_to_end(firm.pk, agency)
        others = Agency.objects.filter(enterprise=firm, role="owner", until__isnull=True).exclude(pk=row.pk)
        if row.role == "owner" and not others.exists():
            raise Conflict("这是本企业唯一的负责人，不能移除。请先邀请另一位负责人。")
        row.until = now
        row.save(update_fields=["until"])
        _ended(row, firm, actor, now)


def own_lookup(actor: Actor) -> str:
    """The digest under which the actor's own telephone is found; empty when there is none."""
    number = people.phone_to_send(actor.account) if actor.account is not None else ""
    return sealed.lookup(number)


def _accepted(row: Invitation, actor: Actor, now: datetime) -> Agency:
    assert actor.account is not None
    row.state = "accepted"
    row.save(update_fields=["state"])
    _record(row, actor, now, "agency.accept", {})
    return begin_agency(
        actor=actor, now=now, enterprise=row.enterprise, account=actor.account, role=row.role, person=row.person
    )


def _number(text: str) -> str:
    held = phones.parse(text)
    if held is None or held.kind != "mobile":
        raise Invalid("手机号格式不对，请输入 11 位手机号。", {"phone": "手机号格式不对"})
    return held.e164


def _digest(lookup: str, code: str) -> str:
    return sealed.lookup(f"invitation:{lookup}:{code}")


def _record(row: Invitation, actor: Actor, now: datetime, verb: str, content: dict[str, object]) -> None:
    facts = {"invitation": row.pk, "role": row.role}
    stream = f"registry.enterprise:{row.enterprise_id}"
    record(actor=actor, now=now, verb=verb, stream=stream, facts=facts, content=content or None)


def _ended(row: Agency, firm: Enterprise, actor: Actor, now: datetime) -> None:
    facts = {"agency": row.pk, "account": row.account_id, "role": row.role}
    stream = f"registry.enterprise:{firm.pk}"
    record(actor=actor, now=now, verb="agency.end", stream=stream, facts=facts)
    outbox.tell(
        channel="inapp",
        to=f"account:{row.account_id}",
        template="agency_ended",
        variables={"enterprise": firm.name},
        key=f"agency:{row.pk}:ended",
        now=now,
        stream=stream,
    )
