"""One's own deputies: who stands in for me, for whom I stand in."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from qifu.domain.people import access, actions, directory
from qifu.entry.desk.people.forms import DelegationForm, say
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid


@require_http_methods(["GET", "POST"])
def mine(incoming: HttpRequest) -> HttpResponse:
    """Give one's duties to a deputy; see what was given and what is held."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    form = DelegationForm(request.POST or None, actor=request.actor, now=request.now)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            fields = form.cleaned_data | {"deputy": int(form.cleaned_data["deputy"])}
            try:
                actions.delegate(actor=request.actor, now=request.now, **fields)
            except (Invalid, Conflict) as refusal:
                say(form, refusal)
            else:
                messages.success(request, "代办授权已生效，期间代办人的操作会注明是替您办理。")
                return redirect("people_delegation")
    given, held = directory.delegations(actor=request.actor, now=request.now)
    return render(request, "people/delegation.html", {"form": form, "given": given, "held": held}, status=status)


@require_POST
def revoke(incoming: HttpRequest, delegation: int) -> HttpResponse:
    """Take one's duties back."""
    request = cast(PersonRequest, incoming)
    actions.revoke_delegation(actor=request.actor, now=request.now, delegation=delegation)
    messages.success(request, "代办授权已撤销，从现在起由您本人办理。")
    return redirect("people_delegation")
