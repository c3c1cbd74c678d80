"""Who fits what: all at once as one by one, changes kept, pushes with proof and measure, figures with the list behind."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qifu.domain.policies import costing, facts, planes
from qifu.domain.policies.actions import adopting, claiming, matching, pushing, running, stating
from qifu.domain.policies.actions.claiming import Claimed
from qifu.domain.policies.models import Claim, Match, MatchChange, Parcel, Push
from qifu.domain.policies.queries import calculator, figures, mine, public, trial
from qifu.domain.registry import facts as registry
from qifu.domain.registry.models import Enterprise
from qifu.engines import eligibility as law
from qifu.engines.eligibility.columns import column
from qifu.entry.cli.sample import policies as samples
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox import Delivery
from qifu.kernel.outbox.models import Item as Waiting
from tests.conftest import NOW, SHANGHAI, House
from tests.domain import policy_room as room
from tests.domain.policy_room import CODE
from tests.stage import Stage

TODAY = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    facts.forget()


def crowd(stage: Stage, count: int, seed: int = 7) -> list[int]:
    """Enterprises of all sorts, some of them little known."""
    drawn = random.Random(seed)
    rows = [
        Enterprise(
            name=f"武汉第{n}有限公司", street_id=stage.house.street if n % 3 else None,
            industry=drawn.choice(["I6513", "I6540", "H6210", "C2710", ""]), legal_form="limited",
            employees=drawn.choice([None, 3, 20, 21, 60, 400]), size_class=drawn.choice(["", "small", "large", "micro"]),
            registered_on=drawn.choice([None, date(2024, 5, 1), date(2012, 5, 1)]), created=NOW, updated=NOW,
        )
        for n in range(count)
    ]  # fmt: skip
    made = [row.pk for row in Enterprise.objects.bulk_create(rows)]
    flags = ("dishonest", "high_tech", "above_scale", "tech_sme")
    room.believe({pk: {name: drawn.random() < 0.3 for name in flags if drawn.random() < 0.8} for pk in made[::2]})
    return made


def match_of(code: str = CODE) -> Match:
    return Match.objects.get(revision__item__code=code)


# Matching ---------------------------------------------------------------------------------------------------------------


def test_all_at_once_says_what_one_by_one_says(stage: Stage) -> None:
    crowd(stage, 150)
    adopting.adopt(now=NOW, bundles=samples.bundles(80))
    done = matching.match_all(now=NOW)
    shelf = facts.shelf(TODAY)
    ids = list(Enterprise.objects.order_by("pk").values_list("pk", flat=True))
    held = registry.many(ids)
    counted = {"eligible": 0, "unknown": 0, "ineligible": 0}
    rows = {m.revision_id: m for m in Match.objects.all()}
    for firm in ids:
        told = law.judge(shelf.library, facts.of(held[firm], TODAY), TODAY)
        for revision, result in zip(shelf.revisions, told, strict=True):
            m = rows[revision.pk]
            found = (planes.holds(m.eligible_bits, firm), planes.holds(m.unknown_bits, firm))
            assert found == (result == "eligible", result == "unknown"), (revision.item.code, firm)
            counted[result] += 1
    assert (done.enterprises, done.items) == (152, 80)
    assert (done.eligible, done.unknown) == (counted["eligible"], counted["unknown"])
    assert counted["eligible"] > 20
    assert counted["unknown"] > 50


def test_a_first_match_is_a_beginning_and_later_ones_keep_what_changed(stage: Stage) -> None:
    room.published(stage.house)
    firm = room.firm(stage, employees=None)
    matching.match_all(now=NOW)
    assert (match_of().since, MatchChange.objects.count()) == (TODAY, 0)
    room.firm(stage, employees=60)
    room.known(stage, dishonest=False)
    later = NOW + timedelta(days=3)
    done = matching.match_all(now=later)
    changes = list(MatchChange.objects.values_list("enterprise_id", "became", "on"))
    assert changes == [(firm.pk, "eligible", date(2026, 10, 3))]
    assert (done.changes, match_of().eligible, match_of().since) == (1, 1, TODAY)
    assert matching.match_all(now=later).changes == 0


def test_one_enterprise_is_matched_alone_as_with_all(stage: Stage) -> None:
    crowd(stage, 20)
    adopting.adopt(now=NOW, bundles=samples.bundles(100))
    firm = room.firm(stage, employees=5)
    room.known(stage, dishonest=False)
    matching.match_all(now=NOW)
    room.firm(stage, employees=60, size_class="small")
    changed = matching.match_enterprise(now=NOW, enterprise=firm.pk)
    assert changed == MatchChange.objects.filter(enterprise=firm).count() > 0
    before = {m.revision_id: (bytes(m.eligible_bits), bytes(m.unknown_bits), m.eligible) for m in Match.objects.all()}
    assert matching.match_all(now=NOW).changes == 0
    assert {
        m.revision_id: (bytes(m.eligible_bits), bytes(m.unknown_bits), m.eligible) for m in Match.objects.all()
    } == before


def test_what_publishing_sets_off_matches_the_item(stage: Stage) -> None:
    room.firm(stage)
    room.published(stage.house)
    waiting = Waiting.objects.get(channel="policies")
    delivery = Delivery(
        waiting.pk, "policies", waiting.key, waiting.payload, "", 1, 1, 600, NOW, NOW + timedelta(minutes=1)
    )
    running.run(delivery)
    assert (match_of().enterprises, match_of().unknown, match_of().lacking) == (
        2,
        2,
        {"dishonest": 2, "industry": 1, "employees": 1},
    )


def test_planes_of_bits() -> None:
    ids = np.array([3, 8, 700], dtype=np.int64)
    plane = planes.packed(ids, np.array([True, False, True]))
    assert planes.ids_of(plane).tolist() == [3, 700]
    assert planes.mask(plane, np.array([2, 3, 699, 700, 701, 90_000])).tolist() == [
        False,
        True,
        False,
        True,
        False,
        False,
    ]
    assert planes.mask(b"", ids).tolist() == [False, False, False]
    assert [planes.holds(plane, n) for n in (3, 8, 700, 99_999)] == [True, False, True, False]
    grown = planes.with_bit(planes.with_bit(plane, 1_000, True), 3, False)
    assert planes.ids_of(grown).tolist() == [700, 1000]
    assert planes.counted(planes.joined([plane, grown])) == 3
    assert planes.joined([]) == b""


# Costs ------------------------------------------------------------------------------------------------------------------

FORMULAS: list[object] = [
    10,
    {"min": [30, {"*": [{"var": "employees"}, 0.1]}]},
    {"steps": [{"var": "revenue"}, [[2000, 5], [5000, 10]]]},
    {"min": [100, {"slices": [{"var": "tax_paid"}, [[0, 0.02], [500, 0.03]]]}]},
    {"if": [{"==": [{"var": "listing"}, "neeq"]}, 50, {">=": [{"var": "revenue"}, 1000]}, 20, 5]},
    {"-": [{"max": [{"var": "revenue"}, 100]}, {"+": [{"var": "tax_paid"}, 1]}]},
]


@pytest.mark.parametrize("raw", FORMULAS)
def test_columns_cost_what_each_enterprise_costs(raw: object) -> None:
    drawn, known = random.Random(3), law.catalogue()
    records: list[dict[str, Any]] = [
        {"employees": drawn.choice([None, 0, 7, 900]), "revenue": drawn.choice([None, 1999.99, 2000, 5000, 80]),
         "tax_paid": drawn.choice([None, 0, 499.99, 500, 12345.67]), "listing": drawn.choice([None, "none", "neeq"])}
        for _ in range(200)
    ]  # fmt: skip
    names = ("employees", "revenue", "tax_paid", "listing")
    columns = {name: column(known[name], [law.read(known[name], r[name]) for r in records]) for name in names}
    formula = law.read_formula(raw)
    found = costing.amounts(formula, law.Table(len(records), columns))
    for n, record in enumerate(records):
        exact = law.amount(formula, law.facts(record, TODAY))
        assert abs(Decimal(float(found.low[n])) - exact.least) < Decimal("0.01")
        assert (
            exact.most is None
            if np.isinf(found.high[n])
            else abs(Decimal(float(found.high[n])) - (exact.most or 0)) < 1
        )


# An enterprise's own ----------------------------------------------------------------------------------------------------


def test_telling_one_thing_more_changes_the_answer_at_once(stage: Stage) -> None:
    room.published(stage.house)
    firm, contact = room.firm(stage, employees=None), room.contact(stage)
    room.known(stage, dishonest=False)
    matching.match_all(now=NOW)
    told = mine.mine(contact, firm.pk, TODAY)
    assert (len(told.can), len(told.unknown)) == (0, 1)
    (question,) = told.questions
    assert (question.field.name, question.settles, question.titles) == ("employees", 1, ("软件企业稳岗奖励",))
    changed = stating.state(actor=contact, now=NOW, enterprise=firm.pk, field="employees", value="45")
    told = mine.mine(contact, firm.pk, TODAY)
    assert (changed, told.questions, told.can[0].amount) == (1, [], "预计 4.5 万元")
    assert (told.can[0].since, told.least) == (TODAY, Decimal("45000.00"))
    shown = mine.shown(contact, firm.pk, CODE, TODAY)
    line = shown.reasons[2]
    assert (line.text, line.value, line.result, line.source, line.cite) == (
        "从业人员不低于 20 人", "45 人", "yes", "企业自报", "第二条",
    )  # fmt: skip


def test_a_fact_that_cannot_be_read_changes_nothing(stage: Stage) -> None:
    room.published(stage.house)
    firm, contact = room.firm(stage, employees=None), room.contact(stage)
    matching.match_all(now=NOW)
    records = Record.objects.count()
    for field, value in (("employees", "许多"), ("dishonest", "否"), ("nothing", "1")):
        with pytest.raises(Invalid):
            stating.state(actor=contact, now=NOW, enterprise=firm.pk, field=field, value=value)
    with pytest.raises(Missing):
        stating.state(actor=stage.stranger, now=NOW, enterprise=firm.pk, field="employees", value="45")
    assert (Record.objects.count(), MatchChange.objects.count()) == (records, 0)


def test_one_step_short_is_a_step_that_one_would_take(stage: Stage) -> None:
    room.published(stage.house)
    firm, contact = room.firm(stage, employees=15), room.contact(stage)
    room.known(stage, dishonest=False)
    told = mine.mine(contact, firm.pk, TODAY)
    assert [one.moves for one in told.near] == [("从业人员由 15 人 变为 20 人",)]
    room.firm(stage, employees=2)  # twice as many and more is no step
    assert mine.mine(contact, firm.pk, TODAY).near == []


def test_policies_of_others_are_not_shown(stage: Stage) -> None:
    room.published(stage.house)
    for actor in (stage.stranger, stage.house.actor("leader")):
        with pytest.raises(Missing):
            mine.mine(actor, stage.firm.pk, TODAY)
        with pytest.raises(Missing):
            mine.shown(actor, stage.firm.pk, CODE, TODAY)
        with pytest.raises(Missing):
            pushing.subscribe(actor=actor, now=NOW, enterprise=stage.firm.pk, is_on=False)


def test_my_policies_ask_the_same_whatever_the_library_holds(stage: Stage) -> None:
    firm, contact = room.firm(stage), room.contact(stage)

    def asked() -> int:
        mine.mine(contact, firm.pk, TODAY)
        with CaptureQueriesContext(connection) as seen:
            mine.mine(contact, firm.pk, TODAY)
        return len(seen)

    adopting.adopt(now=NOW, bundles=samples.bundles(30))
    few = asked()
    adopting.adopt(now=NOW, bundles=samples.bundles(300))
    assert asked() == few <= 10


# Pushing ----------------------------------------------------------------------------------------------------------------


def ready(stage: Stage, items: int = 0) -> int:
    """An enterprise that fits, with its contact, matched."""
    room.published(stage.house)
    if items:
        adopting.adopt(now=NOW, bundles=samples.bundles(items))
    firm = room.firm(stage, size_class="small")
    room.contact(stage)
    figures_known = {"revenue": 6000, "revenue_growth": 0.3, "rd_ratio": 0.08, "rd_expense": 300, "loan_balance": 800}
    flags = dict.fromkeys(("high_tech", "tech_sme", "specialised", "little_giant", "above_scale"), True)
    room.known(stage, dishonest=False, tax_credit="A", inventions=6, **figures_known, **flags)
    matching.match_all(now=NOW)
    return firm.pk


def test_a_push_carries_its_proof(stage: Stage) -> None:
    firm = ready(stage)
    sent = pushing.push(now=NOW)
    assert sent == pushing.Sent(1, 1, 0)
    push = Push.objects.get()
    assert (push.enterprise_id, push.proof["on"], push.proof["revision"]) == (firm, "2026-09-30", 1)
    lines = [(one["text"], one["result"], one["value"], one["cite"]) for one in push.proof["lines"]]
    assert lines[2] == ("从业人员不低于 20 人", "yes", 60, "第二条")
    told = Waiting.objects.get(channel="inapp")
    assert (told.payload["template"], told.due_at) == ("policy_push", NOW)
    assert told.payload["variables"]["title"] == "软件企业稳岗奖励"
    assert pushing.push(now=NOW + timedelta(days=1)) == pushing.Sent(0, 0, 0)  # nobody is told twice


def test_pushes_travel_together_and_not_too_often(stage: Stage) -> None:
    ready(stage, 200)
    runs = [pushing.push(now=NOW.replace(day=2 + n)) for n in range(3)]
    assert [(run.parcels, run.pushes, run.held_back) for run in runs] == [(1, 5, 0), (1, 5, 0), (0, 0, 1)]
    assert list(Parcel.objects.values_list("month", "place")) == [(date(2026, 9, 1), 1), (date(2026, 9, 1), 2)]
    assert pushing.push(now=NOW + timedelta(days=2)).parcels == 1  # a new month
    with pytest.raises(IntegrityError), transaction.atomic():
        Parcel.objects.create(enterprise_id=stage.firm.pk, month=date(2026, 9, 1), place=2, at=NOW, due=NOW)


@pytest.mark.parametrize(
    ("at", "due"),
    [("2026-09-30T10:00", "2026-09-30T10:00"), ("2026-09-30T19:59", "2026-09-30T19:59"),
     ("2026-09-30T20:00", "2026-10-01T08:30"), ("2026-10-01T03:00", "2026-10-01T08:30")],
)  # fmt: skip
def test_nobody_is_told_at_night(at: str, due: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert pushing.due_of(moment) == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)


def test_a_stale_answer_is_not_sent(stage: Stage) -> None:
    ready(stage)
    room.firm(stage, employees=3)  # the match of the night says otherwise
    assert pushing.push(now=NOW) == pushing.Sent(0, 0, 0)
    assert (Push.objects.count(), Waiting.objects.filter(channel="inapp").count()) == (0, 0)


def test_who_does_not_want_to_be_told_is_not(stage: Stage) -> None:
    firm = ready(stage)
    pushing.subscribe(actor=stage.contact, now=NOW, enterprise=firm, is_on=True, themes=["融资"])
    assert pushing.push(now=NOW).pushes == 0
    pushing.subscribe(actor=stage.contact, now=NOW, enterprise=firm, is_on=False)
    assert pushing.push(now=NOW).pushes == 0
    pushing.subscribe(actor=stage.contact, now=NOW, enterprise=firm, is_on=True, themes=["就业"])
    assert pushing.push(now=NOW).pushes == 1


@pytest.mark.parametrize("who", ["handler", "supervisor", "leader"])
def test_pushing_and_lists_are_the_editors(stage: Stage, who: str) -> None:
    ready(stage)
    actor = stage.house.actor(who)
    with pytest.raises(Forbidden):
        pushing.push(actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        claiming.note_claims(actor=actor, now=NOW, lines=[], source="名单")
    assert Push.objects.count() == 0


def test_what_came_of_pushes(stage: Stage) -> None:
    firm = ready(stage)
    pushing.push(now=NOW)
    push, contact = Push.objects.get(), stage.contact
    assert mine.unopened(contact, firm) == 1
    pushing.open_pushes(actor=contact, now=NOW, enterprise=firm, revisions=[push.revision_id])
    with pytest.raises(Invalid):
        pushing.answer(actor=contact, now=NOW, push=push.pk, fits=False, because=" ")
    with pytest.raises(Missing):
        pushing.answer(actor=stage.stranger, now=NOW, push=push.pk, fits=True)
    pushing.answer(actor=contact, now=NOW, push=push.pk, fits=False, because="去年已经领过。")
    stating.apply(actor=contact, now=NOW, enterprise=firm, code=CODE)
    with pytest.raises(Conflict):
        stating.apply(actor=contact, now=NOW, enterprise=firm, code=CODE)
    told = figures.funnel(actor=stage.house.actor("leader"))
    assert told.steps == [("已发送", 1), ("已打开", 1), ("已自查", 1), ("已申报", 1), ("已核定", 0), ("已拨付", 0)]
    assert (told.fits, told.not_fits) == (0, 1)
    pushing.handle(actor=stage.house.actor("admin"), now=NOW, push=push.pk)
    with pytest.raises(Conflict):
        pushing.handle(actor=stage.house.actor("admin"), now=NOW, push=push.pk)
    verbs = Record.objects.filter(stream=f"policies.firm:{firm}").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["policies.parcel", "policies.open", "policies.answer", "policies.apply", "policies.handle"]


# Figures ----------------------------------------------------------------------------------------------------------------


def test_unclaimed_leads_to_the_list_behind(stage: Stage) -> None:
    firm = ready(stage)
    leader, street = stage.house.actor("leader"), stage.house.actor("street")
    told = figures.unclaimed(actor=leader, on=TODAY)
    assert [(n.key, n.firms, n.yuan) for n in told.lines] == [(CODE, 1, 60_000)]
    assert [(n.label, n.firms) for n in figures.unclaimed(actor=leader, on=TODAY, by="street").lines] == [
        ("民意街道", 1)
    ]
    assert [one.id for one in figures.behind(actor=street, on=TODAY, code=CODE).firms] == [firm]
    Enterprise.objects.filter(pk=firm).update(street=None)
    assert figures.behind(actor=street, on=TODAY, code=CODE).count == 0
    assert figures.behind(actor=leader, on=TODAY, code=CODE).count == 1
    claiming.note_claims(
        actor=stage.house.actor("admin"), now=NOW, source="兑现名单", lines=[Claimed(firm, CODE, date(2026, 3, 1))]
    )
    matching.match_all(now=NOW)
    assert figures.unclaimed(actor=leader, on=TODAY).lines == []
    assert figures.behind(actor=leader, on=TODAY, code=CODE).count == 0


def test_a_list_with_a_strange_item_is_not_kept_at_all(stage: Stage) -> None:
    firm = ready(stage)
    lines = [Claimed(firm, CODE, date(2026, 3, 1)), Claimed(firm, "X-1", date(2026, 3, 1))]
    with pytest.raises(Invalid, match="X-1"):
        claiming.note_claims(actor=stage.house.actor("admin"), now=NOW, lines=lines, source="名单")
    assert Claim.objects.count() == 0
    for paid in (None, date(2026, 4, 1)):  # the same list again brings up to date
        done = [replace(lines[0], paid_on=paid)]
        claiming.note_claims(actor=stage.house.actor("admin"), now=NOW, lines=done, source="名单")
    assert list(Claim.objects.values_list("paid_on", flat=True)) == [date(2026, 4, 1)]


def test_a_list_tells_what_came_of_a_push(stage: Stage) -> None:
    firm, admin = ready(stage), stage.house.actor("admin")
    pushing.push(now=NOW)
    before, after = Claimed(firm, CODE, date(2026, 9, 1)), Claimed(firm, CODE, date(2026, 10, 8), date(2026, 10, 20))
    claiming.note_claims(actor=admin, now=NOW, lines=[before], source="名单")
    assert figures.funnel(actor=admin).applied == 0  # asked for before anybody told them
    claiming.note_claims(actor=admin, now=NOW, lines=[after], source="名单")
    told = figures.funnel(actor=admin)
    assert (told.applied, told.paid) == (1, 1)


def test_coverage_counts_enterprises_once(stage: Stage) -> None:
    ready(stage, 60)
    told = figures.coverage(actor=stage.house.actor("auditor"), on=TODAY)
    assert (told.enterprises, told.reached, told.items) == (2, 1, 61)
    assert told.lines[0].eligible == 1
    with pytest.raises(Forbidden):
        figures.coverage(actor=stage.contact, on=TODAY)


def test_a_draft_is_tried_before_it_is_published(stage: Stage) -> None:
    room.firm(stage)
    room.known(stage, dishonest=False)
    crowd(stage, 50)
    told = trial.trial(actor=stage.house.actor("admin"), on=TODAY, condition=room.CONDITION, formula=room.WORDS.formula)
    assert (told.enterprises, told.eligible, told.least, told.most) == (52, 4, 240_000, 240_000)
    assert told.lacking[0][0] == "严重失信"
    assert told.eligible + told.unknown + told.ineligible == 52


# Public -----------------------------------------------------------------------------------------------------------------


def test_the_calculator_asks_what_decides_most_until_all_is_settled(db: None) -> None:
    adopting.adopt(now=NOW, bundles=samples.bundles(200))
    stand = calculator.stand(TODAY, {})
    assert stand.question is not None
    assert (stand.question.name, stand.decides, stand.total) == ("industry", 200, 200)
    answers = {"industry": "6513", "dishonest": "否", "high_tech": "true", "employees": "60", "size_class": "small"}
    later = calculator.stand(TODAY, answers)
    assert later.settled + len(later.maybe) == 200
    assert later.excluded > 150
    assert [one.card.code for one in later.can][:1] == ["S00001-GQ"]
    assert later.can[0].reasons[1] == "高新技术企业：是（第一条）"
    wrong = calculator.stand(TODAY, {"industry": "Z9", "employees": "许多"})
    assert set(wrong.problems) == {"industry", "employees"}


def test_the_calculator_refuses_what_cannot_be(db: None) -> None:
    """Every figure whose meaning is not below zero, more than the whole, a day to come; a loss is a figure like others."""
    numbers = [
        one.name for one in law.catalogue().values() if one.type in ("number", "integer") and one.name != "age_months"
    ]
    told = calculator.stand(TODAY, dict.fromkeys(numbers, "-1")).problems
    assert set(numbers) - set(told) == {"profit", "taxable_income", "revenue_growth"}
    assert told["revenue"] == "营业收入不能小于零。"
    assert told["employees"] == "从业人员不能小于零。"
    stand = calculator.stand(TODAY, {"rd_staff_ratio": "3.5", "registered_on": "2031-01-01", "employees": "0"})
    assert stand.problems == {
        "rd_staff_ratio": "研发人员占比是比例，不能大于 1；3.5% 请写 3.5% 或 0.035。",
        "registered_on": "登记日期不能晚于今天。",
    }


def test_the_calculator_does_not_ask_for_ever(db: None) -> None:
    adopting.adopt(now=NOW, bundles=samples.bundles(300))
    answers: dict[str, str] = {}
    while (stand := calculator.stand(TODAY, answers)).question is not None:
        answers[stand.question.name] = ""
        assert len(answers) <= calculator.MOST
    assert len(answers) == calculator.MOST


def test_the_calendar_shows_what_closes_and_opens(house: House) -> None:
    adopting.adopt(now=NOW, bundles=samples.bundles(200))
    months = public.calendar(TODAY)
    assert [month.first for month in months][:2] == [date(2026, 9, 1), date(2026, 10, 1)]
    assert any(month.ends for month in months)
    for month in months:
        assert all(day.month == month.first.month and day >= TODAY for day, _ in (*month.begins, *month.ends))
