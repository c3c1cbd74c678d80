"""Signing in and out."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from qifu.domain.people import actions
from qifu.entry.portal.signin.codes import PhoneProof
from qifu.entry.portal.signin.forms import CodeForm, PhoneForm
from qifu.entry.theme.context import home_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid, TooMany

SIGN_IN = "sign_in"


class PasswordView(LoginView):  # type: ignore[misc]
    """Members: user name and password."""

    template_name = "signin/password.html"


class SecondStepView(AuthenticateView):  # type: ignore[misc]
    """Members with an authenticator: the changing number."""

    template_name = "signin/second.html"


class SignOutView(LogoutView):  # type: ignore[misc]
    """Signing out, by a button and never by a link."""

    http_method_names = ["post"]

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        request = cast(PersonRequest, self.request)
        if request.actor.account is not None:
            actions.signed_out(actor=request.actor, now=request.now)
        response: HttpResponse = super().post(*args, **kwargs)
        return response

    def get_redirect_url(self) -> str:
        return "/"


@never_cache
@require_http_methods(["GET", "POST"])
def phone(incoming: HttpRequest) -> HttpResponse:
    """Enterprises, first step: the number. The answer is the same for known and unknown numbers."""
    request = cast(PersonRequest, incoming)
    if request.actor.account is not None:
        return HttpResponseRedirect(get_next_redirect_url(request) or home_of(request.actor))
    form = PhoneForm(request.POST or None)
    next_url = get_next_redirect_url(request) or ""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            PhoneProof.begin(request, SIGN_IN, form.cleaned_data["phone"], next_url)
        except TooMany as refusal:
            form.add_error("phone", refusal.message)
            status = 429
        else:
            return redirect("sign_in_code")
    return render(request, "signin/phone.html", {"form": form, "next": next_url}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def code(incoming: HttpRequest) -> HttpResponse:
    """Enterprises, second step: the code. The account of a new number is made here, once it is proved."""
    request = cast(PersonRequest, incoming)
    proof = PhoneProof.resume(request, SIGN_IN)
    if proof is None:
        messages.warning(request, "验证码已过期，请重新获取。")
        return redirect("sign_in_phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        next_url = proof.next_url
        try:
            return _enter(request, proof.check(form.cleaned_data["code"]), next_url)
        except Invalid as refusal:
            form.add_error("code", refusal.message)
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect(_with_next("sign_in_phone", next_url))
    return render(request, "signin/code.html", {"form": form, "proof": proof, "demo_hint": True})


@require_POST
def resend(incoming: HttpRequest) -> HttpResponse:
    """Send another code to the same number."""
    request = cast(PersonRequest, incoming)
    proof = PhoneProof.resume(request, SIGN_IN)
    if proof is None:
        messages.warning(request, "验证码已过期，请重新获取。")
        return redirect("sign_in_phone")
    try:
        proof.send()
    except TooMany as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, "新的验证码已发出，之前的验证码作废。")
    return redirect("sign_in_code")


def inactive(request: HttpRequest) -> HttpResponse:
    """Said to somebody whose account was closed."""
    return render(request, "signin/inactive.html", status=403)


def _enter(request: PersonRequest, number: str, next_url: str) -> HttpResponse:
    """Sign the holder of a proved number in; the library turns the session over and keeps the list of devices."""
    account = actions.sign_up_contact(now=request.now, phone=number)
    record_authentication(request, account, method="code")
    login = Login(user=account, redirect_url=next_url or None)
    response: HttpResponse = perform_login(request, login)
    return response


def _with_next(name: str, next_url: str) -> str:
    return reverse(name) + (f"?{urlencode({'next': next_url})}" if next_url else "")
