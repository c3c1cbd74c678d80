"""Suggestions: learned from handled cases, explained by the words of the case, silent when unsure."""

from __future__ import annotations

from pathlib import Path

import pytest

from qifu.domain.appeals.actions import learn
from qifu.domain.appeals.learning.model import load, save
from qifu.domain.appeals.learning.train import TooFew, train
from qifu.domain.appeals.models import Suggestion
from qifu.domain.appeals.queries import suggest
from qifu.kernel.errors import Forbidden, Invalid
from tests.conftest import NOW
from tests.stage import Stage

PARKING = [f"员工停车困难，车位不够第{i}次反映" for i in range(40)]
TAX = [f"发票额度调整后开票慢，第{i}次咨询税务" for i in range(40)]
TEXTS = [text for pair in zip(PARKING, TAX, strict=True) for text in pair]
LABELS = ["parking", "tax"] * 40


def test_it_learns_and_names_the_words_it_went_by() -> None:
    model = train(TEXTS, LABELS, "v1")
    (first, *_) = model.guesses("楼下停车位太少，员工停车难")
    assert first.label == "parking"
    assert any("停车" in word or "车位" in word for word in first.words)
    assert (model.report.top1, model.report.held_out) == (1.0, 20)


def test_a_text_without_a_known_word_gets_no_answer() -> None:
    model = train(TEXTS, LABELS, "v1")
    assert model.guesses("xyz") == []
    assert model.is_sure([]) is False


def test_a_model_is_kept_as_data_and_answers_the_same(tmp_path: Path) -> None:
    model = train(TEXTS, LABELS, "v1")
    save(model, tmp_path, "unit")
    again = load(tmp_path, "unit")
    assert again is not None
    assert again.guesses(TEXTS[0]) == model.guesses(TEXTS[0])
    assert (again.version, again.threshold, again.report) == (model.version, model.threshold, model.report)
    assert load(tmp_path, "nothing") is None


def test_too_few_cases_are_refused_with_the_reason() -> None:
    with pytest.raises(TooFew, match="至少需要 40 件"):
        train(TEXTS[:10], LABELS[:10], "v1")


@pytest.fixture
def taught(stage: Stage, tmp_path: Path, settings: object) -> Stage:
    """A stage on which parking goes to the department and tax to the tax office."""
    settings.HOME = tmp_path  # type: ignore[attr-defined]
    labels = [str(stage.house.department if label == "parking" else stage.tax) for label in LABELS]
    save(train(TEXTS, labels, "v1"), tmp_path / "models", "unit")
    return stage


@pytest.mark.django_db
def test_a_transfer_keeps_what_was_proposed_beside_what_was_chosen(taught: Stage) -> None:
    case = taught.to("dispatched")
    kept = Suggestion.objects.get(appeal=case)
    assert (kept.chosen, kept.ranked[0][0], kept.model) == (taught.house.department, taught.house.department, "v1")


@pytest.mark.django_db
def test_nothing_is_transferred_by_itself_unless_an_administrator_allows_it(taught: Stage) -> None:
    case = taught.to("accepted")
    assert suggest.advice(case).proposals[0].unit == taught.house.department
    assert learn.dispatch_sure(now=NOW) == 0
    with pytest.raises(Forbidden):
        learn.allow_auto(actor=taught.actor("dispatcher"), now=NOW, is_on=True, threshold=0.9)
    with pytest.raises(Invalid):
        learn.allow_auto(actor=taught.actor("admin"), now=NOW, is_on=True, threshold=0.2)
    learn.allow_auto(actor=taught.actor("admin"), now=NOW, is_on=True, threshold=0.5)
    assert learn.dispatch_sure(now=NOW) == 1
    case.refresh_from_db()
    assert (case.state, case.unit_id) == ("dispatched", taught.house.department)
    assert learn.dispatch_sure(now=NOW) == 0
