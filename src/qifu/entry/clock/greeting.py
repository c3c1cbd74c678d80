"""Greeting new enterprises: what policies, people and the handbook have to say is handed to the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localdate

from qifu.domain.people import queries as people
from qifu.domain.policies.actions.pushing import due_of
from qifu.domain.policies.queries import first
from qifu.domain.registry import queries as registry
from qifu.domain.registry.actions import greeting
from qifu.kernel.actor import Role

HANDBOOK = "办理说明"  # the title of the page /help/


def greet(now: datetime) -> int:
    """Greet who is new; answer how many were greeted."""
    return greeting.greet(now=now, due=due_of, hand=lambda firms: handed(firms, now)).greeted


def handed(firms: Sequence[int], now: datetime) -> greeting.Handed:
    """What the message may say of each."""
    return greeting.Handed(
        items=first.fits(firms, localdate(now)),
        specialists=_specialists(firms, now),
        handbook=HANDBOOK,
        silent=first.silent(firms),
    )


def _specialists(firms: Sequence[int], now: datetime) -> dict[int, str]:
    """The specialist of the street: by name where it has but one, else the street whose specialists serve there."""
    told: dict[int, str] = {}
    found: dict[int, str] = {}
    for firm, brief in registry.brief(firms).items():
        if brief.street is None:
            continue
        if brief.street not in told:
            told[brief.street] = _named(brief.street, brief.street_name, now)
        if told[brief.street]:
            found[firm] = told[brief.street]
    return found


def _named(street: int, name: str, now: datetime) -> str:
    units = people.subtree(street)
    held = {one.id: one.name for unit in units for one in people.holders(Role.SPECIALIST, now, unit)}
    if len(held) == 1:
        return next(iter(held.values()))
    return f"{name}服务站" if held else ""
