"""Erasing what is personal in one closed case, by the administrator: a reason is asked, and there is no way back."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from qifu.domain.appeals.actions import privacy
from qifu.entry.clock.retention import erase
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing

WHY = "请写明清除的理由，至少两个字。"


class EraseForm(forms.Form):
    """Which case, why, and whether the person asked for it."""

    number = forms.CharField(
        label="事项编号",
        max_length=20,
        error_messages={"required": "请填写要清除的事项编号。", "max_length": "编号最多 20 个字符，请核对。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        min_length=2,
        help_text="会永久记录在证据里，请不要写姓名和电话。",
        error_messages={"required": WHY, "min_length": WHY, "max_length": "理由最多 200 个字，请精简。"},
    )
    at_request = forms.BooleanField(
        label="当事人要求清除", required=False, help_text=f"当事人要求的，办结不满 {privacy.REST.days} 天也可以清除。"
    )


@require_http_methods(["GET", "POST"])
def erase_case(incoming: HttpRequest) -> HttpResponse:
    """Ask which case and why; erase it."""
    request = cast(PersonRequest, incoming)
    _require_administrator(request.actor)
    form, status = EraseForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                erase(actor=request.actor, now=request.now, **form.cleaned_data)
            except (Missing, Conflict) as refusal:
                form.add_error("number", refusal.message)
            except Invalid as refusal:
                form.add_error("reason", refusal.message)
            else:
                messages.success(request, f"{form.cleaned_data['number']} 的个人信息已清除，证据链保持完整，统计不变。")
                return redirect("desk_operations")
    return render(request, "operations/erase.html", {"form": form, "rest": privacy.REST.days}, status=status)


def _require_administrator(actor: Actor) -> None:
    """:raises Forbidden: not an administrator."""
    if not actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以清除个人信息。")
