"""Replies that a unit uses often: the list, one to write or change, and its end."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.appeals.actions import templates as actions
from qifu.domain.appeals.queries import templates as queries
from qifu.domain.people import queries as people
from qifu.entry.desk.cases.bars import category_choices
from qifu.entry.desk.cases.doors import require_staff
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Forbidden, Invalid


class TemplateForm(needs.StepForm):
    """A reply to be used again."""

    title = forms.CharField(label="名称", widget=forms.TextInput({"maxlength": 60}), help_text="办件时按这个名称挑选")
    unit = forms.ChoiceField(label="谁用", required=False)
    category = forms.ChoiceField(label="适用分类", required=False)
    body = forms.CharField(label="内容", widget=forms.Textarea({"rows": 10, "maxlength": actions.LONGEST}))


@require_GET
def templates(incoming: HttpRequest) -> HttpResponse:
    """All that I may use."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    q = request.GET.get("q", "")[:60]
    found = queries.templates(request.actor, q)
    return render(request, "cases/templates.html", {"found": found, "q": q, "may_write": bool(_units(request))})


@require_http_methods(["GET", "POST"])
def write(incoming: HttpRequest, template: int | None = None) -> HttpResponse:
    """Write one, or change it."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    held = queries.door(request.actor, template) if template is not None else None
    if not _units(request) or (held is not None and not held.is_own):
        raise Forbidden("只能维护本单位的常用回复；全区通用的由中心维护。")
    form, status = _form(request, held), 200
    if request.method == "POST":
        try:
            actions.write(actor=request.actor, now=request.now, draft=_draft(request), template=template)
        except Invalid as refusal:
            form, status = _form(request, held, refusal.fields), refusal.status
        else:
            messages.success(request, "常用回复已保存。")
            return redirect("desk:templates")
    return render(request, "cases/template.html", {"form": form, "held": held}, status=status)


@require_POST
def drop(incoming: HttpRequest, template: int) -> HttpResponse:
    """Delete one."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    actions.drop(actor=request.actor, now=request.now, template=template)
    messages.success(request, "常用回复已删除。")
    return redirect("desk:templates")


def _units(request: PersonRequest) -> list[tuple[str, str]]:
    """For whom this person may write: own units, and the whole district where that is theirs."""
    tree = people.unit_tree().units
    own = [(str(unit), tree[unit].name) for unit in sorted(request.actor.units(*queries.WRITERS)) if unit in tree]
    return own + ([("all", "全区通用")] if queries.may_write(request.actor, None) else [])


def _form(
    request: PersonRequest, held: queries.TemplateView | None, problems: dict[str, str] | None = None
) -> TemplateForm:
    initial = (
        {"title": held.title, "body": held.body, "unit": str(held.unit or "all"), "category": str(held.category or "")}
        if held
        else {}
    )
    post = request.POST if request.method == "POST" else None
    form = TemplateForm(post, initial=initial, problems=problems)
    cast(forms.ChoiceField, form.fields["unit"]).choices = _units(request)
    cast(forms.ChoiceField, form.fields["category"]).choices = [("", "所有分类"), *category_choices()]
    return form


def _draft(request: PersonRequest) -> actions.Draft:
    unit, category = request.POST.get("unit", ""), request.POST.get("category", "")
    if unit != "all" and not (unit.isdecimal() and len(unit) < 19):
        raise Invalid("请选择谁用。", {"unit": "请选择谁用。"})
    return actions.Draft(
        title=request.POST.get("title", ""),
        body=request.POST.get("body", "").replace("\r\n", "\n"),
        unit=None if unit == "all" else int(unit),
        category=int(category) if category.isdecimal() and len(category) < 19 else None,
    )
