"""A bank's answer: taken in, worked off at once or in the background, and what came of it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from qifu.domain.grants.access import account_of
from qifu.domain.grants.actions import payments
from qifu.domain.grants.queries import funds
from qifu.entry.desk.grants.tasks import enqueue
from qifu.entry.intake.bank.returns import as_text
from qifu.entry.intake.uploads import received
from qifu.entry.theme.middleware import PersonRequest

AT_ONCE = 400  # lines that are worked off while the person waits


def take(request: PersonRequest) -> HttpResponse:
    """Keep what was uploaded and work it off.

    :raises Invalid: no file, too large, or no answer of a bank.
    """
    with received(request.FILES.get("file"), most=20, name="银行回单") as kept:
        data = as_text(kept.path, kept.name)
    row = payments.keep_return(actor=request.actor, now=request.now, name=kept.name, data=data)
    if row.ended_at is not None:
        messages.info(request, "这份回单以前收过，已经处理完，这次没有改动任何付款单。")
        return redirect("desk_bank_return", number=row.pk)
    return work_off(request, row.pk, row.done, row.left)


def work_off(request: PersonRequest, number: int, done: int, left: int) -> HttpResponse:
    """Work off what is left: a little of it at once, more in the background."""
    if left > AT_ONCE:
        with transaction.atomic():
            enqueue(number, account_of(request.actor), done)
        messages.success(request, f"回单已收下，{left:,} 行正在后台处理。")
        return redirect("desk_bank_return", number=number)
    row = payments.go_on(actor=request.actor, now=request.now, number=number)
    odd = f"，{len(row.odd)} 行有问题，见下表。" if row.odd else "。"
    messages.success(request, f"回单已处理 {row.done} 行{odd}")
    return redirect("desk_bank_return", number=number)


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One answer."""
    request = cast(PersonRequest, incoming)
    told = funds.answer(actor=request.actor, number=number)
    return render(request, "grants/return.html", {"told": told, "row": told.row, "here": "money"})


@require_GET
def progress(incoming: HttpRequest, number: int) -> HttpResponse:
    """How far it is, asked by the page every second or two."""
    request = cast(PersonRequest, incoming)
    told = funds.answer(actor=request.actor, number=number)
    response = render(request, "grants/_return.html", {"told": told, "row": told.row})
    response["Cache-Control"] = "no-store"
    return response
