"""Reading budgets: the versions of a year, one with its lines, the subjects of a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from qifu.domain.disclosure import access
from qifu.domain.disclosure.entries import MONEYS
from qifu.domain.disclosure.models import BudgetLine, BudgetVersion
from qifu.domain.disclosure.models.budgets import KINDS
from qifu.domain.people import queries as people
from qifu.engines.statements import subjects
from qifu.kernel.actor import Actor

LABELS = dict(KINDS)
STATES = {"draft": "待批准", "approved": "已批准"}


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in a list."""

    row: BudgetVersion
    kind_label: str
    state_label: str
    total: Decimal
    lines: int
    drawn_by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of a version with the names of its subjects."""

    row: BudgetLine
    functional: str
    economic: str
    money: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A version with its lines."""

    line: VersionLine
    lines: list[Planned]
    may_approve: bool
    may_drop: bool


def versions(*, actor: Actor, year: int) -> list[VersionLine]:
    """The versions of a year in their order.

    :raises Forbidden: the budget is not for this person.
    """
    access.require_look(actor)
    return _lines(list(BudgetVersion.objects.filter(year=year).order_by("number")))


def version(*, actor: Actor, number: int) -> Sheet:
    """:raises Missing: there is none. :raises Forbidden: the budget is not for this person."""
    row = access.version_door(actor, number)
    lines = [
        Planned(
            one,
            f"{one.functional} {subjects.name_of(one.functional, row.year)}".strip(),
            f"{one.economic} {subjects.economic().get(one.economic, '')}".strip(),
            MONEYS[one.money],
        )
        for one in row.lines.select_related("project").order_by("project__code", "functional", "economic", "money")
    ]
    may_drop = row.state == "draft" and access.may_write(actor)
    return Sheet(_lines([row])[0], lines, access.may_approve(actor, row), may_drop)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of a year."""

    code: str
    name: str
    level: str  # 类 款 项
    is_used: bool


def chart(*, actor: Actor, year: int, side: str, q: str = "", used: bool = False) -> Iterator[Subject]:
    """The subjects of a year, functional or economic, by code; `used`: those that the year's budget names, and what is above them.

    :raises Forbidden: the budget is not for this person.
    """
    access.require_look(actor)
    column = "functional" if side == "functional" else "economic"
    named = set(BudgetLine.objects.filter(version__year=year).values_list(column, flat=True).distinct())
    above = {code[:length] for code in named for length in (3, 5, 7) if length <= len(code)}
    levels = {3: "类", 5: "款", 7: "项"}
    for code in sorted(subjects.functional() if side == "functional" else subjects.economic()):
        name = subjects.name_of(code, year) if side == "functional" else subjects.economic()[code]
        if side != "functional" and code[0] != "3":
            continue
        if (used and code not in above) or (q and q not in name and not code.startswith(q)):
            continue
        yield Subject(code, name, levels[len(code)], code in above)


def _lines(rows: list[BudgetVersion]) -> list[VersionLine]:
    held = BudgetLine.objects.filter(version__in=rows).order_by().values_list("version")
    sums = {key: (total, count) for key, total, count in held.annotate(total=Sum("amount"), n=Count("pk", filter=Q()))}
    names = people.names([account for row in rows for account in (row.drawn_by, row.approved_by)])
    return [
        VersionLine(
            row, LABELS[row.kind], STATES[row.state], *sums.get(row.pk, (Decimal(0), 0)),
            names.get(row.drawn_by or 0, ""), names.get(row.approved_by or 0, ""),
        )
        for row in rows
    ]  # fmt: skip
