"""The analysis of today, read from the rooms: enterprises from the registry, buildings from the estate."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.core.cache import cache
from django.utils.timezone import localtime

from qifu.domain.estate.moments import Moment, today
from qifu.domain.estate.queries import directory, figures
from qifu.domain.people import queries as people
from qifu.domain.registry import classes, facts
from qifu.domain.registry.queries import sizes
from qifu.engines.codes import industries
from qifu.engines.eligibility import catalogue
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden

from .analysis import COUNTED, READ, Analysis, House, Labels, Tally

KEPT = 600  # seconds for which it is not worked out again
STANDINGS = ("above_scale", "high_tech", "tech_sme", "specialised", "little_giant")


def analysis(*, actor: Actor, now: datetime) -> Analysis:
    """Work out the analysis of the whole district.

    :raises Forbidden: not of the staff.
    """
    houses = _houses(actor, now)
    tally = Tally(labels())
    for _, columns in facts.stretches(fields=(*READ, *STANDINGS)):
        tally.add(columns)
    return tally.done(houses, today(now))


def kept(*, actor: Actor, now: datetime) -> tuple[Analysis, str]:
    """The analysis of the last ten minutes, and the time at which it was worked out.

    :raises Forbidden: the actor does not see the whole district.
    """
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")
    if classes.streets_seen(actor) is not None:
        raise Forbidden("产业分析覆盖全区，只对能查看全区企业的人员开放。")
    told = cache.get("analysis.industry")
    if told is None:
        told = (analysis(actor=actor, now=now), f"{localtime(now):%H:%M}")
        cache.set("analysis.industry", told, KEPT)
    return cast(tuple[Analysis, str], told)


def labels() -> Labels:
    """The words of sections, streets, sizes and fields."""
    fields = catalogue()
    return Labels(
        industries={section.code[:1]: section.name for section in industries.sections()},
        streets=[unit.short_name for unit in people.units("street", closed=True)],
        sizes=dict(sizes()),
        standings={name: fields[name].label for name in STANDINGS},
        fields={name: fields[name].label for name in COUNTED},
    )


def _houses(actor: Actor, now: datetime) -> list[House]:
    moment = Moment(today(now))
    known = directory.buildings(actor)
    measures, taxes = figures.measures(moment), figures.taxes(moment)
    found = []
    for one in known:
        measured, tax = measures.get(one.id), taxes.get(one.id, figures.Tax())
        found.append(
            House(
                code=one.code,
                name=one.name,
                street=one.street_name,
                tenants=measured.tenants if measured else one.tenants,
                occupancy=measured.occupancy.value if measured else None,
                tax=float(tax.amount) if tax.known >= 3 else None,
                tax_known=tax.known,
                per_metre=float(tax.per_metre) if tax.known >= 3 and tax.per_metre is not None else None,
            )
        )
    return found
