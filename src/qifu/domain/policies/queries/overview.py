"""Policies on one page for whoever leads: how far the library reaches, what is unclaimed, how fast and with what answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from qifu.domain.policies import access, facts, planes
from qifu.domain.policies.models import Case, Push
from qifu.domain.policies.queries import figures
from qifu.domain.policies.queries.figures import Freshness, Funnel, UnclaimedLine
from qifu.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it on a day; `verified`: items whose cases were tried and that a second person has read, or adopted checked."""

    at: datetime | None
    in_force: int
    verified: int
    samples: int
    matched: int  # items
    empty: int  # items that nobody fits
    enterprises: int
    reached: int  # enterprises that fit at least one item
    year: int
    open_firms: int  # enterprises that fit an item and have not asked for it
    firms: int  # the same, each counted once for each item
    yuan: int
    filed_items: int  # reliefs taken in the tax return, of which no list says who took them: left out
    items: list[UnclaimedLine]
    streets: list[UnclaimedLine]
    sections: list[UnclaimedLine]
    fresh: Freshness
    funnel: Funnel
    objections: int  # answers that nobody has dealt with
    is_cut: bool  # only the streets of the actor


def overview(*, actor: Actor, on: date, kind: str = "") -> Overview:
    """Everything of the page, of one kind of item if one is named. Fixed statements, whatever the tables hold.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = list(figures.matches(kind).defer("unknown_bits", "lacking"))
    streets = figures.street_names(actor)
    items = _sorted(figures.by_item(rows, streets, on.year))
    held = facts.in_force(on).filter(item__kind=kind) if kind else facts.in_force(on)
    has_cases = Exists(Case.objects.filter(revision=OuterRef("pk")))
    verified = held.filter(has_cases).filter(Q(reader__isnull=False) | Q(author=None))
    return Overview(
        figures.counted_at(rows), held.count(), verified.count(),
        held.filter(item__is_sample=True).count(), len(rows), sum(not m.eligible for m in rows),
        max((m.enterprises for m in rows), default=0),
        planes.counted(planes.joined([m.eligible_bits for m in rows])), on.year,
        figures.open_firms(actor, rows, on.year), sum(one.firms for one in items), sum(one.yuan for one in items),
        sum(bool(m.unclaimed.get("filed")) for m in rows),
        items, _sorted(figures.by_cut(rows, "street", streets)),
        [] if streets is not None else _sorted(figures.by_cut(rows, "section", None)),
        figures.freshness(actor=actor, on=on), figures.funnel(actor=actor),
        Push.objects.filter(fits=False, handled_at=None).count(), streets is not None,
    )  # fmt: skip


def _sorted(lines: list[UnclaimedLine]) -> list[UnclaimedLine]:
    return sorted(lines, key=lambda one: (-one.yuan, -one.firms, one.key))
