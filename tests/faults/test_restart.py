"""PostgreSQL is restarted, in order and by a crash, under load, and finds its disk full: nothing acknowledged is lost, whoever asks
meanwhile is told so, and the web goes on by itself."""

from __future__ import annotations

import errno
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qifu.entry.theme.unavailable import FULL
from tests.faults import cluster
from tests.faults.ground import SEED, TRIALS, environment
from tests.faults.programs import call
from tests.faults.served import PATIENCE, Client, Site

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(bool(cluster.missing()), reason=cluster.missing()),
]

RESTARTS = 2 * TRIALS  # one crash in two
CLIENTS = 4
BETWEEN = (15, 40)  # acknowledged operations from one restart to the next
SMALL = "128m"  # a disk for the database alone
MOST = 400  # cases handed in until the disk is full
SENTENCE = "数据库暂时没有应答，这次操作没有完成。请过几秒再试；重复提交不会产生两件。"


@pytest.fixture(scope="module")
def server() -> Iterator[cluster.Cluster]:
    with cluster.running() as made:
        yield made


@pytest.fixture(scope="module")
def site(server: cluster.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on the cluster, on a small disk where one can be mounted."""
    folder = tmp_path_factory.mktemp("restart")
    told = environment(folder / "home", server.small_place(SMALL) or server.url)
    made = Site(folder, told, call("tests.faults.trial", "begin", environment=told, folder=folder))
    try:
        made.serve()
        made.work()
        made.until_served()
        yield made
    finally:
        made.stop()


def test_a_restart_of_the_database_loses_nothing_and_is_told(
    server: cluster.Cluster, site: Site, tell: Callable[..., None]
) -> None:
    assert {name: server.setting(name) for name in ("fsync", "synchronous_commit", "full_page_writes")} == {
        "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
    }  # fmt: skip
    draw, told, enough, back = random.Random(SEED), site.told, threading.Event(), []
    clients = [Client(number, SEED, site, enough) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    processes = site.web_workers()
    for turn in range(RESTARTS):
        until_done(site, draw.randint(*BETWEEN))
        server.stop("immediate" if turn % 2 == 0 else "fast")
        said_while_down(site)
        server.start()
        back.append(round(site.until_served(), 2))
        until_done(site, 1)
    enough.set()
    for client in clients:
        client.join(PATIENCE)
        assert not client.is_alive()
    found = site.audit()
    tell(operations=told.done, restarts=RESTARTS, seconds_until_served=back, answers=told.answers, **found)
    assert site.web_workers() == processes  # nobody had to restart the web
    assert all(program.is_alive for program in site.workers)
    assert told.strange == []
    assert (found["wrong"], found["cases"]) == ([], len(told.steps))
    assert found["evidence"]["ok"], found["evidence"]
    assert set(found["items"]) == {"done"}
    assert told.answers[503] + told.answers[0] > 0


def until_done(site: Site, more: int) -> None:
    """Wait until so many more operations were acknowledged."""
    goal, end = site.told.done + more, time.monotonic() + PATIENCE
    while site.told.done < goal:
        assert time.monotonic() < end, f"{site.told.done} of {goal} operations; {site.told.strange[-3:]}"
        time.sleep(0.01)


def said_while_down(site: Site) -> None:
    """Programs get a problem document, people a page, monitors a plain no: each at once, each in a sentence."""
    begun = time.monotonic()
    status, problem = site.post("contact", "/appeals", site.a_case("停机"), key="down")
    assert (status, problem["status"], problem["code"], problem["detail"]) == (503, 503, "unavailable", SENTENCE)
    for who, path in (("contact", "/cases/new/"), ("dispatcher", "/desk/"), ("contact", "/")):
        headers = {"Cookie": f"sessionid={site.cast['sessions'][who]}"}
        status, page, told = site.ask("GET", path, headers=headers)
        assert (status, told["Retry-After"], SENTENCE in page) == (503, "5", True), (path, status, page[:2000])
    status, text, _ = site.ask("GET", "/healthz")
    assert (status, json.loads(text)) == (503, {"ok": False, "database": False})
    assert time.monotonic() - begun < 20


def test_a_full_disk_of_the_database_loses_nothing_and_is_told(
    server: cluster.Cluster, site: Site, tell: Callable[..., None]
) -> None:
    if server.small is None:
        pytest.skip("no disk can be mounted here: that takes the rights of an administrator")
    answers, ballast = Counter[int](), server.small.parent / "ballast"
    fill(ballast)
    while answers[503] < 10 and answers.total() < MOST:
        status, answer = site.post("contact", "/appeals", site.a_case("满"), key=f"full{answers.total()}")
        answers[status] += 1
        if status == 201:
            site.told.steps[answer["number"]] = []
        else:
            assert (status, answer["detail"]) == (503, FULL)
    headers = {"Cookie": f"sessionid={site.cast['sessions']['contact']}"}
    assert site.ask("GET", "/cases/", headers=headers)[0] == 200  # reading goes on
    ballast.unlink()
    for n in range(answers.total()):  # the same keys again: those refused are new, those acknowledged are known
        status, answer = site.post("contact", "/appeals", site.a_case("满"), key=f"full{n}")
        assert status == 201
        site.told.steps[answer["number"]] = []
    found = site.audit()
    tell(answers=answers, **found)
    assert answers[503] >= 10
    assert (found["wrong"], found["cases"], found["evidence"]["broken"]) == ([], len(site.told.steps), "")
    assert set(found["items"]) == {"done"}
    assert all(worker.is_alive for worker in site.workers)


def fill(ballast: Path) -> None:
    """Write until nothing more fits."""
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 2**12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
