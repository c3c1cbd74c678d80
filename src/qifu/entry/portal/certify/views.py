"""My enterprises, certification, colleagues and invitations."""

from __future__ import annotations

from typing import cast

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.registry import access, actions, agencies, queries
from qifu.entry.portal.certify import choice
from qifu.entry.portal.certify.forms import CertifyForm, CodeForm, InviteForm
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.files import actions as files


def require_contact(actor: Actor) -> None:
    """:raises Forbidden: not a contact of an enterprise."""
    if not actor.is_contact:
        raise Forbidden("请用企业用户的手机号登录后再办理。")


def put_errors(form: django_forms.Form, refusal: Invalid) -> None:
    """Set what is wrong beside the fields; what belongs to none stands above."""
    told = {"proof" if name == "files" else name: said for name, said in refusal.fields.items()}
    own = {name: said for name, said in told.items() if name in form.fields}
    for name, said in own.items():
        form.add_error(name, said)
    if not own:
        form.add_error(None, refusal.message)


@require_GET
def mine(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_contact(request.actor)
    context = {
        "enterprises": agencies.mine(request.actor),
        "roles": {agency.enterprise: agency.role for agency in request.actor.agencies},
        "current": choice.current(request),
        "certifications": [c for c in agencies.my_certifications(request.actor) if c.state in ("pending", "refused")],
        "invitations": agencies.invitations_for(request.actor, request.now),
        "code_form": CodeForm(),
    }
    return render(request, "certify/mine.html", context)


@require_http_methods(["GET", "POST"])
def certify(incoming: HttpRequest) -> HttpResponse:
    """Ask to speak for an enterprise."""
    request = cast(PersonRequest, incoming)
    require_contact(request.actor)
    form = CertifyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _file(request, form)
        except Invalid as refusal:
            put_errors(form, refusal)
        except Conflict as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "申请已提交，工作人员审核后会用短信和站内消息告诉您结果。")
            return redirect("portal_enterprises")
    return render(request, "certify/certify.html", {"form": form}, status=422 if form.errors else 200)


def _file(request: PersonRequest, form: CertifyForm) -> None:
    told = form.cleaned_data
    proof = files.keep(actor=request.actor, now=request.now, file=told["proof"], name=told["proof"].name)
    actions.file_certification(
        actor=request.actor,
        now=request.now,
        uscc=told["uscc"],
        enterprise_name=told["enterprise_name"],
        person=told["person"],
        role=told["role"],
        files=[proof.pk],
    )


@require_POST
def withdraw(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    actions.withdraw_certification(actor=request.actor, now=request.now, certification=number)
    messages.success(request, "申请已撤回。")
    return redirect("portal_enterprises")


@require_POST
def switch(incoming: HttpRequest, number: int) -> HttpResponse:
    """Act for another enterprise from now on."""
    request = cast(PersonRequest, incoming)
    require_contact(request.actor)
    choice.choose(request, number)
    messages.success(request, "已切换，接下来的办事都以这家企业的名义。")
    return redirect("portal_enterprises")


@require_POST
def close_welcome(incoming: HttpRequest, number: int) -> HttpResponse:
    """Put away the greeting on the first page."""
    request = cast(PersonRequest, incoming)
    actions.close_greeting(actor=request.actor, now=request.now, enterprise=number)
    return redirect("portal:home")


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    """One enterprise of mine: what is on record, who else speaks for it."""
    request = cast(PersonRequest, incoming)
    require_contact(request.actor)
    return _page(request, number, InviteForm())


def _page(request: PersonRequest, number: int, form: InviteForm) -> HttpResponse:
    context = {
        "firm": queries.enterprise(request.actor, number),
        "colleagues": agencies.colleagues(request.actor, number),
        "invitations": agencies.open_invitations(request.actor, number, request.now),
        "is_owner": access.is_owner(request.actor, number),
        "form": form,
    }
    return render(request, "certify/enterprise.html", context, status=422 if form.errors else 200)


@require_POST
def invite(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_contact(request.actor)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, number, form)
    try:
        actions.invite(actor=request.actor, now=request.now, enterprise=number, **form.cleaned_data)
    except Invalid as refusal:
        put_errors(form, refusal)
        return _page(request, number, form)
    messages.success(request, "邀请短信已发出，七天内有效。对方用该手机号登录后输入邀请码即可。")
    return redirect("portal_enterprise", number)


@require_POST
def remove(incoming: HttpRequest, number: int, agency: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    actions.remove_colleague(actor=request.actor, now=request.now, enterprise=number, agency=agency)
    messages.success(request, "已移除，对方即刻不能再代表本企业办事。")
    return redirect("portal_enterprises")


@require_POST
def uninvite(incoming: HttpRequest, number: int, invitation: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    actions.withdraw_invitation(actor=request.actor, now=request.now, enterprise=number, invitation=invitation)
    messages.success(request, "邀请已撤回。")
    return redirect("portal_enterprise", number)


@require_POST
def accept(incoming: HttpRequest, invitation: int) -> HttpResponse:
    """Take up an invitation with the code of the short message."""
    request = cast(PersonRequest, incoming)
    code = request.POST.get("code", "")
    held = actions.accept_invitation(actor=request.actor, now=request.now, invitation=invitation, code=code)
    request.session[choice.KEY] = held.enterprise_id
    messages.success(request, "已接受邀请，现在可以代表这家企业办事。")
    return redirect("portal_enterprises")
