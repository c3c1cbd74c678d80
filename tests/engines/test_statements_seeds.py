"""The three published documents handed to the project, where they lie beside it: figures and places, no sentences of theirs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from qifu.engines.statements import Model, audit, from_json, from_text, read, to_json
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import render

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the published documents are not beside this clone")


def seed(name: str) -> Model:
    return read(from_text((SEEDS / f"{name}.txt").read_text(encoding="utf-8")))


def test_clean_accounts_are_read_whole() -> None:
    model = seed("final-accounts-2024-clean")
    assert list(model.tables) == [f"T0{i}" for i in range(1, 10)]
    assert (model.document.kind, model.document.year, model.document.money_unit) == ("final_accounts", 2024, "万元")
    assert len(model.tables["T02"].rows) == 23
    assert not model.unreadable
    assert [len(form.indicators) for form in model.forms] == [17, 5, 7, 5]
    capital = model.tables["T08"].row("2230199")
    assert capital is not None
    assert capital.amounts == {"total": Decimal("35.42"), "basic": None, "project": Decimal("35.42")}


def test_scanned_accounts_are_mended_where_relations_force_it() -> None:
    model = seed("final-accounts-2024-scanned")
    mended = {repair.where: repair.value for repair in model.repairs if repair.where.endswith((".amount", ".total"))}
    assert mended == {
        "T01.208.amount": "34.31",
        "T01.210.amount": "29.67",
        "T01.221.amount": "52.97",
        "T01.current.amount": "497.84",
        "T03.2010399.total": "105.83",
        "T06.public.amount": "15.48",
        "T06.310.amount": "0.46",
        "T06.31002.amount": "0.46",
    }
    assert [len(form.indicators) for form in model.forms] == [28, 7, 11, 10]
    assert all(each.level1 and each.level2 for form in model.forms for each in form.indicators)


def test_unruled_budget_is_read() -> None:
    model = seed("budget-2024-unruled")
    assert list(model.tables) == [
        *("B01", "B02", "B03", "B04", "B05", "B05-2", "B06", "B07", "B08", "B09", "B10"),
    ]
    projects = model.tables["B10"].rows
    assert [row.amounts["total"] for row in projects[-2:]] == [Decimal("3.80"), Decimal("2.87")]


@pytest.mark.parametrize("name", ["final-accounts-2024-clean", "final-accounts-2024-scanned", "budget-2024-unruled"])
def test_json_holds_the_whole_model(name: str) -> None:
    model = seed(name)
    assert from_json(to_json(model)) == model


def test_a_heading_broken_over_rows_keeps_its_column() -> None:
    model = seed("final-accounts-2024-scanned")
    assert not model.unreadable
    assert [row.amounts["fiscal"] for row in model.tables["T02"].rows] == [
        row.amounts["total"] for row in model.tables["T02"].rows
    ]


@pytest.mark.parametrize("name", ["final-accounts-2024-clean", "final-accounts-2024-scanned", "budget-2024-unruled"])
def test_what_was_read_is_written_and_read_again(name: str) -> None:
    model = seed(name)
    for form in ("docx", "html"):
        assert read(open_bytes(render(model, form), f"{name}.{form}")) == model


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("final-accounts-2024-clean", (2, 13, 9)),
        ("final-accounts-2024-scanned", (0, 6, 11)),
        ("budget-2024-unruled", (6, 5, 7)),
    ],
)
def test_only_what_was_judged_is_found(name: str, counts: tuple[int, int, int]) -> None:
    report = audit(seed(name))
    assert tuple(report.count(severity) for severity in ("error", "warning", "info")) == counts


def test_one_figure_of_two_periods_is_found() -> None:
    (found,) = [f for f in audit(seed("final-accounts-2024-scanned")).findings if f.rule == "NN-03"]
    assert "202条" in found.message


def test_history_without_values_is_found_once() -> None:
    (found,) = [f for f in audit(seed("budget-2024-unruled")).findings if f.rule == "TGT-05"]
    assert "直通车平台服务及时性" in found.message
