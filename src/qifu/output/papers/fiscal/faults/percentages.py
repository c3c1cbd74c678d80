"""Faults of the explanations: rates of change, shares, completion, procurement, words of direction."""

from __future__ import annotations

import random
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.model import Claim
from qifu.engines.statements.money import CENT, HUNDRED

from .figures import RATES, WAYS, Kinds, Planter, last_year, other, shifted, transposed
from .passages import (
    before,
    figure,
    figures,
    in_sections,
    says,
    with_figure,
)

SECTIONS = ("overall", "income", "expenditure", "fiscal")


def _on_this_year(model: Model, rng: random.Random) -> Model | None:
    """A rate of change computed on this year's figure."""
    found = [claim for claim in model.claims if claim.measure == "change_rate"]
    rng.shuffle(found)
    for claim in found:
        change, base = before(model, claim, "change"), before(model, claim, "amount")
        if change is None or base is None or not base.value:
            continue
        rate = (change.value / base.value * HUNDRED).quantize(CENT)
        if abs(rate - claim.value) > Decimal("0.05"):
            return with_figure(model, claim, rate)
    return None


def _inverse(model: Model, rng: random.Random) -> Model | None:
    """A rate of completion with the budget over what was spent."""
    found = [claim for claim in model.claims if claim.measure == "completion" and claim.item]
    rng.shuffle(found)
    for claim in found:
        spent, budget = before(model, claim, "actual"), before(model, claim, "initial")
        if spent is None or budget is None or not spent.value:
            continue
        rate = (budget.value / spent.value * HUNDRED).quantize(CENT)
        if abs(rate - claim.value) > Decimal("0.05"):
            return with_figure(model, claim, rate)
    return None


def _turned(pattern: str, words: dict[str, str], topics: tuple[str, ...]) -> Planter:
    """Words of direction turned in one of several sections."""
    return in_sections(pattern, lambda m: "".join(words.get(part, part) for part in m.groups()), topics)


_BOTH_WAYS = {"增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长"}
_CHANGE = r"(增加|减少)([\d.]+万元，)(增长|下降)([\d.]+%)"


def _change(claim: Claim) -> bool:
    return claim.measure == "change" and claim.topic in SECTIONS


def _change_any(claim: Claim) -> bool:
    return claim.measure == "change" and claim.topic in (*SECTIONS, "general")


def _only_prior(planter: Planter) -> Planter:
    """Only where the sections speak of one total: money of the treasury alone, nothing carried over."""

    def checked(model: Model, rng: random.Random) -> Model | None:
        bases = {
            c.value
            for c in model.claims
            if c.measure == "amount" and c.topic in SECTIONS and c.subject[-2:] in ("总计", "合计")
        }
        return planter(model, rng) if len(bases) == 1 else None

    return checked


def _share(claim: Claim) -> bool:
    return claim.measure == "share" and claim.topic in ("income", "expenditure", "general")


def _share_of_list(claim: Claim) -> bool:
    return claim.measure == "share" and (
        claim.topic == "expenditure" or (claim.topic == "general" and claim.section == "五(二)")
    )


PLANTERS: dict[str, Kinds] = {
    "PCT-YOY": {
        **figures(lambda c: c.measure == "change_rate", RATES),
        "on this year's figure": _on_this_year,
    },
    "PCT-DIR": {
        "rate": _turned(r"((?:增加|减少)[\d.]+万元，)(增长|下降)", _BOTH_WAYS, (*SECTIONS, "general")),
        "amount": _turned(r"(增加|减少)([\d.]+万元，(?:增长|下降))", _BOTH_WAYS, (*SECTIONS, "general")),
        "rate in other words": _turned(
            r"((?:增加|减少)[\d.]+万元，)(增长|下降)", {"增长": "降低", "下降": "提高"}, (*SECTIONS, "general")
        ),
    },
    "PCT-PRIOR": {
        **{name: _only_prior(figure(_change, way)) for name, way in WAYS.items()},
        "direction": _only_prior(_turned(_CHANGE, _BOTH_WAYS, SECTIONS)),
    },
    "PCT-LAST": {
        **{name: figure(_change_any, way) for name, way in WAYS.items()},
        "direction": _turned(_CHANGE, _BOTH_WAYS, (*SECTIONS, "general")),
    },
    "PCT-SHARE": figures(_share, RATES),
    "PCT-SUM": figures(_share_of_list, RATES),
    "PCT-COMP": {**figures(lambda c: c.measure == "completion", RATES), "the wrong way round": _inverse},
    "PCT-PROC": {
        "total": figure(says("procurement", "amount", subject="总额"), transposed),
        "part": figure(says("procurement", "amount", subject="(货物|工程|服务)支出"), other),
        "share of smaller firms": figure(says("procurement", "share"), shifted),
        "contracts of smaller firms": figure(says("procurement", "amount", subject="中小企业"), last_year),
    },
    "FRM-01-TEXT": figures(says("performance", "completion"), {**RATES, "figure of last year": last_year}),
}
