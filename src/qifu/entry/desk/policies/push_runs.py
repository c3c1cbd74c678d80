"""Setting off a run of pushing, how far it is, and stopping it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.policies import access
from qifu.domain.policies.actions import push_runs
from qifu.entry.theme.middleware import PersonRequest


@require_POST
def begin(incoming: HttpRequest) -> HttpResponse:
    """Tell enterprises of what they fit and were never told of, in the background."""
    request = cast(PersonRequest, incoming)
    row = push_runs.begin(actor=request.actor, now=request.now)
    return redirect("desk_policy_push_run", run=row.pk)


@require_GET
def page(incoming: HttpRequest, run: int) -> HttpResponse:
    """One run."""
    request = cast(PersonRequest, incoming)
    return render(request, "library/push_run.html", {"run": access.push_run(request.actor, run)})


@require_GET
def progress(incoming: HttpRequest, run: int) -> HttpResponse:
    """How far it is, asked by the page every second or two."""
    request = cast(PersonRequest, incoming)
    response = render(request, "library/_push_run.html", {"run": access.push_run(request.actor, run)})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def stop(incoming: HttpRequest, run: int) -> HttpResponse:
    """Stop it after the stretch in hand."""
    request = cast(PersonRequest, incoming)
    push_runs.stop(actor=request.actor, now=request.now, run=run)
    messages.success(request, "已停止；已经告知的企业不受影响，没有告知的下次再推送。")
    return redirect("desk_policy_push_run", run=run)
