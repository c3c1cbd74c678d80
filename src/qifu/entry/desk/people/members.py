"""Members: the directory, one member with roles, devices and tokens."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.people import access, actions, directory, queries
from qifu.entry.desk.people.forms import MemberForm, RoleForm, ServiceForm, TokenForm, say, unit_choices
from qifu.entry.theme.devices import devices_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Role
from qifu.kernel.errors import Conflict, Invalid

SIZE = 50
LAST_PAGE = 2000


@require_GET
def directory_page(incoming: HttpRequest) -> HttpResponse:
    """Search the staff."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "unit", "role", "state")}
    page = _page_number(request.GET.get("page", ""))
    rows, count = directory.colleagues(
        actor=request.actor,
        now=request.now,
        q=asked["q"][:64],
        unit=int(asked["unit"]) if asked["unit"].isdecimal() and len(asked["unit"]) < 18 else None,
        role=asked["role"] if asked["role"] in set(Role) else "",
        state=asked["state"] or "active",
        offset=(page - 1) * SIZE,
        limit=SIZE,
    )
    context = {
        "rows": rows,
        "count": count,
        "asked": asked,
        "units": unit_choices("全部单位"),
        "roles": [(role.value, role.label) for role in Role],
        "before": _turn(asked, page - 1) if page > 1 else "",
        "after": _turn(asked, page + 1) if page * SIZE < count else "",
        "may_administer": access.may_administer(request.actor),
    }
    return render(request, "people/members.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def create(incoming: HttpRequest) -> HttpResponse:
    """Admit a member; the temporary password is shown once."""
    request = cast(PersonRequest, incoming)
    access.require_administrator(request.actor)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_member(actor=request.actor, now=request.now, **form.cleaned_data)
        except Invalid as refusal:
            say(form, refusal)
        else:
            return _password(request, made.account.pk, made.account.name, made.password)
    return _form(request, "添加人员", form)


@never_cache
@require_GET
def show(incoming: HttpRequest, account: int) -> HttpResponse:
    """One member."""
    request = cast(PersonRequest, incoming)
    row = directory.colleague(actor=request.actor, now=request.now, account=account)
    may_inspect = access.may_inspect(request.actor, account)
    context = {
        "row": row,
        "phone": queries.masked_phone(account),
        "may_administer": access.may_administer(request.actor),
        "may_inspect": may_inspect,
        "is_self": request.actor.account == account,
    }
    if may_inspect:
        context |= {
            "history": directory.history(actor=request.actor, now=request.now, account=account),
            "devices": devices_of(account),
            "tokens": directory.tokens(actor=request.actor, account=account),
        }
    return render(request, "people/member.html", context)


@require_http_methods(["GET", "POST"])
def grant(incoming: HttpRequest, account: int) -> HttpResponse:
    """Give a member a role."""
    request = cast(PersonRequest, incoming)
    access.require_administrator(request.actor)
    row = directory.colleague(actor=request.actor, now=request.now, account=account)
    form = RoleForm(request.POST or None, initial={"unit": request.GET.get("unit", "")})
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data | {"unit": int(form.cleaned_data["unit"])}
        try:
            actions.grant_role(actor=request.actor, now=request.now, account=account, **fields)
        except (Invalid, Conflict) as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"已授予{row.name}新的岗位。")
            return redirect("people_member", account)
    return _form(request, f"授予{row.name}岗位", form)


@require_POST
def end_role(incoming: HttpRequest, membership: int) -> HttpResponse:
    """Relieve a member of a role."""
    request = cast(PersonRequest, incoming)
    row = actions.end_role(actor=request.actor, now=request.now, membership=membership)
    messages.success(request, "岗位已结束，任职经历保留。")
    return redirect("people_member", row.account_id)


@never_cache
@require_POST
def act(incoming: HttpRequest, account: int, step: str) -> HttpResponse:
    """Reset the password, end the sessions, let a member go or take one back."""
    request = cast(PersonRequest, incoming)
    who = {"actor": request.actor, "now": request.now, "account": account}
    if step in ("reset", "reactivate"):
        clear = actions.reset_password(**who) if step == "reset" else actions.reactivate(**who)  # type: ignore[arg-type]
        return _password(request, account, queries.person(account).name, clear)
    if step == "deactivate":
        actions.deactivate(**who)  # type: ignore[arg-type]
        messages.success(request, "账号已停用，登录、岗位和接口令牌已全部终止。")
    else:
        actions.end_sessions(**who)  # type: ignore[arg-type]
        messages.success(request, "已在全部设备上退出。")
    return redirect("people_member", account)


@require_http_methods(["GET", "POST"])
def create_service(incoming: HttpRequest) -> HttpResponse:
    """Register an outside system."""
    request = cast(PersonRequest, incoming)
    access.require_administrator(request.actor)
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.create_service(actor=request.actor, now=request.now, **form.cleaned_data)
        except Invalid as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"{row.name}已登记，请为它签发接口令牌。")
            return redirect("people_member", row.pk)
    return _form(request, "登记外部系统", form)


@never_cache
@require_http_methods(["GET", "POST"])
def issue_token(incoming: HttpRequest, account: int) -> HttpResponse:
    """Issue a token; its text is shown once."""
    request = cast(PersonRequest, incoming)
    row = directory.colleague(actor=request.actor, now=request.now, account=account)
    if request.actor.account != account:
        access.require_administrator(request.actor)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.issue_token(actor=request.actor, now=request.now, account=account, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            say(form, refusal)
        else:
            context = {"account": account, "name": row.name, "token": made.clear}
            return render(request, "people/password.html", context)
    return _form(request, f"为{row.name}签发接口令牌", form)


@require_POST
def revoke_token(incoming: HttpRequest, token: int) -> HttpResponse:
    """Make a token useless."""
    request = cast(PersonRequest, incoming)
    row = actions.revoke_token(actor=request.actor, now=request.now, token=token)
    messages.success(request, "接口令牌已作废。")
    return redirect("people_member", row.account_id)


def _password(request: PersonRequest, account: int, name: str, clear: str) -> HttpResponse:
    return render(request, "people/password.html", {"account": account, "name": name, "password": clear})


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 9 else 1


def _turn(asked: dict[str, str], page: int) -> str:
    return "?" + urlencode({name: value for name, value in asked.items() if value} | {"page": page})


def _form(request: PersonRequest, title: str, form: Form) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "people/form.html", {"title": title, "form": form}, status=status)
