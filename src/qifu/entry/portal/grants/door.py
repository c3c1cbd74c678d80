"""Who an application's page is for: contacts. Visitors sign in first; staff who open a receipt's address land on it at the desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Forbidden

View = Callable[..., HttpResponse]


def for_contacts(view: View) -> View:
    """Let contacts in."""

    @never_cache
    @wraps(view)
    def guarded(incoming: HttpRequest, number: str, **kept: object) -> HttpResponse:
        request = cast(PersonRequest, incoming)
        if request.actor.is_staff and request.method == "GET":
            return redirect("desk_grant", number=number)
        if not request.actor.is_contact:
            raise Forbidden("请先登录企业账号，再继续。")
        return view(request, number, **kept)

    return guarded
