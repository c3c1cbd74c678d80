"""Rules on labels, lists, quantities and targets: what they must not say, and what the reader must keep for them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from qifu.engines.statements import Model, audit, read
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.faults import ground, plant
from qifu.output.papers.fiscal.faults.passages import edited, places


def saying(text: str, part: str = "works", topic: str = "") -> Model:
    """Faultless accounts of which one paragraph says something else."""
    model, _ = ground(3)
    changed = edited(model, places(model, part, topic)[0], text)
    assert changed is not None
    return changed


def rules(model: Model) -> set[str]:
    return {finding.rule for finding in audit(model).findings}


@pytest.mark.parametrize(
    "text",
    [
        "慰问困难职工56人，每人500元，共计2.8万元。",
        "慰问困难职工56人，每人每月500元，共计33.6万元。",
        "走访商户120户，200元/户，共计发放24000元。",
        "慰问职工56人、家属12人，每人500元，共计3.4万元。",
        "慰问职工50余人，每人500元，共计2.6万元。",
    ],
)
def test_a_price_is_held_against_what_is_certain_only(text: str) -> None:
    assert "NAR-08" not in rules(saying(text))


def test_a_total_coarser_than_its_price_is_rounded() -> None:
    assert "NAR-08" not in rules(saying("举办培训7场，每场1234元，共支出0.86万元。"))
    assert "NAR-08" in rules(saying("举办培训7场，每场1234元，共支出0.96万元。"))


@pytest.mark.parametrize(
    "text",
    [
        "截至2021年共收集企业诉求648条。2021年共收集企业诉求94条。",
        "截至2021年共收集企业诉求648条。截至2021年累计收集企业诉求648条。",
        "截至2021年共收集企业诉求648条。2020年共收集企业诉求648条。",
    ],
)
def test_figures_of_one_period_are_no_contradiction(text: str) -> None:
    assert "NN-03" not in rules(saying(text))


def test_a_composition_with_all_items_of_nothing_is_whole() -> None:
    zero = "、".join(
        f"{name}0万元" for name in ("上级补助收入", "事业收入", "经营收入", "附属单位上缴收入", "其他收入")
    )
    model, _ = ground(3)
    i = places(model, "explanations", "income", "其中")[0]
    whole = edited(model, i, f"{model.text[i].text.rstrip('。')}；{zero}。")
    assert whole is not None
    assert "REQ-01" not in rules(whole)


@pytest.mark.parametrize("form", ["docx", "html", "txt", "xlsx", "pdf"])
def test_lines_of_an_estimate_are_written_and_read(form: str) -> None:
    model, _ = ground(3, of_budgets=True)
    wrong = plant(model, "TGT-06", "point shifted", random.Random(1))
    assert wrong is not None
    back = read(open_bytes(render(wrong, form), f"budget.{form}"))
    assert back == wrong
    assert "TGT-06" in rules(back)
    right = [f.details.get("tasks", "").replace("90000", "9000") for f in wrong.forms]
    forms = [
        replace(f, details={**f.details, "tasks": tasks}) if tasks else f
        for f, tasks in zip(wrong.forms, right, strict=True)
    ]
    mended = read(open_bytes(render(replace(wrong, forms=tuple(forms)), form), f"budget.{form}"))
    assert "TGT-06" not in rules(mended)
