"""A site of another office for tests: pages, lists and feeds served from this machine, with all the ways in which sites misbehave."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = tuple[int, dict[str, str], bytes]
HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/xml"}


@dataclass
class Site:
    """What stands at which path, and what was asked for: (path, headers), how many at a time."""

    port: int = 0
    replies: dict[str, Reply | Callable[[], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    drips: set[str] = field(default_factory=set)
    busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def at(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def put(self, path: str, body: str | bytes, headers: dict[str, str] | None = None, status: int = 200) -> str:
        text = body.encode() if isinstance(body, str) else body
        self.replies[path] = (status, headers or HTML, text)
        return self.at(path)

    def move(self, path: str, to: str, status: int = 302) -> str:
        self.replies[path] = (status, {"Location": to}, b"")
        return self.at(path)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def article(
    title: str, text: str, *, number: str = "", day: str = "2026-09-01", issuer: str = "江泽区发展和改革局"
) -> str:
    """A page as offices publish it: menus, scripts, a body, a foot."""
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"""<!doctype html><html><head><meta charset="utf-8"><title>{title}_江泽区政府</title>
<meta name="ArticleTitle" content="{title}"><script>var a = "不是正文";</script></head><body>
<nav><a href="/">首页</a><a href="/x">通知公告</a></nav>
<div class="head">文号：{number} 成文日期：{day} 发文机关：{issuer}</div>
<div class="main"><h1>{title}</h1><div class="body">{lines}</div><a href="/files/附件.pdf">附件：申报表</a></div>
<footer>版权所有 江泽区政府办公室</footer></body></html>"""


def long_text(about: str, lines: int = 12) -> str:
    """A text long enough to be compared with others."""
    return "\n".join(
        f"第{n}条 关于{about}，符合第{n}项要求的企业可以在每年{1 + n % 12}月向所在街道提出申请，"
        f"由区级主管部门在{n + 5}个工作日内核对材料并公示结果。"
        for n in range(1, lines + 1)
    )


def feed(*items: tuple[str, str]) -> str:
    entries = "".join(f"<item><title>{title}</title><link>{url}</link></item>" for title, url in items)
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>政策</title>{entries}</channel></rss>'


def bomb(megabytes: int) -> bytes:
    """A small answer that unpacks to a huge one."""
    return gzip.compress(b"0" * (megabytes * 2**20))


@contextmanager
def served() -> Iterator[Site]:
    """Serve a site until the test is over."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with site.busy:
                site.at_once += 1
                site.most_at_once = max(site.most_at_once, site.at_once)
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            try:
                self._answer()
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                with site.busy:
                    site.at_once -= 1

        def _answer(self) -> None:
            found = site.replies.get(self.path, (404, HTML, b"no"))
            status, headers, body = found() if callable(found) else found
            tag = headers.get("ETag")
            if tag and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.path in site.drips:
                for n in range(len(body)):
                    self.wfile.write(body[n : n + 1])
                    self.wfile.flush()
                    time.sleep(0.05)
                return
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
