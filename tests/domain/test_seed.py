"""The sample district: cases played in memory are those that the real actions would have made, and the district is whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from qifu.domain.appeals import facts, history, numbers
from qifu.domain.appeals.actions import submit as submitting
from qifu.domain.appeals.actions.take import take
from qifu.domain.appeals.flow import FLOWS
from qifu.domain.appeals.models import Appeal, Assignment, Clock, Extension, FollowUp, Order, Rating
from qifu.domain.publishing.models import Article
from qifu.entry.cli.sample.appeals import stories
from qifu.entry.cli.sample.buildings import buildings
from qifu.entry.cli.sample.corpus import answers
from qifu.entry.cli.sample.places import STREETS
from qifu.entry.cli.seed import extras, firms, house, load
from qifu.entry.cli.seed.build import Building, Size
from qifu.entry.cli.seed.case import Case
from qifu.entry.cli.seed.player import Player
from qifu.entry.cli.seed.stage import Stage, set_stage
from qifu.kernel.actor import Role
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import Report, verify
from qifu.kernel.outbox.models import Item
from qifu.output.messages.models import Kept
from tests.conftest import NOW

SIZE = Size(enterprises=1500, cases=300, days=40, told=3)
OTHER = 77  # a seed of stories that nobody has written
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class District:
    """A small district in the database, and what was shown of it."""

    shown: list[house.Shown]
    stage: Stage
    said: list[str]
    report: Report  # of its evidence, when it was complete


@pytest.fixture(scope="module")
def district(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[District]:
    """Built once for this module, and rolled back at its end."""
    home: Path = tmp_path_factory.mktemp("home")
    quick = override_settings(
        HOME=home,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={"default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": home}}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    )
    patch = pytest.MonkeyPatch()
    patch.setattr(extras, "learn", lambda now: False)
    with quick, django_db_blocker.unblock(), transaction.atomic():
        said: list[str] = []
        building = Building(SIZE, NOW, said.append)
        shown = building.build()
        report, stage = verify(), set_stage(NOW, building.first.date())
        house.admit_owners(stage, firms.people_of(SIZE.enterprises), building.opened)
        yield District(shown, stage, said, report)
        transaction.set_rollback(True)
    patch.undo()


# --- the district


def test_the_district_is_whole(district: District) -> None:
    assert Appeal.objects.count() == SIZE.cases
    assert {row.state for row in Appeal.objects.all()} >= {
        "submitted", "accepted", "dispatched", "working", "asking", "replied", "closed",
    }  # fmt: skip
    assert set(Appeal.objects.values_list("kind", flat=True)) == set(FLOWS)
    assert set(Appeal.objects.values_list("channel", flat=True)) == {
        "portal", "hotline", "visit", "meeting", "station", "city",
    }  # fmt: skip
    assert Extension.objects.filter(state="asked").exists()
    assert FollowUp.objects.filter(state="done").exists()
    assert Rating.objects.filter(result__lte=2).exists()
    assert Clock.objects.filter(status="running", due_at__lt=NOW).exclude(kind="confirm").exists()
    assert len(district.said) >= 8


def test_nothing_has_happened_in_the_future(district: District) -> None:
    assert not Record.objects.filter(at__gt=NOW).exists()
    assert not Appeal.objects.filter(submitted_at__gt=NOW).exists()
    assert not Kept.objects.filter(sent_at__gt=NOW).exists()


def test_every_row_is_the_fold_of_its_history(district: District) -> None:
    wrong = {row.number: d for row in Appeal.objects.all() if (d := history.differs(row, evidence.history(row.stream)))}
    assert wrong == {}


def test_the_evidence_is_whole_and_sealed(district: District) -> None:
    report = district.report
    assert report.broken == ""
    assert (report.seals, report.unsealed) == (1, 0)
    assert report.records > SIZE.cases * 5


def test_staff_keep_to_service_hours_mostly(district: District) -> None:
    steps = Record.objects.filter(stream__startswith="appeals.appeal:", actor__startswith="staff:")
    steps = steps.exclude(verb="appeals.submit")
    hours = [at.astimezone(NOW.tzinfo).hour for at in steps.values_list("at", flat=True)]
    assert sum(8 <= hour < 18 for hour in hours) > 0.9 * len(hours)


def test_inboxes_speak_of_the_last_days_and_nothing_is_left_to_be_sent(district: District) -> None:
    messages = Kept.objects.filter(channel="inapp")
    assert messages.count() > 20
    assert set(messages.filter(read_at=None).values_list("read_at", flat=True)) == {None}
    of_cases = messages.filter(text__contains="QS").values_list("sent_at", flat=True)  # each names its case
    assert len(of_cases) > 20
    assert min(of_cases) >= NOW - timedelta(days=SIZE.told)
    assert messages.filter(template="policy_push").exists()
    assert not Item.objects.filter(due_at__isnull=False).exists()


def test_each_role_has_an_account_with_a_token(district: District) -> None:
    from qifu.domain.people import queries as people

    assert {one.role for one in district.shown} == {role.value for role in Role} | {
        "street",
        "owner",
        "agent",
        "service",
    }
    for one in district.shown:
        found = people.actor_of_token(one.token, NOW)
        assert found is not None
        assert found[0].name == one.name
        if one.role in set(Role):
            assert found[0].has_role(Role(one.role))
            account = people.account_by_username(one.username)
            assert account is not None
            assert account.check_password(one.password)
    owner = next(one for one in district.shown if one.role == "owner")
    assert (len(owner.username), owner.password) == (11, "")


def test_a_district_of_its_own_size_can_be_given_more_cases(district: District) -> None:
    before = Appeal.objects.count()
    speed = load.load_cases(120, now=NOW, firm_count=SIZE.enterprises, workers=1)
    assert speed > 0
    assert Appeal.objects.count() == before + 120
    assert verify().broken == ""
    for row in Appeal.objects.order_by("-pk")[:120]:
        assert history.differs(row, evidence.history(row.stream)) == {}


# --- played and real are one


def played(district: District, count: int = 1500, seed: int = OTHER) -> list[Case]:
    """Cases in memory only, numbered far from those in the database."""
    start = (NOW - timedelta(days=95)).date()
    player = Player(district.stage, NOW, seed, pk=10**6)
    told = sorted(stories(count, start, NOW, seed, firm_count=SIZE.enterprises), key=player.arrived)
    return list(player.play(told))


def varied(found: list[Case], most: int = 60) -> list[Case]:
    """Few cases in which everything occurs: rare steps first, leaders with those merged into them."""
    by_pk = {case.appeal.pk: case for case in found}
    often = Counter(step for case in found for step in {(c.appeal.kind, d.step) for c in [case] for d in c.deeds})
    chosen: dict[int, Case] = {}
    for what in sorted(often, key=lambda step: often[step]):
        for case in found:
            have = sum(what in {(c.appeal.kind, d.step) for d in c.deeds} for c in chosen.values())
            if have >= 2 or len(chosen) >= most:
                break
            if what in {(case.appeal.kind, deed.step) for deed in case.deeds}:
                led = next((d.given["leader"] for d in case.deeds if d.step == "merge"), None)
                if led is not None:
                    chosen[led] = by_pk[led]
                chosen[case.appeal.pk] = case
    return [chosen[pk] for pk in sorted(chosen)]


def test_played_cases_are_those_that_the_real_actions_make(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    found = varied(played(district))
    steps = {deed.step for case in found for deed in case.deeds}
    assert steps >= {
        "submit", "accept", "decline", "dispatch", "sign", "return", "rule", "ask", "answer", "go_on", "ask_extension",
        "grant", "refuse_extension", "part", "waive", "reply", "confirm", "refuse", "lapse", "rate", "follow_up",
        "reopen", "withdraw", "urge", "supervise", "answer_order", "merge", "reply_along", "findings", "settle",
        "appoint", "hand_over", "finish", "conclude", "draw",
    }  # fmt: skip
    assert {case.appeal.kind for case in found} == set(FLOWS)
    real = _really(found, monkeypatch)
    for case in found:
        row = Appeal.objects.get(pk=real[case.appeal.pk])
        assert _row(row) == _row(case.appeal, real), case.appeal.number
        assert _papers(row.pk) == _papers_of(case), case.appeal.number
        assert _told(row) == [_entry(entry) for entry in case.entries], case.appeal.number


def _really(found: list[Case], monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Do it all again through the actions, in order of time; return number played → number in the database."""
    deeds = sorted(
        ((deed.at, case.appeal.pk, deed, case) for case in found for deed in case.deeds), key=lambda d: d[:2]
    )
    real: dict[int, int] = {}
    for at, pk, deed, case in deeds:
        if deed.step == "submit":
            monkeypatch.setattr(numbers, "draw", lambda kind, at, number=case.appeal.number: number)
            real[pk] = submitting.submit(actor=deed.actor, now=at, request=case.request).pk
        elif deed.step == "draw":
            row = Appeal.objects.get(pk=real[pk])
            due = {"cause": deed.given["cause"], "drawn_at": at}
            FollowUp.objects.get_or_create(appeal=row, round=row.round, defaults=due)
        elif deed.step != "reply_along":  # comes of the leader's reply
            given = deed.given | ({"leader": real[deed.given["leader"]]} if deed.step == "merge" else {})
            take(actor=deed.actor, now=at, number=case.appeal.number, step=deed.step, given=given)
    return real


def _row(row: Appeal, real: dict[int, int] | None = None) -> dict[str, Any]:
    kept = {field.attname: getattr(row, field.attname) for field in Appeal._meta.concrete_fields if field.name != "id"}
    if real is not None and row.leader_id:
        kept["leader_id"] = real[row.leader_id]
    return kept


TABLES = (Clock, Assignment, Extension, Rating, FollowUp, Order)


def _papers(pk: int) -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: _values(model.objects.filter(appeal=pk)) for model in TABLES}


def _papers_of(case: Case) -> dict[str, list[dict[str, Any]]]:
    sheet = case.sheet
    clocks = [facts.fill(Clock(), clock, case.stage.timer) for clock in case.clocks]
    rows = (clocks, sheet.parts, sheet.extensions, sheet.ratings, sheet.calls.values(), sheet.orders)
    return {model.__name__: _values(found) for model, found in zip(TABLES, rows, strict=True)}


def _values(rows: Any) -> list[dict[str, Any]]:
    """Rows as values, without their own and their case's number, in an order that both sides share."""
    told = [
        {f.attname: _same(getattr(row, f.attname)) for f in row._meta.concrete_fields if f.name not in ("id", "appeal")}
        for row in rows
    ]
    return sorted(told, key=repr)


def _told(row: Appeal) -> list[tuple[Any, ...]]:
    return [
        (
            r.at.astimezone(NOW.tzinfo),
            r.actor,
            r.for_whom,
            r.verb,
            _facts(r.facts),
            r.content.body if hasattr(r, "content") else None,
        )
        for r in evidence.history(row.stream)
    ]


def _entry(entry: Any) -> tuple[Any, ...]:
    body = dict(entry.content) if entry.content is not None else None
    for_whom = f"staff:{entry.for_whom}" if entry.for_whom is not None else ""
    return (entry.now.astimezone(NOW.tzinfo), entry.actor.mark, for_whom, entry.verb, _facts(entry.facts), body)


def _facts(kept: Any) -> dict[str, Any]:
    """Facts of a record; the number of a leading case in the database is another on each side."""
    changes = {name: _same(value) for name, value in kept.get("changes", {}).items() if name != "leader_id"}
    return {**kept, "changes": changes}


def _same(value: Any) -> Any:
    """A moment is the same in whatever zone it was written."""
    if isinstance(value, list):
        return [_same(one) for one in value]
    if isinstance(value, str) and value[4:5] == "-" and "T" in value:
        value = datetime.fromisoformat(value)
    return value.astimezone(NOW.tzinfo) if isinstance(value, datetime) else value


# --- the player


def test_the_same_seed_plays_the_same_cases(district: District) -> None:
    first, second = played(district, 200), played(district, 200)
    assert [_row(case.appeal) for case in first] == [_row(case.appeal) for case in second]
    assert [[_entry(e) for e in case.entries] for case in first] == [
        [_entry(e) for e in case.entries] for case in second
    ]
    assert [case.appeal.number for case in played(district, 50, OTHER + 1)] != [c.appeal.number for c in first[:50]]


def test_numbers_are_receipt_numbers_and_unlike(district: District) -> None:
    drawn = [case.appeal.number for case in played(district, 300)]
    assert len(set(drawn)) == 300
    assert all(numbers.is_number(number) for number in drawn)


@pytest.mark.parametrize("at", ["2026-10-04T03:20:00+08:00", "2026-10-12T09:01:00+08:00", "2026-11-21T20:00:00+08:00"])
def test_whatever_the_moment_every_open_state_is_there(district: District, at: str) -> None:
    moment = datetime.fromisoformat(at)
    player = Player(district.stage, moment, OTHER, pk=10**6)
    told = list(stories(620, (moment - timedelta(days=80)).date(), moment, firm_count=SIZE.enterprises))[-150:]
    found = list(player.play(sorted(told, key=player.arrived)))
    states = Counter(case.appeal.state for case in found if case.appeal.is_open)
    assert set(states) >= {"submitted", "accepted", "dispatched", "working", "asking", "disputed", "replied"}, states
    assert all(entry.now <= moment for case in found for entry in case.entries)
    assert 60 <= sum(states.values()) <= 110


def test_knowledge_is_asked_and_answered_in_general_words(district: District) -> None:
    rows = list(Article.objects.values_list("question", "answer", "category"))
    assert len(rows) > 30
    places = [street.name for street in STREETS] + [one.name for one in buildings()]
    for question, answer, category in rows:
        assert question.endswith("？")
        assert (question, answer) == answers()[category]
        assert not re.search(r"已\s*\d+\s*天|××|{", question + answer)
        assert not [place for place in places if place in question + answer]
    assert Article.objects.filter(state="published").count() > 25
    assert Article.objects.exclude(source="").exists()
