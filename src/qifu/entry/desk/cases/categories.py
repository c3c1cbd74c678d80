"""Categories, for the administrator: add, rename, put in order, give a default unit, retire."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.appeals.actions import settings as actions
from qifu.domain.appeals.queries.catalogue import CategoryView
from qifu.domain.appeals.queries.catalogue import categories as catalogue
from qifu.domain.people import queries as people
from qifu.entry.desk.cases.bars import unit_choices
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid, Missing


class CategoryForm(needs.StepForm):
    """One category."""

    name = forms.CharField(label="名称", widget=forms.TextInput({"maxlength": 40}))
    unit = forms.ChoiceField(label="默认承办单位", required=False, help_text="转办时预先选中，可以改选")
    order = forms.CharField(
        label="次序", required=False, widget=forms.NumberInput({"min": 0, "max": 9999}), help_text="小的在前"
    )


@require_GET
def categories(incoming: HttpRequest) -> HttpResponse:
    """All of them, retired ones at the foot."""
    request = cast(PersonRequest, incoming)
    actions.require_administrator(request.actor)
    every, units = list(catalogue().by_id.values()), people.unit_tree().units
    groups = [
        (top, [(c, units[c.unit].short_name if c.unit in units else "") for c in every if c.parent == top.id])
        for top in every
        if top.parent is None
    ]
    return render(request, "cases/categories.html", {"groups": groups})


@require_http_methods(["GET", "POST"])
def add(incoming: HttpRequest) -> HttpResponse:
    """A new one, of the first level or below one."""
    request = cast(PersonRequest, incoming)
    actions.require_administrator(request.actor)
    given = request.GET.get("parent", "")
    above = catalogue().by_id.get(int(given)) if given.isdecimal() and len(given) < 19 else None
    form, status = _form(request, None), 200
    if request.method == "POST":
        try:
            actions.add_category(
                actor=request.actor, now=request.now, draft=_draft(request), parent=above.id if above else None
            )
        except Invalid as refusal:
            form, status = _form(request, None, refusal.fields), refusal.status
        else:
            messages.success(request, "分类已添加。")
            return redirect("desk:categories")
    return render(request, "cases/category.html", {"form": form, "above": above, "held": None}, status=status)


@require_http_methods(["GET", "POST"])
def change(incoming: HttpRequest, category: int) -> HttpResponse:
    """Rename, move, give another default unit."""
    request = cast(PersonRequest, incoming)
    actions.require_administrator(request.actor)
    held = catalogue().by_id.get(category)
    if held is None:
        raise Missing("没有这个分类，请返回分类列表重新选择。")
    form, status = _form(request, held), 200
    if request.method == "POST":
        try:
            actions.change_category(actor=request.actor, now=request.now, category=category, draft=_draft(request))
        except Invalid as refusal:
            form, status = _form(request, held, refusal.fields), refusal.status
        else:
            messages.success(request, "分类已保存。")
            return redirect("desk:categories")
    above = catalogue().by_id.get(held.parent or 0)
    return render(request, "cases/category.html", {"form": form, "above": above, "held": held}, status=status)


@require_POST
def retire(incoming: HttpRequest, category: int, act: str) -> HttpResponse:
    """Take one out of use, or bring it back."""
    request = cast(PersonRequest, incoming)
    if act not in ("retire", "restore"):
        raise Missing("没有这个操作。")
    is_active = act == "restore"
    row = actions.retire_category(actor=request.actor, now=request.now, category=category, is_active=is_active)
    messages.success(request, f"“{row.name}”已{'恢复使用' if is_active else '停用，原有事项不受影响'}。")
    return redirect("desk:categories")


def _form(request: PersonRequest, held: CategoryView | None, problems: dict[str, str] | None = None) -> CategoryForm:
    initial = {"name": held.name, "unit": str(held.unit or ""), "order": held.order} if held else {"order": 100}
    post = request.POST if request.method == "POST" else None
    form = CategoryForm(post, initial=initial, problems=problems)
    cast(forms.ChoiceField, form.fields["unit"]).choices = [("", "不预选"), *unit_choices("department", "street")]
    return form


def _draft(request: PersonRequest) -> actions.CategoryDraft:
    unit, order = request.POST.get("unit", ""), request.POST.get("order", "") or "0"
    return actions.CategoryDraft(
        name=request.POST.get("name", ""),
        unit=int(unit) if unit.isdecimal() and len(unit) < 19 else None,
        order=int(order) if order.isdecimal() and len(order) < 9 else -1,
    )
