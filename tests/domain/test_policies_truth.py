"""What is kept of matches is true: as one by one, as a full run after any change, with its history, and for past days."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from qifu.domain.policies import composing, facts, planes
from qifu.domain.policies.actions import adopting, drafting, matching, publishing
from qifu.domain.policies.composing import Line
from qifu.domain.policies.models import Match, MatchChange
from qifu.domain.policies.queries import public
from qifu.domain.registry import facts as registry
from qifu.domain.registry.models import Enterprise
from qifu.engines import eligibility as law
from qifu.entry.cli.sample import policies as samples
from qifu.entry.desk.policies.forms import formula_of
from tests.conftest import NOW, House
from tests.domain import policy_room as room
from tests.domain.policy_room import CODE, WORDS
from tests.stage import Stage

TODAY = date(2026, 9, 30)
FLAGS = ("dishonest", "abnormal", "high_tech", "tech_sme", "specialised", "above_scale")
Kept = dict[int, tuple[bytes, bytes, int, int, int, Mapping[str, int], Mapping[str, object]]]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    facts.forget()


def crowd(stage: Stage, count: int, seed: int) -> list[int]:
    """Enterprises of which more or less is known, some of them closed or merged into another."""
    drawn = random.Random(seed)
    rows = [
        Enterprise(
            name=f"江泽第{n}有限公司", street_id=drawn.choice([stage.house.street, None]), created=NOW, updated=NOW,
            industry=drawn.choice(["I6513", "C2710", "H6210", "F5211", ""]), legal_form="limited",
            employees=drawn.choice([None, 0, 19, 20, 30, 31, 300, 301]),
            size_class=drawn.choice(["", "micro", "small", "medium", "large"]),
            registered_on=drawn.choice([None, date(2025, 10, 1), date(2023, 9, 30), date(2001, 2, 3)]),
            registered_capital=drawn.choice([None, 100, 1000]),
            status="cancelled" if n % 11 == 0 else "open",
            merged_into_id=stage.firm.pk if n % 13 == 1 else None,
        )
        for n in range(count)
    ]  # fmt: skip
    made = [row.pk for row in Enterprise.objects.bulk_create(rows)]
    told: dict[int, dict[str, object]] = {}
    for number in made[::2]:
        own: dict[str, object] = {flag: drawn.random() < 0.4 for flag in FLAGS if drawn.random() < 0.7}
        for field, values in (("revenue", (0, 1999.99, 2000, 40_000)), ("rd_ratio", (0.0, 0.0299, 0.03, 0.2))):
            if drawn.random() < 0.6:
                own[field] = drawn.choice(values)
        told[number] = own
    room.believe(told)
    return made


def library(sample: int) -> None:
    adopting.adopt(now=NOW, bundles=[*adopting.starter(), *samples.bundles(sample)])


def kept() -> Kept:
    """Everything that is kept of matches, by revision, without the time of the run."""
    return {
        m.revision_id: (
            _trimmed(m.eligible_bits), _trimmed(m.unknown_bits), m.enterprises, m.eligible, m.unknown, m.lacking,
            m.unclaimed,
        )
        for m in Match.objects.all()
    }  # fmt: skip


def _trimmed(plane: bytes | memoryview) -> bytes:
    return bytes(plane).rstrip(b"\0")


def assert_as_a_full_run() -> None:
    """Who fits what after single changes is what a run over everything writes."""
    before = kept()
    assert matching.match_all(now=NOW).changes == 0
    after = kept()
    assert {n: (one[0], one[1], one[3], one[4]) for n, one in before.items()} == {
        n: (one[0], one[1], one[3], one[4]) for n, one in after.items()
    }


@pytest.mark.parametrize("seed", [3, 20_260_930])
def test_bitmaps_say_what_one_by_one_says_with_facts_missing_and_complete(stage: Stage, seed: int) -> None:
    made = crowd(stage, 120, seed)
    library(60)
    matching.match_all(now=NOW)
    shelf = facts.shelf(TODAY)
    open_ = set(Enterprise.objects.filter(status="open", merged_into=None).values_list("pk", flat=True))
    asked = random.Random(seed).sample(made, 60)
    held, rows = registry.many(asked), {m.revision_id: m for m in Match.objects.all()}
    seen = {"eligible": 0, "unknown": 0, "ineligible": 0}
    for firm in asked:
        told = law.judge(shelf.library, facts.of(held[firm], TODAY), TODAY)
        for revision, result in zip(shelf.revisions, told, strict=True):
            m = rows[revision.pk]
            bits = planes.holds(m.eligible_bits, firm), planes.holds(m.unknown_bits, firm)
            expected = (result == "eligible", result == "unknown") if firm in open_ else (False, False)
            assert bits == expected, (revision.item.code, firm)
            seen[result] += 1
    assert 0 < len(set(asked) - open_) < len(asked)
    assert min(seen.values()) > 100


def test_one_changed_enterprise_leaves_what_a_full_run_writes(stage: Stage) -> None:
    made = crowd(stage, 60, 5)
    library(60)
    matching.match_all(now=NOW)
    turned = 0
    for place, firm in enumerate(made[:12]):
        new = {"employees": [20, None, 301][place % 3], "industry": ["I6513", ""][place % 2], "size_class": "small"}
        Enterprise.objects.filter(pk=firm).update(**new)
        room.believe({firm: {"dishonest": False, "high_tech": place % 2 == 0}})
        turned += matching.match_enterprise(now=NOW, enterprise=firm)
    assert turned > 50
    assert_as_a_full_run()


def test_an_enterprise_that_closed_is_no_longer_kept_as_fitting(stage: Stage) -> None:
    room.published(stage.house)
    firm = room.firm(stage)
    room.known(stage, dishonest=False)
    matching.match_all(now=NOW)
    row = Match.objects.get()
    assert planes.holds(row.eligible_bits, firm.pk)
    Enterprise.objects.filter(pk=firm.pk).update(status="revoked")
    matching.match_enterprise(now=NOW, enterprise=firm.pk)
    row.refresh_from_db()
    assert (planes.holds(row.eligible_bits, firm.pk), row.eligible) == (False, 0)
    assert_as_a_full_run()


def test_a_new_enterprise_is_matched_at_once(stage: Stage) -> None:
    room.published(stage.house)
    matching.match_all(now=NOW)
    made = Enterprise.objects.create(name="江泽新办有限公司", industry="I6513", employees=25, created=NOW, updated=NOW)
    matching.match_enterprise(now=NOW, enterprise=made.pk)
    assert_as_a_full_run()


def test_one_changed_item_leaves_what_a_full_run_writes(stage: Stage) -> None:
    crowd(stage, 80, 9)
    library(40)
    room.published(stage.house)
    matching.match_all(now=NOW)
    revised(stage.house, TODAY, 31)
    matching.match_item(now=NOW, code=CODE)
    expected = {r.pk for r in facts.shelf(TODAY).revisions}
    matching.match_all(now=NOW)
    full = kept()
    assert set(full) == expected
    Match.objects.filter(revision__item__code=CODE).delete()
    matching.match_item(now=NOW, code=CODE)
    assert kept() == full


def revised(house: House, begins: date, least: int) -> None:
    """The item anew from a day on: for so many people at least."""
    editor, reader = house.actor("admin"), house.actor("supervisor")
    row = drafting.renew(actor=editor, now=NOW, code=CODE)
    industry, _, honest = room.CONDITION["and"]
    condition = {"and": [industry, {">=": [{"var": "employees"}, least]}, honest]}
    words = replace(WORDS, force_from=begins, condition=condition, summary=f"不少于 {least} 人的软件企业。")
    row = drafting.edit(actor=editor, now=NOW, code=CODE, number=row.number, words=words, seen=row.version)
    for case in row.cases.all():
        drafting.drop_case(actor=editor, now=NOW, code=CODE, number=row.number, case=case.pk)
    fits = room.FITS | {"employees": least}
    for name, kind, given, expected in (
        ("远超过", "eligible", fits | {"employees": 500}, "eligible"),
        ("少一人", "not", fits | {"employees": least - 1}, "ineligible"),
        ("正好", "boundary", fits, "eligible"),
        ("不知道多少人", "unknown", {"industry": "I6513", "dishonest": False}, "unknown"),
    ):
        drafting.add_case(
            actor=editor, now=NOW, code=CODE, number=row.number, name=name, kind=kind, on=begins, given=given,
            expected=expected,
        )  # fmt: skip
    row.refresh_from_db()
    publishing.read(actor=reader, now=NOW, code=CODE, number=row.number, seen=row.version)
    publishing.publish(actor=reader, now=NOW, code=CODE, number=row.number)


def test_an_item_revised_answers_for_each_day_by_the_revision_of_that_day(house: House) -> None:
    room.published(house)
    begins = date(2027, 1, 1)
    revised(house, begins, 100)
    forty = {"industry": "I6513", "employees": 40, "dishonest": False}
    told = {}
    for on in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), begins, date(2028, 5, 1)):
        shelf = facts.shelf(on)
        results = law.judge(shelf.library, facts.read(forty, on), on)
        told[on] = results[shelf.places[CODE]] if CODE in shelf.places else "none"
    assert list(told.values()) == ["none", "eligible", "eligible", "ineligible", "ineligible"]
    last, this = public.item(CODE, begins - timedelta(days=1)), public.item(CODE, begins)
    assert (last.revision.number, last.card.summary) == (1, "软件企业稳定用工的，按人数奖励。")
    assert (this.revision.number, this.card.summary) == (2, "不少于 100 人的软件企业。")
    assert "从业人员不低于 20 人" in [line.text for line in last.clauses]
    assert "从业人员不低于 100 人" in [line.text for line in this.clauses]
    assert [(since, until) for since, until, _ in this.earlier] == [(date(2026, 1, 1), date(2026, 12, 31))]


def test_the_history_says_each_day_on_which_an_answer_turned(stage: Stage) -> None:
    room.published(stage.house)
    firm = room.firm(stage, employees=None)
    room.known(stage, dishonest=False)
    matching.match_all(now=NOW)
    days: list[tuple[datetime, int | None]] = [
        (NOW + timedelta(days=1), 60), (NOW + timedelta(days=2), 60), (NOW + timedelta(days=5), 3),
        (NOW + timedelta(days=9), None), (NOW + timedelta(days=12), 20),
    ]  # fmt: skip
    for now, employees in days:
        Enterprise.objects.filter(pk=firm.pk).update(employees=employees)
        matching.match_enterprise(now=now, enterprise=firm.pk)
    told = list(MatchChange.objects.filter(enterprise=firm).order_by("pk").values_list("became", "on"))
    assert told == [
        ("eligible", date(2026, 10, 1)), ("ineligible", date(2026, 10, 5)), ("unknown", date(2026, 10, 9)),
        ("eligible", date(2026, 10, 12)),
    ]  # fmt: skip


def test_a_list_too_long_for_a_line_is_refused_and_never_cut() -> None:
    codes = " ".join(f"I{n:04d}" for n in range(5000))
    done = composing.composed([Line(0, "and"), Line(1, "clause", "industry", "starts_with", codes, "第一条", "行业")])
    assert len(codes) > composing.LONGEST
    assert done.problems == ["第 2 行：写的值太长，最多 20,000 个字，请分成几行。"]


@pytest.mark.parametrize(("given", "told"), [("abc", "“abc”不是数字，请核对。"), ("-1", "金额和比例不能是负数。")])
def test_an_amount_that_is_none_is_told_in_words(given: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        formula_of({"amount_mode": "fixed", "amount_fixed": given})
