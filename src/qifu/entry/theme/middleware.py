"""Who asks and when: `request.actor` and `request.now`, built once; refusals turned into an answer for the person."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import select_template
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from qifu.domain.people import queries
from qifu.entry.theme import unreadable
from qifu.entry.theme.unavailable import DOWN, is_passing, unavailable
from qifu.kernel.actor import VISITOR, Actor
from qifu.kernel.errors import Forbidden, Invalid, Missing, Refusal
from qifu.kernel.reading import held

log = logging.getLogger("qifu.person")
SEEN = "seen"  # in the session: when the person last did something, to about five minutes
NOTE = timedelta(minutes=5)
STAFF_PATHS = ("/desk/", "/board/", "/field/", "/my/buildings/")
FREE = {"account_change_password", "account_logout", "account_reauthenticate"}  # with a temporary password


class PersonRequest(HttpRequest):
    """A request as views see it. For types only."""

    actor: Actor
    now: datetime
    htmx: Any


class PersonMiddleware:
    """Sets actor and time, ends idle sessions, holds a temporary password to its change, answers refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, incoming: HttpRequest) -> HttpResponse:
        with held():
            return self._answered(incoming)

    def _answered(self, incoming: HttpRequest) -> HttpResponse:
        request = cast(PersonRequest, incoming)
        request.now = read_clock()
        request.actor = cast(Actor, SimpleLazyObject(lambda: _actor(request)))
        try:
            is_idle = _is_idle(request)
        except DOWN as error:
            return unavailable(request, error)
        if is_idle:
            logout(request)
            if request.path.startswith("/api/"):
                return self.get_response(request)
            messages.warning(request, "您较长时间没有操作，为了安全已自动退出，请重新登录。" + _kept(request))
            return _redirect(request, _sign_in_url(request))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Refuse text that cannot be read; send a person with a temporary password to its change first."""
        if not request.path.startswith("/api/") and unreadable.is_damaged(request):
            return unreadable.page(400, unreadable.DAMAGED)
        if SESSION_KEY not in request.session or not getattr(request.user, "must_change_password", False):
            return None
        match = request.resolver_match
        if match is not None and match.url_name in FREE:
            return None
        return _redirect(request, reverse("account_change_password"))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal as the caller understands it."""
        if isinstance(exception, Refusal):
            return answer(cast(PersonRequest, request), exception)
        if is_passing(exception):
            return unavailable(request, exception)
        return None


def read_clock() -> datetime:
    """The time of this request; a test may set it."""
    fixed: datetime | None = getattr(settings, "QIFU_NOW", None)
    return fixed or timezone.now()


def answer(request: PersonRequest, refusal: Refusal) -> HttpResponse:
    """Turn a refusal into a problem document, a notice on the page before, or a page of its own."""
    if request.path.startswith("/api/"):
        return problem(refusal)
    if isinstance(refusal, Forbidden) and request.actor.account is None:
        if _has_ended(request):
            messages.warning(request, "登录已过期，请重新登录。" + _kept(request))
        else:
            messages.info(request, refusal.message)
        return _redirect(request, _sign_in_url(request))
    if request.headers.get("HX-Request") == "true":
        response = _page(request, refusal)
        response["HX-Trigger"] = json.dumps({"refused": {"message": refusal.message}})
        return response
    back = request.headers.get("Referer", "")
    if request.method == "POST" and not isinstance(refusal, Missing) and _is_own(request, back):
        messages.error(request, refusal.message, extra_tags="refused")  # so that what was typed is not forgotten
        return HttpResponseRedirect(back, status=303)
    return _page(request, refusal)


def _has_ended(request: HttpRequest) -> bool:
    """Whether somebody was signed in until now: a form was sent, or the device names a session that is no more."""
    return request.method == "POST" or (settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty())


def _kept(request: HttpRequest) -> str:
    """What is said of the form that was being sent; forms keep what was typed on the device."""
    return "刚才填写的内容保存在本机，没有提交，登录后可以恢复。" if request.method == "POST" else ""


def problem(refusal: Refusal) -> HttpResponse:
    """Return the refusal as a problem document (RFC 9457)."""
    body: dict[str, object] = {"type": "about:blank", "title": refusal.message, "status": refusal.status}
    body |= {"code": refusal.code, "detail": refusal.message} | refusal.extra
    if isinstance(refusal, Invalid) and refusal.fields:
        body["fields"] = refusal.fields
    if state := getattr(refusal, "state", ""):
        body["state"] = state
    text = json.dumps(body, ensure_ascii=False, default=str)
    return HttpResponse(text, status=refusal.status, content_type="application/problem+json")


def _page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    template = select_template([f"theme/{refusal.status}.html", "theme/refusal.html"])
    return HttpResponse(
        template.render({"refusal": refusal, "message": refusal.message}, request), status=refusal.status
    )


def _actor(request: HttpRequest) -> Actor:
    account = request.user
    if not account.is_authenticated:
        return VISITOR
    return queries.actor_of(account, cast(PersonRequest, request).now)


def _is_idle(request: PersonRequest) -> bool:
    """Whether a session lay unused for too long; else note, now and then, that it is in use."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
        return False
    if not request.user.is_authenticated:
        return False
    now = request.now
    seen = request.session.get(SEEN)
    last = datetime.fromisoformat(seen) if seen else now
    limit: int = settings.SESSION_IDLE.get(request.user.kind, 3600)
    if now - last > timedelta(seconds=limit):
        return True
    if seen is None or now - last > NOTE:
        _note(request)
    return False


def _note(request: PersonRequest) -> None:
    """Note that the session is in use. Where nothing can be written, as on a full disk, pages are still to be read."""
    request.session[SEEN] = request.now.isoformat()
    try:
        request.session.save()
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=request.now)
    except (DatabaseError, UpdateError) as error:
        log.warning("the use of a session was not noted: %s", type(error).__name__)
    request.session.modified = False


def _sign_in_url(request: HttpRequest) -> str:
    name = "account_login" if request.path.startswith(STAFF_PATHS) else "sign_in_phone"
    target = _page_of(request)
    return reverse(name) + (f"?{urlencode({'next': target})}" if target not in ("", "/") else "")


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: the one asked for, or the one on which the button was pressed."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    parts = urlsplit(page)
    return urlunsplit(("", "", parts.path, parts.query, "")) if _is_own(request, page) else ""


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _is_own(request: HttpRequest, url: str) -> bool:
    return bool(url) and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
