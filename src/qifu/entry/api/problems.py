"""Every refusal as a problem document (RFC 9457), in one form whatever refused."""

from __future__ import annotations

import json
import logging
import re
import zlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from qifu.entry.api.values import Out
from qifu.entry.theme.unavailable import DOWN, is_passing, unavailable
from qifu.kernel.errors import Invalid, Refusal

logger = logging.getLogger("qifu.api")
MEDIA = "application/problem+json"

TITLES = {
    400: "请求无法读取",
    401: "需要有效的令牌",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的方法",
    409: "与当前状态冲突",
    413: "内容过大",
    422: "内容需要修改",
    429: "请求过于频繁",
    500: "服务出错",
    503: "暂时不能服务",
}
CODES = {400: "unreadable", 401: "unauthenticated", 404: "missing", 405: "method", 413: "too-large", 500: "fault"}
KINDS = re.compile(
    r"^(str|int|bool|float|date|datetime)$|[^\w]|^[A-Z]\w*In$"
)  # int, constrained-str, list[int], ContactIn
CHALLENGE = 'Bearer realm="qifu"'


class Problem(Out):
    """What was not done, and why (RFC 9457)."""

    type: str = Field(description="about:blank：含义即状态码")
    title: str
    status: int
    detail: str = Field(description="给人看的一句话：发生了什么，该怎么办")
    instance: str = Field(description="请求的路径")
    code: str = Field(description="给程序看的原因")
    state: str | None = Field(None, description="409：这件事现在所处的状态")
    fields: dict[str, str] | None = Field(None, description="422：每一项的问题")
    reference: str | None = Field(None, description="500：报给管理员的参考号")


class Unauthenticated(Refusal):
    """No token, or one that is no good."""

    status, code = 401, "unauthenticated"


class TooLarge(Refusal):
    """More than is taken at once."""

    status, code = 413, "too-large"


def document(request: HttpRequest, status: int, detail: str, code: str = "", **more: object) -> HttpResponse:
    """Return the problem document."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES.get(status, "请求未完成"),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code or CODES.get(status, "refused"),
    }
    body |= {name: value for name, value in more.items() if value}
    text = json.dumps(body, ensure_ascii=False, default=str)
    response = HttpResponse(text.encode("utf-8", "replace"), status=status, content_type=MEDIA)
    if status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    return response


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer what an action or a door refused."""
    extra = dict(refusal.extra)
    wait = extra.pop("retry_after", None)
    challenge = extra.pop("challenge", None)
    more = {"state": getattr(refusal, "state", ""), "fields": getattr(refusal, "fields", None)}
    response = document(request, refusal.status, refusal.message, refusal.code, **extra, **more)
    if wait is not None:
        response["Retry-After"] = str(wait)
    if challenge is not None:
        response["WWW-Authenticate"] = str(challenge)
    return response


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer what does not have the form described."""
    fields: dict[str, str] = {}
    for one in error.errors:
        fields.setdefault(_place(one.get("loc", ())), _said(one))
    names = "、".join(fields)
    return refused(request, Invalid(f"提交的内容需要修改：{names}。", fields))


def _place(loc: Any) -> str:
    """Where: the field as the caller wrote it, without the names that our own code gave to arguments and kinds of values."""
    parts = [str(part) for part in loc]
    if parts[0] == "body" and len(parts) == 2:
        return "body"  # the whole of it
    kept = parts[2:] if len(parts) > 2 and parts[0] in ("body", "query", "file") else parts[1:]
    return ".".join(part for part in kept if not KINDS.search(part)) or parts[0]


def _said(error: Mapping[str, Any]) -> str:
    ctx = error.get("ctx") or {}
    known = {
        "missing": "缺少这一项。",
        "extra_forbidden": "没有这一项，请核对名称。",
        "literal_error": "不在可选范围内。",
        "string_type": "应当是文字。",
        "int_type": "应当是整数。",
        "int_parsing": "应当是整数。",
        "bool_type": "应当是 true 或 false。",
        "list_type": "应当是列表。",
        "string_too_long": f"超过 {ctx.get('max_length')} 字。",
        "string_too_short": "不能为空。",
        "string_pattern_mismatch": "格式不正确。",
        "greater_than_equal": f"不能小于 {ctx.get('ge')}。",
        "less_than_equal": f"不能大于 {ctx.get('le')}。",
        "too_long": f"最多 {ctx.get('max_length')} 项。",
    }
    return known.get(str(error.get("type")), "不能使用，请核对。")


def fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer what is our fault, and note it for the administrator; nothing of the inside is told."""
    if is_passing(error):
        return unavailable(request, error)
    reference = f"QF-{zlib.crc32(f'{type(error).__name__} {request.path}'.encode('utf-8', 'replace')):08X}"
    logger.exception("%s %s %s", reference, request.method, request.path)
    return document(request, 500, f"程序出了错，没有完成。请稍后重试；仍不行请把参考号 {reference} 告诉管理员。",
                    reference=reference)  # fmt: skip


def bind(api: NinjaAPI) -> None:
    """Tell the API how each kind of refusal is answered."""
    unknown = "没有这个地址或对象，请核对路径。"
    handlers: list[tuple[type[Exception], Any]] = [
        (Exception, fault),
        *((kind, unavailable) for kind in DOWN),
        (Refusal, refused),
        (ValidationError, invalid),
        (Http404, lambda request, error: document(request, 404, unknown)),
        (AuthenticationError, lambda request, error: refused(request, Unauthenticated(NO_BEARER))),
        (HttpError, lambda request, error: document(request, error.status_code, UNREADABLE)),
        (RequestDataTooBig, lambda request, error: document(request, 413, LARGE)),
        (SuspiciousOperation, lambda request, error: document(request, 400, UNREADABLE)),
        (MultiPartParserError, lambda request, error: document(request, 400, UNREADABLE)),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)


NO_BEARER = "请在 Authorization 头中带上有效的令牌：Bearer qifu_…。令牌由管理员签发。"
UNREADABLE = "请求内容无法读取，请核对格式和编码（JSON，UTF-8，不含控制字符）。"
LARGE = "请求内容过大，请拆分后再提交。"
