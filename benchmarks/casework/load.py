"""The load: a closed loop of a few connections in a process of its own. Plan in as JSON, figures out as JSON.

    python -m benchmarks.casework.load < plan.json

A plan names host and port, connections, seconds of warm-up and of measuring, and the requests. Each connection sends its
next request as soon as the answer to the last is there. `{key}` in a request is replaced by 32 fresh hex digits. A plan of
requests that can be sent only once (`once`) ends when they are used up. A request that is not answered within `patience` seconds
counts with the status 0. Raw sockets, so that the load costs little.
"""

from __future__ import annotations

import json
import resource
import socket
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any


class Connection:
    """One keep-alive connection, opened again when the server closes it."""

    def __init__(self, host: str, port: int, patience: float) -> None:
        self.where = (host, port)
        self.patience = patience
        self.socket: socket.socket | None = None
        self.rest = b""

    def ask(self, request: bytes) -> tuple[int, int]:
        """Send, read the whole answer, return status and length."""
        for attempt in range(3):
            try:
                if self.socket is None:
                    self.socket, self.rest = socket.create_connection(self.where, self.patience), b""
                    self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.socket.sendall(request)
                return self._answer(self.socket)
            except TimeoutError:
                self.socket = None
                return 0, 0
            except (ConnectionError, EOFError):
                # A worker that has served its share closes between two answers; the request was not begun.
                self.socket = None
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _answer(self, wire: socket.socket) -> tuple[int, int]:
        data = self.rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more(wire)
        head, data = data[:end].lower(), data[end + 4 :]
        status = int(head.split(b" ", 2)[1])
        mark = head.find(b"\r\ncontent-length:")
        if mark < 0:
            raise RuntimeError("an answer without a length")
        length = int(head[mark + 17 :].split(b"\r", 1)[0])
        got, parts = len(data), [data]
        while got < length:
            parts.append(part := self._more(wire))
            got += len(part)
        self.rest = b"".join(parts)[length:] if got > length else b""
        if b"connection: close" in head:
            wire.close()
            self.socket = None
        return status, length

    def _more(self, wire: socket.socket) -> bytes:
        part = wire.recv(262_144)
        if not part:
            raise EOFError
        return part


class Requests:
    """Hands out the requests in turn; thread-safe."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._raw = [one.encode() for one in plan["requests"]]
        self._once = bool(plan.get("once"))
        self._turn = iter(self._turns())
        self._lock = threading.Lock()

    def _turns(self) -> Iterator[bytes]:
        while True:
            yield from self._raw
            if self._once:
                return

    def next(self) -> bytes | None:
        with self._lock:
            found = next(self._turn, None)
        if found is not None and b"{key}" in found:
            found = found.replace(b"{key}", uuid.uuid4().hex.encode())
        return found


def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the plan; seconds are of the measuring part only."""
    requests, lock = Requests(plan), threading.Lock()
    took: list[float] = []
    statuses: Counter[int] = Counter()
    sizes: list[int] = []
    begin = time.perf_counter() + plan["warm"]
    end = begin + plan["seconds"]
    last, count, used = [begin], [0], [0.0]

    def loop() -> None:
        wire = Connection(plan["host"], plan["port"], plan["patience"])
        while time.perf_counter() < end and (request := requests.next()) is not None:
            started = time.perf_counter()
            status, size = wire.ask(request)
            done = time.perf_counter()
            with lock:
                count[0] += 1
                if started >= begin:
                    took.append(done - started)
                    statuses[status] += 1
                    sizes.append(size)
                    last[0] = max(last[0], done)

    def cpu() -> float:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        return spent.ru_utime + spent.ru_stime

    threads = [threading.Thread(target=loop) for _ in range(plan["connections"])]
    for thread in threads:
        thread.start()
    time.sleep(max(0.0, begin - time.perf_counter()))
    used[0] = cpu()
    for thread in threads:
        thread.join()
    seconds = last[0] - begin
    took.sort()

    def at(share: float) -> float:
        return took[min(len(took) - 1, int(len(took) * share))] * 1000 if took else 0.0

    return {
        "n": len(took),
        "all": count[0],
        "seconds": seconds,
        "rate": len(took) / seconds if seconds > 0 else 0.0,
        "p50": at(0.5),
        "p95": at(0.95),
        "p99": at(0.99),
        "statuses": {str(status): n for status, n in statuses.items()},
        "bytes": sum(sizes) // len(sizes) if sizes else 0,
        "cpu": (cpu() - used[0]) / seconds if seconds > 0 else 0.0,
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
