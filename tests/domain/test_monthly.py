"""The monthly report: the same figures as everywhere, changes said rightly, what cannot be recalled not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from docx import Document
from pytest_django.fixtures import Settings

from qifu.kernel.measures import Ask, Value, measure, rooms
from qifu.output.papers import monthly
from tests.conftest import NOW
from tests.stage import Stage

MONTH = date(2026, 8, 1)


def counted(ask: Ask) -> Mapping[str, Value]:
    """Made-up values of two periods' measures and two that stand on a day."""
    total = {"2026-08": 1234, "2026-07": 1131, "2025-08": 1234, "2026-01": 8000}[f"{ask.since:%Y-%m}"]
    met = {"2026-08": 98, "2026-07": 97, "2025-08": 99, "2026-01": 98}[f"{ask.since:%Y-%m}"]
    return {
        "appeals.total_count": Value(Decimal(total)),
        "appeals.reply": Value(Decimal(met) / 100, Decimal(met), Decimal(100)),
        "estate.buildings": Value(Decimal(117)),
        "disclosure.budget": Value(Decimal("1500000.5")),
    }


def sections(at: object = NOW) -> dict[str, monthly.Section]:
    return {one.label: one for one in monthly.compose(MONTH, at, counted).sections}  # type: ignore[arg-type]


def test_numbers_change_by_shares_and_rates_by_points() -> None:
    found = sections()[rooms()["appeals"]]
    lines = {line.measure.name: line for line in found.lines}
    assert lines["appeals.total_count"].change == Decimal("9.1")
    assert lines["appeals.total_count"].yearly_change == 0
    assert lines["appeals.reply"].change == Decimal("1.0")
    assert lines["appeals.reply"].yearly_change == Decimal("-1.0")
    assert found.sentence == (
        "诉求件数 1,234 件，比上月增加 9.1%；按时回复率 98.0%（98/100），比上月提高 1.0 个百分点。"
    )


def test_what_stands_on_a_day_is_told_only_where_it_can_be_recalled() -> None:
    names = {line.measure.name: line for one in sections().values() for line in one.lines}
    assert "estate.buildings" not in names  # nobody can say how many there were at the end of August
    budget = names["disclosure.budget"]
    assert (budget.now, budget.so_far) == (Value(Decimal("1500000.5")), None)


def test_a_month_that_is_not_over_is_not_compared() -> None:
    found = monthly.compose(MONTH, NOW.replace(month=8, day=20), counted)
    assert not found.is_over
    assert all("比上月" not in one.sentence for one in found.sections)
    assert "estate.buildings" in {line.measure.name for one in found.sections for line in one.lines}


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [("appeals.total_count", "9.1", "+9.1%"), ("appeals.total_count", "-3.0", "−3.0%"), ("appeals.reply", "1.0", "+1.0 个百分点"),
     ("appeals.reply", "0", "持平"), ("appeals.reply", None, "—")],
)  # fmt: skip
def test_changes_in_words(name: str, change: str | None, words: str) -> None:
    assert monthly.change_said(measure(name), Decimal(change) if change is not None else None) == words


@pytest.mark.django_db
def test_on_the_desk_and_in_word(stage: Stage, client: Client, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    stage.to("closed")
    client.force_login(stage.house.account("leader"))
    page = client.get("/desk/measures/monthly/", {"month": "2026-09"}).content.decode()
    assert "2026年9月工作月报" in page
    assert "诉求件数 1 件" in page
    assert "本月未结束" in page
    assert "2026年8月工作月报" in client.get("/desk/measures/monthly/").content.decode()
    assert "2026年9月工作月报" in client.get("/desk/measures/monthly/", {"month": "2031-02"}).content.decode()
    assert client.get("/desk/measures/monthly/", {"month": "去年"}).status_code == 200
    raw = client.get("/desk/measures/monthly/paper/", {"month": "2026-09"}).content
    document = Document(BytesIO(raw))
    assert document.paragraphs[0].text == "2026年9月工作月报"
    assert any("诉求件数" in cell.text for table in document.tables for cell in table.columns[0].cells)


@pytest.mark.django_db
def test_only_readers_of_measures_read_it(stage: Stage, client: Client) -> None:
    client.force_login(stage.house.account("handler"))
    for address in ("/desk/measures/monthly/", "/desk/measures/monthly/paper/"):
        assert client.get(address).status_code == 403
