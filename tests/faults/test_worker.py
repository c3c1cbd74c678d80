"""The worker under kill, hang, poison and stop: real processes on a real database file or server, short leases."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.utils import load_backend

from qifu.kernel.actor import SYSTEM
from qifu.kernel.outbox import actions
from qifu.kernel.outbox.models import Item, State, Worker
from tests.faults import worker_jobs as jobs
from tests.faults.ground import Ground
from tests.faults.programs import Program

pytestmark = pytest.mark.faults

LEASE = 2
PATIENCE = 60  # seconds until a trial is given up


class Field:
    """A database with a mark file, and the workers let loose on it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.marks, self.log = folder / "marks", folder / "log"
        self.workers: list[Program] = []
        self.environment = environment | {"QIFU_TRIAL": str(self.marks), "QIFU_WORKER_LEASE": str(LEASE)}

    def start(self, *options: str) -> Program:
        module = "tests.faults.worker_trial"
        made = Program(module, *options, environment=self.environment, out=self.log, log=self.log)
        self.workers.append(made)
        return made

    def lines(self) -> list[str]:
        return self.marks.read_text().splitlines() if self.marks.exists() else []

    def stop(self) -> None:
        for program in self.workers:
            program.kill_group()


def until(condition: Callable[[], Any], what: str) -> None:
    """Wait for the condition, and fail by its name when it does not come."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def database(ground: Ground) -> Iterator[dict[str, str]]:
    """A database of the trials' own: the workers are processes of their own."""
    with ground.copy() as environment:
        yield environment


@pytest.fixture
def field(database: dict[str, str], tmp_path: Path, django_db_blocker: Any) -> Iterator[Field]:
    """The database of the trials as the default one of this process, its queue empty; its workers end with the trial."""
    usual = connections["default"]
    values = {**usual.settings_dict, "NAME": database["DATABASE_URL"].removeprefix("sqlite:///")}
    if usual.vendor == "postgresql":
        values["NAME"] = database["DATABASE_URL"].rpartition("/")[2]
    with django_db_blocker.unblock():
        connections["default"] = load_backend(values["ENGINE"]).DatabaseWrapper(values, "default")
        made = Field(tmp_path, database)
        try:
            Item.objects.all().delete()
            Worker.objects.all().delete()
            yield made
        finally:
            made.stop()
            connections["default"].close()
            connections["default"] = usual


def states() -> dict[str, int]:
    return dict(Counter(Item.objects.values_list("state", flat=True)))


def job() -> Item:
    return Item.objects.get(channel="task")


def test_a_committed_job_runs_and_a_rolled_back_one_does_not(field: Field) -> None:
    with suppress(RuntimeError), transaction.atomic():
        jobs.mark.enqueue("rolled back")
        raise RuntimeError
    with transaction.atomic():
        jobs.mark.using(key="same").enqueue("committed")  # type: ignore[call-arg]
        jobs.mark.using(key="same").enqueue("committed")  # type: ignore[call-arg]
    assert field.start("--burst").wait(PATIENCE) == 0
    assert field.lines() == ["committed"]
    assert (job().state, job().result) == (State.DONE, "committed")
    assert not Worker.objects.exists()  # it took its leave


def test_kill_of_a_busy_worker_runs_the_job_once_more_after_the_lease(field: Field) -> None:
    jobs.linger.enqueue("job", 60)
    first = field.start()
    until(lambda: field.lines() == ["job start 1"], "the job starts")
    first.kill()
    killed = time.monotonic()
    field.start()
    until(lambda: job().state == State.DONE, "another worker takes over")
    assert time.monotonic() - killed >= LEASE - 1  # leases are extended each third of their length
    time.sleep(0.3)
    assert field.lines() == ["job start 1", "job start 2", "job end 2"]  # the first run died with its worker


def test_kill_of_an_idle_worker_leaves_the_queue_to_the_others(field: Field) -> None:
    first, _ = field.start(), field.start()
    until(lambda: Worker.objects.count() == 2, "both workers are there")
    first.kill()
    for number in range(20):
        jobs.mark.enqueue(str(number))
    until(lambda: states() == {"done": 20}, "the other worker does all")
    assert sorted(map(int, field.lines())) == list(range(20))


def test_poison_and_a_job_that_kills_its_process_are_parked_and_harm_nobody(field: Field) -> None:
    jobs.poison.enqueue("poison")
    jobs.kill_itself.enqueue("killer")
    for number in range(30):
        jobs.mark.enqueue(f"job {number}")
    worker = field.start()
    until(lambda: states() == {"done": 30, "parked": 2}, "30 done, 2 parked")
    assert worker.is_alive
    assert Counter(field.lines()) == Counter({"poison": 3, "killer": 3} | {f"job {n}": 1 for n in range(30)})
    errors = set(Item.objects.filter(state=State.PARKED).values_list("last_error", flat=True))
    assert errors == {"ValueError: 这份数据无法处理。", "处理进程意外终止（信号 9）。"}
    assert set(Item.objects.filter(state=State.DONE).values_list("attempts", flat=True)) == {1}


def test_a_stuck_job_is_cut_with_all_that_it_started(field: Field) -> None:
    jobs.hang.enqueue("stuck")
    jobs.mark.enqueue("next")
    started = time.monotonic()
    assert field.start("--burst", "--children=1").wait(PATIENCE) == 0
    assert time.monotonic() - started < 15  # two tries of one second, not thirty
    assert Counter(field.lines()) == {"stuck": 2, "next": 1}
    parked = Item.objects.get(state=State.PARKED)
    assert parked.last_error == "处理超过时限 1 秒，已强行中止。"
    assert (
        f"sleep {jobs.LONG}".encode()
        not in subprocess.run(["ps", "-eo", "args"], capture_output=True, check=True).stdout
    )


def test_sigterm_lets_the_running_job_end_and_takes_no_other(field: Field) -> None:
    jobs.linger.enqueue("job", 1.5)
    worker = field.start("--children=1")
    until(field.lines, "the job starts")
    jobs.mark.enqueue("not any more")
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    assert field.lines() == ["job start 1", "job end 1"]
    assert states() == {"done": 1, "waiting": 1}


def test_a_job_longer_than_the_grace_is_given_back_uncounted(field: Field) -> None:
    jobs.linger.enqueue("job", 60)
    field.environment["QIFU_WORKER_GRACE"] = "0.3"
    worker = field.start()
    until(field.lines, "the job starts")
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    item = job()
    assert (item.state, item.attempts, item.last_error) == (State.WAITING, 0, "后台进程停机，稍后重新处理。")


def test_cancelling_a_running_job_cuts_it(field: Field) -> None:
    jobs.linger.enqueue("job", 60)
    jobs.mark.enqueue("next")
    worker = field.start("--children=1")
    until(lambda: field.lines() == ["job start 1"], "the job starts")
    actions.cancel(
        Item.objects.get(state=State.RUNNING).pk, actor=SYSTEM, now=Item.objects.get(state=State.RUNNING).posted_at
    )
    until(lambda: states() == {"cancelled": 1, "done": 1}, "the worker is free for the next")
    assert worker.is_alive
    assert field.lines() == ["job start 1", "next"]


def test_a_tick_runs_once_with_two_workers(field: Field) -> None:
    field.environment["QIFU_TRIAL_TICK"] = "1"
    for _ in range(2):
        field.start()
    until(lambda: len(field.lines()) >= 4, "four ticks")
    for worker in field.workers:
        worker.terminate()
        assert worker.wait(PATIENCE) == 0
    ticks = Item.objects.filter(stream="schedule.trial.tick")
    assert len(field.lines()) == ticks.filter(state=State.DONE).count()
    assert set(ticks.values_list("attempts", flat=True)) <= {0, 1}


def test_two_workers_share_a_backlog_without_loss_or_double(field: Field) -> None:
    with transaction.atomic():
        for number in range(300):
            jobs.mark.enqueue(str(number))
    for worker in [field.start("--burst"), field.start("--burst")]:
        assert worker.wait(PATIENCE) == 0
    assert sorted(map(int, field.lines())) == list(range(300))
    assert states() == {"done": 300}
    assert set(Item.objects.values_list("attempts", flat=True)) == {1}


def test_held_quick_jobs_go_back_when_long_ones_keep_the_children(field: Field) -> None:
    """A worker claims ahead while jobs are quick; what it holds must not wait behind a long one."""
    with transaction.atomic():
        for number in range(60):
            jobs.mark.enqueue(str(number))
        jobs.linger.enqueue("long", 600)
        for number in range(60, 80):
            jobs.mark.enqueue(str(number))
    field.start("--children=1")
    until(lambda: "long start 1" in field.lines(), "the long job starts")
    field.start("--children=1")
    until(lambda: states() == {"done": 80, "running": 1}, "the other worker does the quick ones meanwhile")
    assert Counter(field.lines()) == Counter({"long start 1": 1} | {str(n): 1 for n in range(80)})
    assert set(Item.objects.values_list("attempts", flat=True)) == {1}


def test_a_database_that_does_not_answer_is_waited_for(field: Field) -> None:
    """The server drops every connection while a job runs: its outcome is written when the server answers again."""
    if connections["default"].vendor != "postgresql":
        pytest.skip("the embedded database has no connections to lose")
    jobs.linger.enqueue("job", 1)
    worker = field.start()
    until(field.lines, "the job starts")
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    until(lambda: job().state == State.DONE, "the outcome is written")
    assert worker.is_alive
    assert field.lines() == ["job start 1", "job end 1"]
