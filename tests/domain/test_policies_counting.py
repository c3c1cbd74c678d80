"""Figures of matching: a revision that takes over, reliefs taken in the tax return, counting anew when something moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from qifu.domain.policies import facts
from qifu.domain.policies.actions import claiming, drafting, matching, publishing, stating
from qifu.domain.policies.actions.claiming import Claimed
from qifu.domain.policies.models import Document, Match, MatchChange, Parcel, Push, Revision
from qifu.domain.policies.queries import desk, figures
from qifu.kernel.evidence.models import Record
from qifu.kernel.measures import Ask, evaluation, measures
from tests.conftest import NOW
from tests.domain import policy_room as room
from tests.domain.policy_room import CODE
from tests.stage import Stage

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LATER = NOW + timedelta(hours=2)


def revised(stage: Stage, least: int) -> Revision:
    """The next revision of the item asks for so many people, from today on."""
    admin, reader = stage.actor("admin"), stage.actor("supervisor")
    made = drafting.renew(actor=admin, now=NOW, code=CODE)
    condition = {"and": [*room.CONDITION["and"][:1], {">=": [{"var": "employees"}, least]}, room.CONDITION["and"][2]]}
    words = replace(room.WORDS, condition=condition, force_from=TODAY)
    made = drafting.edit(actor=admin, now=NOW, code=CODE, number=made.number, words=words, seen=made.version)
    for case in made.cases.all():
        wanted = dict(room.FITS | {"employees": least + 10}) if case.kind == "eligible" else None
        if case.kind == "boundary":
            wanted = dict(room.FITS | {"employees": least})
        if wanted:
            case.facts = wanted
            case.save()
    publishing.read(actor=reader, now=NOW, code=CODE, number=made.number, seen=made.version)
    return publishing.publish(actor=reader, now=NOW, code=CODE, number=made.number)


def test_a_revision_that_takes_over_goes_on_from_the_one_before(stage: Stage) -> None:
    firm = room.firm(stage, employees=60)
    room.known(stage, dishonest=False)
    first = room.published(stage.house)
    matching.match_all(now=NOW - timedelta(days=20))
    begun = Match.objects.get().since
    second = revised(stage, 100)
    done = matching.match_item(now=NOW, code=CODE)
    row = Match.objects.get()  # of the first one nothing is left, so that nothing is counted twice
    assert (row.revision_id, row.since, row.eligible, done.changes) == (second.pk, begun, 0, 1)
    assert list(MatchChange.objects.values_list("enterprise", "revision", "became", "on")) == [
        (firm.pk, second.pk, "ineligible", TODAY)
    ]
    assert begun == TODAY - timedelta(days=20)
    assert first.pk != second.pk


def test_counts_of_before_a_change_are_not_shown(stage: Stage) -> None:
    """From a withdrawal, or a publication, until the enterprises were matched anew."""
    room.firm(stage, employees=60)
    room.known(stage, dishonest=False)
    first = room.published(stage.house)
    admin = stage.actor("admin")
    matching.match_all(now=NOW)
    shown = desk.sheet(actor=admin, code=CODE, on=TODAY)
    assert shown.match is not None
    assert shown.match.eligible == 1
    assert [line.eligible for line in desk.library(actor=admin, on=TODAY).lines] == [1]
    publishing.withdraw(actor=stage.actor("supervisor"), now=LATER, code=CODE, number=first.number, reason="文件有误")
    assert Match.objects.filter(eligible=1).exists()  # the worker has not come by yet
    assert desk.sheet(actor=admin, code=CODE, on=TODAY).match is None
    assert [line.eligible for line in desk.library(actor=admin, on=TODAY).lines] == [None]
    facts.forget()
    matching.match_item(now=LATER + timedelta(minutes=1), code=CODE)
    assert desk.sheet(actor=admin, code=CODE, on=TODAY).shown.row.pk == first.pk


def relief(stage: Stage) -> None:
    """An item of one step that is a tax relief; the firm fits it."""
    room.firm(stage, employees=60)
    room.known(stage, dishonest=False)
    room.published(stage.house)
    row = Revision.objects.get()
    row.item.kind = "tax"
    row.item.save()
    assert row.steps == 1
    matching.match_all(now=NOW)


def test_a_relief_taken_in_the_tax_return_is_not_unclaimed_until_a_list_says_who_took_it(stage: Stage) -> None:
    relief(stage)
    leader = stage.actor("leader")
    told = figures.unclaimed(actor=leader, on=TODAY)
    assert (told.firms, told.yuan, told.filed_items, told.filed_firms, told.lines) == (0, 0, 1, 1, [])
    stating.apply(actor=room.contact(stage), now=NOW, enterprise=stage.firm.pk, code=CODE)
    matching.match_all(now=NOW)
    assert figures.unclaimed(actor=leader, on=TODAY).filed_items == 1  # what one says of itself is no list

    lines = [Claimed(stage.other_firm.pk, CODE, date(2026, 5, 1))]
    claiming.note_claims(actor=stage.actor("admin"), now=NOW, lines=lines, source="税务局享受名单")
    Match.objects.all().delete()
    matching.match_all(now=NOW)
    told = figures.unclaimed(actor=leader, on=TODAY)
    assert (told.filed_items, told.firms) == (0, 0)  # it is not on the list, but has said that it took it


def test_an_item_of_more_steps_is_unclaimed(stage: Stage) -> None:
    relief(stage)
    Revision.objects.update(steps=2)
    facts.forget()
    matching.match_all(now=NOW)
    told = figures.unclaimed(actor=stage.actor("leader"), on=TODAY)
    assert (told.firms, told.yuan, told.filed_items) == (1, 60000, 0)


def test_figures_are_counted_anew_only_when_something_moved(stage: Stage) -> None:
    room.firm(stage, employees=None)
    room.known(stage, dishonest=False)
    room.published(stage.house)
    matching.match_all(now=NOW)
    runs = Record.objects.filter(verb="policies.match").count()
    assert matching.recount(now=LATER) == 0
    assert Record.objects.filter(verb="policies.match").count() == runs

    contact = room.contact(stage)
    stating.state(actor=contact, now=LATER, enterprise=stage.firm.pk, field="employees", value="45")
    row = Match.objects.get()
    assert (row.eligible, row.counted_at, row.at, row.unclaimed["firms"]) == (1, NOW, LATER, 0)
    assert figures.coverage(actor=stage.actor("leader"), on=TODAY).at == NOW
    again = LATER + timedelta(hours=1)
    matching.recount(now=again)
    row = Match.objects.get()
    assert (row.counted_at, row.unclaimed["firms"], row.unclaimed["yuan"]) == (again, 1, 45000)

    stating.apply(actor=contact, now=again, enterprise=stage.firm.pk, code=CODE)
    last = again + timedelta(hours=1)
    matching.recount(now=last)
    assert (Match.objects.get().counted_at, Match.objects.get().unclaimed["firms"]) == (last, 0)


def test_what_the_room_declares_equals_its_rows(stage: Stage) -> None:
    """Of two pushes one was opened, checked, applied for and paid, and said to fit; one document came out after nine days."""
    relief(stage)
    Revision.objects.update(steps=2)
    facts.forget()
    matching.match_all(now=NOW)
    row, day = Revision.objects.get(), timedelta(days=1)
    Document.objects.filter(pk=row.document_id).update(found_at=NOW - 9 * day)
    for firm, told in ((stage.firm, NOW), (stage.other_firm, None)):
        parcel = Parcel.objects.create(enterprise=firm, month=date(2026, 9, 1), place=1, at=NOW, due=NOW)
        Push.objects.create(
            parcel=parcel, enterprise=firm, revision=row, proof={}, sent_at=NOW - day, opened_at=told, checked_at=told,
            applied_at=told, fits=bool(told), because="" if told else "不是本行业", answered_at=NOW,
        )  # fmt: skip
    lines = [Claimed(stage.firm.pk, CODE, TODAY, TODAY)]
    claiming.note_claims(actor=stage.actor("admin"), now=NOW, lines=lines, source="区人社局")
    ask = Ask(date(2026, 1, 1), TODAY, NOW)
    found = {one.name: evaluation.told(one, ask) for one in measures("policies")}
    assert {name: (v.numerator, v.denominator) for name, v in found.items() if v.denominator} == {
        "policies.opened": (1, 2), "policies.checked": (1, 2), "policies.applied": (1, 2), "policies.paid": (1, 2),
        "policies.fits": (1, 2), "policies.updated": (1, 1), "policies.prompt": (0, 1),
    }  # fmt: skip
    assert found["policies.fits"].amount is None  # two answers are not yet a share
    plain = {name: v.amount for name, v in found.items() if v.denominator is None}
    assert plain == {
        "policies.items": 1, "policies.pushes": 2, "policies.unclaimed": 1, "policies.unclaimed_yuan": 60000,
    }  # fmt: skip
