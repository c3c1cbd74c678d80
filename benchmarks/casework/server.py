"""A server under measurement: started, watched (memory, processor time), stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path
from types import TracebackType

TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """One server with its workers, on a port of its own."""

    def __init__(self, command: list[str], env: dict[str, str], cwd: Path, probe: str, log: Path) -> None:
        self.port = free_port()
        self.command = [part.replace("{port}", str(self.port)) for part in command]
        self.env, self.cwd, self.probe, self.log = env, cwd, probe, log
        self.most = self.most_shared = 0.0  # MB, resident: summed as if nothing were shared; with shared pages split
        self._stop = threading.Event()

    def __enter__(self) -> Server:
        self._out = self.log.open("ab")
        self.process = subprocess.Popen(self.command, env=self.env, cwd=self.cwd, stdout=self._out, stderr=self._out)
        for _ in range(300):
            time.sleep(0.2)
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended at once; see {self.log}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.probe}", timeout=5).read()
                break
            except OSError:
                continue
        self._watch = threading.Thread(target=self._watching, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._stop.set()
        self._watch.join()
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._out.close()

    def cpu(self) -> float:
        """Seconds of processor time that master and workers have used so far."""
        return sum(cpu_of(pid) for pid in self._tree())

    def _tree(self) -> list[int]:
        try:
            kids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        except FileNotFoundError:
            kids = []
        return [self.process.pid, *map(int, kids)]

    def _watching(self) -> None:
        while not self._stop.wait(1.0):
            found = [_memory(pid) for pid in self._tree()]
            self.most = max(self.most, sum(own for own, _ in found))
            self.most_shared = max(self.most_shared, sum(shared for _, shared in found))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def cpu_of(pid: int) -> float:
    """Seconds of processor time that the process has used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def _memory(pid: int) -> tuple[float, float]:
    try:
        lines = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:] if ":" in line
        )
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0, 0.0
    return int(lines["Rss"].split()[0]) / 1024, int(lines["Pss"].split()[0]) / 1024
