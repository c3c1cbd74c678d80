"""An enterprise states a fact of itself: kept as what it says, beside what others say; whether it stands is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from qifu.domain.registry import facts
from qifu.domain.registry.access import enterprise_of_mine
from qifu.domain.registry.actions.holding import Incoming, put_rows
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.sources import source_of
from qifu.domain.registry.bounds import out_of_bounds
from qifu.domain.registry.models import Enterprise
from qifu.domain.registry.profiles import last_year_end, plain, written
from qifu.engines.eligibility import Unreadable, catalogue, read
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import give

# what others say of an enterprise, and it cannot say of itself
_GIVEN = """
enterprise_id name uscc street building_id age_months registered_on size_class above_scale dishonest penalised abnormal
tax_credit
"""
GIVEN = frozenset(_GIVEN.split())
YEARLY = "上一完整年度"


@dataclass(frozen=True, slots=True)
class Stated:
    """What came of it: the value that stands now, and whether it is the one stated."""

    held: facts.Held
    stands: bool


def may_state(field: str) -> bool:
    """Whether an enterprise may state the field of itself."""
    return field in catalogue() and field not in GIVEN


def state_fact(
    *, actor: Actor, now: datetime, enterprise_id: int, field: str, value: object, proof: Iterable[int] | None = None
) -> Stated:
    """Keep what the enterprise says of itself; `proof`: files that the actor has just kept.

    :raises Missing: not one of the actor's enterprises.
    :raises Invalid: no such field, not one to be stated, or a value that cannot be read.
    """
    row = enterprise_of_mine(actor, enterprise_id)
    said = stated_value(field, value, localdate(now))
    with transaction.atomic():
        files = give(actor=actor, ids=list(proof or ()), owner=f"registry.enterprise:{row.pk}")
        before = facts.held(row.pk).get(field)
        _put(row, field, said, now)
        reckon_profiles([row.pk], now)
        held = facts.held(row.pk)[field]
        stands = plain(held.value) == said
        record(
            actor=actor,
            now=now,
            verb="enterprise.state_fact",
            stream=f"registry.enterprise:{row.pk}",
            facts={"field": field, "stands": stands, "files": len(files)},
            before={field: written(plain(before.value))} if before is not None else None,
            after={field: written(said)},
        )
    return Stated(held, stands)


def stated_value(field: str, value: object, today: date) -> object:
    """Read a value as rows keep it.

    :raises Invalid: no such field, not one to be stated, blank, or not to be read; says how it should be written.
    """
    if not may_state(field):
        raise Invalid("这一项以主管部门的数据为准，不能自行填写；如有出入请申请更正。", {field: "不能自行填写"})
    return checked_value(field, value, today)


def checked_value(field: str, value: object, today: date) -> object:
    """Read a value of any field of the catalogue as rows keep it. :raises Invalid: says how it should be written."""
    known = catalogue()[field]
    try:
        found = read(known, value)
    except Unreadable as unreadable:
        raise Invalid(str(unreadable), {field: str(unreadable)}) from None
    if found is None:
        raise Invalid(f"请填写{known.label}。", {field: "请填写"})
    problem = out_of_bounds(known, found, today)
    if problem:
        raise Invalid(problem, {field: problem})
    if known.type == "date" and isinstance(found, float):
        return date.fromordinal(int(found)).isoformat()
    return plain(found)


def _put(row: Enterprise, field: str, value: object, now: datetime) -> None:
    today = localdate(now)
    day = last_year_end(today) if YEARLY in catalogue()[field].definition else today
    put_rows(source=source_of("self", now), rows=[Incoming(f"{row.pk}:{field}", {field: value}, day, row.pk)], now=now)
