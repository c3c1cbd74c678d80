"""How the learned models have fared since they are in use, and what automatic transfer would mean at a given threshold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Count, F, FloatField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncMonth

from qifu.domain.appeals.learning.model import Report
from qifu.domain.appeals.models import AutoDispatch, Suggestion
from qifu.domain.appeals.queries import suggest
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden

SPAN = timedelta(days=366)
RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of proposals: how many were made, and how often the unit chosen was the first, or among the three."""

    month: datetime
    made: int
    first: int
    among: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What automatic transfer at a threshold would have done to the cases of the last ninety days."""

    cases: int  # transferred with a proposal at hand
    by_itself: int  # of these, sure enough
    right: int  # of those, the unit that was chosen in the end


@dataclass(frozen=True, slots=True)
class Trained:
    """A model in use: its version and how good it was on cases that it had not seen."""

    name: str
    label: str
    version: str
    threshold: float
    report: Report


def require_overseer(actor: Actor) -> None:
    """:raises Forbidden: neither administrator nor auditor."""
    if not actor.has_role(Role.ADMINISTRATOR, Role.AUDITOR):
        raise Forbidden("只有管理员和审计员可以查看建议模型。")


def models_in_use(actor: Actor) -> list[Trained]:
    """The trained models, units first; none before the first training."""
    require_overseer(actor)
    found = [(name, label, suggest.trained(name)) for name, label in (("unit", "转办单位"), ("category", "分类"))]
    return [Trained(name, label, m.version, m.threshold, m.report) for name, label, m in found if m is not None]


def by_month(actor: Actor, *, now: datetime) -> list[Month]:
    """The months of the last year in which proposals were made, latest first."""
    require_overseer(actor)
    rows = _chosen(now - SPAN).annotate(month=TruncMonth("at", tzinfo=SHANGHAI)).values("month").order_by("-month")
    counted = rows.annotate(
        made=Count("pk"), hits=Count("pk", filter=Q(chosen=F("p0"))), three=Count("pk", filter=_among())
    )
    return [Month(row["month"], row["made"], row["hits"], row["three"]) for row in counted]


def effect(actor: Actor, *, now: datetime, threshold: float) -> Effect:
    """What the threshold would have done lately."""
    require_overseer(actor)
    model = suggest.trained("unit")
    least = max(threshold, model.threshold if model else 0.0)
    sure = Q(share__gte=least)
    rows = _chosen(now - RECENT).annotate(share=Cast(KeyTextTransform(1, KeyTextTransform(0, "ranked")), FloatField()))
    found = rows.aggregate(
        cases=Count("pk"), sure=Count("pk", filter=sure), right=Count("pk", filter=sure & Q(chosen=F("p0")))
    )
    return Effect(found["cases"], found["sure"], found["right"])


def auto() -> AutoDispatch | None:
    """Whether sure proposals go out by themselves; None: never set, which is off."""
    return AutoDispatch.objects.filter(pk=1).first()


def _chosen(since: datetime):  # type: ignore[no-untyped-def]  # annotated rows have no name of their own
    places = {f"p{i}": Cast(KeyTextTransform(0, KeyTextTransform(i, "ranked")), BigIntegerField()) for i in range(3)}
    return Suggestion.objects.filter(at__gte=since, chosen__isnull=False).exclude(ranked=[]).annotate(**places)


def _among() -> Q:
    return Q(chosen=F("p0")) | Q(chosen=F("p1")) | Q(chosen=F("p2"))
