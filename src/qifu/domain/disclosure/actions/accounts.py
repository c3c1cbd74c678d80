"""The only writes of disclosures: begin, say, sign as drawer, reviewer and head, give back; publishing freezes all of it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from qifu.domain.disclosure import access, freezing
from qifu.domain.disclosure.composing import KIND, Composed
from qifu.domain.disclosure.models import Account, Voucher, Word
from qifu.domain.disclosure.queries.accounts import now_or_frozen, unit_name
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record

PLACES = ("overall", "income", "expenditure", "fiscal", "general", "duties", "offices", "item:", "work:")
LONGEST = 2000
MOVED = "送审以后数据或文字有变化，请退回编制人重新核对后提交。"


def begin(*, actor: Actor, now: datetime, year: int) -> Account:
    """Begin the final accounts of a year that is over; what was said last year is taken over as a first draft.

    :raises Conflict: they are begun, or the year is not over or nothing is booked in it.
    """
    access.require_write(actor)
    if year >= now.astimezone(SHANGHAI).year:
        raise Conflict(f"{year} 年还没有结束，决算公开在次年编制。")
    if not Voucher.objects.filter(year=year, is_posted=True).exists():
        raise Conflict(f"{year} 年没有登记凭证，无法编制决算公开。请先导入凭证。")
    row = Account(year=year, kind=KIND, unit=unit_name(), begun_by=actor.account, begun_at=now)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(f"{year} 年的决算公开已经开始编制。") from None
        before = Word.objects.filter(account__year=year - 1, account__kind=KIND, place__in=("duties", "offices"))
        Word.objects.bulk_create(
            Word(account=row, place=one.place, text=one.text, by=actor.account, at=now) for one in before
        )
        record(actor=actor, now=now, verb="disclosure.begin", stream=row.stream, facts={"year": year})
    return row


def say(*, actor: Actor, now: datetime, account: int, place: str, text: str) -> None:
    """Write the words of one place; empty takes them away.

    :raises Conflict: it is signed. :raises Invalid: no such place, or too long.
    """
    access.require_write(actor)
    text = text.replace("\r\n", "\n").strip()
    if not place.startswith(PLACES) or len(place) > 40:
        raise Invalid("没有这一处，请刷新页面。")
    if len(text) > LONGEST:
        raise Invalid(f"最多 {LONGEST} 字，请精简。", {"text": "过长"})
    with transaction.atomic():
        row = _open(actor, account)
        if text:
            fresh = {"text": text, "by": actor.account, "at": now}
            Word.objects.update_or_create(account=row, place=place, defaults=fresh)
        else:
            Word.objects.filter(account=row, place=place).delete()
        record(
            actor=actor,
            now=now,
            verb="disclosure.say",
            stream=row.stream,
            facts={"place": place},
            content={"text": text},
        )


def hand_in(*, actor: Actor, now: datetime, account: int) -> Account:
    """Sign as drawer: nothing may be left to fill, and the auditor may find no error.

    :raises Conflict: it is signed already. :raises Invalid: something is left or wrong; `problems` names each.
    """
    access.require_write(actor)
    with transaction.atomic():
        row = _open(actor, account)
        made = now_or_frozen(actor, row)
        _require_sound(made)
        row.state, row.drawn_by, row.drawn_at, row.opinion = "drawn", actor.account, now, ""
        _signed(row, made)
        row.save()
        facts = {"digest": row.signed, "warnings": row.warnings}
        record(actor=actor, now=now, verb="disclosure.hand_in", stream=row.stream, facts=facts)
    return row


def review(*, actor: Actor, now: datetime, account: int) -> Account:
    """Sign as reviewer.

    :raises Forbidden: the actor drew it up or may not. :raises Conflict: it is not handed in, or has changed since.
    """
    with transaction.atomic():
        row = access.account_door(actor, account, lock=True)
        if row.state != "drawn":
            raise Conflict("这份公开文本没有在等待审核。", state=row.state)
        if not access.may_review(actor, row):
            raise Forbidden("审核由另一名财务绩效人员或审计员进行，编制人不能审核自己的文本。")
        _require_same(actor, row)
        row.state, row.reviewed_by, row.reviewed_at = "reviewed", actor.account, now
        row.save(update_fields=["state", "reviewed_by", "reviewed_at"])
        record(actor=actor, now=now, verb="disclosure.review", stream=row.stream, facts={"digest": row.signed})
    return row


def publish(*, actor: Actor, now: datetime, account: int) -> Account:
    """Sign as head and publish: model and rows are frozen with their digest.

    :raises Forbidden: not a leader, or one who signed before. :raises Conflict: not reviewed, or changed since.
    :raises Invalid: the auditor finds an error.
    """
    with transaction.atomic():
        row = access.account_door(actor, account, lock=True)
        if row.state != "reviewed":
            raise Conflict("这份公开文本还没有审核，或已经公开。", state=row.state)
        if not access.may_publish(actor, row):
            raise Forbidden("签发由中心领导进行，编制人和审核人不能签发。")
        _require_same(actor, row)
        made = now_or_frozen(actor, row, now)
        _require_sound(made)
        raw = freezing.dumped(made)
        row.frozen, row.digest = freezing.packed(raw), freezing.digest_of(raw)
        row.state, row.published_by, row.published_at = "published", actor.account, now
        row.save()
        facts = {"digest": row.digest, "rows": len(made.rows)}
        record(actor=actor, now=now, verb="disclosure.publish", stream=row.stream, facts=facts)
    return row


def give_back(*, actor: Actor, now: datetime, account: int, opinion: str) -> Account:
    """Give it back to be changed.

    :raises Forbidden: the actor is not asked to sign, nor drew it up. :raises Invalid: no word of why.
    :raises Conflict: nothing to give back.
    """
    opinion = opinion.strip()[:400]
    if len(opinion) < 2:
        raise Invalid("退回请写明要改什么。", {"opinion": "请写明"})
    with transaction.atomic():
        row = access.account_door(actor, account, lock=True)
        if row.state not in ("drawn", "reviewed"):
            raise Conflict("这份公开文本不在送审中。", state=row.state)
        if not (access.may_review(actor, row) or access.may_publish(actor, row) or actor.account == row.drawn_by):
            raise Forbidden("只有审核人、签发人可以退回，编制人可以撤回自己的送审。")
        row.state, row.opinion, row.signed = "open", opinion, ""
        row.drawn_by = row.reviewed_by = None
        row.drawn_at = row.reviewed_at = None
        row.save()
        record(actor=actor, now=now, verb="disclosure.give_back", stream=row.stream, content={"opinion": opinion})
    return row


def _open(actor: Actor, account: int) -> Account:
    row = access.account_door(actor, account, lock=True)
    if row.state != "open":
        raise Conflict("这份公开文本已经送审或公开，不能再改。需要修改请先退回。", state=row.state)
    return row


def _require_sound(made: Composed) -> None:
    wrong = [f"“{one.label}”没有填写。" for one in made.needs if one.is_open]
    wrong += [f"“{name}”的绩效自评还没有复核通过。" for name, _ in made.missing]
    if made.unclassed:
        wrong.append(f"{len(made.unclassed)} 行收入凭证没有写明功能科目或资金来源，收入决算表无法列示。")
    wrong += [one.message for one in made.report.findings if one.severity == "error"]
    if wrong:
        raise Invalid(f"还不能送审，有 {len(wrong)} 处要处理：{wrong[0]}", problems=wrong)


def _signed(row: Account, made: Composed) -> None:
    row.errors, row.warnings = made.report.count("error"), made.report.count("warning")
    row.signed = freezing.digest_of(freezing.dumped(made))


def _require_same(actor: Actor, row: Account) -> None:
    if freezing.digest_of(freezing.dumped(now_or_frozen(actor, row))) != row.signed:
        raise Conflict(MOVED)
