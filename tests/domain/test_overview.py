"""The leader's one page: figures of all rooms as those rooms tell them, cut by street, few questions, a screen for the wall."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.estate import actions as estate
from qifu.domain.estate.models import Room
from qifu.domain.registry.actions import alerting, enter_known_sources
from qifu.domain.registry.signals import Signal
from qifu.entry.board.overview import Tile
from qifu.kernel.actor import SYSTEM
from tests.conftest import NOW
from tests.stage import Stage

pytestmark = pytest.mark.django_db
PAGE = "/board/overview/"


@pytest.fixture
def leader(stage: Stage, client: Client, settings: Settings) -> Client:
    """The leader before a small district: two rooms of which one is let, an alert, a closed case."""
    enter_known_sources(actor=SYSTEM, now=NOW)
    house = stage.house
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B01", "云启大厦", (), house.street)])
    rooms = [
        estate.RoomRow("B01", "", 12, number, estate.RoomFacts(Decimal(area)))
        for number, area in (("1201", 80), ("1202", 20))
    ]
    estate.put_rooms(actor=SYSTEM, now=NOW, rows=rooms)
    letting = estate.Letting(enterprise=stage.firm.pk)
    estate.let(actor=stage.actor("dispatcher"), now=NOW, room=Room.objects.get(number="1201").pk, letting=letting)
    alerting.raise_alerts(actor=SYSTEM, now=NOW, found=[(stage.firm.pk, Signal("abnormal", "列入经营异常名录。", "1"))])
    stage.to("closed")
    settings.QIFU_NOW = NOW + timedelta(days=1)
    client.force_login(house.account("leader"))
    return client


def tiles(client: Client, **asked: object) -> dict[str, Tile]:
    groups = client.get(PAGE, asked).context["groups"]
    return {tile.label: tile for group in groups for tile in group.tiles}


def test_the_figures_are_those_of_the_rooms(leader: Client) -> None:
    found = tiles(leader)
    assert (found["收到诉求"].figure, found["收到诉求"].unit) == ("1", "件")
    assert (found["按时回复率"].figure, found["按时回复率"].note) == ("100.0", "1 / 1 件")
    assert (found["楼宇出租率"].figure, found["楼宇出租率"].note) == ("80.0", "80 / 100 平方米")
    assert (found["空置面积"].figure, found["空置面积"].note) == ("20", "1 间")
    assert (found["待处置预警"].figure, found["待处置预警"].note) == ("1", "其中超期 0 条")
    assert found["预算执行率"].figure == "—"
    assert found["满意率"].figure == "—"  # nobody rated


def test_a_street_cuts_what_knows_streets(leader: Client, stage: Stage) -> None:
    assert tiles(leader, street=stage.house.street)["楼宇出租率"].figure == "80.0"
    elsewhere = tiles(leader, street=stage.house.station)
    assert (elsewhere["楼宇出租率"].figure, elsewhere["收到诉求"].figure) == ("—", "0")


def test_each_figure_opens(leader: Client) -> None:
    for tile in tiles(leader).values():
        assert leader.get(tile.url).status_code == 200, tile.label


def test_on_the_wall_it_looks_again_by_itself(leader: Client) -> None:
    answer = leader.get(PAGE, {"wall": "1"})
    assert answer["Refresh"] == "60"
    assert 'class="board-face wall"' in answer.content.decode()
    assert "Refresh" not in leader.get(PAGE)


def test_it_asks_as_often_however_much_there_is(leader: Client, stage: Stage) -> None:
    stage.submit(key="k", title="一件在办的")
    leader.get(PAGE)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        leader.get(PAGE)
    for number in range(5):
        stage.submit(key=f"k{number}", title=f"第 {number} 件")
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        leader.get(PAGE)
    assert len(many) <= len(few) <= 60
    with CaptureQueriesContext(connection) as again:
        leader.get(PAGE)
    assert len(again) <= 30


def test_bad_addresses_are_read_as_far_as_they_go(leader: Client) -> None:
    for query in ("?since=x&until=9999-99&street=-1", "?street=99999999999999999999", "?since=2026-12&until=2020-01"):
        assert leader.get(f"{PAGE}{query}").status_code == 200, query


def test_it_is_for_the_centre_and_the_leader_begins_there(leader: Client, stage: Stage, client: Client) -> None:
    client.force_login(stage.house.account("handler"))
    assert client.get(PAGE).status_code == 403
