"""One line a request, and a name for every fault: what an operator reads, without a word about people.

With QIFU_LOG_JSON=1 each request leaves one JSON line on standard error: time, request id, method, the route's pattern (never the path
or what was asked), status, milliseconds, the actor's mark. A fault shows its page with a reference that stands in the log. The same
pass counts requests for the operations page and for Prometheus (`theme.measures`).
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import sys
import time
import traceback
import zlib
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qifu.entry.theme import measures
from qifu.kernel.outbox.addresses import scrub

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_FIT = re.compile(r"[A-Za-z0-9._-]{8,64}")
_PATH = re.compile(r"(: )/\S*")  # Django ends its words on a refused request with the raw path
_request: ContextVar[str] = ContextVar("request_id", default="")
_fault: ContextVar[str] = ContextVar("fault", default="")
_lines = logging.getLogger("qifu.request")


def reference(error: BaseException) -> str:
    """Name a fault: the same fault at the same place has the same reference."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"QF-{zlib.crc32(f'{type(error).__name__}@{place}'.encode()):08X}"


def told(error: BaseException) -> dict[str, object]:
    """A fault as the log keeps it: its kind, its words without numbers and mailboxes, and where it came from."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return {
        "reference": reference(error),
        "error": type(error).__name__,
        "words": scrub(str(error).splitlines()[0])[:200] if str(error) else "",  # later lines quote rows
        "stack": [f"{'/'.join(f.filename.split('/')[-3:])}:{f.lineno} {f.name}" for f in frames],
    }


def write(error: BaseException, logger: str) -> None:
    """Write a fault as one JSON line on standard error, where no logging has been set up (the commands)."""
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": "ERROR", "logger": logger}
    sys.stderr.write(json.dumps(line | told(error), ensure_ascii=False) + "\n")


class RequestLog:
    """The outermost pass: gives the request its id, measures it, writes its line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        given = request.headers.get(HEADER, "")
        name = given if _FIT.fullmatch(given) else secrets.token_hex(8)
        held = _request.set(name)
        request.request_id = name  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            _request.reset(held)
        seconds = time.perf_counter() - begun
        response[HEADER] = name
        view, route = place(request)
        measures.HERE.count(view, route, response.status_code, seconds)
        if _lines.isEnabledFor(logging.INFO):
            _lines.info("", extra={"line": _line(request, response, name, route, seconds)})
        return response


def place(request: HttpRequest) -> tuple[str, str]:
    """The view and the pattern of the address: what varies in it stays unsaid."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or match._func_path, "/" + match.route
    return ("static", "/static/") if request.path_info.startswith("/static/") else ("none", "(无)")


def _line(request: HttpRequest, response: HttpResponse, name: str, route: str, seconds: float) -> dict[str, object]:
    line: dict[str, object] = {
        "request": name,
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "actor": _mark(request),
    }
    if fault := getattr(request, "fault", ""):
        line["reference"] = fault
    return line


def _mark(request: HttpRequest) -> str:
    """The actor as evidence names it, if the request has come to ask who acts; it is not asked for the log's sake."""
    from django.utils.functional import empty

    actor = getattr(request, "actor", None)
    if actor is None or getattr(actor, "_wrapped", actor) is empty:
        return ""
    return str(actor.mark)


class Stamp(logging.Filter):
    """Adds the request id and, to faults, the reference, to whatever is logged while a request runs."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request.get() or "-"
        error = record.exc_info[1] if record.exc_info else None
        record.reference = reference(error) if error is not None else "-"
        return True


class Lines(logging.Formatter):
    """One JSON line a record."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        value: dict[str, Any] = {"time": at, "level": record.levelname, "logger": record.name}
        line = getattr(record, "line", None)
        if line is not None:
            value |= line
        else:
            value |= {"request": getattr(record, "request_id", "-"), "message": _plain(record)}
        if record.exc_info and record.exc_info[1] is not None:
            value |= told(record.exc_info[1])
        return json.dumps(value, ensure_ascii=False, default=str)


class Plain(logging.Formatter):
    """A line for people; of a refused request the pattern is not known here, so its path is left out."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("django."):
            record.msg, record.args = _plain(record), ()
        return super().format(record)


def _plain(record: logging.LogRecord) -> str:
    text = record.getMessage()
    return scrub(_PATH.sub(r"\1…", text) if record.name.startswith("django.") else text)[:2000]


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of a fault, with the reference under which the log has it."""
    from django.http import HttpResponseServerError
    from django.template.loader import get_template

    from qifu.entry.theme.unavailable import is_passing, unavailable

    error = sys.exc_info()[1]
    if error is not None and is_passing(error):  # met before or after the view, where no middleware is asked
        return unavailable(request, error)
    mark = reference(error) if error is not None else "QF-00000000"
    request.fault = mark  # type: ignore[attr-defined]
    name = getattr(request, "request_id", "")
    page = get_template("500.html").render({"reference": mark, "request_id": name})
    return HttpResponseServerError(page)


def configured(*, as_json: bool, level: str) -> dict[str, object]:
    """The logging of this installation, for the settings."""
    plain = "%(asctime)s %(levelname)s %(name)s %(request_id)s %(reference)s %(message)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"stamp": {"()": f"{__name__}.Stamp"}},
        "formatters": {
            "plain": {"()": f"{__name__}.Plain", "format": plain},
            "json": {"()": f"{__name__}.Lines"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "plain",
                "filters": ["stamp"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"qifu.request": {"level": "INFO" if as_json else "WARNING"}},
    }
