"""Jobs for the trials of the worker: each leaves a line in a file, so that runs can be counted from outside."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime
from pathlib import Path

from django_tasks import task

from qifu.kernel import outbox
from qifu.kernel.outbox import Policy

LONG = "30.271828"  # seconds, and a name by which it is found among all that runs
QUICK = Policy(max_attempts=3, backoff=0, time_limit=1)


def _mark(line: str) -> None:
    """One write of one line: whole, however many processes write."""
    with Path(os.environ["QIFU_TRIAL"]).open("a") as file:
        file.write(f"{line}\n")


@task
def mark(name: str) -> str:
    _mark(name)
    return name


@task
def linger(name: str, seconds: float) -> None:
    """Long at the first try only, so that a taken-over run ends soon."""
    _mark(f"{name} start {outbox.current().attempt}")
    if outbox.current().attempt == 1:
        time.sleep(seconds)
    _mark(f"{name} end {outbox.current().attempt}")


@task(policy=QUICK)
def poison(name: str) -> None:
    _mark(name)
    raise ValueError("这份数据无法处理。")


@task(policy=QUICK)
def kill_itself(name: str) -> None:
    _mark(name)
    os.kill(os.getpid(), signal.SIGKILL)


@task(policy=Policy(max_attempts=2, backoff=0, time_limit=1))
def hang(name: str) -> None:
    """Deaf to alarms and to polite signals, and with a program of its own running."""
    _mark(name)
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.system(f"sleep {LONG} && echo '{name} survived' >> \"$QIFU_TRIAL\"")


def tick(now: datetime) -> None:
    _mark(f"tick {int(now.timestamp())}")
