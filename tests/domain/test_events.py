"""Events: their flow, places that are never given twice, the waiting list, the door, opinions, invitations."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest

from qifu.domain.events import flow
from qifu.domain.events.actions import afterwards, clocked, door, inviting, keeping, registering
from qifu.domain.events.actions.door import Check
from qifu.domain.events.models import CheckIn, Event, Invitation, Opinion, Registration
from qifu.domain.registry.models import Agency
from qifu.engines.flow import Flow
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW
from tests.domain import event_room
from tests.domain.event_room import STARTS, come, person, published
from tests.stage import Stage

ALLOWED = {
    "event": {
        ("draft", "publish"): "published", ("published", "close"): "closed", ("closed", "reopen"): "published",
        ("published", "hold"): "held", ("closed", "hold"): "held", ("draft", "cancel"): "cancelled",
        ("published", "cancel"): "cancelled", ("closed", "cancel"): "cancelled",
    },
    "registration": {
        ("registered", "cancel"): "cancelled", ("waiting", "cancel"): "cancelled", ("waiting", "move_up"): "registered",
        ("registered", "check_in"): "attended", ("no_show", "check_in"): "attended",
        ("attended", "undo_check_in"): "registered", ("registered", "miss"): "no_show", ("waiting", "lapse"): "cancelled",
    },
    "booking": {
        ("asked", "approve"): "approved", ("asked", "refuse"): "refused", ("asked", "cancel"): "cancelled",
        ("approved", "cancel"): "cancelled", ("approved", "use"): "used", ("missed", "use"): "used",
        ("approved", "miss"): "missed", ("used", "miss"): "missed",
    },
}  # fmt: skip


@pytest.mark.parametrize("one", [flow.EVENT, flow.REGISTRATION, flow.BOOKING], ids=lambda one: one.name)
def test_every_pair_of_state_and_step(one: Flow) -> None:
    found = {}
    for state, step in product(one.states, one.steps):
        with suppress(Conflict):
            found[state, step] = flow.target(one, state, step, {"reason": "天气"})
    assert found == ALLOWED[one.name]
    with pytest.raises(Missing):
        flow.target(one, one.begins, "fly")


def told(template: str) -> int:
    return Item.objects.filter(payload__template=template, channel="inapp").count()


def counters(event: Event) -> tuple[int, int]:
    row = Event.objects.get(pk=event.pk)
    states = list(Registration.objects.filter(event=row).values_list("state", flat=True))
    assert row.taken == sum(state in flow.SEATED for state in states)
    assert row.waiting == states.count("waiting")
    return row.taken, row.waiting


def test_places_then_the_waiting_list_then_nothing(stage: Stage) -> None:
    event = published(stage)
    people = [person(n) for n in range(5)]
    states = [come(one, event, n).state for n, one in enumerate(people[:4])]
    assert states == ["registered", "registered", "waiting", "waiting"]
    with pytest.raises(Conflict, match="名额和候补都已满"):
        come(people[4], event, 4)
    assert counters(event) == (2, 2)
    assert (told("event_registered"), told("event_waiting")) == (2, 2)
    with pytest.raises(Conflict, match="已经报过名"):
        come(people[0], event, 0)


def test_the_same_key_registers_once(stage: Stage) -> None:
    event, one = published(stage), person(1)
    first = come(one, event, 1, key="k")
    assert come(one, event, 1, key="k").pk == first.pk
    with pytest.raises(Conflict):
        come(one, event, 2, key="k")
    assert counters(event) == (1, 0)


def test_who_gives_a_place_back_makes_room_for_who_waits_longest(stage: Stage) -> None:
    event = published(stage)
    people = [person(n) for n in range(4)]
    rows = [come(one, event, n) for n, one in enumerate(people)]
    registering.cancel(actor=people[0], now=NOW, code=rows[0].code)
    assert [Registration.objects.get(pk=row.pk).state for row in rows] == [
        "cancelled",
        "registered",
        "registered",
        "waiting",
    ]
    assert counters(event) == (2, 1)
    assert told("event_moved_up") == 1
    with pytest.raises(Missing):
        registering.cancel(actor=people[1], now=NOW, code=rows[2].code)
    with pytest.raises(Conflict, match="已经开始"):
        registering.cancel(actor=people[1], now=STARTS, code=rows[1].code)
    come(people[0], event, 0)  # whoever cancelled may come again
    assert counters(event) == (2, 2)
    verbs = list(Record.objects.filter(stream=event.stream).order_by("seq").values_list("verb", flat=True))
    assert verbs == [
        "events.make",
        "events.step",
        *["events.register"] * 4,
        "events.give_back",
        "events.move_up",
        "events.register",
    ]


def test_the_window_is_kept(stage: Stage) -> None:
    event = published(stage, opens=NOW + timedelta(days=1))
    with pytest.raises(Conflict, match="开始报名"):
        come(person(1), event, 1)
    with pytest.raises(Conflict, match="截止"):
        come(person(2), event, 2, now=STARTS)
    made = keeping.make(actor=stage.actor("dispatcher"), now=NOW, draft=event_room.draft(stage))
    with pytest.raises(Conflict, match="还没有发布"):
        come(person(3), made, 3)
    assert not Registration.objects.exists()


def test_more_places_let_the_waiting_in_and_fewer_than_taken_are_refused(stage: Stage) -> None:
    event = published(stage)
    for n in range(4):
        come(person(n), event, n)
    dispatcher = stage.actor("dispatcher")
    keeping.change(actor=dispatcher, now=NOW, event=event.pk, draft=event_room.draft(stage, places=3))
    assert counters(event) == (3, 1)
    with pytest.raises(Invalid) as refused:
        keeping.change(actor=dispatcher, now=NOW, event=event.pk, draft=event_room.draft(stage, places=2))
    assert refused.value.fields == {"places": "已有 3 人报名，名额不能少于这个数。"}
    moved = event_room.draft(stage, places=3, starts=STARTS + timedelta(hours=1), ends=STARTS + timedelta(hours=4))
    keeping.change(actor=dispatcher, now=NOW, event=event.pk, draft=moved)
    assert told("event_changed") == 4


def test_an_event_called_off_tells_all_and_is_free(stage: Stage) -> None:
    event = published(stage)
    for n in range(3):
        come(person(n), event, n)
    with pytest.raises(Invalid):
        keeping.take(actor=stage.actor("dispatcher"), now=NOW, event=event.pk, step="cancel")
    assert counters(event) == (2, 1)
    keeping.take(actor=stage.actor("dispatcher"), now=NOW, event=event.pk, step="cancel", given={"reason": "暴雨"})
    assert counters(event) == (0, 0)
    assert told("event_cancelled") == 3


def test_only_the_host_and_the_centre_keep_an_event(stage: Stage) -> None:
    own = event_room.draft(stage, host=stage.house.department)
    made = keeping.make(actor=stage.actor("handler"), now=NOW, draft=own)
    for who in ("taxman", "street", "leader", "auditor", "contact"):
        actor = stage.contact if who == "contact" else stage.actor(who)
        with pytest.raises(Forbidden):
            keeping.take(actor=actor, now=NOW, event=made.pk, step="publish")
    assert Event.objects.get().state == "draft"
    assert keeping.take(actor=stage.actor("handler"), now=NOW, event=made.pk, step="publish").state == "published"


def test_the_door_counts_nobody_twice_and_answers_alike_when_sent_again(stage: Stage) -> None:
    event, dispatcher = published(stage), stage.actor("dispatcher")
    rows = [come(person(n), event, n) for n in range(3)]
    sent = [
        Check("a", rows[0].code, STARTS, is_offline=True), Check("b", rows[0].code, STARTS + timedelta(minutes=1)),
        Check("c", rows[2].code, STARTS), Check("d", "NOBODY", STARTS),
    ]  # fmt: skip
    later = STARTS + timedelta(minutes=5)
    for _ in range(2):
        answers = door.check_in(actor=dispatcher, now=later, event=event.pk, checks=sent)
        assert [one.word for one in answers] == ["in", "double", "waiting", "unknown"]
        assert answers[1].first_at == STARTS
    assert list(CheckIn.objects.order_by("key").values_list("key", "is_double")) == [("a", False), ("b", True)]
    assert Registration.objects.get(pk=rows[0].pk).state == "attended"
    assert Record.objects.filter(verb="events.check_in").count() == 1
    with pytest.raises(Conflict, match="12 小时"):
        door.check_in(actor=dispatcher, now=NOW, event=event.pk, checks=sent)
    with pytest.raises(Forbidden):
        door.check_in(actor=stage.actor("taxman"), now=later, event=event.pk, checks=sent)
    door.undo(actor=dispatcher, now=later, event=event.pk, registration=rows[0].pk)
    again = door.check_in(actor=dispatcher, now=later, event=event.pk, checks=[Check("e", rows[0].code, later)])
    assert again[0].word == "in"


def test_what_comes_after_the_event(stage: Stage) -> None:
    event, one = published(stage), person(1)
    row = come(one, event, 1)
    come(person(2), event, 2)
    waits = come(person(3), event, 3)
    assert clocked.remind_due(now=NOW) == 0
    before = STARTS - timedelta(hours=20)
    assert (clocked.remind_due(now=before), clocked.remind_due(now=before)) == (2, 0)
    with pytest.raises(Conflict):
        afterwards.rate(actor=one, now=STARTS, code=row.code, content=5, order=5, use=5)
    door.check_in(actor=stage.actor("supervisor"), now=STARTS, event=event.pk, checks=[Check("a", row.code, STARTS)])
    assert clocked.ask_due(now=STARTS + timedelta(hours=5)) == 0
    day_after = STARTS + timedelta(days=1)
    assert (clocked.ask_due(now=day_after), clocked.ask_due(now=day_after)) == (1, 0)
    assert clocked.hold_due(now=day_after) == 0
    assert clocked.hold_due(now=STARTS + timedelta(days=3)) == 1
    states = dict(Registration.objects.values_list("person", "state"))
    assert states == {"参加人1": "attended", "参加人2": "no_show", "参加人3": "cancelled"}
    assert Registration.objects.get(pk=waits.pk).gone_at == STARTS + timedelta(days=3)
    with pytest.raises(Invalid):
        afterwards.rate(actor=one, now=day_after, code=row.code, content=6, order=5, use=5)
    afterwards.rate(actor=one, now=day_after, code=row.code, content=4, order=4, use=4, words="讲得实在")
    afterwards.rate(actor=one, now=day_after, code=row.code, content=4, order=5, use=5)
    assert Opinion.objects.get().total == 14


def test_an_invitation_reaches_each_enterprise_once(stage: Stage) -> None:
    event, dispatcher = published(stage), stage.actor("dispatcher")
    Agency.objects.create(account_id=stage.contact.account, enterprise=stage.firm, role="owner", person="钱", since=NOW)
    counts = [inviting.invite(actor=dispatcher, now=NOW, event=event.pk) for _ in range(2)]
    assert counts == [1, 0]
    assert Invitation.objects.get().enterprise_id == stage.firm.pk
    assert told("event_invitation") == 1
    with pytest.raises(Forbidden):
        inviting.invite(actor=stage.actor("handler"), now=NOW, event=event.pk)


def test_a_bad_draft_is_refused_whole(stage: Stage) -> None:
    bad = event_room.draft(stage, title="", summary="短", ends=STARTS, places=0, kind="x", venue=99)
    with pytest.raises(Invalid) as refused:
        keeping.make(actor=SYSTEM, now=NOW, draft=bad)
    assert set(refused.value.fields) == {"title", "kind", "summary", "ends", "places", "venue"}
    assert not Event.objects.exists()
    assert not Record.objects.filter(verb="events.make").exists()


def test_a_copy_is_a_draft_with_nobody_in_it(stage: Stage) -> None:
    event = published(stage)
    come(person(1), event, 1)
    made = keeping.copy(actor=stage.actor("dispatcher"), now=NOW, event=event.pk)
    assert (made.state, made.taken, made.starts) == ("draft", 0, STARTS + timedelta(days=7))
    assert counters(event) == (1, 0)
