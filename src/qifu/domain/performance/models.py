"""Goals and indicators of a year, and the self-evaluation of what came of them.

How a form is scored and what it must explain is law (engines/indicators); here is what people wrote, and which frozen figure
stands behind each value.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

LEVELS: Final = {  # level 1 → its level 2, as the official forms name them
    "产出指标": ("数量指标", "质量指标", "时效指标", "成本指标"),
    "效益指标": ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
    "满意度指标": ("服务对象满意度指标",),
}


class Plan(models.Model):
    """What the whole unit or one project promises for a year. Never changed once approved."""

    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=(("unit", "整体"), ("project", "项目")))
    name = models.CharField(max_length=120)
    project = models.CharField(max_length=20, blank=True, default="")  # by which the budget's measures are cut
    scheme = models.CharField(max_length=12)  # of scoring
    state = models.CharField(max_length=8, default="draft")
    drawn_by = models.BigIntegerField(null=True)
    drawn_at = models.DateTimeField()
    approved_by = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "kind", "name"], name="plan_once_a_year"),
            models.CheckConstraint(
                name="plan_kind", condition=Q(kind="unit", project="") | (Q(kind="project") & ~Q(project=""))
            ),
            models.CheckConstraint(
                name="plan_state",
                condition=Q(state="draft", approved_at__isnull=True) | Q(state="approved", approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_two_pairs_of_eyes", condition=Q(approved_by=None) | ~Q(approved_by=F("drawn_by"))
            ),
        ]
        indexes = [models.Index(fields=["year", "kind", "id"], name="plan_year")]

    @property
    def stream(self) -> str:
        """The name of the plan's chain of evidence."""
        return f"performance.plan:{self.pk}"


class Goal(models.Model):
    """One goal of a plan; `points` is what the form prints for it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="goals")
    place = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "place"], name="goal_place")]


class Indicator(models.Model):
    """A line of the form: what is promised, why so much, and where its value will come from."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="indicators")
    place = models.PositiveSmallIntegerField()
    level1 = models.CharField(max_length=20)
    level2 = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    target = models.CharField(max_length=80)  # as written
    points = models.DecimalField(max_digits=5, decimal_places=2)
    basis = models.CharField(max_length=200, blank=True, default="")
    before_last = models.CharField(max_length=80, blank=True, default="")  # the value two years before
    last = models.CharField(max_length=80, blank=True, default="")  # the value of the year before
    owner = models.CharField(max_length=40, blank=True, default="")  # who answers for it
    measure = models.CharField(
        max_length=80, blank=True, default=""
    )  # name of a measure; none: filled by hand, with proof

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goal", "place"], name="indicator_place"),
            models.CheckConstraint(name="indicator_points", condition=Q(points__gt=0, points__lte=100)),
            models.CheckConstraint(name="indicator_says", condition=~Q(name="") & ~Q(target="")),
        ]


class Evaluation(models.Model):
    """The self-evaluation of a plan: money and values, reasons, the score; handed in by one, reviewed by another."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="evaluation")
    state = models.CharField(max_length=10, default="open")  # open, handed_in, returned, accepted
    budget = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # 元, adjusted, with what was carried over
    executed = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    budget_frozen = models.ForeignKey("measures.Snapshot", on_delete=models.PROTECT, null=True, related_name="+")
    executed_frozen = models.ForeignKey("measures.Snapshot", on_delete=models.PROTECT, null=True, related_name="+")
    reasons = models.TextField(blank=True, default="")
    remedies = models.TextField(blank=True, default="")
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # set when it was handed in
    begun_by = models.BigIntegerField(null=True)
    handed_by = models.BigIntegerField(null=True)
    handed_at = models.DateTimeField(null=True)
    reviewed_by = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    opinion = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="evaluation_state", condition=Q(state__in=["open", "handed_in", "returned", "accepted"])
            ),
            models.CheckConstraint(
                name="evaluation_handed_in_is_scored",
                condition=Q(state__in=["open", "returned"])
                | Q(score__isnull=False, handed_at__isnull=False, budget__isnull=False, executed__isnull=False),
            ),
            models.CheckConstraint(
                name="evaluation_two_pairs_of_eyes",
                condition=~Q(state="accepted") | Q(reviewed_by=None) | ~Q(reviewed_by=F("handed_by")),
            ),
        ]

    @property
    def stream(self) -> str:
        """The name of the evaluation's chain of evidence."""
        return f"performance.evaluation:{self.pk}"


class Actual(models.Model):
    """What came of an indicator: a frozen figure, or what a person wrote with its proof; and a judgement where no number decides."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="actuals")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=80)
    frozen = models.ForeignKey("measures.Snapshot", on_delete=models.PROTECT, null=True, related_name="+")
    proof = models.CharField(max_length=400, blank=True, default="")  # where it can be looked up
    grade = models.CharField(max_length=10, blank=True, default="")
    share = models.DecimalField(max_digits=4, decimal_places=3, null=True)  # of the points, 0 to 1
    why = models.CharField(max_length=400, blank=True, default="")
    judged_by = models.BigIntegerField(null=True)
    judged_on = models.DateField(null=True)
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "indicator"], name="actual_one_each"),
            models.CheckConstraint(name="actual_is_proved", condition=Q(frozen__isnull=False) | ~Q(proof="")),
            models.CheckConstraint(
                name="actual_judged_whole",
                condition=Q(grade="", share__isnull=True)
                | (~Q(grade="") & Q(share__range=(0, 1)) & ~Q(why="") & Q(judged_on__isnull=False)),
            ),
        ]
