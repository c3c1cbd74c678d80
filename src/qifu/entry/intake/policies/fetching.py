"""One address is asked for, safely: public hosts only, each redirect looked at anew, within bounds of size and time.

The name is resolved once and the very address that was judged is connected to, so that a name that answers otherwise the second
time (DNS rebinding) gains nothing. Whoever is asked learns who asks (`COLLECT_AGENT`), and nothing else.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from django.conf import settings

log = logging.getLogger("qifu.collect")

LARGEST = 5 * 2**20  # bytes of an answer, unpacked
PATIENCE = 20.0  # seconds for an answer, all told
CONNECTING = 8.0  # seconds to reach a host
REDIRECTS = 5
_BLOCK = 64 * 1024
_MOVED = (301, 302, 303, 307, 308)
Allowed = Callable[[str], bool]


class Unreachable(Exception):
    """An address that gave nothing to read; the sentence says why."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status

    @property
    def asks_for_patience(self) -> bool:
        """Whether the site wants to be left alone for now."""
        return self.status in (429, 503)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: `status` 200 or 304, the address in the end, the body unpacked."""

    status: int
    url: str
    body: bytes = b""
    kind: str = ""  # Content-Type
    etag: str = ""
    modified: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def fetch(
    url: str, *, etag: str = "", modified: str = "", allowed: Allowed = lambda url: True, patience: float = PATIENCE
) -> Answer:
    """Ask for an address, and follow where it leads.

    :raises Unreachable: refused, not found, too slow, too large, leads in a circle or to where nothing may be asked.
    """
    asked = {"If-None-Match": etag} if etag else {"If-Modified-Since": modified} if modified else {}
    for _ in range(REDIRECTS + 1):
        status, headers, body = _ask(url, asked, patience)
        if status in _MOVED and headers.get("location"):
            url = _next(url, headers["location"])
            if not allowed(url):
                raise Unreachable("跳转到了对方不允许程序读取的页面（robots.txt）。")
            continue
        if status == 304:
            return Answer(304, url, etag=etag, modified=modified)
        if status != 200:
            raise Unreachable(_said(status), status)
        return Answer(
            200, url, body, headers.get("content-type", ""), headers.get("etag", ""), headers.get("last-modified", ""),
            headers,
        )  # fmt: skip
    raise Unreachable(f"跳转超过 {REDIRECTS} 次，已停止。")


def _said(status: int) -> str:
    known = {
        404: "页面不存在（404）。",
        410: "页面已移除（410）。",
        403: "对方拒绝访问（403）。",
        429: "对方要求放慢（429）。",
    }
    return known.get(status, f"对方网站出错（{status}）。" if status >= 500 else f"对方没有给出页面（{status}）。")


def _next(url: str, location: str) -> str:
    found = urljoin(url, location.strip())
    if urlsplit(url).scheme == "https" and urlsplit(found).scheme != "https":
        raise Unreachable("从加密网址跳转到了不加密的网址，已停止。")
    return found


def _ask(url: str, asked: dict[str, str], patience: float) -> tuple[int, dict[str, str], bytes]:
    """One request to the very address that was judged; whatever hangs is cut when the time is over."""
    host, port, is_tls, path = _parts(url)
    link = _Cut(http.client.HTTPConnection(host, port))
    timer = threading.Timer(patience, link.cut)
    timer.daemon = True
    timer.start()
    try:
        link.open(_public(host, port), is_tls, host)
        agent = settings.COLLECT_AGENT.encode().decode("latin-1")  # headers are bytes: a name in Chinese goes as UTF-8
        head = {"Host": _authority(host, port, is_tls), "User-Agent": agent, "Accept": "*/*",
                "Accept-Encoding": "gzip", "Connection": "close"}  # fmt: skip
        link.connection.request("GET", path, headers=head | asked)
        answer = link.connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        if answer.status != 200:
            return answer.status, headers, b""
        return 200, headers, _read(answer, headers, link)
    except Unreachable:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        if link.is_cut or isinstance(error, TimeoutError):
            raise Unreachable(f"对方太慢，{patience:g} 秒内没有给完，已停止。") from None
        if isinstance(error, ssl.SSLError):
            raise Unreachable("对方的加密证书不可信或加密方式不支持。") from None
        log.warning("%s:%s 没有读到：%s", host, port, type(error).__name__)
        if isinstance(error, OSError):
            raise Unreachable(f"连接不上 {host}:{port}（{error.strerror or '没有应答'}）。") from None
        raise Unreachable("对方的回答不合规范，没有读取。") from None
    finally:
        timer.cancel()
        link.connection.close()


class _Cut:
    """A connection that can be cut from outside."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection, self.is_cut = connection, False

    def open(self, places: Sequence[tuple[int, str]], is_tls: bool, host: str) -> None:
        """Connect to the first of the addresses that answers."""
        for n, (family, address) in enumerate(places, start=1):
            raw = socket.socket(family, socket.SOCK_STREAM)
            self.connection.sock = raw
            raw.settimeout(CONNECTING)
            try:
                raw.connect((address, self.connection.port))
                break
            except OSError:
                raw.close()
                if n == len(places) or self.is_cut:
                    raise
        raw.settimeout(PATIENCE)
        if is_tls:
            self.connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host)

    def cut(self) -> None:
        self.is_cut = True
        if self.connection.sock is not None:
            try:
                self.connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.connection.sock.close()


def _read(answer: http.client.HTTPResponse, headers: dict[str, str], link: _Cut) -> bytes:
    """The body, unpacked; never more than `LARGEST` in memory."""
    length, seen = int(headers.get("content-length") or 0), 0
    if length > LARGEST:
        raise _too_large()
    packed = headers.get("content-encoding", "").lower()
    if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Unreachable("对方用了读不懂的压缩方式。")
    unpack = zlib.decompressobj(47) if packed not in ("", "identity") else None
    found = bytearray()
    while block := answer.read(_BLOCK):
        seen += len(block)
        try:
            found += unpack.decompress(block, LARGEST + 1 - len(found)) if unpack else block
        except zlib.error:
            raise Unreachable("对方给出的压缩内容已损坏。") from None
        if len(found) > LARGEST:
            raise _too_large()
    if link.is_cut:
        raise TimeoutError
    if seen < length or (unpack is not None and not unpack.eof):
        raise Unreachable("对方的回答中途断了，没有采用。")
    return bytes(found)


def _too_large() -> Unreachable:
    return Unreachable(f"页面超过 {LARGEST // 2**20} MB，没有读取。")


def _parts(url: str) -> tuple[str, int, bool, str]:
    """Host, port, whether encrypted, path with query.

    :raises Unreachable: no address of the web, or one with a password in it.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
        port = parts.port
    except (ValueError, UnicodeError):
        raise Unreachable("网址读不懂。") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Unreachable("只读取 http 和 https 网址。")
    if parts.username or parts.password:
        raise Unreachable("网址里带有用户名或密码，没有读取。")
    is_tls = parts.scheme == "https"
    path = urlunsplit(("", "", quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._"), parts.query, ""))
    if not path.isascii():
        path = quote(path, safe="/%:@!$&'()*+,;=~-._?")
    return host, port or (443 if is_tls else 80), is_tls, path


def _authority(host: str, port: int, is_tls: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == (443 if is_tls else 80) else f"{shown}:{port}"


def _public(host: str, port: int) -> list[tuple[int, str]]:
    """The addresses to connect to; every one of the name must be public, unless the operator has named this one.

    :raises Unreachable: the name is unknown, or leads inside.
    """
    is_named = f"{host}:{port}" in settings.COLLECT_INSIDE
    if not is_named and port not in (80, 443, 8080, 8443):
        raise Unreachable(f"端口 {port} 不是网页常用端口，没有读取。")
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"找不到网站 {host}。") from None
    found = [
        (int(family), str(place[0])) for family, _, _, _, place in known if family in (socket.AF_INET, socket.AF_INET6)
    ]
    if not found or not (is_named or all(_is_public(address) for _, address in found)):
        raise Unreachable("网址指向内部网络，没有读取。")
    return found


def _is_public(address: str) -> bool:
    place = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(place, ipaddress.IPv6Address):
        inner = place.ipv4_mapped or place.sixtofour or (place.teredo[1] if place.teredo else None)
        if inner is not None or place in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return place.is_global and not place.is_multicast
