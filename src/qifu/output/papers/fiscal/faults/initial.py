"""Faults of initial budgets in accounts, and this year's budget that they are held against."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.layouts import keyed
from qifu.engines.statements.model import Claim, Entry, Paragraph, Row, Statement
from qifu.engines.statements.money import CENT, ZERO
from qifu.engines.statements.words import compact

from .figures import WAYS, Kinds, Planter, Way
from .passages import figure, retold, says, with_figure

CODES = ("INI-01", "INI-02", "INI-03", "INI-04", "INI-05")
_TOTAL = re.compile(r"^一般公共预算财政拨款支出$")


def _totals(model: Model) -> tuple[Decimal, Decimal]:
    """The initial budget of the general budget, and that of all money."""
    general = next(
        (c.value for c in model.claims if c.measure == "initial" and not c.item and c.topic == "general"), ZERO
    )
    grand = keyed(model.tables["T01"].income)["grand"].amounts.get("amount") or ZERO
    return general, (grand * Decimal("0.97")).quantize(CENT)


def _halves(general: Decimal) -> tuple[Decimal, Decimal]:
    basic = (general * Decimal("0.6")).quantize(CENT)
    return basic, general - basic


def with_initials(model: Model) -> Model:
    """Accounts that name the initial budget of every total as well, and call the budget of 三公 the initial one."""
    general, grand = _totals(model)
    basic, project = _halves(general)
    said = {"overall": f"收入、支出总计年初预算为{grand:f}万元。"}
    if general:
        said["general"] = f"基本支出年初预算为{basic:f}万元，项目支出年初预算为{project:f}万元。"
    text: list[Paragraph] = []
    for number, each in enumerate(model.text):
        held = [c for c in model.claims if c.paragraph == number and c.topic == each.topic]
        if each.topic == "hospitality":
            each = replace(each, text=each.text.replace("全年预算", "年初预算"))
        elif each.topic in said and any(_takes(claim) for claim in held):
            each = replace(each, text=each.text + said.pop(each.topic))
        text.append(each)
    return _with_hospitality(retold(model, text))


# what a unit without expenditure on 三公 had meant to spend
_MEANT = {"total": "13.50", "vehicles": "12.40", "vehicle_running": "12.40", "reception": "1.10"}
_SUBJECTS = (
    ("“三公”", "total"),
    ("公务用车购置及", "vehicles"),
    ("公务用车运行", "vehicle_running"),
    ("公务接待", "reception"),
)


def _with_hospitality(model: Model) -> Model:
    """Documents that show no budget of 三公 get one, in the statement and in the text."""
    table = model.tables["T09"]
    if any((table.budget or {}).values()):
        return model
    for subject, column in _SUBJECTS:
        claims = [
            c
            for c in model.claims
            if (c.topic, c.measure) == ("hospitality", "initial") and c.subject.startswith(subject)
        ]
        for claim in claims:
            model = with_figure(model, claim, Decimal(_MEANT[column])) or model
    meant: dict[str, Decimal | None] = {column: Decimal(_MEANT.get(column, "0")) for column in table.budget or {}}
    filled = replace(table, budget=meant, notes=table.notes[:1])
    return replace(model, tables={**model.tables, "T09": filled})


def _takes(claim: Claim) -> bool:
    """Whether the paragraph of this claim is the one to name further initial budgets."""
    return claim.topic == "overall" or (claim.measure == "initial" and bool(_TOTAL.match(compact(claim.subject))))


def this_budget(model: Model) -> Model:
    """The budget of the year as far as the accounts of the unit speak of it."""
    model = with_initials(model)
    general, grand = _totals(model)
    basic, project = _halves(general)
    rows = [Row("", "合计", {"total": general, "basic": basic, "project": project})]
    accounts = model.tables["T05"].rows
    initial = {c.item.split("/")[-1]: c.value for c in model.claims if c.item and c.measure == "initial"}
    items = {row.code: initial.get(row.name, ZERO) for row in accounts if len(row.code) == 7}
    for row in accounts:
        if row.code:
            rows.append(
                Row(row.code, row.name, {"total": sum((v for c, v in items.items() if c.startswith(row.code)), ZERO)})
            )
    printed = model.tables["T09"].budget or {}
    tables = {
        "B01": Statement("B01", income=(Entry(None, "收入总计", {"amount": grand}),)),
        "B05": Statement("B05", rows=tuple(rows)),
        "B07": Statement("B07", budget={column: value or ZERO for column, value in printed.items()}),
    }
    document = replace(model.document, kind="budget", published="", title="")
    return Model(document, tables)


def _of(planter: Planter) -> Planter:
    """Plant in accounts that name the initial budgets."""
    return lambda model, rng: planter(with_initials(model), rng)


def _cell(way: Way) -> Planter:
    """A figure of the half 预算数 of 09表."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        held = [(column, value) for column, value in (model.tables["T09"].budget or {}).items() if value]
        rng.shuffle(held)
        for column, value in held:
            if (wrong := way(value, rng)) is not None:
                table = model.tables["T09"]
                changed = replace(table, budget={**(table.budget or {}), column: wrong})
                return replace(model, tables={**model.tables, "T09": changed})
        return None

    return planter


def _claims(topic: str, subject: str, *, item: bool = False) -> Kinds:
    choose = says(topic, "initial", item=item, subject=subject)
    return {name: _of(figure(choose, way)) for name, way in WAYS.items()}


PLANTERS: dict[str, Kinds] = {
    "INI-01": _claims("general", "", item=True),
    "INI-02": _claims("general", r"^一般公共预算"),
    "INI-03": _claims("general", r"^(基本|项目)支出$"),
    "INI-04": _claims("overall", r"总计$"),
    "INI-05": {
        **_claims("hospitality", ""),
        **{f"statement, {name}": _of(_cell(way)) for name, way in WAYS.items()},
    },
}
