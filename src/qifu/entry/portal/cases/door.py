"""Who a page of the portal is for: contacts of enterprises. Visitors sign in first, the staff are sent to their own screens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache

from qifu.entry.theme.context import home_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Forbidden

View = Callable[..., HttpResponse]


def for_contacts(view: View) -> View:
    """Let contacts in. A member who opens the address of a case (from a receipt, say) lands on the same case at the desk."""

    @never_cache
    @wraps(view)
    def guarded(incoming: HttpRequest, **kept: object) -> HttpResponse:
        request = cast(PersonRequest, incoming)
        if request.actor.is_staff and request.method == "GET":
            return redirect(_at_the_desk(request, kept.get("number")))
        if not request.actor.is_contact:
            raise Forbidden("请先登录企业账号，再继续。")
        return view(request, **kept)

    return guarded


def _at_the_desk(request: PersonRequest, number: object) -> str:
    try:
        return reverse("desk:case", kwargs={"number": number}) if number else home_of(request.actor)
    except NoReverseMatch:
        return home_of(request.actor)
