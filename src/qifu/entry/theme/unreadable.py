"""What was sent cannot be read: too much at once, cut off, or text that is damaged. It is said in a sentence; nothing is kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

LARGE = "一次提交的内容太多，没有收下，也没有做任何改动。请精简文字、减少附件，或分几次提交。"
DAMAGED = "提交的文字里有损坏的字符（编码不对，或复制时出错），没有做任何改动。请返回上一页，删去或重新输入后再提交。"
FORM = "application/x-www-form-urlencoded"
NUL, LOST = "\x00", "\ufffd"  # what no database keeps; what stands where bytes were no text


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of a request that could not be read."""
    is_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return page(413, LARGE) if is_large else page(400, "")


def page(status: int, sentence: str) -> HttpResponse:
    """The page for it; what was typed stays in the browser's draft."""
    return HttpResponse(render_to_string("400.html", {"message": sentence, "status": int(status)}), status=status)


def is_damaged(request: HttpRequest) -> bool:
    """Whether the address or the form holds text that cannot be kept as it was meant."""
    if NUL in request.path_info or _holds(request.GET.lists(), NUL):
        return True
    if request.method != "POST":
        return False
    return _holds(request.POST.lists(), NUL, LOST) or (request.content_type == FORM and not _is_text(request.body))


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _holds(lists: Iterable[tuple[str, list[str]]], *marks: str) -> bool:
    texts = chain.from_iterable((name, *values) for name, values in lists)
    return any(mark in text for text in texts for mark in marks)
