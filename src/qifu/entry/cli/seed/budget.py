"""Three years of the sample centre's money, entered through the real actions: two whole, this one as far as it has come."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from qifu.domain.disclosure.actions import budgets, ledger
from qifu.domain.disclosure.actions.budgets import Planned
from qifu.domain.disclosure.models import Project
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample import budget as sample
from qifu.kernel.actor import Actor

OFFICER, HEAD = "caiwu01", "lingdao01"


def write(now: datetime) -> None:
    """Fill the two years before and this one up to the moment."""
    today = now.astimezone(SHANGHAI).date()
    officer, head = _actor(OFFICER, now), _actor(HEAD, now)
    for year in (today.year - 2, today.year - 1, today.year):
        _plan(officer, head, year, today)
        _book(officer, year, today, now)
        _tell(officer, year, today, now)


def _plan(officer: Actor, head: Actor, year: int, today: date) -> None:
    base = today.year - 1
    _version(officer, head, date(year, 1, 8), year, "initial", f"{year} 年部门预算", "", sample.planned(year, base))
    if year > base and date(year, 3, 2) <= today:
        _version(officer, head, date(year, 3, 2), year, "carried", f"{year} 年上年结转", "", sample.carried())
    if date(year, 8, 20) <= today:
        reason = f"区财政局 {year} 年 8 月预算调整通知"
        _version(officer, head, date(year, 8, 20), year, "adjustment", f"{year} 年预算调整", reason, sample.adjusted())


def _version(
    officer: Actor, head: Actor, day: date, year: int, kind: str, title: str, reason: str, lines: list[Planned]
) -> None:
    numbered = list(enumerate(lines, 2))
    row = budgets.draw(
        actor=officer, now=_at(day, 10), year=year, kind=kind, title=title, reason=reason, lines=numbered
    )
    budgets.approve(actor=head, now=_at(day, 15), version=row.pk)


def _book(officer: Actor, year: int, today: date, now: datetime) -> None:
    month = 1
    for entry in sorted(sample.vouchers(year, today.year - 1, today), key=lambda each: (each.day.month, each.number)):
        while entry.day.month > month:
            month = _close(officer, year, month, now)
        ledger.post(
            actor=officer,
            now=min(now, _at(entry.day, 16)),
            entry=entry,
            origin=f"sample:{entry.day:%Y%m}:{entry.number}",
        )
    while (year, month) < (today.year, today.month) and month <= 12:
        month = _close(officer, year, month, now)


def _close(officer: Actor, year: int, month: int, now: datetime) -> int:
    after = date(year + month // 12, month % 12 + 1, 3)
    if _at(after, 9) <= now:
        ledger.close_month(actor=officer, now=_at(after, 9), year=year, month=month)
    return month + 1


def _tell(officer: Actor, year: int, today: date, now: datetime) -> None:
    projects = dict(Project.objects.filter(year=year).values_list("code", "pk"))
    for code, name, kind, supplier, size, yuan, month, day in sample.CONTRACTS:
        signed = date(year, month, day)
        if signed <= today:
            budgets.buy(
                actor=officer, now=_at(signed, 11), name=name, kind=kind, supplier=supplier, size=size, amount=Decimal(yuan),
                signed_on=signed, project=projects[code],
            )  # fmt: skip
    if year < today.year:
        for item, value, basis in sample.NUMBERS:
            said = min(now, _at(date(year + 1, 1, 6), 10))
            budgets.state(
                actor=officer, now=said, year=year, item=item, value=Decimal(value), basis=basis.format(year=year)
            )


def _actor(username: str, now: datetime) -> Actor:
    account = people.account_by_username(username)
    assert account is not None
    return people.actor_of(account, now)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)
