"""The only writes of relief: standards, lists tried, entered and taken back, single persons dropped, lists decided, the looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import access as grants
from qifu.domain.grants.actions import money
from qifu.domain.grants.models import FundLine, ReliefList, ReliefPerson, ReliefScheme
from qifu.domain.grants.relief import access, periods
from qifu.domain.people import queries as people
from qifu.engines.codes import identity
from qifu.engines.codes.letters import compact
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.sealed import lookup
from qifu.kernel.unmaskings.actions import unmask

MOST = 2000  # persons of one list: each has an order of payment
_ACCOUNT = re.compile(r"[0-9]{6,32}")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list as it was typed."""

    number: int
    name: str
    identity: str
    kind: str
    bank: str
    account: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A list as it was read from a file."""

    name: str
    digest: str
    lines: Sequence[Line] = field(repr=False)


@transaction.atomic
def add_scheme(
    *, actor: Actor, now: datetime, title: str, clause: str, line: int, unit: int, every: str,
    standards: Sequence[tuple[str, date, Decimal]],
) -> ReliefScheme:  # fmt: skip
    """Set up what is paid a head, to whom, how often.

    :raises Forbidden: does not write schemes. :raises Invalid: a field is wrong. :raises Conflict: the title is taken.
    """
    grants.require_writer(actor)
    title, clause = title.strip(), clause.strip()
    problems = {
        "title": "" if 2 <= len(title) <= 120 else "请填写项目名称。",
        "clause": "" if 2 <= len(clause) <= 200 else "请写明依据的文件和条款。",
        "line": "" if FundLine.objects.filter(pk=line).exists() else "请选择预算。",
        "unit": "" if unit in people.unit_tree().units else "请选择主管单位。",
        "every": "" if every in dict(periods.EVERY) else "请选择多久一次。",
        "standards": "" if standards and all(0 < a < 10**7 and 1 <= len(k) <= 40 for k, _, a in standards)
        else "请至少填写一条标准，金额大于零。",
    }  # fmt: skip
    if any(problems.values()):
        raise Invalid("慰问救助项目没有保存：" + "".join(problems.values()), {k: v for k, v in problems.items() if v})
    if ReliefScheme.objects.filter(title=title).exists():
        raise Conflict("已经有同名的慰问救助项目，请换一个名称。")
    held = [{"kind": kind, "since": since.isoformat(), "amount": str(amount)} for kind, since, amount in standards]
    row = ReliefScheme.objects.create(
        title=title, clause=clause, line_id=line, unit_id=unit, every=every, standards=held, made_by=actor.account or 0,
        made_at=now,
    )  # fmt: skip
    facts = {"title": title, "line": line, "unit": unit, "every": every, "standards": held}
    record(actor=actor, now=now, verb="grants.add_relief", stream=row.stream, facts=facts)
    return row


@transaction.atomic
def try_list(*, actor: Actor, now: datetime, scheme: int, period: str, handed: Handed) -> ReliefList:
    """Hold a list against the standards and against who had it this period; nothing counts before it is entered.

    :raises Forbidden: not of the unit that answers. :raises Invalid: the period is none, or too many persons.
    """
    row = access.scheme(actor, scheme)
    access.require_keeper(actor, row)
    period = period.strip().upper()
    amounts = periods.standards(row.standards, periods.begins(row.every, period))
    if not handed.lines or len(handed.lines) > MOST:
        raise Invalid(f"名单是空的，或超过 {MOST} 人，请核对或分成几份。", {"file": "人数不对"})
    marks = [lookup(compact(one.identity)) for one in handed.lines]
    live = ReliefPerson.objects.filter(scheme=row, period=period, is_live=True)
    taken = set(live.filter(mark__in=marks).values_list("mark", flat=True))
    rejects, good = list[list[object]](), list[tuple[Line, str]]()
    for one, mark in zip(handed.lines, marks, strict=True):
        problem = _problem(one, amounts, now.date()) or (
            "这个人本期已经列入，每人每期只发一次。" if mark in taken else ""
        )
        if problem:
            rejects.append([one.number, problem])
            continue
        taken.add(mark)
        good.append((one, mark))
    made = ReliefList.objects.create(
        scheme=row, period=period, name=handed.name[:200], digest=handed.digest, rejects=rejects, rows=len(handed.lines),
        handed_by=actor.account or 0, handed_at=now,
    )  # fmt: skip
    ReliefPerson.objects.bulk_create(
        [_person(made, one, mark, amounts[one.kind.strip()]) for one, mark in good], batch_size=200
    )
    _prove("grants.try_relief", actor, now, made, len(good))
    return made


def _problem(one: Line, amounts: dict[str, Decimal], today: date) -> str:
    if not 2 <= len(one.name.strip()) <= 40:
        return "姓名应为 2 至 40 字。"
    if problem := identity.problem(one.identity, today):
        return problem
    if one.kind.strip() not in amounts:
        return f"类别“{one.kind[:20]}”没有本期的标准，应为{'、'.join(amounts) or '已设标准的类别'}。"
    if not one.bank.strip() or not _ACCOUNT.fullmatch(re.sub(r"[\s-]", "", one.account)):
        return "开户行应填写，银行账号应为 6 至 32 位数字。"
    return ""


def masked(name: str) -> str:
    """A name as lists print it: 王**."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def _person(made: ReliefList, one: Line, mark: str, amount: Decimal) -> ReliefPerson:
    number, account = compact(one.identity), re.sub(r"[\s-]", "", one.account)
    return ReliefPerson(
        list=made, scheme_id=made.scheme_id, period=made.period, mark=mark, name=one.name.strip(), identity=number,
        account=account, shown=masked(one.name.strip()), identity_shown=identity.mask(number), bank=one.bank.strip()[:120],
        tail=account[-4:], kind=one.kind.strip(), amount=amount,
    )  # fmt: skip


@transaction.atomic
def enter_list(*, actor: Actor, now: datetime, number: int) -> ReliefList:
    """Let a list count.

    :raises Conflict: it was entered or taken back, is empty, or somebody on it is on another list by now.
    """
    row = access.relief_list(actor, number, lock=True)
    access.require_keeper(actor, row.scheme)
    if row.state != "tried":
        raise Conflict("这份名单已经处理过，请刷新页面。", state=row.state)
    ReliefScheme.objects.select_for_update().get(pk=row.scheme_id)
    marks = list(row.people.values_list("mark", flat=True))
    if not marks:
        raise Conflict("名单里没有可以提交的人，请按原因更正后重新上传。")
    live = ReliefPerson.objects.filter(scheme=row.scheme_id, period=row.period, is_live=True, mark__in=marks)
    if (twice := live.count()) > 0:
        raise Conflict(f"有 {twice} 人本期已经列入另一份名单，请撤回这一份，更正后重新上传。")
    row.people.update(is_live=True)
    return _turned(row, "entered", "grants.enter_relief", actor, now)


@transaction.atomic
def undo_list(*, actor: Actor, now: datetime, number: int) -> ReliefList:
    """Take a list back whole before it is decided.

    :raises Conflict: it is decided or taken back already.
    """
    row = access.relief_list(actor, number, lock=True)
    access.require_keeper(actor, row.scheme)
    if row.state not in ("tried", "entered"):
        raise Conflict("这份名单已经核定或撤回，不能再撤回。", state=row.state)
    row.people.update(is_live=False)
    return _turned(row, "undone", "grants.undo_relief", actor, now)


@transaction.atomic
def drop_person(*, actor: Actor, now: datetime, number: int, reason: str) -> ReliefPerson:
    """Leave one person out, with a reason.

    :raises Invalid: no reason. :raises Conflict: the list is decided or does not count.
    """
    row = access.person(actor, number)
    listed = access.relief_list(actor, row.list_id, lock=True)
    access.require_keeper(actor, listed.scheme)
    reason = reason.strip()
    if not 2 <= len(reason) <= 300:
        raise Invalid("请写明剔除的理由（2 至 300 字）。", {"reason": "请写明理由"})
    if listed.state != "entered" or not row.is_live:
        raise Conflict("名单已经核定或没有提交，不能再剔除。", state=listed.state)
    row.is_live, row.state, row.why = False, "dropped", reason
    row.save(update_fields=["is_live", "state", "why"])
    record(actor=actor, now=now, verb="grants.drop_person", stream=row.stream, content={"reason": reason})
    return row


@transaction.atomic
def decide(*, actor: Actor, now: datetime, number: int, reason: str) -> ReliefList:
    """Decide a list: the money of every person is held at once, all or nothing.

    :raises Forbidden: not a supervisor of the centre, or who handed it in. :raises Invalid: no reason, or the budget does not
        suffice. :raises Conflict: it is not waiting, or nobody is left on it.
    """
    row = access.relief_list(actor, number, lock=True)
    access.require_decider(actor, row)
    reason = reason.strip()
    if row.state != "entered":
        raise Conflict("这份名单不在待核定，请刷新页面。", state=row.state)
    if not 2 <= len(reason) <= 1000:
        raise Invalid("请写明核定意见（2 至 1000 字）。", {"reason": "请写明意见"})
    persons = list(row.people.filter(is_live=True).defer("name", "identity", "account").order_by("pk"))
    if not persons:
        raise Conflict("名单里没有可以发放的人，不用核定。")
    for one in persons:
        money.reserve(actor=actor, now=now, line=row.scheme.line_id, source=one.stream, amount=one.amount)
    row.people.filter(is_live=True).update(state="held")
    row.reason, row.decided_by, row.decided_at = reason, actor.account, now
    return _turned(row, "decided", "grants.decide_relief", actor, now)


def _turned(row: ReliefList, state: str, verb: str, actor: Actor, now: datetime) -> ReliefList:
    row.state = state
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _prove(verb, actor, now, row, row.people.filter(is_live=True).count())
    return row


def _prove(verb: str, actor: Actor, now: datetime, row: ReliefList, persons: int) -> None:
    facts = {"scheme": row.scheme_id, "period": row.period, "digest": row.digest, "persons": persons,
             "rejected": len(row.rejects)}  # fmt: skip
    record(
        actor=actor,
        now=now,
        verb=verb,
        stream=row.stream,
        facts=facts,
        content={"name": row.name, "reason": row.reason},
    )


def show(*, actor: Actor, now: datetime, number: int, reason: str) -> str:
    """Show the name and identity number of one person; the look is kept.

    :raises Forbidden: neither hands lists in nor decides them. :raises Invalid: no reason.
    """
    row = access.person(actor, number)
    access.require_clear(actor, row.list)
    return unmask(
        actor=actor, now=now, subject=row.stream, field="identity", reason=reason, value=f"{row.name} {row.identity}"
    )


@transaction.atomic
def note_export(*, actor: Actor, now: datetime, number: int, rows: int) -> None:
    """Record that a masked list was carried away."""
    row = access.relief_list(actor, number)
    record(actor=actor, now=now, verb="grants.export_relief", stream=row.stream, facts={"rows": rows})
