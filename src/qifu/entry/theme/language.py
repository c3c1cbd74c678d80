"""Which language a page speaks: Chinese, unless the visitor of an enterprises' or public page chose English.

The choice is a cookie. What a browser says it prefers is not asked: on an official's computer it says English as often as not.
The screens of the staff, and the answers of the API, are Chinese whatever was chosen.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from qifu.kernel.actor import VISITOR

CHINESE, ENGLISH = "zh-hans", "en"
STAFF_ONLY = ("/desk/", "/board/", "/field/", "/guide/", "/api/")


class LanguageMiddleware:
    """Lets one request be answered in one language, and leaves none behind for the next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(chosen(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", str(translation.get_language()))
        if is_offered(request):
            patch_vary_headers(response, ("Cookie",))
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Who acts is known by now: a member's own pages stand in the frame of the desk."""
        if speaks_english() and getattr(request, "actor", VISITOR).is_staff:
            translation.activate(CHINESE)


def chosen(request: HttpRequest) -> str:
    """The language for this address and this browser."""
    if not is_offered(request):
        return CHINESE
    return ENGLISH if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) == ENGLISH else CHINESE


def is_offered(request: HttpRequest) -> bool:
    """Whether the address belongs to a page that speaks both languages."""
    return not request.path.startswith(STAFF_ONLY)


def speaks_english() -> bool:
    """Whether what is being said now is said in English."""
    return translation.get_language() == ENGLISH
