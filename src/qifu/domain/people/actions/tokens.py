"""Bearer tokens of people and outside systems. The clear token is returned once; only its digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.people.access import account_to_administer, may_administer, own_account, token_to_revoke
from qifu.domain.people.models import Token
from qifu.domain.people.scopes import SCOPES
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence import actions as evidence

PREFIX = "qifu_"
TOUCH = timedelta(minutes=1)  # a busy token is not written at every request


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, and its clear text to be shown once."""

    token: Token
    clear: str


def digest(clear: str) -> str:
    """Return what is kept of a token: it is 256 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(clear.encode()).hexdigest()


@transaction.atomic
def issue_token(
    *,
    actor: Actor,
    now: datetime,
    account: int,
    label: str,
    scopes: Iterable[str] = (),
    expires: datetime | None = None,
) -> Issued:
    """Issue a token for oneself, or as administrator for a member or an outside system."""
    row = own_account(actor) if account == actor.account else account_to_administer(actor, account)
    label, wanted = label.strip(), sorted(set(scopes))
    if not 1 <= len(label) <= 80:
        raise Invalid("请给令牌起个名字，最多 80 个字。", {"label": "1 到 80 个字。"})
    if expires is not None and expires <= now:
        raise Invalid("到期时间已经过去。", {"expires": "请改晚一些。"})
    if unknown := set(wanted) - set(SCOPES):
        raise Invalid(f"没有这样的范围：{'、'.join(sorted(unknown))}。", {"scopes": "请重新选择。"})
    if row.kind == "service" and not wanted:
        raise Invalid("外部系统的令牌要写明范围。", {"scopes": "请至少选一项。"})
    if actor.scopes and (not wanted or not set(wanted) <= actor.scopes):
        raise Invalid("不能签发比自己的令牌范围更大的令牌。", {"scopes": "请缩小范围。"})
    if not row.is_active:
        raise Conflict(f"{row.name}的账号已经停用，不能签发令牌。", state="inactive")
    clear = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=row, label=label, digest=digest(clear), scopes=wanted, created=now, expires=expires
    )
    facts = {"token": token.pk, "label": label, "scopes": wanted, "expires": expires and expires.isoformat()}
    evidence.record(actor=actor, now=now, verb="token.issue", stream=f"account:{row.pk}", facts=facts)
    return Issued(token, clear)


@transaction.atomic
def revoke_token(*, actor: Actor, now: datetime, token: int) -> Token:
    """Make a token useless from now on."""
    row = token_to_revoke(actor, token)
    if row.revoked_at is not None:
        raise Conflict("这个令牌已经作废。", state="revoked")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    facts = {"token": row.pk, "by_administrator": may_administer(actor)}
    evidence.record(actor=actor, now=now, verb="token.revoke", stream=f"account:{row.account_id}", facts=facts)
    return row


def touch_token(*, token: int, now: datetime) -> None:
    """Note that a token was used, at most once a minute; a note, not a record."""
    Token.objects.filter(pk=token).exclude(last_used__gt=now - TOUCH).update(last_used=now)
