"""From booked vouchers to published final accounts: every figure opens to what it is made of; signatures, changes afterwards."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from qifu.domain.disclosure import composing, figures, freezing, triggers
from qifu.domain.disclosure.actions import accounts as actions
from qifu.domain.disclosure.models import Account, Purchase, VoucherLine
from qifu.domain.disclosure.queries import accounts as queries
from qifu.engines.statements import read
from qifu.engines.statements.composing.books import in_wan
from qifu.entry.intake.fiscal import open_paper
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Record
from qifu.output.papers.fiscal import render
from tests.conftest import NOW, House
from tests.domain import account_room as room

YEAR = NOW.year - 1


@pytest.fixture
def money(house: House) -> House:
    room.write(house)
    return house


def begun(house: House) -> Account:
    """Begun, with every word that it asks for."""
    row = actions.begin(actor=house.actor("caiwu01"), now=NOW, year=YEAR)
    room.say(house, row.pk)
    return row


def published(house: House) -> Account:
    row = begun(house)
    actions.hand_in(actor=house.actor("caiwu01"), now=NOW, account=row.pk)
    actions.review(actor=house.actor("shenji01"), now=NOW, account=row.pk)
    return actions.publish(actor=house.actor("lingdao01"), now=NOW, account=row.pk)


def test_what_nobody_said_is_listed_and_keeps_it_from_being_signed(money: House) -> None:
    officer = money.actor("caiwu01")
    row = actions.begin(actor=officer, now=NOW, year=YEAR)
    sheet = queries.sheet(actor=officer, number=row.pk)
    asked = {one.place for one in sheet.made.needs if one.is_open}
    assert {"duties", "offices", "overall", "income", "item:2011399"} <= asked
    assert sheet.made.report.count("error")
    assert not sheet.is_ready
    with pytest.raises(Invalid, match="要处理") as refused:
        actions.hand_in(actor=officer, now=NOW, account=row.pk)
    assert len(refused.value.extra["problems"]) >= len(asked)  # type: ignore[arg-type]
    actions.say(actor=officer, now=NOW, account=row.pk, place="overall", text="人员变动")
    left = {one.place for one in queries.sheet(actor=officer, number=row.pk).made.needs if one.is_open}
    assert asked - left == {"overall", "income", "expenditure", "fiscal", "general"}, "one reason holds for all totals"


def test_every_figure_opens_to_rows_that_add_up_to_it(money: House) -> None:
    row = published(money)
    made = freezing.loaded(bytes(row.frozen))
    prior = queries.prior_of(YEAR, row.unit)
    seen = 0
    for place in figures.places(made):
        found = figures.opened(made, place, lambda: prior)
        assert found.is_whole, (place, found.printed, found.sum)
        assert found.rows or found.parts or found.proof or not found.value, place
        if found.rows and found.unit == "万元":
            assert in_wan(sum((amount for _, amount in found.rows), Decimal(0))) == found.value, place
        seen += 1
    assert seen > 300
    assert len(made.model.claims) > 100


def test_the_auditor_finds_nothing_and_the_printed_document_reads_back(money: House, tmp_path: Path) -> None:
    row = published(money)
    made = freezing.loaded(bytes(row.frozen))
    assert [one.message for one in made.report.findings if one.severity != "info"] == []
    assert made.report.checked > 1000
    for form in ("docx", "xlsx", "html", "pdf"):
        path = tmp_path / f"accounts.{form}"
        path.write_bytes(render(made.model, form))
        assert read(open_paper(path)) == made.model, form


def test_three_people_sign_and_an_error_stops_it(money: House) -> None:
    row = begun(money)
    officer, auditor, head = (money.actor(name) for name in ("caiwu01", "shenji01", "lingdao01"))
    with pytest.raises(Conflict):
        actions.publish(actor=head, now=NOW, account=row.pk)
    actions.hand_in(actor=officer, now=NOW, account=row.pk)
    with pytest.raises(Forbidden):
        actions.review(actor=officer, now=NOW, account=row.pk)
    with pytest.raises(Conflict):
        actions.say(actor=officer, now=NOW, account=row.pk, place="overall", text="改")
    actions.review(actor=auditor, now=NOW, account=row.pk)
    with pytest.raises(Forbidden):
        actions.publish(actor=auditor, now=NOW, account=row.pk)
    Purchase.objects.filter(year=YEAR).first().delete()  # type: ignore[union-attr]
    with pytest.raises(Conflict, match="有变化"):
        actions.publish(actor=head, now=NOW, account=row.pk)
    actions.give_back(actor=head, now=NOW, account=row.pk, opinion="采购合同有变化")
    actions.say(actor=officer, now=NOW, account=row.pk, place="overall", text="××")
    with pytest.raises(Invalid, match="还不能送审"):
        actions.hand_in(actor=officer, now=NOW, account=row.pk)
    assert Account.objects.get(pk=row.pk).state == "open"


def test_a_row_changed_or_deleted_afterwards_is_told(money: House) -> None:
    row = published(money)
    officer = money.actor("caiwu01")
    _, same, is_whole = queries.since(actor=officer, number=row.pk)
    assert (same.rows, same.cells, is_whole) == ([], [], True)
    line = VoucherLine.objects.filter(voucher__year=YEAR, account__startswith="7", economic="30217").first()
    assert line is not None
    triggers.drop(connection)  # what nobody can do through the system, somebody does to the database
    VoucherLine.objects.filter(pk=line.pk).update(debit=line.debit + 500)
    gone = VoucherLine.objects.filter(voucher__year=YEAR, account__startswith="7", economic="30211").first()
    assert gone is not None
    gone.delete()
    triggers.create(connection)
    _, told, is_whole = queries.since(actor=officer, number=row.pk)
    assert is_whole
    assert sorted(one.state for one in told.rows) == ["changed", "gone"]
    assert ("T09", "actual", "reception") in {key for key, _, _ in told.cells}
    opened = queries.figure(actor=officer, number=row.pk, place=("cell", "T09", "actual", "reception"))
    assert opened.figure.is_whole, "the frozen rows still add up to what was printed"
    assert list(opened.states.values()).count("changed") == 1
    kept = Record.objects.filter(stream=row.stream, verb="disclosure.publish").get()
    assert kept.facts["digest"] == Account.objects.get(pk=row.pk).digest


def test_a_year_under_way_or_empty_is_refused(money: House) -> None:
    officer = money.actor("caiwu01")
    for year in (NOW.year, YEAR - 5):
        with pytest.raises(Conflict):
            actions.begin(actor=officer, now=NOW, year=year)
    begun(money)
    with pytest.raises(Conflict):
        actions.begin(actor=officer, now=NOW, year=YEAR)
    with pytest.raises(Forbidden):
        actions.begin(actor=money.actor("handler"), now=NOW, year=YEAR)
    assert composing.computed(YEAR - 5, room.UNIT) is None
