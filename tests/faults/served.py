"""A served site for trials: `qifu serve`, `qifu worker`, and clients that retry until they are answered."""

from __future__ import annotations

import http.client
import json
import random
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.programs import Program, call

PATIENCE = 120  # seconds until a client, or a start, is given up
QIFU = "qifu.entry.cli.main"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Told:
    """What the clients were answered."""

    steps: dict[str, list[str]] = field(default_factory=dict)  # number → steps acknowledged
    answers: Counter[int] = field(default_factory=Counter)  # by status; 0: cut off
    strange: list[str] = field(default_factory=list)
    done: int = 0  # submissions and steps acknowledged
    resent: int = 0  # of what had been acknowledged before
    lock: threading.Lock = field(default_factory=threading.Lock)


class Site:
    """The processes of one trial, on a database of their own."""

    def __init__(self, folder: Path, environment: Mapping[str, str], cast: dict[str, Any]) -> None:
        self.folder, self.environment, self.cast = folder, dict(environment), cast
        self.port, self.log = free_port(), folder / "log"
        self.told = Told()
        self.server: Program | None = None
        self.workers: list[Program] = []

    def call(self, *arguments: str, module: str = "tests.faults.trial") -> Any:
        """Run a program on the trial's database and read the JSON that it prints."""
        return call(module, *arguments, environment=self.environment, folder=self.folder)

    def audit(self) -> dict[str, Any]:
        """Let the queue run empty, and hold the database against what the clients were told."""
        place = self.folder / "told"
        place.write_text(json.dumps(self.told.steps))
        found: dict[str, Any] = self.call("audit", str(place))
        return found

    def serve(self, workers: int = 2) -> None:
        """Serve as an installation does."""
        self.server = self._start(QIFU, "serve", f"--port={self.port}", f"--workers={workers}", "--threads=4")

    def work(self, module: str = QIFU, *arguments: str) -> None:
        """Start one more worker."""
        self.workers.append(self._start(module, *(arguments or ("worker",))))

    def _start(self, module: str, *arguments: str) -> Program:
        return Program(module, *arguments, environment=self.environment, out=self.log, log=self.log)

    def until_served(self, seconds: float = PATIENCE) -> float:
        """Wait until it answers that all is well; return how long that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            with suppress(OSError, http.client.HTTPException, ValueError):
                if self.ask("GET", "/healthz", timeout=5)[0] == 200:
                    return time.monotonic() - begun
            time.sleep(0.05)
        raise AssertionError(f"not served within {seconds} s:\n{self.log.read_text()[-2000:]}")

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> tuple[int, str, dict[str, str]]:  # fmt: skip
        """One request on a connection of its own: status, text, headers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            with suppress(BrokenPipeError):  # refused before all of it was sent: the answer is there already
                line.request(method, path, body, dict(headers or {}))
            answer = line.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), dict(answer.headers)
        finally:
            line.close()

    def post(self, who: str, path: str, body: object, key: str = "") -> tuple[int, dict[str, Any]]:
        """One call of the API: status and answer."""
        headers = {"Authorization": f"Bearer {self.cast['tokens'][who]}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        status, text, _ = self.ask("POST", f"/api/v1{path}", json.dumps(body).encode(), headers)
        return status, json.loads(text)

    def a_case(self, n: object, who: str = "contact") -> dict[str, Any]:
        """What is handed in for one more case."""
        return {"enterprise": self.cast["enterprise"], "title": f"停车 {n}", "body": "公司员工停车困难。",
                "category": "premises.parking", "contact": {"name": "钱经理", "phone": "19900001234"}}  # fmt: skip

    def web_workers(self) -> list[int]:
        """The processes that answer requests."""
        return self.server.children() if self.server else []

    def limit_files(self, size: int) -> None:
        """Let nothing that serves or works make a file longer than so many bytes; -1 lifts it."""
        tops = [program for program in (self.server, *self.workers) if program is not None]
        for pid in {pid for top in tops for pid in (top.pid, *top.children())}:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def kill_server(self) -> None:
        if self.server is not None:
            self.server.kill_group()

    def kill_worker(self) -> None:
        """Kill the one longest at work."""
        if self.workers:
            self.workers.pop(0).kill()

    def stop(self) -> None:
        for program in [*self.workers, *([self.server] if self.server else [])]:
            program.kill_group()
        self.server, self.workers = None, []


Next = list[tuple[str, str, dict[str, Any], int]]  # who, step, what it needs, how often out of ten


class Client(threading.Thread):
    """Hands in cases and takes their steps; retries each call with its key until it is answered."""

    def __init__(self, number: int, seed: int, site: Site, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.draw, self.site, self.told = number, random.Random(seed * 1000 + number), site, site.told
        self.cast, self.enough, self.calls = site.cast, enough, 0
        self.line: http.client.HTTPConnection | None = None
        self.open: dict[str, str] = {}  # number → state
        self.given_up = False

    def ways(self, state: str) -> Next:
        unit = {"unit": self.cast["unit"]}
        reply = {"outcome": "solved", "text": "已协调新增车位。"}
        found: dict[str, Next] = {
            "submitted": [("dispatcher", "accept", {}, 9), ("contact", "add", {"text": "补充"}, 2)],
            "accepted": [("dispatcher", "dispatch", unit, 10)],
            "dispatched": [("handler", "sign", {}, 8),
                           ("handler", "return", {"cause": "duty", "reason": "不属于本单位"}, 2)],
            "working": [("handler", "reply", reply, 8), ("handler", "note", {"text": "已联系"}, 4)],
            "replied": [("contact", "confirm", {}, 7), ("contact", "refuse", {"reason": "没有解决"}, 3)],
            "disputed": [],
        }  # fmt: skip
        return found.get(state, [])

    def run(self) -> None:
        while not self.enough.is_set() and not self.given_up:
            number = self.draw.choice(sorted(self.open)) if self.open else ""
            if number and (len(self.open) > 3 or self.draw.random() < 0.75):
                self._step(number)
            else:
                self._submit()

    def _submit(self) -> None:
        who = self.draw.choice(["contact", "contact", "dispatcher", "system"])
        self.calls += 1
        key = f"c{self.number}-{self.calls}"
        body = self.site.a_case(key)
        if who == "system":  # an outside system knows its own number, and no key
            body, key = body | {"external": key}, ""
        answer = self._until_answered(who, "/api/v1/appeals", body, key, good=201)
        if answer is not None:
            with self.told.lock:
                self.told.steps.setdefault(answer["number"], [])
                self.told.done += 1
            self.open[answer["number"]] = answer["state"]

    def _step(self, number: str) -> None:
        ways = self.ways(self.open[number])
        if not ways:
            del self.open[number]
            return
        who, step, needs, _ = self.draw.choices(ways, [way[3] for way in ways])[0]
        self.calls += 1
        answer = self._until_answered(
            who, f"/api/v1/appeals/{number}/{step}", needs, f"c{self.number}-{self.calls}", good=200
        )
        if answer is not None:
            with self.told.lock:
                self.told.steps[number].append(step)
                self.told.done += 1
            self.open[number] = answer["state"]

    def _until_answered(self, who: str, path: str, body: dict[str, Any], key: str, good: int) -> dict[str, Any] | None:
        """Send until it is answered; now and then send again what was answered already: it must say the same."""
        first = self._patiently(who, path, body, key, good)
        if first is not None and self.draw.random() < 0.1:
            again = self._patiently(who, path, body, key, good)
            with self.told.lock:
                self.told.resent += 1
                if again is None or again["number"] != first["number"] or again["state"] != first["state"]:
                    self.told.strange.append(f"sent again, answered otherwise: {first} {again}")
        return first

    def _patiently(self, who: str, path: str, body: dict[str, Any], key: str, good: int) -> dict[str, Any] | None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            status, answer = self._send(who, path, body, key)
            with self.told.lock:
                self.told.answers[status] += 1
            if status == good:
                return answer
            if 0 < status < 500:
                self._strange(f"{path} {key}: {status} {answer}")
                return None
            if status == 500 or (status == 503 and "detail" not in answer):
                self._strange(f"{path} {key}: {status} {answer}")
            time.sleep(self.draw.uniform(0.02, 0.2))
        self.given_up = True
        self._strange(f"{path} {key}: not answered within {PATIENCE} s")
        return None

    def _strange(self, what: str) -> None:
        with self.told.lock:
            self.told.strange.append(what)

    def _send(self, who: str, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.cast['tokens'][who]}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            self.line = self.line or http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30)
            self.line.request("POST", path, json.dumps(body).encode(), headers)
            answer = self.line.getresponse()
            text = answer.read()
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {"text": text.decode("utf-8", "replace")[:200]}
        except (OSError, http.client.HTTPException):
            if self.line is not None:
                self.line.close()
            self.line = None
            return 0, {}
