"""Pushing set off at the desk: in the background, with its progress, stopped and gone on with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from qifu.domain.policies.actions import push_runs, pushing, running
from qifu.domain.policies.models import Push, PushRun
from qifu.kernel.errors import Conflict, Forbidden
from qifu.kernel.outbox import Delivery
from qifu.kernel.outbox.models import Item as Waiting
from tests.conftest import NOW
from tests.domain.test_policies_match import ready
from tests.domain.test_policies_screens import entered
from tests.stage import Stage

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


def delivered() -> object:
    """Do what waits."""
    item = Waiting.objects.filter(channel="policies", key__startswith="push:").latest("pk")
    return running.run(Delivery(item.pk, "policies", item.key, item.payload, "", 1, 1, 600, NOW, LATER))


def test_the_desk_sets_off_a_run_and_sees_how_far_it_is(stage: Stage, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    ready(stage, 200)
    client = entered(stage, "admin")
    answer = client.post("/desk/policies/push/")
    run = PushRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/policies/push/{run.pk}/")
    assert (run.state, Push.objects.count()) == ("waiting", 0)  # nothing happens within the request
    assert "排队中" in client.get(answer["Location"]).content.decode()
    assert client.post("/desk/policies/push/").status_code == 409

    assert delivered() == 5
    run.refresh_from_db()
    assert (run.state, run.firms, run.done, run.parcels, run.pushes, run.held_back) == ("done", 1, 1, 1, 5, 0)
    told = Waiting.objects.get(channel="inapp", payload__template="policy_push_done")
    assert told.payload["to"] == f"account:{stage.house.account('admin').pk}"
    assert "已完成" in client.get(f"{answer['Location']}progress/").content.decode()
    assert delivered() == 0  # delivered twice, done once
    assert Push.objects.count() == 5


def test_a_stopped_run_tells_nobody(stage: Stage) -> None:
    ready(stage)
    admin = stage.actor("admin")
    run = push_runs.begin(actor=admin, now=NOW)
    push_runs.stop(actor=admin, now=NOW, run=run.pk)
    assert delivered() == 0
    assert (PushRun.objects.get().state, Push.objects.count()) == ("cancelled", 0)
    with pytest.raises(Conflict):
        push_runs.stop(actor=admin, now=NOW, run=run.pk)
    with pytest.raises(Forbidden):
        push_runs.begin(actor=stage.actor("handler"), now=NOW)
    assert PushRun.objects.count() == 1


def test_a_run_that_is_stopped_underway_keeps_what_was_told(stage: Stage) -> None:
    ready(stage, 200)
    seen: list[tuple[int, int, pushing.Sent]] = []

    def pace(firms: int, done: int, sent: pushing.Sent) -> bool:
        seen.append((firms, done, sent))
        return False

    assert pushing.push(now=NOW, pace=pace).pushes == 5
    assert seen == [(1, 1, pushing.Sent(1, 5, 0))]


def test_a_run_that_nobody_moved_for_hours_gives_way(stage: Stage) -> None:
    ready(stage)
    admin = stage.actor("admin")
    first = push_runs.begin(actor=admin, now=NOW)
    second = push_runs.begin(actor=admin, now=NOW + timedelta(hours=3))
    first.refresh_from_db()
    assert (first.state, second.state) == ("cancelled", "waiting")
