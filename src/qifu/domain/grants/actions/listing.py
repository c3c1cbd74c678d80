"""No step and one step: the system lists who is eligible and for how much; nobody is asked to apply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from qifu.domain.grants import access, amounts, facts, numbers
from qifu.domain.grants.actions.moving import begin_many
from qifu.domain.grants.models import Application, Version
from qifu.domain.policies.queries import judging
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden
from qifu.kernel.evidence.actions import record

MOST = 5_000


@dataclass(frozen=True, slots=True)
class Listed:
    """What a run came to."""

    fitting: int  # by the last match
    listed: int
    before: int  # had theirs this year
    unsure: int  # no longer fit, or the amount cannot be worked out


@transaction.atomic
def list_eligible(*, actor: Actor, now: datetime, version: int) -> Listed:
    """List for a scheme without application every enterprise that fits and is not listed this year, each judged anew.

    :raises Forbidden: not of the unit that answers for it. :raises Conflict: the scheme is applied for, or not published.
    """
    held = access.version(actor, version)
    if held.scheme.unit_id not in access.led(actor):
        raise Forbidden("只有负责这个项目的单位可以生成名单。")
    if held.way == "apply" or held.state != "published":
        raise Conflict("只有已发布的免申即享和一步确认项目可以生成名单。", state=held.state)
    on = facts.day(now)
    fits = judging.fitting(held.revision_id)
    taken = _taken(held, on.year)
    fresh = [number for number in fits if number not in taken]
    most = min(MOST, held.quota - _places(held, on.year) if held.quota else MOST)
    rows = _rows(held, fresh, max(0, most), now)
    Application.objects.bulk_create(rows, batch_size=500)
    kept = list(Application.objects.filter(number__in=[row.number for row in rows]).order_by("pk"))
    begin_many(kept, actor=actor, now=now, verb="grants.list")
    found = Listed(len(fits), len(kept), len(fits) - len(fresh), len(fresh) - len(kept))
    told = {"version": held.pk, "fitting": found.fitting, "listed": found.listed, "before": found.before}
    record(actor=actor, now=now, verb="grants.list_eligible", stream=held.scheme.stream, facts=told)
    return found


def _rows(version: Version, fresh: list[int], most: int, now: datetime) -> list[Application]:
    on, rows, drawn = facts.day(now), list[Application](), set[str]()
    for enterprise, found in judging.judged_all(fresh, version.revision_id, on):
        if len(rows) >= most:
            break
        if found.result != "eligible":
            continue
        sum_, how = amounts.worked_out(version, found.yuan, None)
        if sum_ is None:
            continue
        while (number := numbers.draw(numbers.APPLICATION, now)) in drawn:
            pass
        drawn.add(number)
        rows.append(
            Application(
                number=number, version=version, enterprise_id=enterprise, year=on.year, state="listed", granted=sum_,
                worked_out=how, drafted_at=now, entered_at=now,
                precheck={"result": found.result, "lines": found.lines, "missing": [], "on": on.isoformat()},
            )
        )  # fmt: skip
    return rows


def _places(version: Version, year: int) -> int:
    """How many of the quota are held; who was left out, refused or withdrew holds none."""
    rows = Application.objects.filter(version__scheme=version.scheme_id, year=year)
    return rows.exclude(state__in=["withdrawn", "refused", "dropped"]).count()


def _taken(version: Version, year: int) -> set[int]:
    rows = Application.objects.filter(version__scheme=version.scheme_id, year=year).exclude(state="withdrawn")
    return set(rows.values_list("enterprise_id", flat=True))
