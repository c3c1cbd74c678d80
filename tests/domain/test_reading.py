"""What a request reads once: remembered within the request only, and forgotten as soon as something is written."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.domain.people import actions, queries
from qifu.kernel import reading
from tests.conftest import House


def test_outside_a_request_nothing_is_remembered() -> None:
    answers = iter((1, 2))
    assert [reading.once("n", lambda: next(answers)) for _ in range(2)] == [1, 2]


def test_within_a_request_it_is_read_once_and_the_next_request_reads_anew() -> None:
    answers = iter((1, 2))
    for expected in (1, 2):
        with reading.held():
            assert [reading.once("n", lambda: next(answers)) for _ in range(3)] == [expected] * 3


@pytest.mark.django_db
def test_the_tree_of_units_costs_one_query_a_request(house: House) -> None:
    queries.units()
    with reading.held(), CaptureQueriesContext(connection) as told:
        for _ in range(5):
            queries.units()
    assert len(told) == 1


@pytest.mark.django_db
def test_a_write_is_seen_by_what_follows_it_in_the_same_request(house: House, now: datetime) -> None:
    with reading.held():
        assert queries.unit(house.department).name != "新名称局"
        actions.rename_unit(actor=house.actor("admin"), now=now, unit=house.department, name="新名称局")
        assert queries.unit(house.department).name == "新名称局"
