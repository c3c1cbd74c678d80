"""Policies for me: what the enterprise can get, what is one step short, what one more fact would settle."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.policies import facts
from qifu.domain.policies.actions import pushing, stating
from qifu.domain.policies.queries import mine as queries
from qifu.domain.policies.queries import public
from qifu.engines.eligibility import catalogue
from qifu.entry.portal.certify import choice
from qifu.entry.theme.context import home_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.phrases import phrase
from qifu.kernel.errors import Forbidden, Invalid, Missing

TABS = (("can", "可以享受"), ("near", "差一点"), ("more", "再补一项"))


@never_cache
@require_GET
def mine(incoming: HttpRequest) -> HttpResponse:
    """What fits, what nearly fits, what is to be told."""
    request = cast(PersonRequest, incoming)
    if request.actor.is_staff:
        return redirect(home_of(request.actor))
    _require_contact(request)
    return _page(request)


@require_POST
def tell(incoming: HttpRequest) -> HttpResponse:
    """Keep one fact that the enterprise tells, and show what it changed."""
    request = cast(PersonRequest, incoming)
    enterprise = _enterprise(request)
    field, value = request.POST.get("field", ""), request.POST.get("value", "").strip()[:100]
    try:
        changed = stating.state(actor=request.actor, now=request.now, enterprise=enterprise, field=field, value=value)
    except Invalid as refusal:
        return _page(request, problem=(field, value, refusal.fields.get(field) or refusal.message), status=422)
    told = phrase("已记下，{n} 项政策的结论随之改变。", n=changed) if changed else "已记下，各项结论没有变化。"
    messages.success(request, told)
    back = request.POST.get("code", "")
    if back and back.replace("-", "").isalnum():
        return redirect("portal_policy", code=back)
    return redirect(f"{reverse('portal_my_policies')}?tab=more" if not changed else reverse("portal_my_policies"))


@require_POST
def seen(incoming: HttpRequest) -> HttpResponse:
    """Note that what was pushed has been seen; of one item, that its reasons were looked at."""
    request = cast(PersonRequest, incoming)
    enterprise = _enterprise(request)
    code = request.POST.get("code", "")
    revisions = [public.revision_on(code, facts.day(request.now)).pk] if code else None
    pushing.open_pushes(actor=request.actor, now=request.now, enterprise=enterprise, revisions=revisions)
    return HttpResponse(status=204)


@require_POST
def wishes(incoming: HttpRequest) -> HttpResponse:
    """What one wants to be told of."""
    request = cast(PersonRequest, incoming)
    enterprise = _enterprise(request)
    themes = [theme[:20] for theme in request.POST.getlist("themes")]
    is_on = request.POST.get("is_on") == "yes"
    pushing.subscribe(actor=request.actor, now=request.now, enterprise=enterprise, is_on=is_on, themes=themes)
    messages.success(request, "提醒设置已保存。")
    return redirect("portal_my_policies")


@require_POST
def applied(incoming: HttpRequest, code: str) -> HttpResponse:
    """Note that the enterprise has applied."""
    request = cast(PersonRequest, incoming)
    stating.apply(actor=request.actor, now=request.now, enterprise=_enterprise(request), code=code)
    messages.success(request, "已记下今年的申报，不再提醒这一项。")
    return redirect("portal_policy", code=code)


@require_POST
def answer(incoming: HttpRequest, push: int) -> HttpResponse:
    """Say whether what was pushed fits."""
    request = cast(PersonRequest, incoming)
    fits = request.POST.get("fits") == "yes"
    because = request.POST.get("because", "")[:400]
    row = pushing.answer(actor=request.actor, now=request.now, push=push, fits=fits, because=because)
    messages.success(request, "谢谢，已记下。" if fits else "谢谢，已转给政策编辑，会据此核对适用条件。")
    return redirect("portal_policy", code=row.revision.item.code)


def _page(request: PersonRequest, problem: tuple[str, str, str] | None = None, status: int = 200) -> HttpResponse:
    enterprise, on = choice.current(request), facts.day(request.now)
    if enterprise is None:
        return render(request, "policies/mine.html", {"none": True})
    told = queries.mine(request.actor, enterprise, on)
    wanted = "more" if problem else request.GET.get("tab", "can")
    tab = wanted if wanted in dict(TABS) else "can"
    counts = {"can": len(told.can), "near": len(told.near), "more": len(told.questions)}
    context = {
        "told": told,
        "tab": tab,
        "tabs": [(name, label, counts[name]) for name, label in TABS],
        "fields": len(catalogue()),
        "problem": problem,
        "unopened": queries.unopened(request.actor, enterprise),
        "wish": queries.subscription(request.actor, enterprise),
        "themes": public.themes(on),
        "several": len(request.actor.agencies) > 1,
        "monthly": pushing.MONTHLY,
    }
    return render(request, "policies/mine.html", context, status=status)


def _require_contact(request: PersonRequest) -> None:
    if not request.actor.is_contact:
        raise Forbidden("请先登录企业账号，再继续。")


def _enterprise(request: PersonRequest) -> int:
    """:raises Missing: the person speaks for no enterprise."""
    _require_contact(request)
    enterprise = choice.current(request)
    if enterprise is None:
        raise Missing("您还没有认证的企业，请先认证。")
    return enterprise
