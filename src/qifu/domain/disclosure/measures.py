"""The figures that the ledger proves."""

from __future__ import annotations

from django.db.models import F, QuerySet

from qifu.domain.disclosure.models import BudgetLine, Project, VoucherLine
from qifu.domain.disclosure.models.budgets import MONEY
from qifu.domain.disclosure.queries.execution import SPENT
from qifu.kernel.measures import DAY, PERIOD, Ask, Dimension, Measure, Source

LINES = Source(
    "disclosure.voucher",
    "voucher__number",
    (
        "voucher__number",
        "voucher__day",
        "place",
        "account",
        "debit",
        "credit",
        "functional",
        "economic",
        "money",
        "project_id",
    ),
    handle="voucher_id",
)
PLANNED = Source(
    "disclosure.budget",
    "version__title",
    ("version_id", "project_id", "functional", "economic", "money", "amount"),
    handle="version_id",
)


def _projects() -> list[tuple[str, str]]:
    rows = Project.objects.order_by("-year", "code").values_list("pk", "year", "name")
    return [(str(pk), f"{year} {name}") for pk, year, name in rows]


def _spent(ask: Ask) -> QuerySet[VoucherLine]:
    rows = VoucherLine.objects.filter(SPENT, voucher__day__gte=ask.since, voucher__day__lte=ask.until)
    return rows.annotate(net=F("debit") - F("credit"))


def _planned(ask: Ask) -> QuerySet[BudgetLine]:
    return BudgetLine.objects.filter(
        version__year=ask.until.year, version__state="approved", version__approved_at__lt=ask.ends
    )


DIMENSIONS = (
    Dimension("project", "项目", "project", _projects),
    Dimension("money", "资金来源", "money", lambda: MONEY),
)

DECLARED = (
    Measure(
        name="disclosure.spent",
        label="支出数",
        unit="元",
        over=PERIOD,
        definition="期间内已登记凭证的预算支出科目借方减贷方，含冲销，不含年末结转。",
        source=LINES,
        rows=_spent,
        amount="net",
        dated="voucher__day",
        dimensions=DIMENSIONS,
        recalls=True,
    ),
    Measure(
        name="disclosure.budget",
        label="调整后预算数",
        unit="元",
        over=DAY,
        definition="截至当日已批准的当年年初预算、上年结转和预算调整之和。",
        source=PLANNED,
        rows=_planned,
        amount="amount",
        dimensions=DIMENSIONS,
        recalls=True,
    ),
)
