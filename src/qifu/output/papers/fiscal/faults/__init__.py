"""Faults planted in faultless documents, each with the rule that must find it: how recall is measured, rule by rule.

    planted = plant(model, "FRM-02", "digits transposed", rng)      # None where the document has no place for this fault

Every kind is one that published documents show: digits transposed, a point shifted, a figure of last year, a rate where a
score belongs, a form left out, a slot of the template, a name beside a benefit.
"""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.audit import RULES, audit
from qifu.engines.statements.layouts import keyed
from qifu.output.papers.fiscal.budget_amounts import any_budget_style
from qifu.output.papers.fiscal.budgets import budget
from qifu.output.papers.fiscal.samples import any_style, sample

from . import amounts, budgets, forms, initial, labels, percentages, required, tables, words
from .figures import Kinds

PLANTERS: dict[str, Kinds] = {
    code: kinds
    for family in (tables, amounts, percentages, initial, forms, required, words, labels, budgets)
    for code, kinds in family.PLANTERS.items()
}
# rules that no generated document can break, and why
UNPLANTED = {
    "DMG-01": "the reader finds this damage in the lines of a source; a document that was never printed has none"
}


def plant(model: Model, code: str, kind: str, rng: random.Random) -> Model | None:
    """Plant one fault of a kind that a rule must find; None where the document has no place for it."""
    return PLANTERS[code][kind](model, rng)


def is_of_budgets(code: str) -> bool:
    """Whether a rule reads budgets only."""
    return "final_accounts" not in RULES[code].kinds


def ground(seed: int, *, of_budgets: bool = False) -> tuple[Model, Model | None]:
    """Draw a faultless document, and what it is held against; money that few documents hold stands in every other one."""
    rng = random.Random(seed)
    if of_budgets:
        drawn = any_budget_style(rng)
        return budget(rng, replace(drawn, fund=seed % 3 == 0, capital=seed % 3 == 1)), None
    style = any_style(rng)
    if seed % 3 < 2:  # nothing from elsewhere, so that the statements agree line by line
        style = replace(style, fund=seed % 3 == 0, capital=seed % 3 == 1, other_income=False, carried=False)
    model = sample(rng, replace(style, formulas=style.formulas or seed % 4 == 1, scored=seed % 2 == 0))
    return model, year_before(model)


def second(code: str, model: Model, before: Model | None) -> Model | None:
    """What a faultless document is held against for a rule: this year's budget where the rule asks for it."""
    return initial.this_budget(model) if code in initial.CODES else before


def named(model: Model, against: Model | None = None) -> set[str]:
    """The rules that an audit names, as findings or as what follows from them."""
    report = audit(model, against)
    return {f.rule for f in report.findings} | {text.split("：")[0] for f in report.findings for text in f.related}


def year_before(model: Model) -> Model:
    """The accounts of last year as far as the explanations lead back to their totals."""
    totals: dict[str, Decimal] = {}
    for claim in model.claims:
        if claim.measure in ("amount", "actual") and not claim.item:
            totals.setdefault(claim.topic, claim.value)
        if claim.measure == "change" and claim.topic in totals:
            totals[claim.topic] += claim.value if claim.direction == "down" else -claim.value
    cells = {"T02": "income", "T03": "expenditure", "T05": "general"}
    tables = dict(model.tables)
    for name, topic in cells.items():
        rows = tuple(
            replace(row, amounts={**row.amounts, "total": totals.get(topic)})
            for row in tables[name].rows
            if not row.code
        )
        tables[name] = replace(tables[name], rows=rows)
    for name, topic, column in (("T01", "overall", "amount"), ("T04", "fiscal", "total")):
        grand = keyed(tables[name].income).get("grand")
        income = (replace(grand, amounts={column: totals.get(topic)}),) if grand else ()
        tables[name] = replace(tables[name], income=income, expenditure=())
    document = replace(model.document, year=(model.document.year or 0) - 1)
    return Model(document, {name: tables[name] for name in ("T01", "T02", "T03", "T04", "T05")})
