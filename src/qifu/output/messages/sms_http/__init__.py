"""SMS by a gateway that takes signed JSON over HTTPS.

POST to the fixed address of the settings: ``{"to", "text", "key", "sent_at"}``, with the headers ``Idempotency-Key``,
``X-Qifu-Time`` (seconds) and ``X-Qifu-Signature``: HMAC-SHA256 in hex over time, a full stop, and the body.
The address comes from the settings alone; no redirect is followed, no proxy is asked, and only a gateway on this
very machine may be spoken to without TLS.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from qifu.kernel.outbox import Later
from qifu.output.messages.contract import GatewayDown, Letter, Refused

TIMEOUT = 5  # seconds
ANSWER_LIMIT = 64 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TRANSIENT = (401, 403, 404, 408, 409, 425, 429)  # ours to mend or theirs to pass; the letter itself may be right
UNSET = 300


def deliver(letter: Letter, now: datetime) -> None:
    """Hand the letter to the gateway.

    :raises GatewayDown: no answer, or one that may change.  :raises Refused: the gateway refuses the letter.
    """
    body = json.dumps(
        {"to": letter.address, "text": letter.text, "key": letter.key, "sent_at": now.isoformat()},
        ensure_ascii=False,
    ).encode()
    connection, path = _open()
    try:
        connection.request("POST", path, body, _headers(letter.key, body, now))
        answer = connection.getresponse()
        answer.read(ANSWER_LIMIT)
        status = answer.status
    except (OSError, http.client.HTTPException) as error:
        raise GatewayDown(f"短信网关没有应答（{type(error).__name__}），稍后自动重试。") from error
    finally:
        connection.close()
    _judge(status)


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if 400 <= status < 500 and status not in TRANSIENT:
        raise Refused(f"短信网关拒收（{status}），请核对号码和内容后重试。")
    raise GatewayDown(f"短信网关应答异常（{status}），稍后自动重试。")


def _open() -> tuple[http.client.HTTPConnection, str]:
    """A connection to the gateway of the settings, and the path there.

    :raises Later: the address or the secret is missing or unsafe.
    """
    url = urlsplit(settings.SMS_URL)
    is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
    if not url.hostname or not is_safe or not settings.SMS_SECRET:
        raise Later(UNSET, "短信网关的地址（QIFU_SMS_URL，须为 https）或密钥（QIFU_SMS_SECRET）未配好，消息保留等待。")
    path = url.path or "/"
    if url.scheme == "http":
        return http.client.HTTPConnection(url.hostname, url.port, timeout=TIMEOUT), path
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(url.hostname, url.port, timeout=TIMEOUT, context=context), path


def _headers(key: str, body: bytes, now: datetime) -> dict[str, str]:
    at = str(int(now.timestamp()))
    signature = hmac.new(settings.SMS_SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": key,
        "X-Qifu-Time": at,
        "X-Qifu-Signature": signature,
    }
