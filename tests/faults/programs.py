"""Programs that a trial starts, stops and kills: each is `python -m NAME …` in a process of its own.

They are forked from a server that has read the libraries, but neither settings nor anything of ours.
So a program starts in a fraction of the time, and is otherwise what a fresh interpreter would be.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

LIBRARIES = [
    "click", "cryptography.hazmat.primitives.ciphers.aead", "django.contrib.auth.hashers", "django.core.management",
    "django.db.models", "django.forms", "django.http", "django.template.loader", "docx", "gunicorn.workers.gthread",
    "numpy", "openpyxl", "psycopg", "pydantic", "pypinyin", "rjieba", "segno", "sklearn.feature_extraction.text",
    "sklearn.linear_model", "xlsxwriter",
]  # fmt: skip
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(LIBRARIES)
PATIENCE = 180  # seconds until a program that should end is given up


class Program:
    """One program under way; it leads a group of its own, so that what it started can be killed with it."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str], out: Path, log: Path) -> None:
        given = (module, arguments, dict(environment), str(out), str(log))
        self.process: ForkServerProcess = SERVER.Process(target=_run, args=given)
        self.process.start()

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @property
    def is_alive(self) -> bool:
        return self.process.is_alive()

    def children(self) -> list[int]:
        """The processes that it started itself."""
        with suppress(OSError):
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return []

    def terminate(self) -> None:
        self.process.terminate()

    def wait(self, seconds: float = PATIENCE) -> int | None:
        """Its exit code, once it has ended; None when it has not within the time."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        """Kill this one process, as a kernel short of memory would."""
        self.process.kill()
        self.process.join()

    def kill_group(self) -> None:
        """Kill it with all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.kill()


def call(module: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> Any:
    """Run a program to its end and return the JSON that it printed."""
    out, log = folder / "answer", folder / "log"
    out.unlink(missing_ok=True)
    code = Program(module, *arguments, environment=environment, out=out, log=log).wait()
    assert code == 0, f"{module} {arguments} ended with {code}:\n{log.read_text()[-3000:]}"
    return json.loads(out.read_text())


def _run(module: str, arguments: tuple[str, ...], environment: dict[str, str], out: str, log: str) -> None:
    assert not {"qifu", "tests.conftest"} & set(sys.modules), "what reads settings must be read by the program itself"
    os.setsid()
    for number, place in ((1, out), (2, log)):
        os.dup2(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
