"""One's own account: name and number, password, second step, devices."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.logout import logout
from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.people import actions, queries
from qifu.entry.portal.signin.codes import PhoneProof
from qifu.entry.portal.signin.forms import CodeForm, PhoneForm
from qifu.entry.theme.context import home_of, identity
from qifu.entry.theme.devices import devices_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing

CHANGE = "change_phone"


def _require_person(request: HttpRequest) -> PersonRequest:
    person = cast(PersonRequest, request)
    if person.actor.account is None:
        raise Forbidden("请先登录。")
    return person


def _shell(request: PersonRequest) -> dict[str, object]:
    """The frame of one's own pages: the desk for members, the portal for everybody else."""
    return {"shell": "desk.html" if request.actor.is_staff else "portal.html"}


@never_cache
@require_GET
def profile(incoming: HttpRequest) -> HttpResponse:
    """What is kept about oneself, and the way to each thing that can be changed."""
    request = _require_person(incoming)
    account = cast(int, request.actor.account)
    context = {
        "identity": identity(request.actor),
        "phone": queries.masked_phone(account),
        "has_second_step": is_mfa_enabled(request.user),
        "posts": [(queries.unit(post.unit), post) for post in request.actor.posts],
        "givers": queries.names(post.for_account for post in request.actor.posts),
    }
    return render(request, "signin/profile.html", context | _shell(request))


@never_cache
@require_http_methods(["GET", "POST"])
def sessions(incoming: HttpRequest) -> HttpResponse:
    """Where one is signed in; sign one device out, all others, or everything."""
    request = _require_person(incoming)
    if request.method == "POST":
        return _end(request, request.POST.get("end", ""))
    devices = devices_of(cast(int, request.actor.account), request.session.session_key or "")
    return render(request, "signin/sessions.html", {"devices": devices} | _shell(request))


def _end(request: PersonRequest, which: str) -> HttpResponse:
    if which == "everywhere":
        door = "account_login" if request.actor.is_staff else "sign_in_phone"  # nobody is known any more afterwards
        actions.end_sessions(actor=request.actor, now=request.now, account=cast(int, request.actor.account))
        end_sessions(request, list(UserSession.objects.filter(user_id=request.actor.account)))
        logout(request, show_message=False)
        messages.success(request, "已在全部设备上退出登录。")
        return redirect(door)
    if which == "others":
        end_other_sessions(request, request.user)
        messages.success(request, "其他设备已全部退出登录。")
        return redirect("usersessions_list")
    row = UserSession.objects.filter(user_id=request.actor.account, pk=which).first() if which.isdecimal() else None
    if row is None:
        raise Missing("没有这个登录设备，可能已经退出。")
    is_current = row.session_key == request.session.session_key
    end_sessions(request, [row])
    messages.success(request, "已退出该设备。")
    return redirect("/") if is_current else redirect("usersessions_list")


@never_cache
@require_http_methods(["GET", "POST"])
def phone(incoming: HttpRequest) -> HttpResponse:
    """A new number, first step."""
    request = _require_person(incoming)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        PhoneProof.begin(request, CHANGE, form.cleaned_data["phone"])
        return redirect("me_phone_code")
    return render(request, "signin/phone_change.html", {"form": form} | _shell(request))


@never_cache
@require_http_methods(["GET", "POST"])
def phone_code(incoming: HttpRequest) -> HttpResponse:
    """A new number, second step: it is proved and put in place of the old one."""
    request = _require_person(incoming)
    proof = PhoneProof.resume(request, CHANGE)
    if proof is None:
        messages.warning(request, "验证码已过期，请重新获取。")
        return redirect("me_phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = proof.check(form.cleaned_data["code"])
            actions.change_own_phone(actor=request.actor, now=request.now, phone=number)
        except Invalid as refusal:
            form.add_error("code", refusal.message)
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect("me_phone")
        else:
            messages.success(request, "手机号已更换，下次请用新手机号登录。")
            return redirect("me")
    context = {"form": form, "proof": proof, "changing": True, "frame": "signin/own.html"}
    return render(request, "signin/code.html", context | _shell(request))


class StaffOnly:
    """Passwords and second steps are for those who sign in with a password."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _require_person(request)
        if not cast(AbstractBaseUser, request.user).has_usable_password():
            raise Forbidden("您用手机验证码登录，没有密码，也无需动态口令。")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class ChangePasswordView(StaffOnly, PasswordChangeView):  # type: ignore[misc]
    """A new password; other devices are signed out by it."""

    template_name = "signin/password_change.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        request = cast(PersonRequest, self.request)
        actions.password_changed(actor=request.actor, now=request.now)
        return response

    def get_default_success_url(self) -> str:
        return home_of(cast(PersonRequest, self.request).actor)


class ConfirmView(StaffOnly, ReauthenticateView):  # type: ignore[misc]
    template_name = "signin/confirm.html"


class ConfirmSecondStepView(StaffOnly, ReauthenticateByCodeView):  # type: ignore[misc]
    template_name = "signin/confirm.html"


@method_decorator(never_cache, name="dispatch")
class SecondStepIndexView(StaffOnly, IndexView):  # type: ignore[misc]
    template_name = "signin/two_step.html"


@method_decorator(never_cache, name="dispatch")
class SetUpView(StaffOnly, ActivateTOTPView):  # type: ignore[misc]
    template_name = "signin/two_step_set_up.html"


class TurnOffView(StaffOnly, DeactivateTOTPView):  # type: ignore[misc]
    template_name = "signin/two_step_off.html"


@method_decorator(never_cache, name="dispatch")
class CodesView(StaffOnly, ViewRecoveryCodesView):  # type: ignore[misc]
    template_name = "signin/two_step_codes.html"


class NewCodesView(StaffOnly, GenerateRecoveryCodesView):  # type: ignore[misc]
    template_name = "signin/two_step_codes_new.html"
    success_url = reverse_lazy("mfa_view_recovery_codes")


class DownloadCodesView(StaffOnly, DownloadRecoveryCodesView):  # type: ignore[misc]
    template_name = "signin/two_step_codes.txt"
