"""Policies in the enterprise file, for the staff: what an enterprise fits, what it asked for and got. The caller has passed its door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from qifu.domain.policies import facts
from qifu.domain.policies.models import Claim, Revision
from qifu.domain.policies.queries import mine, public
from qifu.domain.registry.facts import Held
from qifu.engines import eligibility as law


@dataclass(frozen=True, slots=True)
class Fit:
    """An item that the enterprise fits today."""

    code: str
    title: str
    unit: str
    amount: str
    closes: date | None


@dataclass(frozen=True, slots=True)
class Got:
    """An item that the enterprise asked for, and what was paid."""

    code: str
    title: str
    year: int
    applied_on: date
    paid_on: date | None
    yuan: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Policies:
    """All of it: `unknown` items wait for a fact, of `total` in force."""

    fits: tuple[Fit, ...]
    got: tuple[Got, ...]
    unknown: int
    total: int


def policies(enterprise: int, held: Mapping[str, Held], on: date) -> Policies:
    """What the enterprise fits by the values that stand, and what it got. Two statements while nothing has changed."""
    shelf = public.shelf(on)
    reading = law.Reading(shelf.library, facts.of(held, on), on, held)
    results = [reading.result(place) for place in range(len(shelf.revisions))]
    fits = []
    for row, result in zip(shelf.revisions, results, strict=True):
        if result == "eligible":
            card = public.card(row, on)
            fits.append(Fit(card.code, card.title, card.unit, mine.worth(row, reading.facts)[0], card.closes))
    named = Revision.objects.filter(item=OuterRef("item")).order_by("-number").values("title")[:1]
    rows = Claim.objects.filter(enterprise=enterprise).annotate(title=Subquery(named)).order_by("-year", "-pk")
    got = tuple(
        Got(*row)
        for row in rows.values_list("item__code", "title", "year", "applied_on", "paid_on", "yuan", "source")[:50]
    )
    return Policies(tuple(fits), got, results.count("unknown"), len(results))
