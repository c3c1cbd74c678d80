"""What may be spent: projects, the budget in versions, procurement, and numbers of the year that no ledger holds.

All amounts are in 元 with two decimals. Subjects are codes of the yearly 《政府收支分类科目》; their names: engines/statements.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

MONEY: Final = (  # where money comes from
    ("general", "一般公共预算财政拨款"),
    ("fund", "政府性基金预算财政拨款"),
    ("capital", "国有资本经营预算财政拨款"),
    ("special", "财政专户管理资金"),
    ("own", "单位资金"),
)
ITEMS: Final = {  # item → (label, unit)
    "posts": ("编制人数", "人"),
    "staff": ("年末在职人员", "人"),
    "retired": ("年末退休人员", "人"),
    "trips": ("因公出国（境）团组", "个"),
    "travellers": ("因公出国（境）人次", "人次"),
    "cars_bought": ("公务用车购置数", "辆"),
    "cars": ("公务用车保有量", "辆"),
    "receptions": ("国内公务接待批次", "批次"),
    "guests": ("国内公务接待人次", "人次"),
    "equipment": ("单价 100 万元以上设备", "台（套）"),
    "assets": ("年末资产总额", "元"),
}
KINDS: Final = (("initial", "年初预算"), ("carried", "上年结转"), ("adjustment", "预算调整"))


class Project(models.Model):
    """A project of a year; the same project next year is another row with the same code."""

    year = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    functional = models.CharField(max_length=7)
    purpose = models.CharField(max_length=400, blank=True, default="")
    officer = models.BigIntegerField(null=True)  # the account that answers for it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "code"], name="project_once_a_year")]

    @property
    def stream(self) -> str:
        """The name of the project's chain of evidence."""
        return f"disclosure.project:{self.pk}"

    def __str__(self) -> str:
        return self.name


class BudgetVersion(models.Model):
    """A step of a year's budget: the initial one, what was carried over, or an adjustment. Never changed once approved."""

    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=KINDS)
    title = models.CharField(max_length=120)
    reason = models.CharField(max_length=400, blank=True, default="")  # of an adjustment: by which document
    state = models.CharField(max_length=8, default="draft")
    drawn_by = models.BigIntegerField(null=True)  # None: planted with the sample
    drawn_at = models.DateTimeField()
    approved_by = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="budget_version_number"),
            models.UniqueConstraint(fields=["year"], condition=Q(kind="initial"), name="budget_one_initial"),
            models.CheckConstraint(name="budget_kind", condition=Q(kind__in=["initial", "carried", "adjustment"])),
            models.CheckConstraint(
                name="budget_state",
                condition=Q(state="draft", approved_at__isnull=True) | Q(state="approved", approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="budget_two_pairs_of_eyes", condition=Q(approved_by=None) | ~Q(approved_by=F("drawn_by"))
            ),
            models.CheckConstraint(name="budget_adjustment_reason", condition=~Q(kind="adjustment") | ~Q(reason="")),
        ]

    @property
    def stream(self) -> str:
        """The name of the version's chain of evidence."""
        return f"disclosure.budget:{self.pk}"


class BudgetLine(models.Model):
    """An amount of a version; of an adjustment, the difference. Without a project it is basic expenditure."""

    version = models.ForeignKey(BudgetVersion, on_delete=models.CASCADE, related_name="lines")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="lines")
    functional = models.CharField(max_length=7)
    economic = models.CharField(max_length=5)
    money = models.CharField(max_length=8, choices=MONEY)
    is_procurement = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(name="budget_line_amount", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="budget_line_money", condition=Q(money__in=["general", "fund", "capital", "special", "own"])
            ),
            models.UniqueConstraint(
                fields=["version", "project", "functional", "economic", "money", "is_procurement"],
                condition=Q(project__isnull=False),
                name="budget_line_of_project_once",
            ),
            models.UniqueConstraint(
                fields=["version", "functional", "economic", "money", "is_procurement"],
                condition=Q(project__isnull=True),
                name="budget_line_of_basics_once",
            ),
        ]


class Purchase(models.Model):
    """A contract of procurement: for which disclosures tell the kind, and what went to small and micro enterprises."""

    KINDS: Final = (("goods", "货物"), ("works", "工程"), ("services", "服务"))
    SIZES: Final = (("", "其他"), ("small", "中小企业"), ("micro", "其中小微企业"))

    year = models.PositiveSmallIntegerField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="purchases")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=KINDS)
    supplier = models.CharField(max_length=120)
    size = models.CharField(max_length=5, choices=SIZES, blank=True, default="")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    signed_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "name", "supplier"], name="purchase_once"),
            models.CheckConstraint(name="purchase_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="purchase_kind", condition=Q(kind__in=["goods", "works", "services"])),
            models.CheckConstraint(name="purchase_size", condition=Q(size__in=["", "small", "micro"])),
        ]
        indexes = [models.Index(fields=["year", "-id"], name="purchase_year")]

    @property
    def stream(self) -> str:
        """The name of the contract's chain of evidence."""
        return f"disclosure.purchase:{self.pk}"


class Standing(models.Model):
    """A number of the year that a disclosure tells and no ledger holds: staff, vehicles, receptions, assets."""

    year = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=14, decimal_places=2)
    basis = models.CharField(max_length=200, blank=True, default="")  # from which list it was counted
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "item"], name="standing_once_a_year"),
            models.CheckConstraint(name="standing_value", condition=Q(value__gte=0)),
        ]
