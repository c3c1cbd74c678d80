"""Public lists: opened for so many working days, objected to by anybody, each objection settled, then cleared by the clock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import access, facts, numbers
from qifu.domain.grants.actions.moves import Move
from qifu.domain.grants.actions.moving import steps_on
from qifu.domain.grants.actions.taking import take
from qifu.domain.grants.models import Application, Notice, NoticeLine, Objection, Version
from qifu.domain.people import phones
from qifu.domain.registry import queries as registry
from qifu.engines.calendar import SHANGHAI, Term
from qifu.engines.flow import started
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record

MOST = 2_000


@transaction.atomic
def open_notice(*, actor: Actor, now: datetime, version: int) -> Notice:
    """Put all that waits for publicity in a scheme on one public list.

    :raises Forbidden: not of the unit that answers for it. :raises Conflict: nothing waits, or the scheme has no publicity.
    """
    held = access.version(actor, version)
    if held.scheme.unit_id not in access.led(actor):
        raise Forbidden("只有负责这个项目的单位可以公示。")
    rows = list(_waiting(held))
    if not rows:
        raise Conflict("没有等待公示的申报。")
    clock = started("publicity", 1, Term("workdays", held.publicity_days), now, facts.timer())
    notice = Notice.objects.create(
        number=numbers.draw(numbers.NOTICE, now), version=held, title=f"{held.title}拟支持名单公示"[:160], opened_at=now,
        due_at=clock.due, made_by=access.account_of(actor),
    )  # fmt: skip
    firms = registry.brief([row.enterprise_id for row in rows])
    NoticeLine.objects.bulk_create(
        NoticeLine(
            notice=notice, application=row, shown=masked_name(firms[row.enterprise_id]), amount=row.granted or Decimal(0),
            code=masked_code(firms[row.enterprise_id].uscc),
        )
        for row in rows
    )  # fmt: skip
    until = clock.due.astimezone(SHANGHAI)

    def effect(move: Move) -> None:
        move.words |= {"notice": notice.number, "until": f"{until.year}年{until.month}月{until.day}日"}
        move.facts["notice"] = notice.number

    steps_on(rows, actor=actor, now=now, step="publish", relations=frozenset({"lead"}), effect=effect)
    told = {"number": notice.number, "lines": len(rows), "due": notice.due_at.isoformat()}
    record(actor=actor, now=now, verb="grants.open_notice", stream=notice.stream, facts=told)
    return notice


@transaction.atomic
def object_to(*, actor: Actor, now: datetime, number: str, line: int, text: str, who: str, phone: str) -> Objection:
    """Say, as anybody may while a list is public, that a line of it is not right; by name.

    :raises Conflict: the list is closed. :raises Invalid: something is missing.
    """
    notice = access.notice(number, lock=True)
    if notice.closed_at is not None or now > notice.due_at:
        raise Conflict("公示期已经结束，不能再提异议。")
    held = NoticeLine.objects.filter(notice=notice, pk=line).first()
    problems = {
        "line": "" if held else "请选择对哪一家有异议。",
        "text": "" if 10 <= len(text.strip()) <= 2000 else "请写明事实和依据（10 至 2000 字）。",
        "who": "" if 2 <= len(who.strip()) <= 60 else "请填写姓名或单位名称，异议需实名。",
        "phone": "" if phones.is_contact(phone) else phones.UNREADABLE,
    }
    if any(problems.values()) or held is None:
        raise Invalid("异议没有提交，请核对标出的内容。", {name: said for name, said in problems.items() if said})
    row = Objection.objects.create(
        number=numbers.draw(numbers.OBJECTION, now), notice=notice, application_id=held.application_id, text=text.strip(),
        who=who.strip(), phone=phone.strip(), at=now,
    )  # fmt: skip
    told = {"notice": notice.number, "objection": row.number}
    record(
        actor=actor,
        now=now,
        verb="grants.object",
        stream=held.application.stream,
        facts=told,
        content={"text": row.text},
    )
    return row


@transaction.atomic
def settle(*, actor: Actor, now: datetime, number: str, is_upheld: bool, text: str) -> Objection:
    """Settle an objection; one that is upheld sends the application back to the form check.

    :raises Conflict: it is settled. :raises Invalid: no reason is given.
    """
    row = access.objection(actor, number)
    if row.state != "open":
        raise Conflict("这条异议已经处理过，请刷新页面。", state=row.state)
    if not 4 <= len(text.strip()) <= 1000:
        raise Invalid("请写明查证情况和处理意见（4 至 1000 字）。", {"text": "请写明处理意见"})
    row.state, row.settlement = ("upheld" if is_upheld else "rejected"), text.strip()
    row.settled_by, row.settled_at = actor.account, now
    row.save(update_fields=["state", "settlement", "settled_by", "settled_at"])
    told = {"objection": row.number, "state": row.state}
    record(
        actor=actor,
        now=now,
        verb="grants.settle_objection",
        stream=row.application.stream,
        facts=told,
        content={"text": row.settlement},
    )
    if is_upheld and row.application.state == "publicity":
        take(actor=actor, now=now, number=row.application.number, step="recheck", given={"reason": row.settlement})
    return row


def clear_due(*, now: datetime) -> int:
    """Close the lists whose days are over; what has no open objection goes on to the decision. Return how many went on."""
    numbers_ = list(
        Notice.objects.filter(closed_at=None, due_at__lte=now).order_by("due_at").values_list("pk", flat=True)
    )
    return sum(_cleared(pk, now) for pk in numbers_[:50])


@transaction.atomic
def _cleared(pk: int, now: datetime) -> int:
    notice = Notice.objects.select_for_update().get(pk=pk)
    rows = Application.objects.select_for_update(of=("self",)).select_related("version__scheme")
    held = rows.filter(notice_lines__notice=notice, state="publicity").order_by("pk")
    open_ = set(Objection.objects.filter(notice=notice, state="open").values_list("application_id", flat=True))
    ready = [row for row in held if row.pk not in open_]
    if ready:
        steps_on(ready, actor=SYSTEM, now=now, step="clear", relations=frozenset({"system"}))
    if not open_:
        notice.closed_at = now
        notice.save(update_fields=["closed_at"])
        told = {"number": notice.number, "cleared": len(ready)}
        record(actor=SYSTEM, now=now, verb="grants.close_notice", stream=notice.stream, facts=told)
    return len(ready)


def masked_name(firm: registry.Brief) -> str:
    """The name as a public list shows it: of one who trades as a person (codes that begin with 92), masked in the middle."""
    if not firm.uscc.startswith("92") or len(firm.name) < 3:
        return firm.name
    return f"{firm.name[0]}{'*' * min(len(firm.name) - 2, 4)}{firm.name[-1]}"


def masked_code(code: str) -> str:
    """A credit code with its middle hidden."""
    return f"{code[:4]}**********{code[-4:]}" if len(code) == 18 else ""


def _waiting(version: Version) -> list[Application]:
    rows = Application.objects.select_for_update(of=("self",)).select_related("version__scheme", "version__line")
    return list(rows.filter(version=version, state="rated").order_by("pk")[:MOST])
