"""Sources: the list with their health, one to be set up, tried, paused or asked at once."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.policies.collection import queries
from qifu.domain.policies.collection.actions import deciding
from qifu.domain.policies.collection.actions import sources as actions
from qifu.domain.policies.collection.actions.sources import Given
from qifu.domain.policies.queries import public
from qifu.entry.desk.policies.documents import put_errors
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid

KINDS = (
    ("feed", "订阅源（RSS/Atom）"), ("list", "列表页"), ("page", "单个页面"), ("sitemap", "站点地图"),
)  # fmt: skip
EVERY = (("1", "每小时"), ("6", "每 6 小时"), ("12", "每 12 小时"), ("24", "每天"), ("168", "每周"))


class SourceForm(forms.Form):
    """Where to look and how to read it there."""

    name = forms.CharField(label="名称", max_length=80, help_text="如 区发改局 规范性文件。")
    level = forms.ChoiceField(
        label="层级", choices=[("", "请选择"), *((str(k), str(v)) for k, v in public.LEVELS.items())]
    )
    issuer = forms.CharField(label="发文机关", max_length=120, required=False, help_text="原文没有写时用它。")
    kind = forms.ChoiceField(label="读取方式", choices=KINDS)
    url = forms.CharField(label="网址", max_length=500)
    links = forms.CharField(
        label="链接选择器", max_length=200, required=False, help_text="列表页必填，如 .news-list a；写法同 CSS。"
    )
    body = forms.CharField(
        label="正文选择器", max_length=200, required=False, help_text="不填则自动找正文，如 #article。"
    )
    within = forms.CharField(label="网址须包含", max_length=200, required=False, help_text="如 /zcwj/，不填不限。")
    words = forms.CharField(
        label="标题须含任一词", max_length=200, required=False, help_text="用空格隔开，如 通知 办法 公告。"
    )
    every = forms.TypedChoiceField(label="多久读一次", choices=EVERY, coerce=int, initial="24")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def given(self) -> Given:
        told = dict(self.cleaned_data)
        told.pop("seen")
        return Given(**told)


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """All sources, those in trouble first."""
    request = cast(PersonRequest, incoming)
    lines = queries.sources(actor=request.actor, now=request.now)
    context = {
        "lines": lines,
        "troubled": sum(line.health in ("failing", "late") for line in lines),
        "active": sum(not line.row.is_paused for line in lines),
        "may_write": queries.may_write(request.actor),
    }
    return render(request, "collection/sources.html", context)


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Set up a source; it may be tried before it is kept."""
    request = cast(PersonRequest, incoming)
    deciding.require_decider(request.actor)
    form = SourceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if "try" in request.POST:
                return _form(request, form, None, _tried(request, form.given))
            made = actions.add(actor=request.actor, now=request.now, given=form.given)
        except (Invalid, Conflict) as refusal:
            put_errors(form, refusal)
        else:
            messages.success(request, "已保存，一分钟内开始第一次采集。")
            return redirect("desk_source", number=made.pk)
    return _form(request, form, None)


@require_http_methods(["GET", "POST"])
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One source: how it is doing, its settings, a try."""
    request = cast(PersonRequest, incoming)
    if request.method == "POST":
        deciding.require_decider(request.actor)
    line = queries.source(actor=request.actor, number=number, now=request.now)
    names = [name for name in SourceForm.base_fields if name != "seen"]
    initial: dict[str, Any] = {name: getattr(line.row, name) for name in names} | {"seen": line.row.version}
    form = SourceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if "try" in request.POST:
                return _form(request, form, line, _tried(request, form.given))
            seen = form.cleaned_data["seen"] or 0
            actions.change(actor=request.actor, now=request.now, source=number, given=form.given, seen=seen)
        except (Invalid, Conflict) as refusal:
            put_errors(form, refusal)
        else:
            messages.success(request, "已保存，一分钟内按新的设置采集。")
            return redirect("desk_source", number=number)
    return _form(request, form, line)


@require_POST
def step(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    """Pause, resume, or ask at once."""
    request = cast(PersonRequest, incoming)
    if step == "now":
        actions.ask_now(actor=request.actor, now=request.now, source=number)
        messages.success(request, "一分钟内开始采集，完成后刷新本页。")
    elif step in ("pause", "resume"):
        actions.pause(actor=request.actor, now=request.now, source=number, is_paused=step == "pause")
        messages.success(request, "已暂停。" if step == "pause" else "已恢复，一分钟内开始采集。")
    else:
        raise Http404
    return redirect("desk_source", number=number)


def _tried(request: PersonRequest, given: Given) -> object:
    """:raises Invalid: it cannot be a source. :raises Conflict: its host is being asked just now."""
    from qifu.entry.intake.policies import collecting  # readers of pages, some megabytes that only a try needs

    given = actions.checked(given)
    actions.require_idle(now=request.now, url=given.url)
    return collecting.look(given)


def _form(
    request: PersonRequest, form: SourceForm, line: queries.SourceLine | None, tried: object = None
) -> HttpResponse:
    context = {
        "form": form,
        "line": line,
        "row": line.row if line else None,
        "rounds": queries.rounds(actor=request.actor, number=line.row.pk) if line else [],
        "tried": tried,
        "may_write": queries.may_write(request.actor),
    }
    return render(request, "collection/source.html", context, status=422 if form.errors else 200)
