"""The report on the use of the money, and what an officer finds: handed in by the enterprise, confirmed, or asked to be corrected once."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from qifu.domain.grants.facts import day
from qifu.domain.grants.models import Obligation
from qifu.domain.grants.obligations import access
from qifu.domain.grants.obligations.actions import telling
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import give

LONGEST = 4000


@transaction.atomic
def report(*, actor: Actor, now: datetime, number: int, text: str, file: int | None = None) -> Obligation:
    """Say how the money was used, with a file where there is one; late is better than never.

    :raises Forbidden: not the enterprise. :raises Invalid: nothing is said. :raises Conflict: nothing is to be reported now.
    """
    row = access.obligation(actor, number, lock=True)
    access.require_contact(actor, row)
    text = text.strip()
    if row.kind != "report":
        raise Conflict("这项约定不用报告，到期由系统核对。", state=row.state)
    if row.state not in ("running", "asking", "breached"):
        raise Conflict("报告已经提交，请等候确认。", state=row.state)
    if not 10 <= len(text) <= LONGEST:
        raise Invalid("请写明资金用在哪里、金额多少（10 至 4000 字）。", {"text": "请写明资金怎么用的"})
    if file is not None:
        give(actor=actor, ids=[file], owner=row.stream)
        row.file_id = file
    row.state, row.report, row.reported_by, row.reported_at = "reported", text, actor.account, now
    row.save(update_fields=["state", "report", "file", "reported_by", "reported_at"])
    told = {"file": row.file_id, "is_late": day(now) > row.until, "is_correction": row.is_asked}
    record(actor=actor, now=now, verb="grants.report_use", stream=row.stream, facts=told, content={"report": text})
    telling.lead(row, "work_duty_reported", now)
    return row


@transaction.atomic
def confirm(*, actor: Actor, now: datetime, number: int) -> Obligation:
    """The report is in order.

    :raises Forbidden: not the unit that answers. :raises Conflict: there is no report that waits.
    """
    row = access.obligation(actor, number, lock=True)
    access.require_lead(actor, row)
    _require_reported(row)
    row.state, row.settled_by, row.settled_at, row.next_on = "met", actor.account, now, None
    row.save(update_fields=["state", "settled_by", "settled_at", "next_on"])
    record(actor=actor, now=now, verb="grants.confirm_use", stream=row.stream, facts={"file": row.file_id})
    telling.enterprise([row], "grant_duty_confirmed", now)
    return row


@transaction.atomic
def ask(*, actor: Actor, now: datetime, number: int, what: str) -> Obligation:
    """Ask for a correction, once, with all that is wrong.

    :raises Invalid: nothing is said. :raises Conflict: no report waits, or it was asked before.
    """
    row = access.obligation(actor, number, lock=True)
    access.require_lead(actor, row)
    _require_reported(row)
    what = what.strip()
    if row.is_asked:
        raise Conflict("已经请企业更正过一次，请确认，或者按违反约定处理。", state=row.state)
    if not 2 <= len(what) <= 1000:
        raise Invalid("请一次写全要更正的内容（2 至 1000 字）。", {"what": "请写明要更正什么"})
    row.state, row.is_asked, row.asked_for = "asking", True, what
    row.save(update_fields=["state", "is_asked", "asked_for"])
    record(actor=actor, now=now, verb="grants.ask_use", stream=row.stream, facts={}, content={"what": what})
    telling.enterprise([row], "grant_duty_asked", now)
    return row


@transaction.atomic
def note_breach(*, actor: Actor, now: datetime, number: int, text: str, source: str, as_of: date) -> Obligation:
    """Enter that an obligation is not kept, with whose word it is and of which day: what the registry does not hold.

    :raises Invalid: what, by whom or when is lacking. :raises Conflict: it is not running.
    """
    row = access.obligation(actor, number, lock=True)
    access.require_lead(actor, row)
    text, source = text.strip(), source.strip()
    problems = {
        "text": "" if 2 <= len(text) <= 300 else "请写明发现了什么。",
        "source": "" if 2 <= len(source) <= 100 else "请写明依据谁的材料。",
        "as_of": "" if row.since <= as_of <= day(now) else "日期应在拨付以后、今天以前。",
    }
    if any(problems.values()):
        raise Invalid("".join(problems.values()), {name: said for name, said in problems.items() if said})
    if row.state not in ("running", "reported", "asking"):
        raise Conflict("这项约定现在不能登记违反，请刷新页面。", state=row.state)
    row.state = "breached"
    row.finding = {
        "result": "no", "text": "工作人员查明", "value": text, "source": source, "as_of": as_of.isoformat(),
        "on": day(now).isoformat(), "cleared": row.finding.get("cleared", ""),
    }  # fmt: skip
    row.save(update_fields=["state", "finding"])
    told = {"as_of": as_of.isoformat()}
    content = {"text": text, "source": source}
    record(actor=actor, now=now, verb="grants.note_breach", stream=row.stream, facts=told, content=content)
    return row


def _require_reported(row: Obligation) -> None:
    if row.state != "reported":
        raise Conflict("没有等待确认的报告，请刷新页面。", state=row.state)
