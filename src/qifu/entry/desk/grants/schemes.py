"""Schemes on the desk: the list, one with its steps, and the form by which an item becomes payable without code."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.grants import access, facts
from qifu.domain.grants.actions import listing as lists
from qifu.domain.grants.actions import publicity
from qifu.domain.grants.actions import schemes as actions
from qifu.domain.grants.queries import schemes as queries
from qifu.domain.people import queries as people
from qifu.domain.policies.queries import carried, judging
from qifu.entry.desk.grants.forms import SchemeForm, initial_of, terms_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Filter, FilterBar
from qifu.kernel.errors import Conflict, Invalid

MOST_ITEMS = 50  # on one page; the rest is found by its name


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """All schemes."""
    request = cast(PersonRequest, incoming)
    context = {
        "cards": queries.listing(actor=request.actor),
        "may_write": access.may_write(request.actor),
        "here": "schemes",
    }
    return render(request, "grants/schemes.html", context)


@require_GET
def show(incoming: HttpRequest, version: int) -> HttpResponse:
    """One version."""
    request = cast(PersonRequest, incoming)
    told = queries.sheet(actor=request.actor, now=request.now, version=version)
    return render(request, "grants/scheme.html", {"told": told, "row": told.card.row, "here": "schemes"})


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Choose an item of the library, then say how it is paid."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    on = facts.day(request.now)
    code = request.POST.get("item") or request.GET.get("item", "")
    if not code:
        return _choose(request, on)
    rests = carried.item(code[:24], on)
    fresh = {"title": rests.title, "fields": judging.fields_of(rests.revision), "opens_on": on, **_usual(rests)}
    form = SchemeForm(request.POST or None, initial=fresh, **_choices(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.begin(
                actor=request.actor,
                now=request.now,
                item=rests.code,
                unit=int(form.cleaned_data["unit"]),
                terms=terms_of(form),
            )
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "草稿已保存，请同事审读后发布。")
            return redirect("desk_scheme", version=made.pk)
    context = {"form": form, "rests": rests, "title": "建立兑现项目", "here": "schemes"}
    return render(request, "grants/scheme_form.html", context, status=422 if form.errors else 200)


def _choose(request: PersonRequest, on: date) -> HttpResponse:
    """The items that pay money, cut to what is looked for."""
    wanted = request.GET.get("q", "")[:60].strip()
    items = [one for one in carried.payable(on) if wanted in f"{one.title} {one.code} {one.document} {one.number}"]
    bar = FilterBar((Filter("q", "查找", "search", placeholder="政策名称、编号、文件、文号"),), {"q": wanted})
    context = {"items": items[:MOST_ITEMS], "count": len(items), "bar": bar, "wanted": wanted, "here": "schemes"}
    return render(request, "grants/scheme_item.html", context)


@require_http_methods(["GET", "POST"])
def edit(incoming: HttpRequest, version: int) -> HttpResponse:
    """Change a draft."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    row = access.version(request.actor, version)
    form = SchemeForm(request.POST or None, initial=initial_of(queries.card(row)), **_choices(request))
    if request.method == "POST" and form.is_valid():
        seq = request.POST.get("seq", "")
        try:
            actions.change(
                actor=request.actor, now=request.now, version=version, terms=terms_of(form),
                seq=int(seq) if seq.isascii() and seq.isdecimal() else 0,
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "草稿已保存。")
            return redirect("desk_scheme", version=version)
    rests = carried.revision(row.revision_id)
    context = {"form": form, "rests": rests, "row": row, "title": "修改兑现项目", "here": "schemes"}
    return render(request, "grants/scheme_form.html", context, status=422 if form.errors else 200)


@require_POST
def act(incoming: HttpRequest, version: int, act: str) -> HttpResponse:
    """Publish, close, renew, list the eligible, open a public list."""
    request = cast(PersonRequest, incoming)
    known = {"publish": _publish, "close": _close, "renew": _renew, "list": _list, "notice": _notice}
    if act not in known:
        raise Conflict("没有这一步，请刷新页面。")
    return known[act](request, version)


def _publish(request: PersonRequest, version: int) -> HttpResponse:
    actions.publish(actor=request.actor, now=request.now, version=version)
    messages.success(request, "已发布。")
    return redirect("desk_scheme", version=version)


def _close(request: PersonRequest, version: int) -> HttpResponse:
    actions.close(actor=request.actor, now=request.now, version=version)
    messages.success(request, "已停止受理；已经提交的继续办理。")
    return redirect("desk_scheme", version=version)


def _renew(request: PersonRequest, version: int) -> HttpResponse:
    made = actions.renew(actor=request.actor, now=request.now, version=version)
    messages.success(request, "已起草新版，请修改后请同事发布。")
    return redirect("desk_scheme_edit", version=made.pk)


def _list(request: PersonRequest, version: int) -> HttpResponse:
    found = lists.list_eligible(actor=request.actor, now=request.now, version=version)
    told = f"按最近一次匹配有 {found.fitting} 户符合，本次列入 {found.listed} 户；"
    messages.success(request, f"{told}{found.before} 户今年已列入，{found.unsure} 户暂不能列入。")
    return redirect("desk_scheme", version=version)


def _notice(request: PersonRequest, version: int) -> HttpResponse:
    made = publicity.open_notice(actor=request.actor, now=request.now, version=version)
    messages.success(request, "公示已经开始。")
    return redirect("desk_notice", number=made.number)


def _usual(rests: carried.Rests) -> dict[str, Any]:
    """What a form begins with, by what the item says."""
    way = {0: "none", 1: "confirm"}.get(rests.steps, "apply")
    is_applied = way == "apply"
    told: dict[str, Any] = {"way": way, "publicity_days": 5, "decide_days": 20}
    told["basis"] = "formula" if rests.has_formula else "asked" if is_applied else "fixed"
    told["materials"] = "\n".join(f"{text[:40]} | 必交" for text in rests.materials[:10]) if is_applied else ""
    return told if is_applied else told | {"fields": []}


def _choices(request: PersonRequest) -> dict[str, Any]:
    units = [(str(unit.id), unit.short_name) for unit in people.units() if unit.kind in ("centre", "department")]
    lines = queries.lines(actor=request.actor, year=facts.day(request.now).year)
    return {
        "units": units, "fields": judging.askable(),
        "lines": [(str(pk), f"{name}，还剩 {free:,.2f} 元") for pk, name, free in lines],
    }  # fmt: skip
