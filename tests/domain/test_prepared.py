"""Statements drawn up once: they answer what the framework's own query answers, whole rows and tuples, on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Func
from django.test.utils import CaptureQueriesContext

from qifu.domain.appeals.models import Category, Clock
from qifu.domain.people.models import Membership, Unit
from qifu.kernel.prepared import Prepared, PreparedMany
from tests.conftest import NOW
from tests.stage import Stage

pytestmark = pytest.mark.django_db


def test_whole_rows_are_those_of_the_query(stage: Stage) -> None:
    case, other = stage.to("asking"), stage.to("working")
    clocks = Prepared(lambda case: Clock.objects.filter(appeal=case).order_by("pk"), numbers=["case"])
    for wanted in (case, other):
        rows, plain = clocks(case=wanted.pk), list(Clock.objects.filter(appeal=wanted).order_by("pk"))
        assert [row.__dict__ | {"_state": 0} for row in rows] == [row.__dict__ | {"_state": 0} for row in plain]
        assert rows[0].started_at.tzinfo is not None
        assert any(row.pauses for row in rows) == (wanted is case)


def test_a_row_can_be_written_again(stage: Stage) -> None:
    (row,) = Prepared(lambda unit: Unit.objects.filter(pk=unit), numbers=["unit"])(unit=stage.house.street)
    row.short_name = "改名"
    row.save()
    assert Unit.objects.get(pk=stage.house.street).short_name == "改名"


def test_tuples_keep_truth_and_moments(stage: Stage) -> None:
    at = Prepared(
        lambda role, now: (
            Membership.objects.at(now)
            .filter(role=role)
            .order_by("pk")
            .values_list("account", "since", "unit__is_active")
        ),
        texts=["role"],
        moments=["now"],
    )
    plain = Membership.objects.at(NOW).filter(role="handler").order_by("pk")
    assert at(role="handler", now=NOW) == list(plain.values_list("account", "since", "unit__is_active"))
    assert at(role="handler", now=NOW)[0][2] is True
    assert at(role="handler", now=NOW - timedelta(days=99_999)) == []
    assert at(role="' OR 1=1 --", now=NOW) == []


def test_an_aggregate_over_everything_is_one_row(stage: Stage) -> None:
    count = Prepared(lambda: Category.objects.values_list(Func("pk", function="COUNT")))
    assert count() == [(Category.objects.count(),)]


def test_it_is_one_statement_and_drawn_up_once(stage: Stage) -> None:
    built: list[int] = []

    def units(kind: str) -> object:
        built.append(1)
        return Unit.objects.filter(kind=kind)

    asked = Prepared(units, texts=["kind"])  # type: ignore[type-var, arg-type]
    with CaptureQueriesContext(connection) as seen:
        assert [len(asked(kind=kind)) for kind in ("centre", "nothing", "centre")] == [1, 0, 1]
    assert (len(seen), built) == (3, [1])


def test_a_name_that_the_query_does_not_use_is_refused(stage: Stage) -> None:
    with pytest.raises(TypeError, match="unit"):
        Prepared(lambda unit: Unit.objects.all(), numbers=["unit"])(unit=1)


def test_several_keys_are_asked_at_once_however_many(stage: Stage) -> None:
    units = list(Unit.objects.order_by("pk").values_list("pk", "name"))
    named = PreparedMany(lambda ids: Unit.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name"))
    for count in (1, 2, 3, 5, len(units)):
        chosen = [pk for pk, _ in units[:count]]
        with CaptureQueriesContext(connection) as asked:
            assert named([*chosen, chosen[0]]) == units[:count]
        assert len(asked) == 1
    assert named([*range(1, 200)]) == [unit for unit in units if unit[0] < 200]
    with CaptureQueriesContext(connection) as asked:
        assert named([]) == []
    assert len(asked) == 0
