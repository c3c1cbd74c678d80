"""Reading the ledger: the list of vouchers with its filters, one voucher, what was imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.domain.disclosure import access
from qifu.domain.disclosure.entries import MONEYS
from qifu.domain.disclosure.models import Month, Project, Voucher, VoucherImport, VoucherLine
from qifu.domain.disclosure.models.ledger import KINDS
from qifu.domain.people import queries as people
from qifu.engines.statements import subjects
from qifu.kernel.actor import Actor

PAGE = 50
LABELS = dict(KINDS)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of vouchers is cut to."""

    year: int
    q: str = ""
    month: int | None = None
    kind: str = ""
    project: int | None = None  # 0: basic expenditure


@dataclass(frozen=True, slots=True)
class Line:
    """A voucher in a list."""

    id: int
    number: str
    day: str
    month: int
    summary: str
    kind_label: str
    debit: Decimal
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list; `next` continues it."""

    lines: list[Line]
    count: int
    next: str


@dataclass(frozen=True, slots=True)
class SideView:
    """A line of a voucher with the names of its subjects."""

    row: VoucherLine
    functional: str
    economic: str
    money: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A voucher with all its lines."""

    row: Voucher
    kind_label: str
    lines: list[SideView]
    by_name: str
    reversed_by: Voucher | None
    may_reverse: bool


def vouchers(*, actor: Actor, filters: Filters, cursor: str = "") -> Page:
    """A page of vouchers, newest first.

    :raises Forbidden: the ledger is not for this person.
    """
    access.require_look(actor)
    rows = _rows(filters)
    count = rows.count()
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 19:
        rows = rows.filter(pk__lt=int(cursor))
    found = list(_dressed(rows).order_by("-pk")[: PAGE + 1])
    lines = [_line(row) for row in found[:PAGE]]
    return Page(lines, count, str(lines[-1].id) if len(found) > PAGE else "")


def every_line(*, actor: Actor, filters: Filters) -> Iterator[list[object]]:
    """Each line of each voucher of the list, oldest first, for a download.

    :raises Forbidden: the ledger is not for this person.
    """
    access.require_look(actor)
    rows = VoucherLine.objects.filter(voucher__in=_rows(filters)).select_related("voucher", "project")
    for one in rows.order_by("voucher__day", "voucher", "place").iterator(2000):
        yield [
            one.voucher.day.isoformat(), one.voucher.number, one.voucher.summary, LABELS[one.voucher.kind], one.account,
            one.account_name, float(one.debit), float(one.credit), one.functional, one.economic, MONEYS.get(one.money, ""),
            one.project.code if one.project else "", one.project.name if one.project else "", one.note,
        ]  # fmt: skip


COLUMNS = (
    "日期", "凭证号", "摘要", "种类", "会计科目", "科目名称", "借方（元）", "贷方（元）", "功能分类", "经济分类", "资金来源",
    "项目代码", "项目名称", "备注",
)  # fmt: skip


def voucher(*, actor: Actor, number: int) -> Sheet:
    """:raises Missing: there is none. :raises Forbidden: the ledger is not for this person."""
    row = access.voucher_door(actor, number)
    reversed_by = Voucher.objects.filter(reverses=row).first()
    lines = [
        SideView(one, _functional(one, row.year), _economic(one), MONEYS.get(one.money, ""))
        for one in row.lines.select_related("project").order_by("place")
    ]
    may = access.may_write(actor) and row.kind != "reversal" and reversed_by is None
    return Sheet(row, LABELS[row.kind], lines, people.names([row.by]).get(row.by or 0, ""), reversed_by, may)


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A file of the finance system in a list."""

    row: VoucherImport
    by_name: str
    at: datetime


def imports(*, actor: Actor) -> list[ImportLine]:
    """The latest files that were tried.

    :raises Forbidden: the ledger is not for this person.
    """
    access.require_look(actor)
    rows = list(VoucherImport.objects.defer("vouchers").order_by("-pk")[:50])
    names = people.names([row.by for row in rows])
    return [ImportLine(row, names.get(row.by or 0, ""), row.at) for row in rows]


def projects(year: int) -> list[Project]:
    """The projects of a year, by code."""
    return list(Project.objects.filter(year=year).order_by("code"))


def closed_months(year: int) -> list[Month]:
    """The closed months of a year."""
    return list(Month.objects.filter(year=year).order_by("month"))


def _rows(filters: Filters) -> QuerySet[Voucher]:
    rows = Voucher.objects.filter(year=filters.year, is_posted=True)
    if filters.q:
        rows = rows.filter(Q(number__icontains=filters.q) | Q(summary__icontains=filters.q))
    if filters.month:
        rows = rows.filter(month=filters.month)
    if filters.kind in LABELS:
        rows = rows.filter(kind=filters.kind)
    if filters.project is not None:
        lines = VoucherLine.objects.filter(voucher=OuterRef("pk"), account__startswith="7")
        own = lines.filter(project=filters.project) if filters.project else lines.filter(project__isnull=True)
        rows = rows.filter(Exists(own))
    return rows


def _dressed(rows: QuerySet[Voucher]) -> QuerySet[Voucher]:
    return rows.annotate(is_reversed=Exists(Voucher.objects.filter(reverses=OuterRef("pk"))))


def _line(row: Voucher) -> Line:
    is_reversed: bool = row.is_reversed  # type: ignore[attr-defined]
    return Line(
        row.pk, row.number, row.day.isoformat(), row.month, row.summary, LABELS[row.kind], row.debit, is_reversed
    )


def _functional(one: VoucherLine, year: int) -> str:
    return f"{one.functional} {subjects.name_of(one.functional, year)}".strip()


def _economic(one: VoucherLine) -> str:
    return f"{one.economic} {subjects.economic().get(one.economic, '')}".strip()
