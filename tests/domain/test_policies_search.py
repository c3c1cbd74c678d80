"""Plain questions about the sample library find the right item among the first three; written before the search was tuned."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from qifu.domain.policies import facts
from qifu.domain.policies.actions import adopting
from qifu.domain.policies.queries import public
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
