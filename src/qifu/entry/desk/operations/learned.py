"""The learned models: what they are worth, how their proposals fared, training, and whether sure ones go out by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.appeals.actions import learn
from qifu.domain.appeals.queries import proposals
from qifu.entry.desk.operations.tasks import train
from qifu.entry.theme import words
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.words import HERE
from qifu.kernel.actor import Role
from qifu.kernel.errors import Forbidden, Invalid
from qifu.kernel.outbox import queries as outbox
from qifu.kernel.outbox.models import OPEN, Item

USUAL = 95  # per cent


class AutoForm(forms.Form):
    """Whether sure proposals go out, and how sure they must be."""

    is_on = forms.BooleanField(label="允许自动转办", required=False)
    threshold = forms.IntegerField(
        label="把握不低于（%）", min_value=50, max_value=100, widget=forms.NumberInput({"min": 50, "max": 100}),
        help_text="50 到 100 之间；模型自己的门槛更高时，以模型的为准。",
    )  # fmt: skip


@require_GET
def models(incoming: HttpRequest) -> HttpResponse:
    """The models in use and what became of their proposals."""
    request = cast(PersonRequest, incoming)
    return _shown(request, None)


@require_POST
def train_now(incoming: HttpRequest) -> HttpResponse:
    """Hand the training to the worker, once at a time."""
    request = cast(PersonRequest, incoming)
    if not request.actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以训练建议模型。")
    last = _last_training(request)
    if last is not None and last.state in OPEN:
        messages.info(request, "训练正在进行，请稍后刷新查看结果。")
    else:
        train.enqueue()
        messages.success(request, "已交给后台训练，通常几分钟内完成；完成后自动启用。")
    return redirect("desk_models")


@require_POST
def allow(incoming: HttpRequest) -> HttpResponse:
    """Switch automatic transfer on or off; the room itself refuses whom it must."""
    request = cast(PersonRequest, incoming)
    form = AutoForm(request.POST)
    if not form.is_valid():
        if not request.actor.has_role(Role.ADMINISTRATOR):
            raise Forbidden("只有管理员可以设置自动转办。")
        return _shown(request, form)
    threshold = form.cleaned_data["threshold"] / 100
    try:
        row = learn.allow_auto(
            actor=request.actor, now=request.now, is_on=form.cleaned_data["is_on"], threshold=threshold
        )
    except Invalid as refusal:
        form.add_error("threshold", refusal.message)
        return _shown(request, form)
    said = f"自动转办已开启，把握不低于 {row.threshold:.0%}。" if row.is_on else "自动转办已关闭，全部由人转办。"
    messages.success(request, said)
    return redirect("desk_models")


def _shown(request: PersonRequest, form: AutoForm | None) -> HttpResponse:
    actor = request.actor
    held = proposals.auto()
    initial = {"is_on": bool(held and held.is_on), "threshold": round(held.threshold * 100) if held else USUAL}
    training = _last_training(request)
    context = {
        "models": [(m, trained_at(m.version), 1 - m.report.answered) for m in proposals.models_in_use(actor)],
        "months": [_month(row) for row in proposals.by_month(actor, now=request.now)],
        "auto": held,
        "percent": initial["threshold"],
        "effect": proposals.effect(actor, now=request.now, threshold=initial["threshold"] / 100),
        "form": form or AutoForm(initial=initial),
        "training": training,
        "problem": training.result.get("problem", "") if training and isinstance(training.result, dict) else "",
        "may_act": actor.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "operations/models.html", context, status=422 if form else 200)


def trained_at(version: str) -> datetime | None:
    """When a model was trained: its version says so, by the wall clock of the district."""
    try:
        return datetime.strptime(version, "%Y%m%d-%H%M").replace(tzinfo=HERE)
    except ValueError:
        return None


def _month(row: proposals.Month) -> dict[str, object]:
    first, among = words.share(row.first, row.made), words.share(row.among, row.made)
    return {"month": row.month, "made": row.made, "first": row.first, "among": row.among,
            "first_share": first, "among_share": among}  # fmt: skip


def _last_training(request: PersonRequest) -> Item | None:
    path = train.module_path
    return next((item for item in outbox.listing(request.actor, channel="task").items if item.subject == path), None)
