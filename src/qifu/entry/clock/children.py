"""The child processes of a worker: each runs one item at a time, so that an item can be cut without harming another.

A child dies with its parent (the kernel of the system sees to it), leads a process group of its own (what a job
started dies with it), and lets the parent decide about the end of work.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import time
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection
from types import FrameType

from django.db import close_old_connections, connections
from django.utils import timezone

from qifu.kernel.outbox.engine import Outcome, attempt
from qifu.kernel.outbox.registry import Delivery

FORK = multiprocessing.get_context("fork")
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
RECYCLE = 2000  # items, after which a child is replaced: memory that libraries never give back


class Child:
    """One child as its parent sees it."""

    def __init__(self) -> None:
        # A connection that crosses a fork would be shared by two processes.
        connections.close_all()
        self.pipe, theirs = FORK.Pipe()
        self.process = FORK.Process(target=_serve, args=(theirs, self.pipe, os.getpid()))
        self.process.start()
        theirs.close()
        self.delivery: Delivery | None = None
        self.started = 0.0
        self.served = 0

    @property
    def is_alive(self) -> bool:
        return self.process.is_alive()

    @property
    def is_idle(self) -> bool:
        return self.delivery is None and self.is_alive

    @property
    def is_overdue(self) -> bool:
        return self.delivery is not None and time.monotonic() - self.started > self.delivery.time_limit

    def take(self, delivery: Delivery) -> None:
        """Hand the child an item."""
        self.delivery, self.started = delivery, time.monotonic()
        self.served += 1
        with suppress(OSError):  # a child that died while idle: found when its end is read
            self.pipe.send(delivery)

    def collect(self) -> Outcome | None:
        """The outcome of the item, when the child has sent it."""
        try:
            if not self.pipe.poll():
                return None
            outcome: Outcome = self.pipe.recv()
        except (EOFError, OSError):
            return None
        self.delivery = None
        return outcome

    def cut(self) -> None:
        """End the child and all that it started, at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join(5)
        self.pipe.close()


def _serve(pipe: Connection, parents_end: Connection, parent: int) -> None:
    """The life of a child: items in, outcomes out, until the pipe closes."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    parents_end.close()
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave_to_parent)
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            delivery: Delivery = pipe.recv()
            close_old_connections()
            pipe.send(attempt(delivery))


def _leave_to_parent(number: int, frame: FrameType | None) -> None:
    """A handler rather than SIG_IGN: programs that a job starts do not inherit it."""


def clock() -> datetime:
    """The time of this machine."""
    return timezone.now()
