"""Rows written by statements drawn up once: what the framework's own save would have kept, and its refusals, on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qifu.domain.appeals.models import Appeal, Clock, Words
from qifu.domain.registry.models import Enterprise
from qifu.kernel.evidence.models import Head
from qifu.kernel.receipts.models import Receipt
from qifu.kernel.sealed import seal
from qifu.kernel.writing import insert, insert_all, insert_lenient, insert_new, update
from tests.conftest import NOW
from tests.stage import Stage

pytestmark = pytest.mark.django_db


def receipt(key: str, **given: object) -> Receipt:
    return Receipt(**{"scope": "a", "key": key, "digest": "d", "result": "", "made_at": NOW} | given)


def columns(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_a_case_written_so_equals_one_saved(stage: Stage) -> None:
    """Every kind of column: text, number, moment, JSON, sealed, null, foreign key."""
    case = stage.to("asking")
    clocks = list(Clock.objects.filter(appeal=case))
    kept = columns(Appeal.objects.get(pk=case.pk))
    copy = Appeal.objects.get(pk=case.pk)
    copy.pk, copy.number = None, "QS2601019999991"
    insert(copy)
    assert copy.pk not in (None, case.pk)
    assert not copy._state.adding
    assert columns(Appeal.objects.get(pk=copy.pk)) == kept | {"id": copy.pk, "number": copy.number}
    for clock in clocks:
        clock.pk, clock.appeal = None, copy
    insert_all(clocks)
    assert [columns(row) for row in Clock.objects.filter(appeal=copy).order_by("pk")] == [
        columns(row) | {"pauses": row.pauses} for row in clocks
    ]
    assert any(clock.pauses for clock in clocks)
    insert(Words(appeal=copy, tokens="甲 乙"))
    assert Words.objects.get(pk=copy.pk).tokens == "甲 乙"


def test_keys_come_in_the_order_given(db: object) -> None:
    rows = [receipt(f"k{n}") for n in range(30)]
    insert_all(rows)
    assert {row.pk: row.key for row in Receipt.objects.all()} == {row.pk: row.key for row in rows}
    insert_all([])
    assert Receipt.objects.count() == 30


def test_a_second_of_the_same_is_not_written(db: object) -> None:
    first, second = receipt("one", digest="first"), receipt("one", digest="second")
    assert insert_new(first)
    assert not insert_new(second)
    assert second.pk is None
    insert_lenient([receipt("one", digest="third"), receipt("two")])
    assert list(Receipt.objects.order_by("pk").values_list("key", "digest")) == [("one", "first"), ("two", "d")]


def test_another_constraint_still_refuses(stage: Stage) -> None:
    case = stage.to("working")
    copy = Appeal.objects.get(pk=case.pk)
    copy.pk = None
    assert not insert_new(copy, "number")
    copy.number, copy.category_id = "QS2601019999992", 987_654
    with transaction.atomic():
        assert insert_new(copy, "number")
        with pytest.raises(IntegrityError):
            connection.check_constraints()
        transaction.set_rollback(True)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all([receipt("x"), receipt("x")])
    assert not Receipt.objects.filter(key="x").exists()


def test_only_the_named_columns_change(stage: Stage) -> None:
    case = stage.to("working")
    held = columns(Appeal.objects.get(pk=case.pk))
    row = Appeal(pk=case.pk, title="改过的标题", counts={"ask": 2}, closed_at=NOW, unit_id=None)
    update(row, "title", "counts", "closed_at", "unit_id")
    told = {"title": "改过的标题", "counts": {"ask": 2}, "closed_at": NOW, "unit_id": None}
    assert columns(Appeal.objects.get(pk=case.pk)) == held | told
    with CaptureQueriesContext(connection) as asked:
        update(row)
    assert len(asked) == 0


def test_a_row_that_is_gone_is_said(db: object) -> None:
    with pytest.raises(DatabaseError, match="is gone"):
        update(Head(stream="nobody:1", seq=2, hash=b"x"), "seq", "hash")
    assert not Head.objects.exists()


def test_a_sealed_column_stays_sealed(stage: Stage) -> None:
    firm = Enterprise(name="无印测试有限公司", phone="13800000001", created=NOW, updated=NOW - timedelta(0))
    insert(firm)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM registry_enterprise WHERE id = %s", [firm.pk])
        ((kept,),) = cursor.fetchall()
    assert "13800000001" not in kept
    assert kept.partition("$")[0] == seal("x").partition("$")[0]
    assert Enterprise.objects.get(pk=firm.pk).phone == "13800000001"
