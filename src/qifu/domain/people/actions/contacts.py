"""Contacts of enterprises: an account comes into being when a telephone number was proved for the first time."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.people import phones
from qifu.domain.people.access import own_account
from qifu.domain.people.models import Account
from qifu.kernel import sealed
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence import actions as evidence


def sign_up_contact(*, now: datetime, phone: str, name: str = "") -> Account:
    """Return the account of a proved number, made now if it is new. Whoever proved the number is its holder.

    :raises Conflict: it is a number of the staff, who sign in with a password, or the account was closed.
    """
    number = phones.normalise(phone)
    rows = Account.objects.filter(phone_lookup=sealed.lookup(number))
    account = rows.first()
    if account is None:
        try:
            account = _create(number, name.strip()[:64], now)
        except IntegrityError:  # the same number was proved on another device a moment ago
            account = rows.get()
    if account.kind != "contact":
        raise Conflict("这个手机号登记在工作人员账号下，请用用户名和密码登录。", state="staff")
    if not account.is_active:
        raise Conflict("这个账号已停用，如有疑问请联系服务中心。", state="inactive")
    return account


@transaction.atomic
def _create(number: str, name: str, now: datetime) -> Account:
    account = Account(kind="contact", name=name or f"用户{number[-4:]}", phone_verified=True, created=now)
    account.phone_sealed, account.phone_lookup = phones.keep(number).values()
    account.set_unusable_password()
    account.save(force_insert=True)
    facts = {"kind": "contact"}
    evidence.record(actor=SYSTEM, now=now, verb="account.create", stream=f"account:{account.pk}", facts=facts)
    return account


@transaction.atomic
def change_own_phone(*, actor: Actor, now: datetime, phone: str) -> Account:
    """Put a newly proved number in the place of one's old one.

    :raises Conflict: the number is another account's.
    """
    row = own_account(actor)
    number = phones.normalise(phone)
    kept = phones.keep(number)
    if row.phone_lookup == kept["phone_lookup"]:
        raise Invalid("新手机号与原来的相同。", {"phone": "与原来的相同。"})
    if Account.objects.filter(phone_lookup=kept["phone_lookup"]).exists():
        raise Conflict("这个手机号已属于另一个账号；如需合并，请联系服务中心。", state="taken")
    row.phone_sealed, row.phone_lookup = kept.values()
    row.phone_verified = True
    row.save(update_fields=["phone_sealed", "phone_lookup", "phone_verified"])
    content = {"masked": phones.mask(number)}
    evidence.record(actor=actor, now=now, verb="account.phone", stream=f"account:{row.pk}", content=content)
    return row
