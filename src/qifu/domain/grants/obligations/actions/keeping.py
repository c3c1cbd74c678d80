"""Obligations begin with the payment and end when it comes back; what time sets off: reminders, and checks against the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from qifu.domain.grants.facts import day
from qifu.domain.grants.models import Application, Obligation
from qifu.domain.grants.obligations import facts, terms
from qifu.domain.grants.obligations.actions import telling
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.evidence.actions import Entry, record_many

STRETCH = 500
ALIVE = ("running", "reported", "asking", "breached")


def follow(event: str, rows: Sequence[Application], actor: Actor, now: datetime) -> None:
    """What is owed begins when the money has arrived, and falls away when it has come back."""
    if event == "paid":
        begin(rows, actor, now)
    elif event == "returned":
        cancel(rows, actor, now)


def begin(rows: Sequence[Application], actor: Actor, now: datetime) -> list[Obligation]:
    """Enter what is owed by those who were just paid, in the caller's transaction."""
    owing = [row for row in rows if row.version.duties]
    if not owing:
        return []
    heads, made = facts.heads_of([row.enterprise_id for row in owing]), list[Obligation]()
    for row in owing:
        since = day(row.paid_at or now)
        made += [_made(row, terms.Duty(**told), since, heads.get(row.enterprise_id)) for told in row.version.duties]
    made = [one for one in made if one.kind != "headcount" or one.least]
    Obligation.objects.bulk_create(made, batch_size=STRETCH)
    record_many([Entry(actor, now, "grants.owe", one.stream, _told(one)) for one in made])
    return made


def _made(row: Application, duty: terms.Duty, since: date, heads: int | None) -> Obligation:
    until = terms.later(since, duty.months)
    least = terms.heads(duty, heads) if duty.kind == "headcount" else None
    return Obligation(
        application=row, enterprise_id=row.enterprise_id, kind=duty.kind, said=terms.said(duty, until, least),
        rule=duty.rule, since=since, until=until, least=least, next_on=terms.next_reminder(duty.kind, since, until, since),
    )  # fmt: skip


def _told(row: Obligation) -> dict[str, object]:
    return {
        "application": row.application.number, "kind": row.kind, "since": row.since.isoformat(),
        "until": row.until.isoformat(), "least": row.least, "rule": row.rule,
    }  # fmt: skip


def cancel(rows: Iterable[Application], actor: Actor, now: datetime) -> None:
    """The money came back from the bank: what was promised for it falls away, in the caller's transaction."""
    held = list(Obligation.objects.select_for_update().filter(application__in=list(rows), state__in=ALIVE))
    for one in held:
        one.state, one.next_on = "void", None
    Obligation.objects.bulk_update(held, ["state", "next_on"], batch_size=STRETCH)
    record_many([Entry(actor, now, "grants.owe_no_more", one.stream, {"why": "returned"}) for one in held])


@transaction.atomic
def remind_due(*, now: datetime) -> int:
    """Remind enterprises of what is owed and its day; return how many were."""
    today = day(now)
    due = Obligation.objects.select_for_update(of=("self",)).filter(next_on__lte=today, state__in=["running", "asking"])
    rows = list(due.select_related("application__version").order_by("pk")[:STRETCH])
    for row in rows:
        telling.enterprise([row], "grant_duty_due", now, due=row.until, key=today.isoformat())
        row.next_on = terms.next_reminder(row.kind, row.since, row.until, today)
    Obligation.objects.bulk_update(rows, ["next_on"], batch_size=STRETCH)
    facts_ = {"on": today.isoformat()}
    record_many([Entry(SYSTEM, now, "grants.remind_duty", row.stream, facts_) for row in rows])
    return len(rows)


def check_all(*, now: datetime) -> int:
    """Hold what is owed against the registry and the calendar, a stretch at a time; return how many were found not kept."""
    after, found = 0, 0
    while rows := _stretch(after, now):
        found += sum(row.state == "breached" for row in rows)
        after = rows[-1].pk
    return found


@transaction.atomic
def _stretch(after: int, now: datetime) -> list[Obligation]:
    today = day(now)
    wanted = Q(state="running") & (~Q(kind="report") | Q(until__lt=today)) | Q(state="asking", until__lt=today - GRACE)
    rows = Obligation.objects.select_for_update(of=("self",)).filter(wanted, pk__gt=after).order_by("pk")
    held = list(rows.select_related("application__version__scheme")[:STRETCH])
    told, moved = facts.findings(held, today), list[Obligation]()
    for row in held:
        finding, before = told.get(row.pk) or _overdue(row, today), row.state
        if _is_cleared(row, finding):
            finding = finding | {"result": "yes"}
        row.finding = {"cleared": row.finding.get("cleared", "")} | finding
        if finding["result"] == "no":
            row.state = "breached"
        elif finding["result"] == "yes" and row.until < today:
            row.state, row.next_on = "met", None
        if row.state != before:
            moved.append(row)
    Obligation.objects.bulk_update(held, ["finding", "state", "next_on"], batch_size=STRETCH)
    record_many([Entry(SYSTEM, now, f"grants.duty_{row.state}", row.stream, row.finding) for row in moved])
    for row in moved:
        if row.state == "breached":
            telling.lead(row, "work_duty_breached", now, key=today.isoformat())
    return held


GRACE = timedelta(days=15)  # to correct a report after its day


def _overdue(row: Obligation, today: date) -> facts.Finding:
    text = "到期没有报告" if row.state == "running" else "到期没有更正"
    return {
        "result": "no", "text": text, "value": "没有", "source": "本系统", "as_of": row.until.isoformat(),
        "on": today.isoformat(),
    }  # fmt: skip


def mark(finding: dict[str, str]) -> str:
    """What was looked at: the same value of the same day is not held against the enterprise a second time."""
    return f"{finding.get('value', '')} {finding.get('as_of', '')}"


def _is_cleared(row: Obligation, finding: facts.Finding) -> bool:
    return finding["result"] == "no" and row.finding.get("cleared") == mark(finding)
