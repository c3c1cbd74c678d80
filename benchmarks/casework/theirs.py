"""The peer's side: made once in an environment of its own, filled in bulk, asked for the same work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.casework import peer
from benchmarks.casework.server import Server
from benchmarks.casework.sides import (
    HOME,
    Side,
    Work,
    get,
    json_of,
    plain_env,
    post,
    served_env,
)

NAME = "qifu_bench_peer"
CSRF = "b" * 32
VENV = HOME / "peer"
PROJECT = HOME / "peer-project"
TEXTS = 6000


class Theirs(Side):
    """django-helpdesk on PostgreSQL."""

    def __init__(self, server: str) -> None:
        super().__init__("theirs", f"django-helpdesk {peer.VERSION}, PostgreSQL", server)
        where = urlsplit(server)
        self.env = plain_env() | {
            "PEER_HOST": where.hostname or "127.0.0.1", "PEER_PORT": str(where.port or 5432),
            "PEER_USER": where.username or "postgres", "PEER_PASSWORD": where.password or "",
            "PYTHONPATH": str(PROJECT), "DJANGO_SETTINGS_MODULE": "bench_peer_settings",
        }  # fmt: skip

    @property
    def python(self) -> str:
        return str(VENV / "bin" / "python")

    def ask(self, *command: str) -> Any:
        return json_of([self.python, str(Path(peer.__file__)), *command], self.env)

    def fill(self, size: int) -> str:
        self._install()
        peer.write_project(PROJECT)
        self.found(f"{NAME}_{size}")
        self.env["PEER_DB"] = self.database
        texts = HOME / "texts.jsonl"
        texts.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in self._texts(size)), encoding="utf-8")
        return f"{self.ask('fill', str(size), str(texts))['tickets']:,} tickets of {peer.FOLLOW_UPS} entries each"

    def _install(self) -> None:
        if Path(self.python).exists():
            return
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        wanted = [f"django-helpdesk=={peer.VERSION}", "django>=5.2,<5.3", "gunicorn>=23", "psycopg[binary]>=3.2"]
        subprocess.run([self.python, "-m", "pip", "install", "-qq", *wanted], check=True)

    def _texts(self, size: int) -> list[list[object]]:
        """The texts of our own sample, with as many open as we have."""
        import psycopg

        with psycopg.connect(f"{self.server.rsplit('/', 1)[0]}/qifu_bench_ours_{size}") as held:
            rows = held.execute("SELECT title, body, is_open FROM appeals_appeal ORDER BY id LIMIT %s", (TEXTS,))
            return [list(row) for row in rows]

    def serve(self) -> Server:
        command = [
            str(VENV / "bin/gunicorn"), "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--keep-alive", "5",
            "--bind", "127.0.0.1:{port}", "--log-level", "warning", "bench_peer_wsgi:application",
        ]  # fmt: skip
        return Server(command, served_env(self.env), PROJECT, "/login/", HOME / "theirs.log")

    def works(self) -> list[Work]:
        told = self.told = self.ask("prepare")
        cookie = f"sessionid={told['cookie']}; csrftoken={CSRF}"
        last, queues = told["last"], told["queues"]

        def reads(addresses: list[str]) -> list[str]:
            return [get(address, Cookie=cookie) for address in addresses]

        def sought(words: list[str]) -> list[str]:
            return reads([peer.listing(search_string=word) for word in words])

        unit = [peer.listing(filtering={"queue__id__in": [queue], "status__in": [1, 2]}) for queue in queues]
        pairs = [peer.listing(filtering={"queue__id__in": [queue], "priority__in": [3]}) for queue in queues]
        deep = [peer.listing(start=last * share // 100 // 25 * 25) for share in range(3, 100, 4)]
        return [
            Work("list", reads(unit)),
            Work("list-pairs", reads(pairs)),
            Work("list-deep", reads(deep)),
            Work("case", reads([f"/tickets/{n}/" for n in range(1, last, max(1, last // 400))]), least=4000),
            Work("search-word", sought(["停车", "贷款", "补贴", "招聘", "噪声", "电梯"])),
            Work("search-phrase", sought(["地下车库", "办理营业执照", "物业服务费", "资金拨付进度"])),
            Work("search-code", sought([f"firm{n}@example.org" for n in range(7, 4000, 397)])),
            Work("board", reads(["/dashboard/"]), least=2000),
            Work("submit-form", [self._form(queue) for queue in queues[:20]], good=(302,)),
            Work("submit-api", [self._call(queue, cookie) for queue in queues[:20]], good=(201,)),
        ]

    def later(self) -> list[Work]:
        cookie = f"sessionid={self.told['cookie']}; csrftoken={CSRF}"
        given = {"csrfmiddlewaretoken": CSRF, "comment": "已受理，转责任单位办理。", "new_status": "2", "public": "1",
                 "owner": "1", "priority": "3"}  # fmt: skip
        asked = [
            post(f"/tickets/{n}/update/", urlencode(given | {"queue": queue, "title": title}), Cookie=cookie)
            for n, queue, title in self.ask("prepare")["open"]
        ]
        cookies = {"Cookie": cookie}
        year = Work("year", [get("/reports/queuemonth/", **cookies)], once=True, connections=1)
        return [Work("accept", asked, once=True, good=(302,)), year]

    def _form(self, queue: int) -> str:
        given = {"csrfmiddlewaretoken": CSRF, "queue": str(queue), "title": "地下车库车位停止续租",
                 "body": "园区地下车库的月租车位自上月起停止续费，请协调解决。", "priority": "3",
                 "submitter_email": "someone@example.org"}  # fmt: skip
        return post("/tickets/submit/", urlencode(given), Cookie=f"csrftoken={CSRF}")

    def _call(self, queue: int, cookie: str) -> str:
        given = {"queue": queue, "title": "地下车库车位停止续租", "description": "请协调解决。", "priority": 3,
                 "submitter_email": "someone@example.org"}  # fmt: skip
        return post("/api/tickets/", json.dumps(given), "application/json", Cookie=cookie, X_CSRFToken=CSRF)
