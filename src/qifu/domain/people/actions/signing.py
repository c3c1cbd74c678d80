"""What signing in and out leaves behind, and the end of all sessions at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from qifu.domain.people.access import account_to_administer, own_account
from qifu.domain.people.models import Account
from qifu.kernel.actor import Actor
from qifu.kernel.evidence import actions as evidence


@transaction.atomic
def signed_in(*, actor: Actor, now: datetime, how: str) -> None:
    """Record that somebody signed in, and by which means (password, code, mfa …)."""
    evidence.record(actor=actor, now=now, verb="account.sign_in", stream=f"account:{actor.account}", facts={"how": how})


@transaction.atomic
def signed_out(*, actor: Actor, now: datetime) -> None:
    """Record that somebody signed out."""
    evidence.record(actor=actor, now=now, verb="account.sign_out", stream=f"account:{actor.account}")


@transaction.atomic
def password_changed(*, actor: Actor, now: datetime) -> None:
    """Record that somebody changed their password; a temporary one is one no more."""
    Account.objects.filter(pk=actor.account or 0).update(must_change_password=False)
    evidence.record(actor=actor, now=now, verb="account.password", stream=f"account:{actor.account}")


@transaction.atomic
def end_sessions(*, actor: Actor, now: datetime, account: int) -> Account:
    """End every session of one's own account, or as administrator of a member's."""
    row = own_account(actor) if account == actor.account else account_to_administer(actor, account)
    Account.objects.filter(pk=row.pk).update(session_round=F("session_round") + 1)
    evidence.record(actor=actor, now=now, verb="account.end_sessions", stream=f"account:{row.pk}")
    return row
