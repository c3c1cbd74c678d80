"""Figures that rooms prove: each equals its rows, the board's numbers are these numbers, a frozen one opens to what it was."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.appeals.actions import tallies
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries.figures import counts
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope
from qifu.domain.appeals.queries.figures.measures import FIGURES
from qifu.domain.estate import actions as estate
from qifu.domain.estate.models import Room
from qifu.domain.people import actions as people
from qifu.domain.registry import classes
from qifu.domain.registry.models import Enterprise
from qifu.kernel import measures
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.errors import Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.measures import Ask, actions, evaluation, queries
from qifu.kernel.measures.digests import digest_of
from qifu.kernel.measures.models import Snapshot
from qifu.kernel.measures.packing import pack, unpack
from tests.conftest import NOW, PASSWORD, House
from tests.domain import case_rows, figure_table
from tests.stage import Stage

YEAR = Ask(date(2026, 1, 1), date(2026, 9, 30), NOW)
CUT = Cut(date(2026, 1, 1), date(2026, 9, 1))


@pytest.fixture
def finance(house: House) -> House:
    """The house with somebody for finance and performance."""
    made = people.create_member(actor=SYSTEM, now=NOW, username="finance", name="秦财务", password=PASSWORD)
    people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=house.centre, role=Role.FINANCE)
    house.accounts["finance"] = made.account
    return house


@pytest.fixture
def table(house: House) -> dict[str, Appeal]:
    """The hand-made cases of tests/cases/figures_cases.csv."""
    category = case_rows.categories(1, 1)[0]
    return figure_table.write(NOW, {"D01": house.department, "D02": house.street}, category, house.street)


@pytest.mark.parametrize("kept", [False, True], ids=["counted", "from running totals"])
def test_the_figures_of_the_board_are_these_figures(table: dict[str, Appeal], kept: bool) -> None:
    board = counts.exact(CUT, Scope(), NOW)
    if kept:
        tallies.refresh(now=NOW)
    for name in FIGURES:
        rate, found = board.rate(name), evaluation.told(measures.measure(f"appeals.{name}"), YEAR)
        assert (found.numerator, found.denominator, found.amount) == (rate.numerator, rate.denominator, rate.share), (
            name
        )


def test_a_value_is_the_number_of_its_rows(table: dict[str, Appeal], stage: Stage) -> None:
    stage.to("closed")
    for one in measures.measures():
        found = evaluation.value(one, YEAR)
        below = evaluation.rows(one, YEAR).count()
        above = evaluation.rows(one, YEAR, "met").count()
        if one.is_rate:
            assert (found.numerator, found.denominator) == (above, below), one.name
            assert evaluation.rows(one, YEAR, "rest").count() == below - above, one.name
        elif not one.amount:
            assert found.amount == below, one.name
        for cut in () if one.amount else one.dimensions:
            parts = evaluation.parts(one, YEAR, cut.name)
            assert sum(each.denominator or each.amount or 0 for _, _, each in parts) == below, (one.name, cut.name)


def test_months_add_up_and_those_kept_equal_those_counted(table: dict[str, Appeal]) -> None:
    total = measures.measure("appeals.total_count")
    counted = evaluation.months(total, YEAR)
    assert len(counted) == 9
    assert sum(one.amount or 0 for _, one in counted) == evaluation.value(total, YEAR).amount
    tallies.refresh(now=NOW)
    assert evaluation.months(total, YEAR) == counted


def test_certification_is_the_registry_s_own(stage: Stage) -> None:
    rates = {one.key: (one.certified, one.total) for one in classes.certification(SYSTEM)}
    for key, expected in rates.items():
        found = evaluation.value(measures.measure(f"registry.{key}_certified"), YEAR)
        assert (found.numerator, found.denominator) == expected
    assert rates["all"] == (0, 2)


def test_names_and_definitions() -> None:
    declared = measures.measures()
    assert len({one.name for one in declared}) == len({one.label for one in declared}) == len(declared) >= 40
    for one in declared:
        assert re.fullmatch("[^。]+。", one.definition), one.name
        assert one.name.startswith(f"{one.room}.")
        assert one.room in measures.rooms()
        assert one.over in (measures.PERIOD, measures.DAY)
        assert one.over == measures.PERIOD or not one.dated, one.name
        assert not one.is_rate or one.unit == "%"
    with pytest.raises(ValueError, match="taken"):
        measures.register("appeals", "诉求", [measures.measure("appeals.reply")])
    with pytest.raises(Missing):
        measures.measure("appeals.guess")


def test_a_foreign_dimension_is_refused() -> None:
    asked = Ask(YEAR.since, YEAR.until, NOW, (("level", "city"),))
    with pytest.raises(Invalid):
        evaluation.rows(measures.measure("appeals.total_count"), asked)


def test_few_opinions_are_not_a_share(stage: Stage) -> None:
    case = stage.to("closed")
    Appeal.objects.filter(pk=case.pk).update(mark_speed=5, mark_result=5, mark_attitude=5)
    found = evaluation.value(measures.measure("appeals.satisfied"), YEAR)
    assert (found.numerator, found.denominator, found.amount) == (1, 1, None)


def test_packing_keeps_keys_digests_and_sides() -> None:
    rows = [(3, b"abcdefgh", True), (4, b"ijklmnop", False), (10**12, b"12345678", True)]
    packed, count = pack(rows)
    found = unpack(packed)
    assert count == 3
    assert [(key, found.digest(at), bool(found.met[at])) for at, key in enumerate(found.keys)] == rows
    assert pack([]) == (pack([])[0], 0)
    assert list(unpack(pack([])[0]).keys) == []


def test_a_frozen_figure_opens_to_what_it_was(finance: House, stage: Stage) -> None:
    """One row changes, one goes, one comes; the snapshot does not move and says so."""
    same, changed = stage.to("replied"), stage.to("replied")
    gone = Enterprise.objects.create(name="武汉将走有限公司", created=NOW, updated=NOW)
    reply, firms = measures.measure("appeals.reply"), measures.measure("registry.all_count")
    actor, before = finance.actor("finance"), Record.objects.count()
    frozen = actions.freeze(actor=actor, now=NOW, measure=reply, ask=YEAR, purpose="2026 年自评")
    held = actions.freeze(actor=actor, now=NOW, measure=firms, ask=YEAR)

    assert Record.objects.count() == before + 2
    assert (frozen.amount, frozen.numerator, frozen.denominator, frozen.count) == (Decimal(1), 2, 2, 2)
    assert queries.compare(reply, frozen).counts == {"same": 2, "changed": 0, "gone": 0, "come": 0}

    Appeal.objects.filter(pk=changed.pk).update(reply_late=True)
    come = stage.to("replied")
    gone.delete()
    frozen.refresh_from_db()
    found = queries.compare(reply, queries.snapshot(frozen.pk))
    assert found.counts == {"same": 1, "changed": 1, "gone": 0, "come": 1}
    assert [(one.key, one.state, one.was_met) for one in found.lines] == [
        (come.pk, "come", False), (changed.pk, "changed", True), (same.pk, "same", True),
    ]  # fmt: skip
    assert (found.now.numerator, found.now.denominator) == (2, 3)
    assert (frozen.numerator, frozen.denominator) == (2, 2)
    assert found.is_whole
    lost = queries.compare(firms, queries.snapshot(held.pk))
    assert lost.counts == {"same": 2, "changed": 0, "gone": 1, "come": 0}
    assert [(one.state, one.line) for one in lost.lines][:1] == [("gone", None)]


def test_a_touched_snapshot_is_noticed(finance: House, stage: Stage) -> None:
    stage.to("replied")
    frozen = actions.freeze(
        actor=finance.actor("finance"), now=NOW, measure=measures.measure("appeals.reply"), ask=YEAR
    )
    Snapshot.objects.filter(pk=frozen.pk).update(numerator=7)
    assert not queries.is_whole(queries.snapshot(frozen.pk))


def test_only_finance_freezes(finance: House, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    address = "/desk/measures/appeals.reply/freeze/"
    client.force_login(finance.account("leader"))
    assert client.post(address, {"since": "2026-01", "until": "2026-09"}).status_code == 403
    assert Snapshot.objects.count() == 0
    client.force_login(finance.account("finance"))
    answer = client.post(address, {"since": "2026-01", "until": "2026-09", "purpose": "年度自评"}, follow=True)
    assert answer.status_code == 200
    row = Snapshot.objects.get()
    assert (row.name, row.since, row.until, row.purpose) == (
        "appeals.reply", date(2026, 1, 1), date(2026, 9, 30), "年度自评",
    )  # fmt: skip
    assert "年度自评" in answer.content.decode()


def test_the_pages_open_from_the_list_to_the_rows(
    table: dict[str, Appeal], finance: House, client: Client, settings: Settings
) -> None:
    settings.QIFU_NOW = NOW
    client.force_login(finance.account("leader"))
    listed = client.get("/desk/measures/?since=2026-01&until=2026-09").content.decode()
    assert "按时回复率" in listed
    assert "/desk/measures/appeals.reply/?since=2026-01&amp;until=2026-09" in listed
    shown = client.get("/desk/measures/appeals.reply/?since=2026-01&until=2026-09&by=unit").content.decode()
    assert measures.measure("appeals.reply").definition in shown
    rows = client.get("/desk/measures/appeals.reply/rows/?since=2026-01&until=2026-09&part=met").content.decode()
    met = evaluation.rows(measures.measure("appeals.reply"), YEAR, "met")
    assert all(f"/desk/cases/{number}/" in rows for number in met.values_list("number", flat=True))
    for nowhere in (
        "/desk/measures/no.such/",
        "/desk/measures/appeals.reply/rows/?part=none",
        "/desk/measures/snapshots/9/",
    ):
        assert client.get(nowhere).status_code == 404
    client.force_login(finance.account("handler"))
    assert client.get("/desk/measures/").status_code == 403


def test_the_list_asks_as_often_however_many_cases_there_are(finance: House, stage: Stage) -> None:
    asked = []
    for _ in range(2):
        stage.to("replied")
        tallies.refresh(now=stage.now)
        with CaptureQueriesContext(connection) as seen:
            for one in measures.measures("estate"):
                evaluation.told(one, YEAR)
        asked.append(len(seen))
    assert asked == [len(measures.measures("estate"))] * 2


def test_only_readers_read(finance: House) -> None:
    from qifu.kernel.measures import access

    for name in ("handler", "street"):
        with pytest.raises(Forbidden):
            access.require_reader(finance.actor(name))
    for name in ("leader", "auditor", "dispatcher", "finance"):
        access.require_reader(finance.actor(name))


def test_a_digest_is_the_same_on_every_database(stage: Stage) -> None:
    """Held against the text as Python writes it, whatever the database keeps."""
    house = stage.house
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B01", "云启大厦", (), house.street)])
    room = estate.RoomRow("B01", "", 12, "1201", estate.RoomFacts(Decimal("80.5")))
    estate.put_rooms(actor=SYSTEM, now=NOW, rows=[room])
    estate.let(
        actor=stage.actor("dispatcher"),
        now=NOW + timedelta(microseconds=250),
        room=Room.objects.get().pk,
        letting=estate.Letting(enterprise=stage.firm.pk),
    )
    stage.to("closed")
    tried = set()
    for one in measures.measures():
        model = evaluation.rows(one, YEAR).model
        for row in model._base_manager.values("pk", *one.source.columns):
            said = "".join(_written(row[name]) + "\x1f" for name in one.source.columns)
            (found,) = model._base_manager.filter(pk=row["pk"]).values_list(digest_of(one.source.columns))
            assert found == (md5(said.encode()).hexdigest()[:16],), (one.source.table, said)
            tried.add(one.source.table)
    assert tried >= {"appeals.appeal", "estate.room", "estate.tenancy", "people.account", "registry.enterprise"}


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.hex if isinstance(value, UUID) else str(value)
