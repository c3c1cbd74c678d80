"""Goals of the sample centre through the real actions: this year's, with its self-evaluation begun; last year's, with all accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from qifu.domain.disclosure.models import Project
from qifu.domain.people import queries as people
from qifu.domain.performance import actions, queries
from qifu.domain.performance.actions import Promised
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample import performance as sample
from qifu.entry.cli.seed.budget import HEAD, OFFICER
from qifu.kernel.actor import Actor


def write(now: datetime) -> None:
    """Promise in January, approve a week later, fill today."""
    year = now.astimezone(SHANGHAI).year
    officer, head = _actor(OFFICER, now), _actor(HEAD, now)
    unit = _plan(officer, head, year, "单位整体支出", "", sample.UNIT, now)
    project = Project.objects.get(year=year, code="QF03")
    _plan(officer, head, year, project.name, str(project.pk), sample.EVENTS, now)
    actions.fill(actor=officer, now=now, plan=unit)
    past(officer, head, year - 1, now)


def past(officer: Actor, head: Actor, year: int, now: datetime) -> None:
    """Last year: the unit and every project evaluated, reviewed and accepted in the spring."""
    told = min(now, datetime.combine(date(year + 1, 3, 10), time(10), SHANGHAI))
    projects = Project.objects.filter(year=year).order_by("code").values_list("code", "name", "pk")
    for code, name, key in [("", "单位整体支出", None), *projects]:
        lines = sample.past(code)
        plan = _plan(officer, head, year, name, str(key or ""), [line for line, _, _ in lines], now)
        actions.fill(actor=officer, now=told, plan=plan)
        sheet = queries.plan(actor=officer, number=plan)
        indicators = [one.row.pk for goal in sheet.goals for one in goal.lines]
        for number, (_, value, proof) in zip(indicators, lines, strict=True):
            actions.say(actor=officer, now=told, plan=plan, indicator=number, value=value, proof=f"{year} 年{proof}")
        actions.explain(actor=officer, now=told, plan=plan, reasons=sample.PAST_REASONS, remedies=sample.PAST_REMEDIES)
        actions.hand_in(actor=officer, now=told, plan=plan)
        actions.review(actor=head, now=told, plan=plan, is_accepted=True, opinion="")


def _plan(
    officer: Actor, head: Actor, year: int, name: str, project: str, lines: Sequence[Promised], now: datetime
) -> int:
    drawn = min(now, datetime.combine(date(year, 1, 15), time(10), SHANGHAI))
    row = actions.draw(
        actor=officer, now=drawn, year=year, name=name, project=project, scheme="hubei", lines=list(enumerate(lines, 2))
    )
    approved = min(now, datetime.combine(date(year, 1, 22), time(15), SHANGHAI))
    actions.approve(actor=head, now=approved, plan=row.pk)
    return row.pk


def _actor(username: str, now: datetime) -> Actor:
    account = people.account_by_username(username)
    assert account is not None
    return people.actor_of(account, now)
