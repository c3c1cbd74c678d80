"""The open data package of a disclosure, and which second document one may be held against."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from dataclasses import replace

import pytest

from qifu.engines.statements import Model, from_json, is_comparable, why_not_compared
from qifu.engines.statements.model import Document
from qifu.engines.statements.relations import cells_of
from qifu.output.papers.fiscal.faults import named
from qifu.output.papers.fiscal.faults.initial import this_budget, with_initials
from qifu.output.papers.fiscal.faults.passages import retold
from qifu.output.papers.fiscal.opendata import write_package
from qifu.output.papers.fiscal.samples import sample


def package(model: Model) -> tuple[dict[str, object], list[dict[str, str]], Model]:
    with zipfile.ZipFile(io.BytesIO(write_package(model))) as archive:
        description = json.loads(archive.read("datapackage.json"))
        rows = list(csv.DictReader(io.StringIO(archive.read("amounts.csv").decode("utf-8-sig"))))
        return description, rows, from_json(json.loads(archive.read("model.json")))


def test_each_amount_stands_once_under_its_side_row_and_column() -> None:
    model = sample(random.Random(9101))
    description, rows, held = package(model)
    assert held == model
    (resource,) = description["resources"]  # type: ignore[misc]
    assert [field["name"] for field in resource["schema"]["fields"]] == list(rows[0])
    assert len(rows) == sum(value is not None for value in cells_of(model).values())
    assert len({(row["statement"], row["side"], row["row"], row["column"]) for row in rows}) == len(rows)
    first = rows[0]
    assert (first["side"], first["row"], first["name"]) == ("income", "general", "一、一般公共预算财政拨款收入")
    assert all(row["name"] for row in rows if row["statement"] == "T03")


def test_amounts_keep_the_unit_of_their_statement() -> None:
    model = sample(random.Random(9101))
    tables = {name: replace(table, money_unit="元") for name, table in model.tables.items()}
    _, rows, _ = package(replace(model, tables=tables))
    assert {row["unit"] for row in rows} == {"元"}


@pytest.mark.parametrize(
    ("kind", "years", "unit", "fits"),
    [
        ("final_accounts", -1, "", True),
        ("final_accounts", 0, "", False),
        ("final_accounts", -3, "", False),
        ("budget", 0, "", True),
        ("budget", -1, "", False),
        ("final_accounts", -1, "安陆市南岗区招商服务中心", False),
    ],
)
def test_only_the_same_unit_in_its_turn_is_held_against_a_document(
    kind: str, years: int, unit: str, fits: bool
) -> None:
    model = sample(random.Random(9101))
    year = (model.document.year or 0) + years
    other = replace(model, document=replace(model.document, kind=kind, year=year, unit=unit or model.document.unit))
    assert is_comparable(model, other) is fits


def test_a_spreadsheet_takes_the_amounts_for_what_they_are() -> None:
    """Excel takes a CSV without the mark for the encoding of the machine; the name registered for both is utf-8."""
    with zipfile.ZipFile(io.BytesIO(write_package(sample(random.Random(9101))))) as archive:
        raw = archive.read("amounts.csv")
        (resource,) = json.loads(archive.read("datapackage.json"))["resources"]
    assert raw.startswith(b"\xef\xbb\xbfstatement,title,")
    assert raw.count(b"\xef\xbb\xbf") == 1
    assert resource["encoding"] == "utf-8"


@pytest.mark.parametrize(
    ("kind", "years", "unit", "why"),
    [
        ("budget", 0, "", ""),
        ("budget", -1, "", "对照的文件是2023年预算，应当是2024年预算"),
        ("final_accounts", 0, "", "对照的文件是2024年决算，应当是2023年决算"),
        ("budget", 0, "江泽区财政局", "对照的文件是“江泽区财政局”的，与这份文件不是同一单位"),
        ("budget", 0, "江泽区示例服务中心二部", "对照的文件是“江泽区示例服务中心二部”的，与这份文件不是同一单位"),
        ("budget", 0, "示例服务中心", ""),
    ],
)
def test_why_a_document_is_left_out_is_said(kind: str, years: int, unit: str, why: str) -> None:
    model = Model(Document("final_accounts", "江泽区示例服务中心", 2024))
    other = Model(Document(kind, unit or model.document.unit, 2024 + years))
    assert why_not_compared(model, other) == why


def test_an_adjusted_budget_is_not_held_against_the_initial_one() -> None:
    model = with_initials(sample(random.Random(9101)))
    budget = this_budget(model)
    rules = {"INI-01", "INI-02", "INI-03", "INI-04", "INI-05"}
    text = tuple(replace(each, text=each.text.replace("年初预算为", "调整后预算为9")) for each in model.text)
    assert named(retold(model, text), budget) & rules == set()
    other = tuple(replace(each, text=each.text.replace("年初预算为", "年初预算为9")) for each in model.text)
    assert named(retold(model, other), budget) & rules == rules
