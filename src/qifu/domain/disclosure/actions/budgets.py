"""The only writes of budgets: draw up a version, approve it, drop a draft; contracts and numbers of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max, Sum

from qifu.domain.disclosure import access
from qifu.domain.disclosure.entries import CENT, LARGEST, subject_problems
from qifu.domain.disclosure.models import BudgetLine, BudgetVersion, Project, Purchase, Standing
from qifu.domain.disclosure.models.budgets import KINDS
from qifu.domain.disclosure.queries.standings import ITEMS
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record

MOST = 5000  # lines of one version
Key = tuple[str, str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Planned:
    """A line of a version as it was handed in."""

    project: str  # code; empty: basic expenditure
    name: str  # of the project
    functional: str
    economic: str
    money: str
    amount: Decimal
    is_procurement: bool = False
    purpose: str = ""

    @property
    def key(self) -> Key:
        return (self.project, self.functional, self.economic, self.money, self.is_procurement)


def draw(
    *, actor: Actor, now: datetime, year: int, kind: str, title: str, reason: str, lines: Sequence[tuple[int, Planned]]
) -> BudgetVersion:
    """Draw up a version with its lines (each with its row in the file); projects not known yet are opened.

    :raises Invalid: something is wrong with it; `problems` names the rows. :raises Conflict: there is an initial budget already.
    """
    access.require_write(actor)
    title, reason = title.strip()[:120], reason.strip()[:400]
    if kind not in dict(KINDS) or not 2000 <= year < 2100 or not title:
        raise Invalid("请选择年度和种类，并写明标题。", {"title": "请填写"})
    if kind == "adjustment" and len(reason) < 2:
        raise Invalid("预算调整请写明依据的文件或原因。", {"reason": "请填写"})
    found = problems_of(year, lines)
    if found:
        raise Invalid(f"预算没有登记：第 {found[0][0]} 行，{found[0][1]}", {"file": found[0][1]}, problems=found)
    with transaction.atomic():
        last = BudgetVersion.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
        row = BudgetVersion(
            year=year, number=last + 1, kind=kind, title=title, reason=reason, drawn_by=actor.account, drawn_at=now
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(f"{year} 年已有年初预算，改动请登记为预算调整。") from None
        projects = _opened(year, [line for _, line in lines])
        BudgetLine.objects.bulk_create(
            (
                BudgetLine(
                    version=row, project=projects.get(line.project), functional=line.functional, economic=line.economic,
                    money=line.money, is_procurement=line.is_procurement, amount=line.amount,
                )
                for _, line in lines
            ),
            batch_size=500,
        )  # fmt: skip
        total = sum((line.amount for _, line in lines), Decimal(0))
        facts = {"year": year, "kind": kind, "lines": len(lines), "total": str(total)}
        record(actor=actor, now=now, verb="disclosure.draw_budget", stream=row.stream, facts=facts)
    return row


def problems_of(year: int, lines: Sequence[tuple[int, Planned]]) -> list[tuple[int, str]]:
    """What is wrong with the lines of a version, by row."""
    if not lines:
        return [(1, "没有预算数据行。")]
    if len(lines) > MOST:
        return [(1, f"超过 {MOST} 行。")]
    wrong: list[tuple[int, str]] = []
    seen: dict[Key, int] = {}
    for row, line in lines:
        wrong += [(row, said) for said in subject_problems(line.functional, line.economic, line.money, year)]
        if line.amount == 0 or line.amount != line.amount.quantize(CENT) or abs(line.amount) > LARGEST:
            wrong.append((row, "金额应以元为单位、不为零、最多两位小数。"))
        if line.project and not line.name:
            wrong.append((row, "有项目代码而没有项目名称。"))
        if line.key in seen:
            wrong.append((row, f"与第 {seen[line.key]} 行的项目、科目和来源完全相同，请合并。"))
        seen.setdefault(line.key, row)
    return wrong


def approve(*, actor: Actor, now: datetime, version: int) -> BudgetVersion:
    """Let a version hold. From then on it is never changed.

    :raises Forbidden: the actor drew it up or may not. :raises Conflict: it holds already, or a line would fall below nought.
    """
    with transaction.atomic():
        row = access.version_door(actor, version, lock=True)
        if row.state == "approved":
            raise Conflict("这个版本已经批准。", state=row.state)
        if not access.may_approve(actor, row):
            raise Forbidden("预算由另一名财务绩效人员或中心领导批准，编制人不能批准自己的版本。")
        _never_below_nought(row)
        row.state, row.approved_by, row.approved_at = "approved", actor.account, now
        row.save(update_fields=["state", "approved_by", "approved_at"])
        record(actor=actor, now=now, verb="disclosure.approve_budget", stream=row.stream)
    return row


def drop(*, actor: Actor, now: datetime, version: int) -> None:
    """Delete a draft.

    :raises Conflict: it holds already.
    """
    access.require_write(actor)
    with transaction.atomic():
        row = access.version_door(actor, version, lock=True)
        if row.state == "approved":
            raise Conflict("已批准的版本不能删除，改动请登记为预算调整。", state=row.state)
        record(actor=actor, now=now, verb="disclosure.drop_budget", stream=row.stream)
        row.delete()


def buy(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    kind: str,
    supplier: str,
    size: str,
    amount: Decimal,
    signed_on: date,
    project: int | None,
) -> Purchase:
    """Record a contract of procurement.

    :raises Invalid: something is missing. :raises Conflict: the same contract is recorded.
    """
    access.require_write(actor)
    name, supplier = name.strip()[:120], supplier.strip()[:120]
    if not name or not supplier or kind not in dict(Purchase.KINDS) or size not in dict(Purchase.SIZES):
        raise Invalid("请写明采购内容、种类和供应商。", {"name": "请填写"})
    if not 0 < amount <= LARGEST or amount != amount.quantize(CENT):
        raise Invalid("合同金额应以元为单位、大于零、最多两位小数。", {"amount": "请改正"})
    row = Purchase(
        year=signed_on.year, name=name, kind=kind, supplier=supplier, size=size, amount=amount, signed_on=signed_on,
        project=access.project_door(actor, project) if project else None,
    )  # fmt: skip
    if row.project is not None and row.project.year != row.year:
        raise Invalid("项目与合同不在同一年度。", {"project": "请改选"})
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict("这份合同已经登记（同年、同内容、同供应商）。") from None
        facts = {"year": row.year, "kind": kind, "amount": str(amount)}
        record(actor=actor, now=now, verb="disclosure.buy", stream=row.stream, facts=facts)
    return row


def state(*, actor: Actor, now: datetime, year: int, item: str, value: Decimal, basis: str) -> Standing:
    """Say a number of the year; an earlier one is replaced and stays in evidence.

    :raises Invalid: no such number, it is below nought, or nothing says from where it comes.
    """
    access.require_write(actor)
    basis = basis.strip()[:200]
    if item not in ITEMS or not 2000 <= year < 2100:
        raise Invalid("没有这一项，请重新选择。", {"item": "请重新选择"})
    if value < 0 or value != value.quantize(CENT) or value > LARGEST / 100:
        raise Invalid("数值不能小于零，最多两位小数。", {"value": "请改正"})
    if len(basis) < 2:
        raise Invalid("请写明依据，例如“2026 年 12 月工资名册”。", {"basis": "请填写依据"})
    with transaction.atomic():
        before = Standing.objects.select_for_update().filter(year=year, item=item).first()
        row = before or Standing(year=year, item=item)
        was = str(row.value) if before is not None else None
        row.value, row.basis, row.by, row.at = value, basis, actor.account, now
        row.save()
        facts = {"year": year, "item": item, "value": str(value), "was": was}
        record(actor=actor, now=now, verb="disclosure.state", stream=f"disclosure.standing:{row.pk}", facts=facts)
    return row


def _opened(year: int, lines: Sequence[Planned]) -> dict[str, Project]:
    named = {line.project: line for line in lines if line.project}
    known = {one.code: one for one in Project.objects.filter(year=year, code__in=named)}
    fresh = [
        Project(year=year, code=code, name=line.name[:120], functional=line.functional, purpose=line.purpose[:400])
        for code, line in named.items()
        if code not in known
    ]
    Project.objects.bulk_create(fresh)
    return known | {one.code: one for one in Project.objects.filter(year=year, code__in=[one.code for one in fresh])}


def _never_below_nought(row: BudgetVersion) -> None:
    held = BudgetLine.objects.filter(version__year=row.year, version__state="approved") | row.lines.all()
    keys = ("project", "functional", "economic", "money")
    short = held.values(*keys).annotate(total=Sum("amount")).filter(total__lt=0).order_by("total").first()
    if short is not None:
        raise Conflict(
            f"批准后科目 {short['functional']}／{short['economic']} 的预算会变成 {short['total']:,.2f} 元，低于零。请改正调整数。"
        )
