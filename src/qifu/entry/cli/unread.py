"""A worker of the web server that says in a sentence what it could not read, where the application is not asked at all.

An address that is too long, or cookies that have grown too many, are refused by the server before any page knows of them.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.utils import translation
from gunicorn.http.errors import (
    InvalidHeader,
    InvalidHeaderName,
    InvalidHTTPVersion,
    InvalidRequestLine,
    InvalidRequestMethod,
    LimitRequestHeaders,
    LimitRequestLine,
    ObsoleteFolding,
)
from gunicorn.workers.gthread import ThreadWorker

from qifu.entry.theme.unreadable import page

LONG = "网址太长，服务器没有读取，也没有做任何改动。请回到首页，从列表重新进入；如果是查询条件太多，请去掉一些再查。"
LADEN = "浏览器随请求带来的内容太多，服务器没有读取，也没有做任何改动。请清除本站的 Cookie 后重新登录。"
BROKEN = "收到的请求不完整或格式不对，服务器没有读取，也没有做任何改动。请刷新页面再试。"
REFUSALS = (
    (LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG, LONG),
    (LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, LADEN),
    (
        (
            InvalidRequestLine,
            InvalidRequestMethod,
            InvalidHTTPVersion,
            InvalidHeader,
            InvalidHeaderName,
            ObsoleteFolding,
        ),
        HTTPStatus.BAD_REQUEST,
        BROKEN,
    ),
)
REST, PATIENCE = 2**20, 1.0  # bytes and seconds of what is still coming in; closing on it would cut our answer off


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's own, with our words."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        said = next(((status, words) for kinds, status, words in REFUSALS if isinstance(exc, kinds)), None)
        if said is None or req is not None:  # a fault of ours, after the request was read
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Request refused unread: %s", type(exc).__name__)
        with suppress(OSError):
            client.sendall(answer(*said))
            _let_out(client)


def answer(status: HTTPStatus, sentence: str) -> bytes:
    """The whole answer, as it goes over the line."""
    with translation.override("zh-hans"):
        body = page(status, sentence).content
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _let_out(client: socket.socket) -> None:
    """Read away the rest of what is sent, within bounds."""
    client.shutdown(socket.SHUT_WR)
    until, left = time.monotonic() + PATIENCE, REST
    while left > 0 and (patience := until - time.monotonic()) > 0:
        client.settimeout(patience)
        got = len(client.recv(65536))
        if not got:
            return
        left -= got
