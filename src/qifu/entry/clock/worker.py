"""The worker: hands over what time sets off, takes items from the queue, runs them in children, writes how they ended.

One thread, one loop; nothing that an item does can stop it: a child that hangs is cut, one that dies is replaced.
When the database does not answer, outcomes are kept and written when it does.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import wait
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections, transaction

from qifu.entry.clock import schedule
from qifu.entry.clock.children import RECYCLE, Child, clock
from qifu.kernel.outbox import actions, engine
from qifu.kernel.outbox.engine import Outcome, Verdict
from qifu.kernel.outbox.registry import Delivery

log = logging.getLogger("qifu.worker")

BUSY, IDLE = 0.2, 1.0  # seconds between two looks at the queue
FLUSH = 0.05  # seconds that an outcome may wait to be written with others
QUICK = 0.1  # seconds in which a claim should be worked off before the next one is made larger
AHEAD = 32  # items that a worker may hold beyond those that run
HOLD = 0.5  # seconds after which held items go back to the queue, when long ones keep the children
STOPPED = "后台进程停机，稍后重新处理。"
CUT = "处理超过时限 {seconds} 秒，已强行中止。"
DIED = "处理进程意外终止（{how}）。"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a worker works, from the settings."""

    children: int = 2
    lease: float = 60
    grace: float = 30  # how long a stopping worker waits for its items

    @classmethod
    def read(cls) -> Plan:
        return cls(**getattr(settings, "OUTBOX", {}))


class Worker:
    """One worker process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lease = timedelta(seconds=plan.lease)
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.started = clock()
        self.children: list[Child] = []
        self.ready: deque[Delivery] = deque()  # claimed, not yet handed to a child
        self.unwritten: list[Outcome] = []
        self.ahead = 0
        self.claimed_at = self.unwritten_at = 0.0
        self.is_stopping = False
        self.next_look = self.next_beat = self.next_tick = self.next_sight = 0.0
        self.pause = BUSY

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self, *, once: bool = False, burst: bool = False) -> None:
        """Work until told to stop; `once`: what one look finds; `burst`: until nothing is due."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._keep_children()
        looked = False
        try:
            while not self.is_stopping:
                found = self._guarded(may_claim=not (once and looked))
                looked = looked or found is not None
                is_through = (once and looked) or (burst and found == 0)
                if is_through and not self._busy() and not self.unwritten:
                    break
                self._keep_children()  # again: a database that does not answer ends a turn early
                wait([child.pipe for child in self.children], self._nap())
            self._drain()
        finally:
            for child in self.children:
                child.cut()
        self._try(lambda: actions.leave(self.name))

    def _guarded(self, *, may_claim: bool) -> int | None:
        """One turn; None when nothing was looked for or the database did not answer."""
        try:
            return self._turn(may_claim)
        except (DatabaseError, InterfaceError) as error:
            log.warning("数据库没有应答，稍后再试：%s", type(error).__name__)
            connections.close_all()
            self.next_look = time.monotonic() + IDLE
            return None

    def _turn(self, may_claim: bool) -> int | None:
        """Collect outcomes, write them, keep leases, hand over ticks, take new items."""
        freed = self._collect()
        at = time.monotonic()
        self._beat(at)
        self._keep_children()
        self._hand_out()
        if self.ready and at - self.claimed_at > HOLD:
            self._give_back()
        if may_claim:
            self._tick(at)
        is_worth_writing = self.unwritten and (not self.ready or at - self.unwritten_at >= FLUSH)
        is_worth_looking = may_claim and not self.ready and (freed or at >= self.next_look)
        return self._exchange(may_claim, at) if is_worth_writing or is_worth_looking else None

    def _nap(self) -> float:
        """Until the next thing that the clock asks for; an outcome wakes earlier."""
        at = time.monotonic()
        limits = [child.started + child.delivery.time_limit for child in self.children if child.delivery is not None]
        looks = [self.next_look] if any(child.is_idle for child in self.children) else [at + BUSY]
        holds = [self.claimed_at + HOLD] if self.ready else []
        return max(0.01, min([*looks, *limits, *holds, self.next_beat]) - at)

    # -- items ---------------------------------------------------------------------------------------------------

    def _collect(self) -> bool:
        """Gather what the children have finished, and end those that hang or died; answer whether anything came."""
        before = len(self.unwritten)
        self.unwritten_at = self.unwritten_at if before else time.monotonic()
        for child in self.children:
            delivery = child.delivery
            if delivery is None:
                continue
            was_alive = child.is_alive  # asked first: what a dying child sent is still in the pipe
            outcome = child.collect()
            if outcome is not None:
                self.unwritten.append(outcome)
            elif not was_alive:
                how = _how_it_died(child.process.exitcode)
                self._lost(child, delivery, DIED.format(how=how))
            elif child.is_overdue:
                self._lost(child, delivery, CUT.format(seconds=delivery.time_limit))
        return len(self.unwritten) > before

    def _lost(self, child: Child, delivery: Delivery, sentence: str) -> None:
        child.cut()
        child.delivery = None
        self.unwritten.append(Outcome(delivery.id, delivery.fence, Verdict.FAILED, sentence))
        log.warning("%s %s：%s", delivery.channel, delivery.id, sentence)

    def _exchange(self, may_claim: bool, at: float) -> int:
        """Write outcomes and take new items in one transaction; answer how many were taken."""
        idle = sum(child.is_idle for child in self.children)
        room = idle + self.ahead if may_claim and idle and not self.ready else 0
        now = clock()
        if not self.unwritten and (not room or not engine.is_due(now)):
            self._rest(at)
            return 0
        with transaction.atomic():
            refused = engine.settle(self.unwritten, now=now)
            taken = engine.claim(worker=self.name, now=now, lease=self.lease, limit=room) if room else []
        if refused:
            log.warning("结果没有写入，项目已由其他进程接手或已取消：%s", refused)
        self.unwritten = []
        if taken:
            self._suit(at, is_full=len(taken) == room)
            self.ready.extend(taken)
            self._hand_out()
        elif room:
            self._rest(at)
        return len(taken)

    def _suit(self, at: float, *, is_full: bool) -> None:
        """Claim more at a time while items are many and quick, fewer as soon as they are not."""
        is_quick = is_full and at - self.claimed_at < QUICK
        self.ahead = min(2 * self.ahead + 2, AHEAD) if is_quick else self.ahead // 2
        self.claimed_at, self.pause, self.next_look = at, BUSY, at

    def _hand_out(self) -> None:
        for child in self.children:
            if self.ready and child.is_idle:
                child.take(self.ready.popleft())

    def _give_back(self, sentence: str = "") -> None:
        """Return what is held but does not run, uncounted, to whoever is free."""
        self.ahead = 0
        while self.ready:
            held = self.ready.popleft()
            self.unwritten.append(Outcome(held.id, held.fence, Verdict.LATER, sentence))

    def _rest(self, at: float) -> None:
        """Nothing is due: look less often, down to once a second."""
        self.next_look = at + self.pause
        self.pause = min(self.pause * 1.5, IDLE)

    # -- what the clock asks for ---------------------------------------------------------------------------------

    def _beat(self, at: float) -> None:
        """Extend the leases of what is running; what was cancelled or taken over is cut."""
        if at < self.next_beat:
            return
        running = [child.delivery for child in self.children if child.delivery is not None]
        held = {delivery.id: delivery.fence for delivery in [*running, *self.ready]}
        self.next_beat = at + min(self.plan.lease / 3, 5)
        now = clock()
        if held:
            lost = engine.beat(held, now=now, lease=self.lease)
            for child in self.children:
                if child.delivery is not None and child.delivery.id in lost:
                    child.cut()
                    child.delivery = None
            self.ready = deque(delivery for delivery in self.ready if delivery.id not in lost)
        if at >= self.next_sight:
            self.next_sight = at + 10
            actions.see(self.name, started=self.started, now=now, running=len(running))

    def _tick(self, at: float) -> None:
        if at >= self.next_tick:
            self.next_tick = at + IDLE
            schedule.hand_over_due(clock())

    # -- children and the end ------------------------------------------------------------------------------------

    def _keep_children(self) -> None:
        """Replace children that are gone, and those that have served long."""
        for child in [c for c in self.children if c.is_idle and c.served >= RECYCLE]:
            child.cut()
        self.children = [child for child in self.children if child.is_alive or child.delivery is not None]
        while len(self.children) < self.plan.children:
            self.children.append(Child())

    def _busy(self) -> bool:
        return bool(self.ready) or any(child.delivery is not None for child in self.children)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _drain(self) -> None:
        """Let running items end; give back, uncounted, what does not end within the grace."""
        self._give_back(STOPPED)
        until = time.monotonic() + self.plan.grace
        while (self._busy() or self.unwritten) and time.monotonic() < until:
            self._guarded(may_claim=False)
            wait([child.pipe for child in self.children if child.delivery is not None], 0.1)
        for child in self.children:
            if child.delivery is not None:
                delivery, child.delivery = child.delivery, None
                child.cut()
                self.unwritten.append(Outcome(delivery.id, delivery.fence, Verdict.LATER, STOPPED))
        self._try(lambda: engine.settle(self.unwritten, now=clock()))

    def _try(self, write: Any) -> None:
        """A last write; when it fails, the leases run out and another worker takes over."""
        try:
            write()
        except (DatabaseError, InterfaceError) as error:
            log.warning("停机时数据库没有应答：%s", type(error).__name__)


def _how_it_died(code: int | None) -> str:
    if code is None:
        return "原因不明"
    return f"信号 {-code}" if code < 0 else f"退出码 {code}"
