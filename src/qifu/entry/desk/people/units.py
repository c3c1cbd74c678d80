"""Units: the tree, one unit with its people, hours and rota."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.appeals.queries.standing import open_at
from qifu.domain.people import access, actions, directory, queries
from qifu.entry.desk.people.forms import FIRST_YEAR, LAST_YEAR, DutyForm, HoursForm, NewUnitForm, UnitForm, number, say
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid


@require_GET
def tree(incoming: HttpRequest) -> HttpResponse:
    """All units, with how many people each has."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    counts = directory.counts(request.now)
    q, closed = request.GET.get("q", "").strip(), request.GET.get("closed") == "1"
    rows = [
        {"unit": view, "depth": range(depth), "count": counts.get(view.id, 0)}
        for view, depth in queries.unit_tree().walk()
        if (closed or view.is_active) and (not q or q in view.name or q.lower() in view.code.lower())
    ]
    context = {"rows": rows, "q": q, "closed": closed, "may_administer": access.may_administer(request.actor)}
    return render(request, "people/units.html", context)


@require_http_methods(["GET", "POST"])
def create(incoming: HttpRequest) -> HttpResponse:
    """Add a unit."""
    request = cast(PersonRequest, incoming)
    access.require_administrator(request.actor)
    form = NewUnitForm(request.POST or None, initial={"parent": request.GET.get("parent", "")})
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data | {"parent": number(form.cleaned_data["parent"])}
        try:
            unit = actions.create_unit(actor=request.actor, now=request.now, **fields)
        except Invalid as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"已添加{unit.name}。")
            return redirect("people_unit", unit.pk)
    return _form(request, "添加单位", form)


@require_GET
def show(incoming: HttpRequest, unit: int) -> HttpResponse:
    """One unit."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    view = queries.unit(unit)
    today = timezone.localdate(request.now)
    monday = _monday(_day(request.GET.get("week", "")) or today)
    units = queries.unit_tree()
    context = {
        "unit": view,
        "above": [units.get(number) for number in reversed(units.ancestors(unit))],
        "below": [found for found, depth in units.walk(unit) if depth == 0 and found.is_active],
        "members": directory.members_of(actor=request.actor, now=request.now, unit=unit),
        "hours": queries.hours_of(unit),
        "week": [
            (day, "周" + "一二三四五六日"[day.weekday()], shifts)
            for day, shifts in directory.week(actor=request.actor, unit=unit, monday=monday)
        ],
        "monday": monday,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "today": today,
        "may_administer": access.may_administer(request.actor),
        "may_roster": access.may_roster(request.actor, unit),
        "duty": queries.duty_owner(unit, request.now),
    }
    return render(request, "people/unit.html", context)


@require_http_methods(["GET", "POST"])
def edit(incoming: HttpRequest, unit: int) -> HttpResponse:
    """Rename a unit, or put it under another."""
    request = cast(PersonRequest, incoming)
    access.require_administrator(request.actor)
    view = queries.unit(unit)
    initial = {"name": view.name, "short_name": view.short_name, "parent": view.parent or "", "phone": view.phone}
    form = UnitForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        parent = number(fields.pop("parent"))
        try:
            if parent != view.parent:
                actions.move_unit(actor=request.actor, now=request.now, unit=unit, parent=parent)
            actions.rename_unit(actor=request.actor, now=request.now, unit=unit, **fields)
        except Invalid as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"{fields['name']}已保存。")
            return redirect("people_unit", unit)
    return _form(request, f"修改{view.name}", form)


@require_POST
def close(incoming: HttpRequest, unit: int) -> HttpResponse:
    """Close a unit, or open it again."""
    request = cast(PersonRequest, incoming)
    if request.POST.get("open") == "1":
        row = actions.reopen_unit(actor=request.actor, now=request.now, unit=unit)
        messages.success(request, f"{row.name}已恢复使用。")
    else:
        row = actions.close_unit(actor=request.actor, now=request.now, unit=unit, open_cases=open_at)
        messages.success(request, f"{row.name}已停用，历史记录保留。")
    return redirect("people_unit", unit)


@require_http_methods(["GET", "POST"])
def hours(incoming: HttpRequest, unit: int) -> HttpResponse:
    """Set the service hours."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    view = queries.unit(unit)
    typed = ", ".join(f"{start}-{end}" for start, end in view.hours or ())
    form = HoursForm(request.POST or None, initial={"hours": typed})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_hours(actor=request.actor, now=request.now, unit=unit, spans=form.spans())
        except Invalid as refusal:
            say(form, refusal)
        else:
            messages.success(request, "服务时间已保存，之后开始的时限按新时间计算。")
            return redirect("people_unit", unit)
    return _form(request, f"{view.name}的服务时间", form)


@require_http_methods(["GET", "POST"])
def duty(incoming: HttpRequest, unit: int) -> HttpResponse:
    """Put somebody on duty."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    view = queries.unit(unit)
    day = _day(request.GET.get("day", ""))
    initial = {"starts": f"{day}T09:00", "ends": f"{day}T17:30"} if day else {}
    form = DutyForm(request.POST or None, initial=initial, unit=unit, now=request.now)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data | {"account": int(form.cleaned_data["account"])}
        try:
            shift = actions.set_duty(actor=request.actor, now=request.now, unit=unit, **fields)
        except (Invalid, Conflict) as refusal:
            say(form, refusal)
        else:
            messages.success(request, "值班已安排。")
            monday = _monday(timezone.localdate(shift.starts))
            return redirect(f"/desk/people/units/{unit}/?week={monday:%Y-%m-%d}")
    return _form(request, f"安排{view.name}值班", form)


@require_POST
def clear_duty(incoming: HttpRequest, unit: int, shift: int) -> HttpResponse:
    """Take a shift off the rota."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    actions.clear_duty(actor=request.actor, now=request.now, shift=shift)
    messages.success(request, "值班安排已取消。")
    return redirect("people_unit", unit)


def _day(text: str) -> date | None:
    """A day of an address; None for what is none, or lies where no rota is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _form(request: PersonRequest, title: str, form: Form) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "people/form.html", {"title": title, "form": form}, status=status)
