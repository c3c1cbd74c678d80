"""What both sides share: where things lie, how a work is described and driven."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.casework.server import Server, cpu_of

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(tempfile.gettempdir()) / "qifu-bench"
WARM = 2.0
PATIENCE = 60  # seconds for one answer
LIMIT = 1800  # seconds for one statement: of filling, or of one who has gone


@dataclass
class Work:
    """One kind of request: what is sent, how often each may be sent, and how to tell a true answer."""

    name: str
    requests: list[str]
    once: bool = False
    good: tuple[int, ...] = (200,)
    least: int = 0  # bytes of a true answer
    connections: int = 0  # other than asked for


@dataclass
class Side(ABC):
    """One application with its database."""

    name: str
    label: str
    server: str
    database: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    @abstractmethod
    def fill(self, size: int) -> str:
        """Bring the database to the size; say what was done."""

    @abstractmethod
    def serve(self) -> Server:
        """The server, not yet started."""

    @abstractmethod
    def works(self) -> list[Work]:
        """What is asked, in order."""

    def found(self, name: str) -> None:
        """Turn to the database of that name; made if it is not there."""
        self.database = name
        self.made.add(name)
        make_database(self.server, name)

    def drop(self) -> None:
        """Take the databases away."""
        for name in self.made:
            drop_database(self.server, name)

    def later(self) -> list[Work]:
        """What can be asked only after the works: steps of the cases handed in."""
        return []

    def measure(self, connections: int, seconds: float, only: set[str]) -> dict[str, Any]:
        """Drive every work against the running server."""
        found: dict[str, Any] = {}
        with self.serve() as server:
            for works in (self.works, self.later):
                for work in works():
                    if not only or work.name in only:
                        found[work.name] = self.drive(server, work, work.connections or connections, seconds)
                        print(f"  {self.name:6} {said(work.name, found[work.name])}", flush=True)
            found["memory"] = {"resident": server.most, "shared": server.most_shared}
        print(
            f"  {self.name:6} memory {server.most_shared:.0f} MB (shared pages once; {server.most:.0f} MB if counted in each process)"
        )
        return found

    def drive(self, server: Server, work: Work, connections: int, seconds: float) -> dict[str, Any]:
        """Run the load in its own process; watch what server and database spend meanwhile."""
        plan = {
            "host": "127.0.0.1", "port": server.port, "connections": connections, "patience": PATIENCE,
            "warm": 0.0 if work.once else WARM, "seconds": seconds, "requests": work.requests, "once": work.once,
        }  # fmt: skip
        spent, held = server.cpu(), self.backends()
        out = subprocess.run(
            [sys.executable, "-m", "benchmarks.casework.load"],
            input=json.dumps(plan), capture_output=True, text=True, cwd=ROOT, check=True,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(out.stdout)
        share = 1000 / max(1, answer["all"])
        answer["server_cpu"] = (server.cpu() - spent) * share
        answer["database_cpu"] = sum(cpu - held.get(pid, 0.0) for pid, cpu in self.backends().items()) * share
        bad = {status: n for status, n in answer["statuses"].items() if int(status) not in work.good}
        answer["bad"] = sum(bad.values())
        if answer["n"] and (answer["bad"] > answer["n"] // 20 or answer["bytes"] < work.least):
            print(f"  {work.name}: not what was asked: {answer['statuses']}, {answer['bytes']} bytes", file=sys.stderr)
        return answer

    def backends(self) -> dict[int, float]:
        """Processor time of the processes that serve this database, if they run on this machine."""
        if not self.database:
            return {}
        import psycopg

        with psycopg.connect(self.server) as held:
            rows = held.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", (self.database,)).fetchall()
        return {pid: cpu_of(pid) for (pid,) in rows}


def said(name: str, a: dict[str, Any]) -> str:
    return (
        f"{name:14} {a['rate']:8.1f}/s   p50 {a['p50']:7.0f}  p95 {a['p95']:7.0f}  p99 {a['p99']:7.0f} ms   "
        f"{a['n']:5} answers of {a['bytes'] / 1024:5.1f} KB; cpu each: server {a['server_cpu']:5.1f} ms, "
        f"database {a['database_cpu']:5.1f} ms" + (f", {a['bad']} bad {a['statuses']}" if a["bad"] else "")
    )


def get(address: str, **headers: str) -> str:
    return _raw("GET", address, headers, "")


def post(address: str, body: str, kind: str = "application/x-www-form-urlencoded", **headers: str) -> str:
    return _raw("POST", address, headers | {"Content-Type": kind}, body)


def _raw(method: str, address: str, headers: dict[str, str], body: str) -> str:
    """A request as it goes over the wire; `{key}` stands for 32 characters."""
    length = len(body.replace("{key}", "x" * 32).encode())
    lines = [f"{method} {address} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*", "Accept-Language: zh-CN"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}"] if method == "POST" else []
    return "\r\n".join([*lines, "", body])


def json_of(command: list[str], env: dict[str, str]) -> Any:
    """Run a command that answers with JSON."""
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)


def make_database(server: str, name: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as held:
        if not held.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            held.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]


def drop_database(server: str, name: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as held:
        held.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def plain_env() -> dict[str, str]:
    """The environment without what would turn either side into something else; no statement runs for ever."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("QIFU_", "DJANGO_", "DATABASE_URL"))}
    return kept | {
        "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1",
        "PGOPTIONS": f"-c statement_timeout={LIMIT * 1000}",
    }  # fmt: skip


def served_env(env: dict[str, str]) -> dict[str, str]:
    """The same for a server: what nobody waits for any more ends."""
    return env | {"PGOPTIONS": f"-c statement_timeout={PATIENCE * 1000}"}
