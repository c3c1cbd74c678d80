"""Plain questions about the sample library find the right item among the first three; written before the search was tuned."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.domain.policies import facts
from qifu.domain.policies.actions import adopting
from qifu.domain.policies.models import Document, Revision
from qifu.domain.policies.queries import public
from qifu.domain.policies.queries import stock as stocks
from qifu.engines import eligibility as law
from qifu.entry.cli.sample import policies as samples
from tests.conftest import NOW

QUESTIONS = Path(__file__).parents[1] / "cases" / "policy_questions.csv"
ENOUGH, TODAY = 0.95, date(2026, 9, 30)


@pytest.fixture
def schemes(db: None) -> list[str]:
    """The sample library, adopted: the scheme of each item by its place."""
    facts.forget()
    adopting.adopt(now=NOW, bundles=samples.bundles(369))
    return [row.item.code.partition("-")[2] for row in facts.shelf(TODAY).revisions]


def test_a_hundred_plain_questions(schemes: list[str]) -> None:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 100
    missed = [
        row["question"]
        for row in rows
        if row["scheme"] not in [schemes[place] for place in public.places(TODAY, row["question"])[:3]]
    ]
    assert 1 - len(missed) / len(rows) >= ENOUGH, missed


def test_what_says_nothing_finds_nothing(schemes: list[str]) -> None:
    for question in ("？！", "zzzz"):
        assert public.places(TODAY, question) == []
    assert len(public.places(TODAY, "  ")) == len(schemes)


def test_a_changed_library_is_taken_over_and_says_what_one_read_anew_says(schemes: list[str]) -> None:
    """Some items go, one changes its words and its condition, one comes: lists and answers are those of a fresh start."""
    first = public.shelf(TODAY)
    stocks.of(first)
    rows = list(Revision.objects.order_by("pk"))
    later = NOW + timedelta(hours=1)
    Revision.objects.filter(pk__in=[row.pk for row in rows[10:14]]).update(state="withdrawn", changed_at=later)
    Revision.objects.filter(pk=rows[20].pk).update(
        title="养蜂场防寒补贴", condition={">=": [{"var": "employees"}, 7]}, changed_at=later
    )
    with CaptureQueriesContext(connection) as asked:
        grown = public.shelf(TODAY)
    assert (len(asked), len(grown.revisions)) == (3, 365)
    ranked = {q: stocks.of(grown).index.ranked(q) for q in ("养蜂场", "研发费用补贴", "招人有没有钱", "小微企业")}
    known = facts.read({"employees": 30, "industry": "I6513", "revenue": 900, "high_tech": True}, TODAY)
    reading = law.Reading(grown.library, known, TODAY)
    told = [reading.explain(place) for place in range(len(grown.revisions))]
    assert [row.title for row in grown.revisions][ranked["养蜂场"][0][0]] == "养蜂场防寒补贴"

    facts.forget()
    fresh = facts.shelf(TODAY)
    assert fresh.stamps == grown.stamps
    for question, found in ranked.items():
        anew = stocks.of(fresh).index.ranked(question)
        assert [place for place, _ in anew] == [place for place, _ in found]
        assert [score for _, score in anew] == pytest.approx([score for _, score in found], rel=1e-5)
    reading = law.Reading(fresh.library, known, TODAY)
    assert [reading.explain(place) for place in range(len(fresh.revisions))] == told


def test_a_document_that_was_corrected_is_read_anew(schemes: list[str]) -> None:
    row = facts.shelf(TODAY).revisions[0]
    Document.objects.filter(pk=row.document_id).update(title="更正后的标题", version=2)
    Revision.objects.filter(pk=facts.shelf(TODAY).revisions[5].pk).update(changed_at=NOW + timedelta(hours=1))
    assert facts.shelf(TODAY).revisions[0].document.title == "更正后的标题"
