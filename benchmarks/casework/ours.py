"""Our side: the desk's lists, a case, search, submission by form and by API, steps, the board."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.casework.server import Server
from benchmarks.casework.sides import (
    HOME,
    ROOT,
    Side,
    Work,
    get,
    json_of,
    plain_env,
    post,
    served_env,
)

NAME = "qifu_bench_ours"
CSRF = "b" * 32
WORDS = ("停车", "贷款", "补贴", "招聘", "噪声", "电梯")
PHRASES = ("地下车库", "办理营业执照", "物业服务费", "资金拨付进度")
BODY = "园区地下车库的月租车位自上月起停止续费，员工每天早上要在外面绕行半小时找车位，已向物业反映三次没有结果，请协调解决。"
STEPS = 2400


class Ours(Side):
    """Qifu on PostgreSQL, or with no server on the embedded database."""

    def __init__(self, server: str) -> None:
        super().__init__("ours", "Qifu, PostgreSQL" if server else "Qifu, embedded database", server)
        self.home = HOME / ("home" if server else "embedded")
        self.home.mkdir(parents=True, exist_ok=True)
        self.env = plain_env() | {"QIFU_HOME": str(self.home), "QIFU_DEMO": "0"}

    def ask(self, *command: str) -> Any:
        return json_of([sys.executable, "-m", "benchmarks.casework.site", *command], self.env)

    def fill(self, size: int) -> str:
        if self.server:
            self.found(f"{NAME}_{size}")
            self.env["DATABASE_URL"] = f"{self.server.rsplit('/', 1)[0]}/{self.database}"
        begun = self.ask("found")
        grown = self.ask("grow", str(size))
        return (
            f"{grown['cases']:,} cases (first {begun['seconds']:.0f} s, copied in {grown['seconds']:.0f} s, "
            f"tallied in {grown['tallied']:.1f} s)"
        )

    def serve(self) -> Server:
        command = [str(ROOT / ".venv/bin/qifu"), "serve", "--port", "{port}"]
        return Server(command, served_env(self.env), ROOT, "/healthz", HOME / "ours.log")

    def works(self) -> list[Work]:
        told = self.told = self.ask("prepare")
        cookie = {who: f"sessionid={value}; csrftoken={CSRF}" for who, value in told["cookies"].items()}

        def reads(who: str, addresses: list[str]) -> list[str]:
            return [get(address, Cookie=cookie[who]) for address in addresses]

        def sought(words: list[str] | tuple[str, ...]) -> list[str]:
            return reads("dispatcher", [f"/desk/cases/?q={quote(word)}" for word in words])

        return [
            Work("list", reads("handler", ["/desk/?scope=unit"]), least=12_000),
            Work("list-pairs", reads("dispatcher", [f"/desk/cases/?{pair}" for pair in told["pairs"]]), least=8_000),
            Work(
                "list-deep",
                reads("dispatcher", [f"/desk/cases/?cursor={quote(c)}" for c in told["cursors"]]),
                least=12_000,
            ),
            Work("case", reads("dispatcher", [f"/desk/cases/{number}/" for number in told["numbers"]]), least=8_000),
            Work("search-word", sought(WORDS), least=8_000),
            Work("search-phrase", sought(PHRASES), least=4_000),
            Work("search-code", sought(told["codes"]), least=4_000),
            Work("search-tail", sought(told["tails"]), least=4_000),
            Work("board", reads("leader", ["/board/"]), least=8_000),
            Work("submit-form", self._forms(cookie["contact"]), good=(302,)),
            Work("submit-api", self._calls(), good=(201,)),
        ]

    def later(self) -> list[Work]:
        cookie = f"sessionid={self.told['cookies']['dispatcher']}; csrftoken={CSRF}"
        new = self.ask("waiting", "submitted", str(STEPS))
        half = len(new) // 2
        units = self.told["units"]
        accept = [self._step(number, "accept", {"seq": "1"}, cookie) for number in new]
        dispatch = [
            self._step(number, "dispatch", {"seq": "2", "unit": str(units[n % len(units)])}, cookie)
            for n, number in enumerate(new[:half])
        ]
        return [Work("accept", accept, once=True, good=(302,)), Work("dispatch", dispatch, once=True, good=(302,))]

    def _step(self, number: str, step: str, given: dict[str, str], cookie: str) -> str:
        body = urlencode({"csrfmiddlewaretoken": CSRF, **given}) + "&idempotency_key={key}"
        return post(f"/desk/cases/{number}/{step}/", body, Cookie=cookie)

    def _forms(self, cookie: str) -> list[str]:
        made = []
        for code in self.told["categories"]:
            given = {
                "csrfmiddlewaretoken": CSRF, "enterprise": str(self.told["enterprise"]), "kind": "appeal",
                "body": BODY, "category": code, "urgency": "normal",
                "contact_name": "联系人", "phone": "13800000000", "prefers": "phone",
            }  # fmt: skip
            title = f"&title={quote('地下车库车位停止续租')}" + "{key}"  # the same words again would be asked about
            made.append(post("/cases/new/", urlencode(given) + title + "&idempotency_key={key}", Cookie=cookie))
        return made

    def _calls(self) -> list[str]:
        body = {"title": "地下车库车位停止续租", "body": BODY, "enterprise": self.told["enterprise"],
                "contact": {"name": "联系人", "phone": "13800000000"}}  # fmt: skip
        codes, tokens = self.told["categories"], self.told["tokens"]
        return [
            post(
                "/api/v1/appeals",
                json.dumps(body | {"category": codes[n % len(codes)]}, ensure_ascii=False),
                "application/json",
                Authorization=f"Bearer {token}",
                Idempotency_Key="{key}",
            )
            for n, token in enumerate(tokens)
        ]

    def statistic(self) -> dict[str, Any]:
        """A year's exact figures, computed anew."""
        found: dict[str, Any] = self.ask("statistic")
        return found

    def measure(self, connections: int, seconds: float, only: set[str]) -> dict[str, Any]:
        found = super().measure(connections, seconds, only)
        if not only or "year" in only:
            found["year"] = self.statistic()
            year = found["year"]
            print(
                f"  {self.name:6} a year, exact: every figure of every unit {year['figures']:.1f} s, the rows behind one "
                f"{year['page']:.2f} s, all {year['lines']:,} of them as a file {year['download']:.1f} s, "
                f"memory + {year['grown']:.0f} MB"
            )
        return found

    def drop(self) -> None:
        super().drop()
        shutil.rmtree(self.home, ignore_errors=True)
