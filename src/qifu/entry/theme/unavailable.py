"""When the database does not answer or the disk is full: a clear sentence and when to come back, instead of a fault of ours."""

from __future__ import annotations

import json
import logging
import sqlite3

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from qifu.kernel.errors import NO_ROOM

DOWN = (OperationalError, InterfaceError)  # restarted, unreachable, no connection left, locked for too long
RETRY_AFTER = 5  # seconds
SENTENCE = "数据库暂时没有应答，这次操作没有完成。请过几秒再试；重复提交不会产生两件。"
FULL = "服务器的磁盘写不进去了，这次操作没有完成。请联系管理员，稍后再试；已经收到回执的事项不受影响。"
log = logging.getLogger("qifu.unavailable")


def is_passing(error: BaseException | None) -> bool:
    """Whether the fault is one that ends by itself or by an operator, not by a change of the program."""
    return isinstance(error, DOWN) or is_full(error)


def is_full(error: BaseException | None) -> bool:
    """Whether nothing more could be written: no room left, or a disk that fails."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    cause = error.__cause__ if isinstance(error, DOWN) else None
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
    return getattr(cause, "sqlstate", None) == "53100"  # PostgreSQL: disk full


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Answer 503 as the caller understands it; nothing here asks the database again."""
    sentence = FULL if is_full(error) else SENTENCE
    log.warning("%s %s: %s", request.method, request.path, type(error).__name__)
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": "暂时不能服务", "status": 503, "detail": sentence,
                "instance": request.path, "code": "unavailable"}  # fmt: skip
        response = HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/problem+json")
    else:
        response = HttpResponse(render_to_string("503.html", {"sentence": sentence}))
        if request.headers.get("HX-Request") == "true":
            response["HX-Trigger"] = json.dumps({"refused": {"message": sentence}})
    response.status_code = 503
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
