"""The queue: what is in it after a commit and after a rollback, who may take what, and how a try ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django_tasks import task
from django_tasks.base import TaskContext, TaskResultStatus

from qifu.kernel import outbox
from qifu.kernel.actor import SYSTEM, Actor, Post, Role
from qifu.kernel.errors import Conflict, Forbidden, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox import Delivery, Hopeless, Later, Policy, actions, engine, periodic, queries, retention
from qifu.kernel.outbox.addresses import mask
from qifu.kernel.outbox.engine import Outcome, Verdict
from qifu.kernel.outbox.models import Item, Schedule, State
from qifu.kernel.outbox.registry import registered
from qifu.kernel.sealed import seal

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 30, 8, 40, tzinfo=UTC)
LEASE = timedelta(seconds=60)
ADMINISTRATOR = Actor(account=7, kind="staff", name="管理员", posts=(Post(1, Role.ADMINISTRATOR),))
AUDITOR = Actor(account=8, kind="staff", name="审计员", posts=(Post(1, Role.AUDITOR),))
HANDLER = Actor(account=9, kind="staff", name="承办人", posts=(Post(2, Role.HANDLER),))


def post(key: str = "k", **more: object) -> Item:
    return outbox.post(**{"channel": "test", "key": key, "payload": {}, "now": NOW, **more})  # type: ignore[arg-type]


def claim(now: datetime = NOW, limit: int = 10) -> list[Delivery]:
    return engine.claim(worker="w", now=now, lease=LEASE, limit=limit)


def end(delivery: Delivery, verdict: Verdict, now: datetime = NOW, **more: object) -> list[int]:
    return engine.settle([Outcome(delivery.id, delivery.fence, verdict, **more)], now=now)  # type: ignore[arg-type]


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """A channel that remembers the keys it delivered; the payload may ask it to fail."""
    keys: list[str] = []

    def sender(delivery: Delivery) -> None:
        if error := delivery.payload.get("error"):
            raise {"later": Later(300, "还没配好。"), "hopeless": Hopeless("没有办法。")}.get(error, OSError(error))
        keys.append(delivery.key)

    with registered("test", sender):
        yield keys


class TestPosting:
    def test_rollback_removes_the_item_and_commit_keeps_it(self) -> None:
        with suppress(RuntimeError), transaction.atomic():
            post("gone")
            raise RuntimeError
        with transaction.atomic():
            post("kept")
        assert list(Item.objects.values_list("key", flat=True)) == ["kept"]

    def test_the_same_key_twice_is_one_item_in_one_transaction(self) -> None:
        with transaction.atomic():
            first = post(payload={"n": 1})
            second = post(payload={"n": 2})
            assert Item.objects.count() == 1  # the transaction is whole after the conflict
        assert (first.pk, second.payload) == (second.pk, {"n": 1})

    def test_the_same_key_on_two_channels_is_two_items(self) -> None:
        assert post(channel="sms").pk != post(channel="mail").pk

    def test_two_statements_for_a_post(self, django_assert_num_queries: object) -> None:
        with transaction.atomic(), django_assert_num_queries(2):  # type: ignore[operator]
            post()

    def test_an_open_item_without_a_time_is_refused_by_the_database(self) -> None:
        item = post()
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.filter(pk=item.pk).update(due_at=None)

    @pytest.mark.parametrize("to", ["13800000000", "account:13800000000", "someone", "+8613800000000"])
    def test_an_address_in_clear_is_not_accepted(self, to: str) -> None:
        with pytest.raises(ValueError, match="reference"):
            outbox.tell(channel="sms", to=to, template="sign_in_code", variables={}, key="k", now=NOW)
        assert not Item.objects.exists()

    def test_numbers_in_variables_are_masked_and_secrets_sealed(self) -> None:
        item = outbox.tell(
            channel="sms",
            to="account:12",
            template="sign_in_code",
            variables={"title": "请拨 13800001234 联系"},
            secrets={"code": "482915"},
            key="k",
            now=NOW,
        )
        assert item.payload["variables"]["title"] == "请拨 138****1234 联系"
        assert item.payload["variables"]["code"].startswith("sealed:")
        assert "482915" not in str(item.payload)

    def test_one_event_to_two_people_is_two_items(self) -> None:
        for account in (1, 2, 1):
            outbox.tell(channel="inapp", to=f"account:{account}", template="t", variables={}, key="case:9", now=NOW)
        assert sorted(Item.objects.values_list("key", flat=True)) == ["case:9>account:1", "case:9>account:2"]

    def test_a_sealed_address_is_one_recipient_however_often_it_is_sealed(self) -> None:
        for number in ("+8613900000012", "+8613900000012", "+8613900000013"):
            to = f"sealed:{seal(number)}"
            outbox.tell(channel="sms", to=to, template="t", variables={}, key="code:1", now=NOW)
        assert Item.objects.count() == 2


class TestClaim:
    def test_due_items_by_lane_then_by_time(self) -> None:
        post("late", due=NOW + timedelta(seconds=1))
        post("low", priority=-5)
        post("second")
        post("first", due=NOW - timedelta(seconds=1))
        post("urgent", priority=50)
        assert [d.key for d in claim()] == ["urgent", "first", "second", "low"]
        assert not engine.is_due(NOW)
        assert engine.is_due(NOW + timedelta(seconds=1))

    def test_a_claimed_item_is_not_claimed_again_until_its_lease_ends(self) -> None:
        post()
        (first,) = claim()
        assert (first.attempt, first.fence) == (1, 1)
        assert claim(NOW + LEASE - timedelta(seconds=1)) == []
        (second,) = claim(NOW + LEASE)
        assert (second.attempt, second.fence) == (2, 2)
        assert Item.objects.get().last_error == engine.INTERRUPTED

    def test_a_heartbeat_extends_the_lease(self) -> None:
        post()
        (held,) = claim()
        later = NOW + timedelta(seconds=50)
        assert engine.beat({held.id: held.fence}, now=later, lease=LEASE) == set()
        assert claim(NOW + LEASE) == []
        assert [d.id for d in claim(later + LEASE)] == [held.id]

    def test_an_outcome_with_an_old_fence_is_refused(self) -> None:
        post()
        (slow,) = claim()
        (fresh,) = claim(NOW + LEASE)
        assert end(slow, Verdict.DONE, result="slow") == [slow.id]
        assert engine.beat({slow.id: slow.fence}, now=NOW, lease=LEASE) == {slow.id}
        assert Item.objects.get().state == State.RUNNING
        assert end(fresh, Verdict.DONE, result="fresh") == []
        assert (Item.objects.get().state, Item.objects.get().result) == (State.DONE, "fresh")

    def test_an_item_whose_process_dies_each_time_is_parked(self) -> None:
        post(policy=Policy(max_attempts=3))
        at = NOW
        for attempt in (1, 2, 3):
            assert [d.attempt for d in claim(at)] == [attempt]
            at += LEASE
        assert claim(at) == []
        item = Item.objects.get()
        assert (item.state, item.attempts) == (State.PARKED, 3)
        assert item.last_error == "处理进程连续 3 次意外终止，已停放。请查明原因后重试。"


class TestOutcomes:
    def test_back_off_doubles_with_a_spread_and_has_a_cap(self) -> None:
        item = Item(pk=1, backoff=10)
        waits = []
        for item.attempts in range(1, 15):
            item.fence = item.attempts
            waits.append(engine.pause(item).total_seconds())
        for number, wait in enumerate(waits):
            exact = min(10 * 2**number, 3600)
            assert 0.8 * exact <= wait <= 1.2 * exact
        assert waits[0] == engine.pause(Item(pk=1, backoff=10, attempts=1, fence=1)).total_seconds()

    def test_a_failure_waits_then_parks_when_the_attempts_are_used_up(self, sent: list[str]) -> None:
        post(payload={"error": "网关没有应答"}, policy=Policy(max_attempts=2, backoff=100))
        assert engine.run_due(now=NOW) == 1
        item = Item.objects.get()
        assert (item.state, item.last_error) == (State.WAITING, "OSError: 网关没有应答")
        assert item.due_at is not None
        assert timedelta(seconds=80) <= item.due_at - NOW <= timedelta(seconds=120)
        assert engine.run_due(now=item.due_at) == 1
        assert Item.objects.get().state == State.PARKED
        assert sent == []

    def test_one_failed_destination_does_not_hide_another(self, sent: list[str]) -> None:
        post("a", payload={"error": "x"}, stream="appeals.appeal:12")
        post("b", stream="appeals.appeal:12")
        engine.run_due(now=NOW)
        assert sent == ["b"]
        found = [(item.key, item.state) for item in queries.deliveries("appeals.appeal:12")]
        assert found == [("a", State.WAITING), ("b", State.DONE)]

    def test_later_does_not_count_and_hopeless_parks_at_once(self, sent: list[str]) -> None:
        post("later", payload={"error": "later"})
        post("hopeless", payload={"error": "hopeless"})
        engine.run_due(now=NOW)
        later, hopeless = Item.objects.get(key="later"), Item.objects.get(key="hopeless")
        assert (later.state, later.attempts, later.due_at) == (State.WAITING, 0, NOW + timedelta(seconds=300))
        assert (hopeless.state, hopeless.attempts, hopeless.last_error) == (State.PARKED, 1, "没有办法。")

    def test_a_channel_nobody_delivers_is_parked_with_a_sentence(self) -> None:
        post(channel="pigeon")
        engine.run_due(now=NOW)
        assert Item.objects.get().last_error == "没有登记“pigeon”渠道的发送方式，已停放；请升级后台进程后重试。"

    def test_an_error_is_kept_without_numbers_and_mailboxes(self, sent: list[str]) -> None:
        post(payload={"error": "13800001234 / a.b@example.cn / 110101199003074514 / 12345678901"})
        engine.run_due(now=NOW)
        kept = Item.objects.get().last_error
        assert kept == "OSError: 138****1234 / ***@example.cn / 110101********4514 / ***"

    def test_a_failing_sender_does_not_spoil_the_callers_transaction(self) -> None:
        def breaks(delivery: Delivery) -> None:
            Item.objects.filter(pk=delivery.id).update(due_at=None)

        with registered("test", breaks), transaction.atomic():
            post()
            engine.run_due(now=NOW)
            assert "IntegrityError" in Item.objects.get().last_error


class TestPeople:
    def test_retry_starts_afresh_and_leaves_evidence(self, sent: list[str]) -> None:
        item = post(payload={"error": "hopeless"})
        engine.run_due(now=NOW)
        actions.retry(item.pk, actor=ADMINISTRATOR, now=NOW)
        item.refresh_from_db()
        assert (item.state, item.attempts, item.due_at, item.finished_at) == (State.WAITING, 0, NOW, None)
        record = Record.objects.get(stream=f"outbox.item:{item.pk}")
        assert (record.verb, record.facts["from"], record.facts["to"]) == ("outbox.retry", "parked", "waiting")

    def test_cancel_takes_a_running_item_from_its_worker(self) -> None:
        item = post()
        (held,) = claim()
        actions.cancel(item.pk, actor=SYSTEM, now=NOW)
        assert engine.beat({held.id: held.fence}, now=NOW, lease=LEASE) == {item.pk}
        assert end(held, Verdict.DONE) == [item.pk]
        assert Item.objects.get().state == State.CANCELLED

    @pytest.mark.parametrize("act", [actions.retry, actions.cancel])
    def test_refusals_change_nothing(self, act: object) -> None:
        item = post()
        end(claim()[0], Verdict.DONE)
        with pytest.raises(Forbidden):
            act(item.pk, actor=HANDLER, now=NOW)  # type: ignore[operator]
        with pytest.raises(Conflict, match="已完成"):
            act(item.pk, actor=ADMINISTRATOR, now=NOW)  # type: ignore[operator]
        with pytest.raises(Missing):
            act(item.pk + 1, actor=ADMINISTRATOR, now=NOW)  # type: ignore[operator]
        assert Item.objects.get().state == State.DONE
        assert not Record.objects.exists()


class TestReading:
    def test_counts_listing_and_health(self, django_assert_num_queries: object) -> None:
        for number in range(5):
            post(f"k{number}", due=NOW - timedelta(seconds=number * 10))
        end(claim(limit=1)[0], Verdict.DONE)
        end(claim(limit=1)[0], Verdict.HOPELESS)
        with django_assert_num_queries(2):  # type: ignore[operator]
            assert queries.counts(AUDITOR, now=NOW) == {"test": {"waiting": 3, "done": 1, "parked": 1}}
        first = queries.listing(AUDITOR, size=2)
        second = queries.listing(AUDITOR, size=2, before=first.next)
        third = queries.listing(AUDITOR, size=2, before=second.next)
        keys = [item.key for page in (first, second, third) for item in page.items]
        assert (keys, third.next) == (["k4", "k3", "k2", "k1", "k0"], None)
        assert [item.key for item in queries.listing(AUDITOR, state="parked").items] == ["k3"]
        health = queries.health(now=NOW)
        assert (health.oldest_due_seconds, health.parked, health.workers) == (20.0, 1, 0)
        actions.see("w", started=NOW, now=NOW, running=0)
        assert queries.health(now=NOW).workers == 1
        assert queries.health(now=NOW + timedelta(minutes=1)).workers == 0

    def test_others_do_not_see_the_queue(self) -> None:
        for read in (queries.listing, queries.schedules):
            with pytest.raises(Forbidden):
                read(HANDLER)

    def test_prune_removes_what_is_done_and_old(self) -> None:
        for key in ("old", "parked", "fresh"):
            post(key)
            end(claim()[0], Verdict.HOPELESS if key == "parked" else Verdict.DONE)
        Item.objects.exclude(key="fresh").update(finished_at=NOW - timedelta(days=31))
        post("waiting")
        assert retention.prune(now=NOW) == 1
        assert sorted(Item.objects.values_list("key", flat=True)) == ["fresh", "parked", "waiting"]


class TestPeriodic:
    def hand(self, tick: datetime, now: datetime | None = None, *, at_once: bool = True) -> bool:
        return periodic.hand_over(name="p", tick=tick, now=now or tick, at_once=at_once, policy=Policy())

    def test_a_tick_is_handed_over_once(self) -> None:
        assert self.hand(NOW)
        assert not self.hand(NOW)
        assert Item.objects.get().key == f"p@{NOW.isoformat()}"

    def test_a_tick_is_skipped_while_the_one_before_is_open(self) -> None:
        self.hand(NOW)
        assert not self.hand(NOW + timedelta(minutes=1))
        end(claim()[0], Verdict.DONE)
        assert self.hand(NOW + timedelta(minutes=2))
        assert Item.objects.count() == 2

    def test_a_daily_job_waits_for_its_first_time(self) -> None:
        assert not self.hand(NOW, at_once=False)
        assert self.hand(NOW + timedelta(days=1), at_once=False)

    def test_a_tick_from_a_wrong_clock_does_not_silence_the_schedule(self) -> None:
        Schedule.objects.create(name="p", last_tick=NOW + timedelta(days=365))
        assert self.hand(NOW)

    def test_an_older_tick_of_a_slower_clock_is_not_run_again(self) -> None:
        self.hand(NOW)
        end(claim()[0], Verdict.DONE)
        assert not self.hand(NOW - timedelta(minutes=1), NOW + timedelta(seconds=1))

    def test_schedules_show_their_last_run(self) -> None:
        self.hand(NOW)
        end(claim()[0], Verdict.HOPELESS, sentence="坏了。")
        (run,) = queries.schedules(AUDITOR)
        assert (run.name, run.last_tick, run.state, run.last_error) == ("p", NOW, State.PARKED, "坏了。")


@task
def double(number: int) -> int:
    return 2 * number


@task(takes_context=True)
def which_attempt(context: TaskContext) -> list[object]:
    return [context.attempt, outbox.current().now.isoformat()]


class TestJobs:
    later = datetime(2100, 1, 1, tzinfo=UTC)  # after whatever the database calls now

    def test_a_job_runs_and_its_result_is_kept(self) -> None:
        result = double.enqueue(21)
        assert result.status == TaskResultStatus.READY
        engine.run_due(now=self.later)
        result.refresh()
        assert (result.status, result.return_value, result.attempts) == (TaskResultStatus.SUCCESSFUL, 42, 1)

    def test_a_job_leaves_with_its_transaction(self) -> None:
        with suppress(RuntimeError), transaction.atomic():
            double.enqueue(1)
            raise RuntimeError
        assert not Item.objects.exists()

    def test_a_job_with_a_key_is_enqueued_once(self) -> None:
        double.using(key="import:12").enqueue(1)  # type: ignore[call-arg]
        double.using(key="import:12").enqueue(1)  # type: ignore[call-arg]
        assert Item.objects.count() == 1

    def test_a_job_may_wait_and_may_ask_for_the_time(self) -> None:
        double.using(run_after=self.later + timedelta(seconds=1)).enqueue(1)
        asked = which_attempt.enqueue()
        assert engine.run_due(now=self.later) == 1
        asked.refresh()
        assert asked.return_value == [1, self.later.isoformat()]

    def test_an_unknown_job_is_parked_with_a_sentence(self) -> None:
        post(channel="task", payload={"task": "qifu.nowhere.job", "args": [], "kwargs": {}})
        engine.run_due(now=NOW)
        item = Item.objects.get()
        assert (item.state, item.attempts) == (State.PARKED, 1)
        assert item.last_error == "找不到任务“qifu.nowhere.job”，已停放。请先升级后台进程，再重试。"

    def test_values_that_are_not_plain_are_refused(self) -> None:
        with pytest.raises(TypeError):
            double.enqueue(object())  # type: ignore[arg-type]
        assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("请拨 138 0000-1234。", "请拨 138****1234。"),
        ("+86 138-0000-1234", "+86 138****1234"),
        ("8613800001234", "86138****1234"),
        ("１３８００００１２３４", "１３８****１２３４"),
        ("027-85556666转801", "027-****6666转801"),
        ("（0713）855 5666", "0713-****5666"),
        ("+862785556666", "+8627-****6666"),
        ("420106199001011234", "420106********1234"),
        ("QS2611210482735 于 2026-11-21 13:00 到期，金额 1500000 元", None),
    ],
)
def test_numbers_are_hidden_however_they_are_set_apart(text: str, hidden: str | None) -> None:
    assert mask(text) == (hidden or text)
