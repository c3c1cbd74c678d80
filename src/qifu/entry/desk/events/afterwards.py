"""What the press wrote, and what can be read or seen again."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from qifu.domain.events import access
from qifu.domain.events.actions import afterwards
from qifu.entry.desk.events import asked
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Missing
from qifu.kernel.files import actions as files


@require_POST
def coverage(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    told = {name: request.POST.get(name, "") for name in ("title", "outlet", "level", "url")}
    day = asked.day(request.POST.get("day", ""))
    afterwards.add_coverage(actor=request.actor, now=request.now, event=number, day=day, **told)
    messages.success(request, "报道已登记。")
    return redirect("desk_event", number)


@require_POST
def material(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    access.event_to_keep(request.actor, number, lock=False)
    upload, kept = request.FILES.get("file"), None
    if isinstance(upload, UploadedFile) and upload.file is not None:
        kept = files.keep(
            actor=request.actor, now=request.now, file=cast(BinaryIO, upload.file), name=upload.name or "资料"
        ).pk
    title, url = request.POST.get("title", ""), request.POST.get("url", "")
    afterwards.add_material(actor=request.actor, now=request.now, event=number, title=title, url=url, file=kept)
    messages.success(request, "资料已添加，活动结束后公开。")
    return redirect("desk_event", number)


@require_POST
def drop(incoming: HttpRequest, number: int, kind: str, thing: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    if kind not in ("coverage", "material"):
        raise Missing("没有这一条，请刷新页面。")
    afterwards.drop(actor=request.actor, now=request.now, event=number, kind=kind, number=thing)
    messages.success(request, "已删除。")
    return redirect("desk_event", number)
