"""Erase what is personal in a finished case for good. Evidence stays whole, the row still equals its history, figures stay.

What goes: title, text, place, name and number of the contact, the words it is found by, what was said at each step, the files
and their names, comments and notes, and what still waits in the queue. What stays: number, enterprise, category, units, times, marks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.appeals.models import Appeal, Assignment, Extension, FollowUp, Order, Rating, Suggestion, Words
from qifu.kernel.actor import SYSTEM, Actor, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import erase
from qifu.kernel.evidence.models import Content
from qifu.kernel.files.actions import drop
from qifu.kernel.files.models import StoredFile
from qifu.kernel.outbox.addresses import scrub
from qifu.kernel.outbox.models import Item

ERASED = "（已清除）"
REST = timedelta(days=30)  # after closing, in which the enterprise may still come back to the case
BATCH = 200  # cases of one run of the retention job
_BLANK = {
    "title": ERASED, "body": "", "place": "", "contact_name": "", "phone": "", "phone_lookup": "", "phone_tail": "",
}  # fmt: skip


@transaction.atomic
def erase_personal(*, actor: Actor, now: datetime, number: str, reason: str, at_request: bool = False) -> Appeal:
    """Erase what is personal in the case and return its row. A second call finds nothing to do and changes nothing.

    `at_request`: the person asked for it, so that the thirty days after closing need not have passed.

    :raises Forbidden: not an administrator.
    :raises Invalid: no reason was given.
    :raises Missing: there is no such case.
    :raises Conflict: the case is open, or was closed less than thirty days ago.
    """
    if actor.kind != "system" and not actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以清除个人信息。")
    reason = scrub(reason.strip())[:200]
    if len(reason) < 2:
        raise Invalid("请写明清除的理由（至少两个字），理由会永久记录，请不要写姓名和电话。", {"reason": "请写明理由"})
    appeal = Appeal.objects.select_for_update().filter(number=number.strip()).first()
    if appeal is None:
        raise Missing(f"没有编号为“{number.strip()[:20]}”的事项，请核对编号。")
    _check(appeal, now, at_request)
    if is_erased(appeal):
        return appeal
    files = list(StoredFile.objects.filter(owner=appeal.stream))
    for name, value in _BLANK.items():
        setattr(appeal, name, value)
    appeal.save(update_fields=list(_BLANK))
    Words.objects.filter(appeal=appeal).update(tokens="")
    _blank_papers(appeal)
    _blank_queue(appeal)
    for file in files:
        if file.dropped_at is None:
            drop(actor=actor, now=now, file=file, reason="清除个人信息")
    StoredFile.objects.filter(owner=appeal.stream).update(name=ERASED)
    records = Content.objects.filter(record__stream=appeal.stream, body__isnull=False)
    erase(actor=actor, now=now, records=records.values_list("pk", flat=True), reason=reason, stream=appeal.stream)
    return appeal


def is_erased(appeal: Appeal) -> bool:
    """Whether the personal content is gone: no case begins without a text."""
    return appeal.body == "" and appeal.title == ERASED


def due_for_erasure(*, now: datetime, days: int) -> list[str]:
    """The numbers of cases closed longer ago than this and not erased yet, oldest first; at most one batch."""
    old = Appeal.objects.filter(is_open=False, closed_at__lt=now - timedelta(days=days)).exclude(body="")
    return list(old.order_by("closed_at").values_list("number", flat=True)[:BATCH])


def erase_old(*, now: datetime, days: int) -> list[str]:
    """Erase what the term of retention has run out for; return the numbers of the cases."""
    numbers = due_for_erasure(now=now, days=days)
    for number in numbers:
        erase_personal(actor=SYSTEM, now=now, number=number, reason=f"办结满 {days} 天，保存期届满")
    return numbers


def _check(appeal: Appeal, now: datetime, at_request: bool) -> None:
    if appeal.is_open or appeal.closed_at is None:
        raise Conflict("这件事项还没有办结，不能清除。请先办结，或请企业撤回后再清除。", state=appeal.state)
    if not at_request and appeal.closed_at > now - REST:
        raise Conflict(
            f"办结不满 {REST.days} 天，企业还可能追问。满期后再清除；当事人要求的，请注明“当事人要求”。",
            state=appeal.state,
        )


def _blank_papers(appeal: Appeal) -> None:
    """Free text beside the row. Marks, states and times stay: figures are drawn from them."""
    Assignment.objects.filter(appeal=appeal).exclude(part="").update(part=ERASED)
    Extension.objects.filter(appeal=appeal).update(reason=ERASED, note="")
    Rating.objects.filter(appeal=appeal).update(comment="")
    FollowUp.objects.filter(appeal=appeal).update(comment="")
    Order.objects.filter(appeal=appeal).update(text=ERASED)
    Order.objects.filter(appeal=appeal).exclude(answer="").update(answer=ERASED)
    for row in Suggestion.objects.filter(appeal=appeal):
        row.ranked = [[unit, share, []] for unit, share, _ in row.ranked]  # the words were quoted from the text
        row.save(update_fields=["ranked"])


def _blank_queue(appeal: Appeal) -> None:
    for item in Item.objects.filter(stream=appeal.stream):
        variables = item.payload.get("variables")
        if isinstance(variables, dict) and "title" in variables:
            item.payload = item.payload | {"variables": variables | {"title": ERASED}}
            item.save(update_fields=["payload"])
