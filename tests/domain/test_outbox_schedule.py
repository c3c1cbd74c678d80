"""When a schedule is due: grid of seconds, and times of day on the wall clock of Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries import proofs
from qifu.entry.clock import proving, schedule
from qifu.entry.clock.schedule import Entry, latest_tick
from qifu.kernel.outbox import Hopeless, engine
from qifu.kernel.outbox.models import Item
from tests.conftest import House
from tests.stage import Stage

NOW = datetime(2026, 9, 30, 8, 40, 12, tzinfo=UTC)  # 16:40:12 in Shanghai


def test_every_so_many_seconds_is_one_grid_for_all_workers() -> None:
    entry = Entry("e", "试验", lambda now: None, every=60)
    assert latest_tick(entry, NOW) == datetime(2026, 9, 30, 8, 40, tzinfo=UTC)
    assert latest_tick(entry, NOW + timedelta(seconds=47)) == datetime(2026, 9, 30, 8, 40, tzinfo=UTC)
    assert latest_tick(entry, NOW + timedelta(seconds=48)) == datetime(2026, 9, 30, 8, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "tick"),
    [
        (time(16, 40), datetime(2026, 9, 30, 8, 40, tzinfo=UTC)),
        (time(16, 41), datetime(2026, 9, 29, 8, 41, tzinfo=UTC)),
        (time(0, 0), datetime(2026, 9, 29, 16, 0, tzinfo=UTC)),
    ],
)
def test_daily_is_the_last_such_time_in_shanghai(at: time, tick: datetime) -> None:
    assert latest_tick(Entry("e", "试验", lambda now: None, daily=at), NOW) == tick


def test_an_entry_needs_exactly_one_rhythm_and_a_free_name() -> None:
    with pytest.raises(ValueError, match="either"):
        Entry("e", "试验", lambda now: None)
    with pytest.raises(ValueError, match="either"):
        Entry("e", "试验", lambda now: None, every=60, daily=time(1))
    with pytest.raises(ValueError, match="twice"):
        schedule.add("outbox.prune", lambda now: None, label="再来一次", every=60)


@pytest.mark.django_db
def test_a_tick_runs_the_job_with_the_clock_of_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[datetime] = []
    monkeypatch.setattr(schedule, "ENTRIES", {"e": Entry("e", "试验", seen.append, every=60)})
    assert schedule.hand_over_due(NOW) == 1
    assert schedule.hand_over_due(NOW + timedelta(seconds=1)) == 0
    assert engine.run_due(now=NOW + timedelta(seconds=2)) == 1
    assert seen == [NOW + timedelta(seconds=2)]
    monkeypatch.setattr(schedule, "ENTRIES", {})
    Item.objects.update(state="waiting", due_at=NOW, attempts=0)
    engine.run_due(now=NOW)
    assert Item.objects.get().last_error == "没有名为“e”的定时任务，已停放。它可能已随升级取消。"


@pytest.mark.django_db
def test_what_has_ended_is_swept(client: Client, house: House) -> None:
    client.force_login(house.account("admin"), backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/me/sessions/")
    (live,) = Session.objects.values_list("session_key", flat=True)
    Session.objects.create(session_key="ended", session_data="", expire_date=NOW - timedelta(seconds=1))
    admin = house.accounts["admin"]
    UserSession.objects.create(user=admin, session_key="ended", ip="10.0.0.1", user_agent="x")
    given = {"username": "admin", "ip_address": "10.0.0.1", "user_agent": "x", "path_info": "/"}
    for age in (182, 184):
        row = AccessAttempt.objects.create(
            **given | {"user_agent": f"{age}"}, get_data="", post_data="", failures_since_start=1
        )
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=NOW - timedelta(days=age))
    Session.objects.filter(session_key=live).update(expire_date=NOW + timedelta(hours=1))
    before = UserSession.objects.count()
    assert schedule.ENTRIES["sessions.sweep"].run(NOW) == 3
    assert list(Session.objects.values_list("session_key", flat=True)) == [live]
    assert UserSession.objects.count() == before - 1
    assert list(AccessAttempt.objects.values_list("user_agent", flat=True)) == ["182"]


@pytest.mark.django_db
def test_counts_that_ran_out_are_swept_from_the_cache(settings: Settings) -> None:
    kept = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "trial_cache"}
    settings.CACHES = {"default": kept}
    call_command("createcachetable", verbosity=0)
    now = datetime.now(UTC)
    for key, lasts in (("short", 60), ("long", 7200)):
        cache.set(key, 1, lasts)
    assert schedule.ENTRIES["sessions.sweep"].run(now + timedelta(hours=1)) == 1
    assert (cache.get("long"), cache.get("short")) == (1, None)


@pytest.mark.django_db
def test_codes_that_ran_out_are_pruned_and_other_parked_items_stay() -> None:
    for template, days in (("sign_in_code", 1), ("sign_in_code", 3), ("work_dispatched", 90)):
        Item.objects.create(
            channel="sms", key=f"{template}{days}", payload={"template": template}, state="parked",
            posted_at=NOW - timedelta(days=days), finished_at=NOW - timedelta(days=days),
        )  # fmt: skip
    assert schedule.ENTRIES["outbox.prune"].run(NOW) == 1
    assert set(Item.objects.values_list("key", flat=True)) == {"sign_in_code1", "work_dispatched90"}


@pytest.mark.django_db
def test_a_row_that_was_bent_is_named_the_night_its_turn_comes(stage: Stage) -> None:
    going, over = stage.to("working"), stage.to("closed")
    nights = [NOW + timedelta(days=n) for n in range(proofs.NIGHTS)]
    assert {row.number for row in proofs.tonight(NOW)} >= {going.number}
    turns = [night for night in nights if over in proofs.tonight(night)]
    assert len(turns) == 1
    for night in nights:
        proving.prove(night)
    Appeal.objects.filter(pk=going.pk).update(state="replied")
    with pytest.raises(Hopeless, match=going.number):
        proving.prove(NOW)
    Appeal.objects.filter(pk=going.pk).update(state="working")
    Appeal.objects.filter(pk=over.pk).update(outcome="beyond")
    with pytest.raises(Hopeless, match=over.number):
        proving.prove(turns[0])
