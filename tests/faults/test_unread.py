"""What the server cannot read, it says in a sentence: before any page knows of the request, and after it goes on as before."""

from __future__ import annotations

import socket

import pytest

from qifu.entry.cli.unread import BROKEN, LADEN, LONG
from tests.faults.served import Site

pytestmark = pytest.mark.faults


def sent(site: Site, raw: bytes) -> tuple[int, str]:
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as line:
        line.sendall(raw)
        got = b""
        while part := line.recv(65536):
            got += part
    head, _, body = got.partition(b"\r\n\r\n")
    if b"Content-Length" in head:
        assert f"Content-Length: {len(body)}".encode() in head
    return int(head.split()[1]), body.decode()


def asking(path: str, *lines: str) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *lines, "", "")).encode()


def test_what_cannot_be_read_is_refused_in_a_sentence(site: Site) -> None:
    site.serve(workers=1)
    site.until_served()
    refused = {
        "just too long": (asking("/?q=" + "a" * 8190), 414, LONG),
        "far too long": (asking("/?q=" + "a" * 500_000), 414, LONG),
        "laden with cookies": (asking("/", "Cookie: a=" + "b" * 100_000), 431, LADEN),
        "no request": (b"HELLO\r\n\r\n", 400, BROKEN),
        "a broken header": (asking("/", "no colon"), 400, BROKEN),
    }
    for what, (raw, status, sentence) in refused.items():
        found, page = sent(site, raw)
        assert (what, found, sentence in page) == (what, status, True)
        assert f"错误 {status}<" in page
        assert '<html lang="zh' in page
        assert "gunicorn" not in page.lower()
    assert sent(site, asking("/?q=" + "a" * 7000))[0] == 200
