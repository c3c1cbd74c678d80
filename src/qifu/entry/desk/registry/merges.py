"""Two enterprises that are one, or one that is two: compared, merged, split, undone."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST

from qifu.domain.registry import access, actions, queries
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid
from qifu.output.dossiers import housed


@require_http_methods(["GET", "POST"])
def merge(incoming: HttpRequest, number: int) -> HttpResponse:
    """Choose the other, compare, and let it count under this one."""
    request = cast(PersonRequest, incoming)
    access.require_loader(request.actor)
    leading = queries.enterprise(request.actor, number)
    chosen = request.POST.get("other") or request.GET.get("other", "")
    other = queries.enterprise(request.actor, int(chosen)) if _is_number(chosen) else None
    problem = ""
    if request.method == "POST" and other is not None:
        try:
            actions.merge_enterprises(
                actor=request.actor,
                now=request.now,
                leading=number,
                merged=other.id,
                reason=request.POST.get("reason", ""),
                despite_codes=request.POST.get("despite_codes") == "1",
            )
        except (Invalid, Conflict) as refusal:
            problem = refusal.message
        else:
            messages.success(request, f"{other.brief.name}已并入{leading.brief.name}，可以在本页撤销。")
            return redirect("desk_enterprise_fields", number)
    elif request.method == "POST":
        problem = "请先选择要并入的企业。"
    q = request.GET.get("q", "").strip()[:60]
    found = [one for one in queries.suggest(request.actor, q) if one.id != number] if q else []
    context = {
        "firm": leading,
        "other": other,
        "q": q,
        "found": found,
        "sides": _sides(request, leading.id, other.id) if other else [],
        "problem": problem,
        "typed": request.POST,
        "codes_differ": bool(other and other.brief.uscc and leading.brief.uscc),
    }
    return render(request, "registry/merge.html", context, status=422 if problem else 200)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _sides(request: PersonRequest, one: int, other: int) -> list[tuple[str, str, str]]:
    on = localdate(request.now)
    left, right = ({f.field: f for f in housed.fields(request.actor, pk, on)} for pk in (one, other))
    names = list(dict.fromkeys([*left, *right]))
    return [
        (
            (left.get(name) or right[name]).label,
            left[name].text if name in left else "—",
            right[name].text if name in right else "—",
        )
        for name in names
    ]


@require_POST
def undo(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    row = actions.undo_merge(actor=request.actor, now=request.now, merge=number, reason=reason)
    messages.success(request, "合并已撤销，两家企业各自恢复。")
    return redirect("desk_enterprise_fields", row.leading_id)


@require_http_methods(["GET", "POST"])
def split(incoming: HttpRequest, number: int) -> HttpResponse:
    """Give rows that speak of somebody else an enterprise of their own."""
    request = cast(PersonRequest, incoming)
    access.require_loader(request.actor)
    problem = ""
    if request.method == "POST":
        rows = [int(text) for text in request.POST.getlist("rows") if _is_number(text)]
        try:
            made = actions.split_off(
                actor=request.actor,
                now=request.now,
                enterprise=number,
                rows=rows,
                name=request.POST.get("name", ""),
                reason=request.POST.get("reason", ""),
            )
        except (Invalid, Conflict) as refusal:
            problem = refusal.message
        else:
            messages.success(request, "已拆出为新的企业；如有误，把它并回原企业即可。")
            return redirect("desk_enterprise_fields", made.pk)
    context = {
        "firm": queries.enterprise(request.actor, number),
        "rows": housed.rows_of(request.actor, number),
        "problem": problem,
        "typed": request.POST,
        "chosen": request.POST.getlist("rows"),
    }
    return render(request, "registry/split.html", context, status=422 if problem else 200)
