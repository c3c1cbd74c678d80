"""Who is told of what is owed after payment. Items wait in the outbox, in the step's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from qifu.domain.grants.models import Obligation
from qifu.domain.people import queries as people
from qifu.domain.registry import agencies
from qifu.kernel import outbox
from qifu.kernel.actor import Role
from qifu.kernel.outbox import Message

BY_SMS = {"grant_duty_due", "grant_clawback_proposed", "grant_clawback_decided"}


def enterprise(
    rows: Sequence[Obligation], template: str, now: datetime, *, due: date | None = None, amount: Decimal | None = None,
    key: str = "",
) -> None:  # fmt: skip
    """Tell who handed the application in, or else all who speak for the enterprise."""
    channels = ("inapp", "sms") if template in BY_SMS else ("inapp",)
    outbox.tell_all(
        [
            _message(channel, account, template, row, now, due, amount, key)
            for row in rows
            for account in _contacts(row)
            for channel in channels
        ]
    )


def staff(
    row: Obligation, template: str, role: Role, now: datetime, *, unit: int | None = None, key: str = ""
) -> None:  # fmt: skip
    """Tell those who now have work."""
    who = people.holders(role, now, unit)
    outbox.tell_all([_message("inapp", one.id, template, row, now, None, None, key) for one in who])


def lead(row: Obligation, template: str, now: datetime, key: str = "") -> None:
    """Tell the handlers of the unit that answers for the scheme."""
    staff(row, template, Role.HANDLER, now, unit=row.application.version.scheme.unit_id, key=key)


def _contacts(row: Obligation) -> Sequence[int]:
    own = row.application.contact
    return (own,) if own else agencies.contacts_of(row.enterprise_id)


def _message(
    channel: str, account: int, template: str, row: Obligation, now: datetime, due: date | None, amount: Decimal | None,
    key: str,
) -> Message:  # fmt: skip
    variables = {
        "number": row.application.number, "title": row.application.version.title, "duty": row.kind_label,
        "due": f"{due.month}月{due.day}日" if due else "", "amount": "" if amount is None else f"{amount:,.2f} 元",
    }  # fmt: skip
    name = f"{row.stream}:{template}:{key or now.isoformat()}"
    return Message(channel, f"account:{account}", template, variables, name, now, stream=row.stream)
