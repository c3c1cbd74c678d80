"""Whom an event is for, and telling them of it, each enterprise once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.events import access
from qifu.domain.events.actions import notices
from qifu.domain.events.models import Event, Invitation
from qifu.domain.events.queries.audience import reachable
from qifu.domain.registry import queries as registry
from qifu.domain.registry import segments
from qifu.kernel import outbox
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.outbox import Message

BATCH = 500


@transaction.atomic
def choose(
    *, actor: Actor, now: datetime, event: int, audience: str, segment: int | None = None, policy: tuple[str, str] = ("", "")
) -> Event:  # fmt: skip
    """Say whom the event is for: all, a segment as it stands (its filters are copied), or who fits a policy (code, title).

    :raises Missing: no such event or segment. :raises Forbidden: not the actor's. :raises Invalid: nothing chosen.
    """
    row = access.event_to_keep(actor, event)
    if audience not in Event.Audience.values:
        raise Invalid("请选择邀请对象。", {"audience": "请选择邀请对象。"})
    row.audience, row.audience_of, row.audience_label = audience, {}, "全部企业"
    if audience == Event.Audience.SEGMENT:
        if segment is None:
            raise Invalid("请选择一个企业分群。", {"segment": "请选择一个企业分群。"})
        chosen = segments.segment(actor, segment)
        row.audience_of, row.audience_label = dict(chosen.asked), chosen.name[:120]
    elif audience == Event.Audience.POLICY:
        if not policy[0]:
            raise Invalid("请选择一项政策。", {"policy": "请选择一项政策。"})
        row.audience_of, row.audience_label = {"code": policy[0]}, policy[1][:120]
    row.save(update_fields=["audience", "audience_of", "audience_label"])
    facts = {"audience": audience, "of": row.audience_of}
    record(actor=actor, now=now, verb="events.audience", stream=row.stream, facts=facts)
    return row


@transaction.atomic
def invite(*, actor: Actor, now: datetime, event: int, due: datetime | None = None) -> int:
    """Tell every enterprise of the audience that somebody speaks for and that was not told; answer how many.

    :param due: not before this moment: quiet hours are kept.
    :raises Forbidden: not the actor's event. :raises Conflict: it is not open for registration.
    """
    row = access.event_to_keep(actor, event)
    if row.state != "published" or now >= row.closes:
        raise Conflict("报名中的活动才能发出邀请。", state=row.state)
    told = reachable(actor, row, now)
    invited = 0
    for start in range(0, len(told), BATCH):
        some = told[start : start + BATCH]
        names = registry.names(firm for firm, _ in some)
        Invitation.objects.bulk_create(
            [Invitation(event=row, enterprise_id=firm, at=now) for firm, _ in some], ignore_conflicts=True
        )
        outbox.tell_all(
            [
                Message(
                    "inapp", f"account:{account}", "event_invitation",
                    notices.about(row) | {"enterprise": names.get(firm, "")}, f"events:{row.pk}:invite:{firm}", now,
                    stream=row.stream, due=due,
                )
                for firm, accounts in some
                for account in accounts
            ]
        )  # fmt: skip
        invited += len(some)
    record(actor=actor, now=now, verb="events.invite", stream=row.stream, facts={"enterprises": invited})
    return invited
