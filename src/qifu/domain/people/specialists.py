"""Who serves as a specialist where, read for all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.people.models import Membership
from qifu.domain.people.tree import tree
from qifu.kernel.actor import Role


@dataclass(frozen=True, slots=True)
class Serving:
    """A specialist at a station or in a street."""

    account: int
    name: str
    unit: int
    street: int | None


def serving(now: datetime, street: int | None = None) -> tuple[Serving, ...]:
    """Everybody who serves as a specialist now, each once by the first unit; of one street, if named. One query."""
    rows = Membership.objects.at(now).filter(role=Role.SPECIALIST).order_by("account_id", "since", "pk")
    found: dict[int, Serving] = {}
    for account, name, unit in rows.values_list("account_id", "account__name", "unit_id"):
        where = street_of(unit)
        if account not in found and (street is None or where == street):
            found[account] = Serving(account, name, unit, where)
    return tuple(found.values())


def street_of(unit: int) -> int | None:
    """The street in which a unit works: itself, or the one above it."""
    units = tree().units
    near = (unit, *tree().ancestors(unit))
    return next((one for one in near if one in units and units[one].kind == "street"), None)


def staff_of_units(units: Iterable[int], now: datetime) -> list[tuple[int, int, str]]:
    """Everybody with a role in one of these units: unit, account, name; in that order. One query."""
    rows = Membership.objects.at(now).filter(unit__in=list(units)).order_by("unit__code", "account__name", "account_id")
    found = dict.fromkeys(rows.values_list("unit_id", "account_id", "account__name"))
    return list(found)
