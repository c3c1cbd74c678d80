"""What is picked out of official texts, sentence by sentence, as a table that a policy officer can read."""

from __future__ import annotations

import csv
import time
from datetime import date
from pathlib import Path

import pytest

from qifu.entry.intake.policies import extract
from qifu.entry.intake.policies.extract import Validity

TABLE = Path(__file__).parents[1] / "cases" / "policy_extraction.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(field: str, text: str) -> str:
    """The field as the table writes it."""
    if field in ("industries", "amounts"):
        found = extract.extract(text)
        said = [str(one) for one in (found.industries if field == "industries" else found.gifts)]
        return ";".join(sorted(said) if field == "industries" else said)
    if field == "validity":
        return held(extract.validity(text))
    value = getattr(extract, field)(text)
    return value.isoformat() if isinstance(value, date) else value or ""


def held(found: Validity) -> str:
    begin = found.start.isoformat() if found.start else "issue" if found.on_issue else ""
    parts = {
        "from": begin + (f"+{found.days_after}" if found.days_after else ""),
        "to": found.end.isoformat() if found.end else "",
        "years": str(found.years or ""),
        "months": str(found.months or ""),
    }
    return ";".join(f"{name}={value}" for name, value in parts.items() if value)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["name"])
def test_a_sentence_is_read_as_the_table_says(row: dict[str, str]) -> None:
    expected = row["expected"]
    if row["field"] == "industries":
        expected = ";".join(sorted(expected.split(";"))) if expected else ""
    assert told(row["field"], row["text"].replace("\\n", "\n")) == expected


def test_the_table_is_large_enough_and_covers_every_field() -> None:
    assert len(rows()) >= 60
    assert {row["field"] for row in rows()} == {
        *("number", "issued_on", "issuer", "validity", "industries", "amounts", "title", "level")
    }


@pytest.mark.parametrize(
    ("found", "span"),
    [
        (Validity(on_issue=True, years=3), (date(2030, 2, 28), date(2033, 2, 27))),
        (Validity(on_issue=True, days_after=30, years=1), (date(2030, 3, 30), date(2031, 3, 29))),
        (Validity(on_issue=True, months=18), (date(2030, 2, 28), date(2031, 8, 27))),
        (Validity(start=date(2032, 2, 29), years=1), (date(2032, 2, 29), date(2033, 2, 27))),
        (Validity(end=date(2031, 1, 1)), (None, date(2031, 1, 1))),
        (Validity(), (None, None)),
    ],
)
def test_a_validity_becomes_days(found: Validity, span: tuple[date | None, date | None]) -> None:
    assert found.span(date(2030, 2, 28)) == span


def test_a_validity_counted_from_an_unknown_issue_stays_open() -> None:
    assert Validity(on_issue=True, years=3).span(None) == (None, None)


def test_nothing_is_read_out_of_long_and_odd_texts() -> None:
    nothing = extract.extract("")
    for text in ("一" * 200_000, "自2030年" * 20_000, "〔2030〕" * 20_000, "\n" * 100_000):
        assert extract.extract(text) == nothing
    (gift,) = extract.extract("每人" * 50_000 + "10元").gifts
    assert (gift.low, gift.high, gift.per) == (10, 10, "人")


@pytest.mark.parametrize(
    "unit", ["1", "1,", "一", "软件业、", "给予10万元至", "江泽区人民政府 ", "〔2026〕1号", "除", "每 "]
)
def test_a_text_without_an_end_of_sentence_is_read_in_time(unit: str) -> None:
    begun = time.process_time()
    extract.extract(unit * (200_000 // len(unit)))
    assert time.process_time() - begun < 20  # each sign looking at all before it would take minutes


def test_what_is_granted_late_in_a_long_text_is_still_read() -> None:
    told = extract.extract("前言" * 5_000 + "。对符合条件的企业按研发费用的8%给予补贴，最高50万元。")
    assert [str(one) for one in told.gifts] == ["rate=0.08", "max=500000"]
