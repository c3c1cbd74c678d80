"""How far the money has gone: by month, project, subject and source, with a forecast and a word of warning in time.

Spent are debits less credits of budgetary expenditure accounts (7…) of posted vouchers, without the transfers of the
year's end. What the forecast is made of: docs/howto/budget.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from qifu.domain.disclosure import access
from qifu.domain.disclosure.entries import MONEYS
from qifu.domain.disclosure.models import BudgetLine, BudgetVersion, Month, Project, Voucher, VoucherLine
from qifu.engines.statements import subjects
from qifu.kernel.actor import Actor

ZERO = Decimal(0)
RECENT = 3  # closed months whose mean is carried on
BEHIND = Decimal("0.10")  # of the year, that the rate may lag behind before somebody is told
ENOUGH = Decimal("0.90")  # below it a self-evaluation demands a reason
OVER = Decimal("1.02")  # of the budget: what a forecast must exceed to be worth a word
THREE = {  # economic subject → what disclosures call it
    "30212": "因公出国（境）费",
    "31013": "公务用车购置费",
    "30231": "公务用车运行维护费",
    "30217": "公务接待费",
}
SPENT = Q(account__startswith="7", voucher__is_posted=True) & ~Q(voucher__kind="closing")


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing money was given for: how much, how much is gone, and how it will end."""

    key: str
    label: str
    initial: Decimal
    adjusted: Decimal
    spent: Decimal
    forecast: Decimal | None = None
    warnings: tuple[str, ...] = ()
    id: int | None = None  # of a project

    @property
    def rate(self) -> Decimal | None:
        return self.spent / self.adjusted if self.adjusted > 0 else None

    @property
    def left(self) -> Decimal:
        return self.adjusted - self.spent

    @property
    def forecast_rate(self) -> Decimal | None:
        return self.forecast / self.adjusted if self.forecast is not None and self.adjusted > 0 else None


@dataclass(frozen=True, slots=True)
class MonthOf:
    """A month of the year."""

    number: int
    spent: Decimal
    so_far: Decimal
    is_closed: bool


@dataclass(frozen=True)
class Execution:
    """A year as it stands."""

    year: int
    whole: Standing
    months: list[MonthOf]
    closed: int  # months from January on that are closed
    projects: list[Standing]
    moneys: list[Standing]
    functional: list[Standing]
    economic: list[Standing]
    three: list[Standing]
    years: list[int] = field(default_factory=list)

    @property
    def warned(self) -> list[Standing]:
        return [one for one in self.projects if one.warnings]

    @property
    def next_to_close(self) -> int | None:
        return self.closed + 1 if self.closed < 12 else None


Cell = tuple[int | None, str, str, str]  # project, functional, economic, money
IsIn = Callable[[Cell], bool]


@dataclass(frozen=True, slots=True)
class _Cells:
    initial: Mapping[Cell, Decimal]
    adjusted: Mapping[Cell, Decimal]
    spent: Mapping[Cell, dict[int, Decimal]]  # by month


def execution(*, actor: Actor, year: int) -> Execution:
    """Everything about the execution of a year. Five statements, whatever the ledger holds.

    :raises Forbidden: the budget is not for this person.
    """
    access.require_look(actor)
    cells, closed = _cells(year), _closed(year)
    names = {row.pk: row for row in Project.objects.filter(year=year)}
    by_month = _by_month(cells.spent.values())
    return Execution(
        year=year,
        whole=_standing("", f"{year} 年", cells, lambda cell: True, closed),
        months=_months(by_month, closed),
        closed=closed,
        projects=_projects(cells, names, closed),
        moneys=_by(cells, lambda cell: cell[3], lambda key: MONEYS.get(key, key), closed),
        functional=_by(cells, lambda cell: cell[1], lambda key: _named(key, year), closed),
        economic=_by(cells, lambda cell: cell[2][:3], lambda key: _named(key, year), closed),
        three=[_standing(key, label, cells, _of_subject(key), 0) for key, label in THREE.items()],
        years=sorted({*BudgetVersion.objects.values_list("year", flat=True).distinct(), year}, reverse=True),
    )


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    """A project with its money by economic subject, month by month."""

    row: Project
    whole: Standing
    economic: list[Standing]
    months: list[MonthOf]


def project(*, actor: Actor, number: int) -> ProjectSheet:
    """:raises Missing: there is none. :raises Forbidden: the budget is not for this person."""
    row = access.project_door(actor, number)
    cells, closed = _cells(row.year, row.pk), _closed(row.year)
    whole = _standing(row.code, row.name, cells, lambda cell: True, closed, row.pk)
    economic = _by(cells, lambda cell: cell[2], lambda key: _named(key, row.year), closed)
    return ProjectSheet(row, whole, economic, _months(_by_month(cells.spent.values()), closed))


def spent_lines(year: int) -> QuerySet[VoucherLine]:
    """The lines that count as spent in a year."""
    return VoucherLine.objects.filter(SPENT, voucher__year=year)


def _cells(year: int, project: int | None = None) -> _Cells:
    lines = BudgetLine.objects.filter(version__year=year, version__state="approved")
    spent = spent_lines(year)
    if project is not None:
        lines, spent = lines.filter(project=project), spent.filter(project=project)
    keys = ("project_id", "functional", "economic", "money")
    initial: dict[Cell, Decimal] = defaultdict(lambda: ZERO)
    adjusted: dict[Cell, Decimal] = defaultdict(lambda: ZERO)
    planned = lines.order_by().values_list(*keys, "version__kind").annotate(total=Sum("amount"))
    for *cell, kind, total in planned:
        key = _cell(cell)
        adjusted[key] += total
        if kind == "initial":
            initial[key] += total
    gone: dict[Cell, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    net = Sum(F("debit") - F("credit"))
    for *cell, month, total in spent.order_by().values_list(*keys, "voucher__month").annotate(total=net):
        gone[_cell(cell)][month] += total
    return _Cells(initial, adjusted, gone)


def _cell(found: list[Any]) -> Cell:
    project, functional, economic, money = found
    return (project, functional, economic, money)


def _closed(year: int) -> int:
    """How many months from January on are closed; they are closed in order."""
    return Month.objects.filter(year=year).count()


def _projects(cells: _Cells, names: Mapping[int, Project], closed: int) -> list[Standing]:
    basics = _standing("", "基本支出", cells, lambda cell: cell[0] is None, closed)
    found = [_standing(row.code, row.name, cells, _of_project(pk), closed, pk) for pk, row in names.items()]
    found.sort(key=lambda one: one.key)
    return ([basics] if basics.adjusted or basics.spent else []) + found


def _by(cells: _Cells, key: Callable[[Cell], str], label: Callable[[str], str], closed: int) -> list[Standing]:
    keys = sorted({key(cell) for cell in (*cells.adjusted, *cells.spent)})
    return [_standing(each, label(each), cells, _equal(key, each), closed) for each in keys]


def _equal(key: Callable[[Cell], str], value: str) -> IsIn:
    return lambda cell: key(cell) == value


def _of_project(pk: int) -> IsIn:
    return lambda cell: cell[0] == pk


def _of_subject(economic: str) -> IsIn:
    return lambda cell: cell[2] == economic


def _standing(key: str, label: str, cells: _Cells, is_in: IsIn, closed: int, pk: int | None = None) -> Standing:
    spent = _by_month(months for cell, months in cells.spent.items() if is_in(cell))
    initial = sum((amount for cell, amount in cells.initial.items() if is_in(cell)), ZERO)
    adjusted = sum((amount for cell, amount in cells.adjusted.items() if is_in(cell)), ZERO)
    gone, forecast = sum(spent.values(), ZERO), forecast_of(spent, closed)
    return Standing(key, label, initial, adjusted, gone, forecast, _warnings(adjusted, spent, closed, forecast), pk)


def forecast_of(spent: Mapping[int, Decimal], closed: int) -> Decimal | None:
    """What will be spent by the year's end: closed months, and the mean of the last three carried on; never less than is gone.

    None before three are closed.
    """
    if closed < RECENT:
        return None
    so_far = sum((spent.get(month, ZERO) for month in range(1, closed + 1)), ZERO)
    recent = sum((spent.get(month, ZERO) for month in range(closed - RECENT + 1, closed + 1)), ZERO)
    carried_on = (so_far + recent / RECENT * (12 - closed)).quantize(Decimal("0.01"))
    return max(carried_on, sum(spent.values(), ZERO))


def _warnings(
    adjusted: Decimal, spent: Mapping[int, Decimal], closed: int, forecast: Decimal | None
) -> tuple[str, ...]:
    if closed < RECENT or forecast is None or adjusted <= 0:
        return ()
    rate, share, said = sum(spent.values(), ZERO) / adjusted, Decimal(closed) / 12, []
    if share - rate > BEHIND:
        behind = f"{(share - rate) * 100:.1f} 个百分点"
        said.append(f"已执行 {rate * 100:.1f}%，比截至 {closed} 月的时间进度 {share * 100:.1f}% 慢 {behind}。")
    if closed < 12 and forecast / adjusted < ENOUGH:
        short = (adjusted - forecast) / 10_000
        said.append(f"照近三个月的支出，全年约执行 {forecast / adjusted * 100:.1f}%，约有 {short:,.2f} 万元用不完。")
    if rate > 1:
        said.append("已超过预算，请核对凭证的项目和科目。")
    elif closed < 12 and forecast / adjusted > OVER:
        said.append(f"照近三个月的支出，全年将超出预算 {(forecast - adjusted) / 10_000:,.2f} 万元。")
    return tuple(said)


def _by_month(many: Iterable[Mapping[int, Decimal]]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for months in many:
        for month, amount in months.items():
            found[month] += amount
    return found


def _months(spent: Mapping[int, Decimal], closed: int) -> list[MonthOf]:
    so_far, found = ZERO, []
    for number in range(1, 13):
        so_far += spent.get(number, ZERO)
        found.append(MonthOf(number, spent.get(number, ZERO), so_far, number <= closed))
    return found


def _named(code: str, year: int) -> str:
    known = subjects.economic().get(code) if code[:1] == "3" else subjects.name_of(code, year)
    return f"{code} {known}" if known else code


def first_year(actor: Actor, today: int) -> int:
    """The year that a person most likely wants: this one, or the last one that has a budget.

    :raises Forbidden: the budget is not for this person.
    """
    access.require_look(actor)
    if Voucher.objects.filter(year=today).exists():
        return today
    last = BudgetVersion.objects.order_by("-year").values_list("year", flat=True).first()
    return last if last is not None and last < today else today
