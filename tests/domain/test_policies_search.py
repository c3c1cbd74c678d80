"""Plain questions find the right item among the first three. The questions were written before the search was tuned."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from qifu.domain.policies.searching import Entry, Index, asked
from qifu.entry.cli.sample import policies as samples

QUESTIONS = Path(__file__).parents[1] / "cases" / "policy_questions.csv"
ENOUGH = 0.95


@pytest.fixture(scope="module")
def shelf() -> tuple[Index, list[str]]:
    """The sample library as lists index it, with the scheme of each item."""
    entries, schemes = [], []
    for bundle in samples.bundles(369):
        for one in bundle.items:
            says = " ".join(str(clause["says"]) for clause in one.words.clauses)
            words = f"{one.words.summary} {one.words.amount_words} {one.about.theme} {one.about.unit} {says}"
            entries.append(Entry(one.words.title, words))
            schemes.append(one.about.code.partition("-")[2])
    return Index(entries), schemes


def test_a_hundred_plain_questions(shelf: tuple[Index, list[str]]) -> None:
    index, schemes = shelf
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 100
    missed = [
        row["question"]
        for row in rows
        if row["scheme"] not in [schemes[place] for place, _ in index.ranked(row["question"])[:3]]
    ]
    assert 1 - len(missed) / len(rows) >= ENOUGH, missed


def test_nothing_asked_finds_nothing(shelf: tuple[Index, list[str]]) -> None:
    index, _ = shelf
    for question in ("", "   ", "我们公司有什么政策吗", "？！", "zzzz"):
        assert index.ranked(question) == []


def test_everyday_words_ask_for_what_policies_call_it() -> None:
    wanted = asked("房租太贵")
    assert wanted["租金"] < wanted["房租"] == 1.0
