"""Tie specialists to enterprises, buildings and streets: by hand, by rules over a street, and handed over from one to others."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.people.service import Face, faces
from qifu.domain.people.specialists import Serving, serving, street_of
from qifu.domain.registry.access import visible as enterprises
from qifu.domain.visits import access, rules
from qifu.domain.visits.models import Binding, Dealing, Visit
from qifu.domain.visits.unbound import unbound
from qifu.engines.codes import industries
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import Entry, record, record_many

CHUNK = 1000
FOREIGN = frozenset({"foreign_invested", "representative_office"})  # forms with which a language may be needed


@dataclass(frozen=True, slots=True)
class Tie:
    """An enterprise with the specialist whom the rules give it, and why."""

    enterprise: int
    account: int
    rule: str
    why: str


@transaction.atomic
def bind(*, actor: Actor, now: datetime, account: int, why: str, enterprise: int | None = None,
         building: int | None = None, street: int | None = None, rule: str = rules.HAND) -> Binding:  # fmt: skip
    """Tie a specialist to one enterprise, building or street; who was tied to it before is released (not of a street).

    :raises Forbidden: not the actor's street. :raises Missing: no such enterprise for this actor.
    :raises Invalid: no specialist there, no reason, not exactly one thing. :raises Conflict: tied already.
    """
    if sum(one is not None for one in (enterprise, building, street)) != 1:
        raise Invalid("请选择一家企业、一栋楼宇或一个街道。")
    if enterprise is not None:
        access.enterprise_to_see(actor, enterprise)
    access.require_street(actor, _where(enterprise, building, street))
    if account not in {one.account for one in serving(now)}:
        raise Invalid("请选择在任的服务专员。", {"account": "请重新选择。"})
    if not 2 <= len(why.strip()) <= 300:
        raise Invalid("请写明理由（2 至 300 字）。", {"why": "请写明理由。"})
    held = Binding.objects.select_for_update().filter(
        enterprise=enterprise, building=building, street=street, until__isnull=True
    )
    if held.filter(account=account).exists():
        raise Conflict("这位专员已经负责这里。", state="bound")
    if street is None:
        for row in held:
            _ended(row, actor, now)
    made = Binding.objects.create(
        account_id=account, enterprise_id=enterprise, building_id=building, street_id=street, rule=rule,
        why=why.strip(), made_by=actor.mark, since=now,
    )  # fmt: skip
    _recorded(made, actor, now)
    return made


@transaction.atomic
def release(*, actor: Actor, now: datetime, binding: int) -> Binding:
    """End a tie. :raises Missing: none in force. :raises Forbidden: not the actor's street."""
    row = Binding.objects.select_for_update().filter(pk=binding, until__isnull=True).first()
    if row is None:
        raise Missing("没有这条负责关系，可能已经解除。")
    access.require_street(actor, _where(row.enterprise_id, row.building_id, row.street_id))
    _ended(row, actor, now)
    return row


def preview(*, actor: Actor, now: datetime, street: int) -> list[Tie]:
    """Whom the rules would give the enterprises of a street that nobody looks after; nothing is written.

    :raises Forbidden: not the actor's street. :raises Conflict: no specialist serves there.
    """
    access.require_street(actor, street)
    people.unit(street)
    there = serving(now, street)
    if not there:
        raise Conflict("这个街道还没有服务专员，请先在“人员”里授予岗位。", state="empty")
    return list(_dealt(there, faces(one.account for one in there), _load(there), street))


@transaction.atomic
def deal(*, actor: Actor, now: datetime, street: int) -> Dealing:
    """Give every enterprise of the street that nobody looks after the specialist that the rules name.

    :raises Forbidden: not the actor's street. :raises Conflict: no specialist serves there, or nothing is left to deal.
    """
    ties = preview(actor=actor, now=now, street=street)
    if not ties:
        raise Conflict("这个街道的存续企业都已经有专员负责。", state="done")
    why = "语言相通、熟悉行业优先，其余按负担均衡。"
    dealing = Dealing.objects.create(
        kind="rules", street_id=street, why=why, bound=len(ties), made_by=actor.mark, made_at=now
    )
    rows = [
        Binding(
            account_id=tie.account, enterprise_id=tie.enterprise, rule=tie.rule, why=tie.why, dealing=dealing,
            made_by=actor.mark, since=now,
        )
        for tie in ties
    ]  # fmt: skip
    Binding.objects.bulk_create(rows, batch_size=CHUNK)
    facts = {"street": street, "bound": len(ties), "digest": _digest(ties)}
    record(actor=actor, now=now, verb="visits.deal", stream=f"visits.dealing:{dealing.pk}", facts=facts)
    return dealing


@transaction.atomic
def hand_over(*, actor: Actor, now: datetime, giver: int, takers: Sequence[int], why: str) -> Dealing:
    """Hand all that one specialist looks after to others, evenly; visits ahead go along.

    :raises Missing: no such specialist. :raises Forbidden: not the actor's street.
    :raises Invalid: nobody to take it, or no reason. :raises Conflict: nothing to hand over.
    """
    access.require_official(actor)
    there = {one.account: one for one in serving(now)}
    rows = list(Binding.objects.select_for_update().filter(account=giver, until__isnull=True).order_by("pk"))
    where = there[giver].street if giver in there else _where_of(rows)
    access.require_street(actor, where)
    wanted = [one for one in dict.fromkeys(takers) if one in there and one != giver]
    if not wanted or len(wanted) != len(set(takers)):
        raise Invalid("请选择接手的服务专员，不能是移交人本人。", {"takers": "请重新选择。"})
    if not 2 <= len(why.strip()) <= 300:
        raise Invalid("请写明移交理由（2 至 300 字）。", {"why": "请写明理由。"})
    if not rows:
        raise Conflict("这位专员没有负责的企业、楼宇或街道，不用移交。", state="empty")
    dealing = Dealing.objects.create(
        kind="handover", giver_id=giver, why=why.strip(), bound=len(rows), made_by=actor.mark, made_at=now
    )
    fresh = [
        Binding(
            account_id=wanted[place % len(wanted)], enterprise_id=row.enterprise_id, building_id=row.building_id,
            street_id=row.street_id, rule=row.rule, why=f"移交：{dealing.why}"[:300], dealing=dealing,
            made_by=actor.mark, since=now,
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip
    Binding.objects.filter(pk__in=[row.pk for row in rows]).update(until=now)
    held = set(Binding.objects.filter(until__isnull=True, street__isnull=False).values_list("street_id", "account_id"))
    fresh = [row for row in fresh if (row.street_id, row.account_id) not in held]
    Binding.objects.bulk_create(fresh, batch_size=CHUNK)
    moved = _visits_along(actor, now, giver, fresh, {one: there[one].unit for one in wanted})
    facts = {"giver": giver, "takers": wanted, "bound": len(rows), "visits": moved}
    record(
        actor=actor, now=now, verb="visits.hand_over", stream=f"visits.dealing:{dealing.pk}", facts=facts,
        content={"why": dealing.why},
    )  # fmt: skip
    return dealing


def _visits_along(actor: Actor, now: datetime, giver: int, fresh: Sequence[Binding], units: dict[int, int]) -> int:
    """Visits ahead follow their enterprise; the rest go to whoever has fewest of them."""
    to = {(row.enterprise_id, row.building_id): row.account_id for row in fresh}
    counts = Counter(dict.fromkeys(units, 0))
    rows = list(Visit.objects.select_for_update().filter(account=giver, state="planned").order_by("day", "pk"))
    entries = []
    for row in rows:
        taker = to.get((row.enterprise_id, row.building_id)) or min(counts, key=lambda one: (counts[one], one))
        counts[taker] += 1
        row.handed_from_id, row.account_id, row.seq, row.reason = giver, taker, row.seq + 1, "专员移交"
        facts = {"step": "hand_on", "from": "planned", "to": "planned", "seq": row.seq, "was": giver, "account": taker}
        entries.append(Entry(actor, now, "visits.hand_on", row.stream, facts, {"reason": row.reason}))
    Visit.objects.bulk_update(rows, ["handed_from", "account", "seq", "reason"], batch_size=300)
    record_many(entries)
    return len(rows)


def _dealt(there: Sequence[Serving], known: dict[int, Face], load: Counter[int], street: int) -> Iterator[Tie]:
    """Language first, then trade, then whoever has least; ties go to the lower number."""
    names = {one.code: one.name for one in industries.sections()}
    for pk, industry, form in unbound([street]).values_list("pk", "industry", "legal_form").iterator(2000):
        fits, rule, what = [one.account for one in there], "load", ""
        speak = [one for one in fits if one in known and known[one].languages] if form in FOREIGN else []
        trade = [one for one in fits if one in known and industry[:1] and industry[:1] in known[one].sections]
        if speak:
            fits, rule = speak, "language"
        elif trade:
            fits, rule, what = trade, "industry", names.get(industry[:1], industry[:1])
        chosen = min(fits, key=lambda one: (load[one], one))
        load[chosen] += 1
        if rule == "language":
            what = "、".join(known[chosen].languages)
        yield Tie(pk, chosen, rule, rules.BY_CODE[rule].why.format(what=what or load[chosen]))


def _load(there: Sequence[Serving]) -> Counter[int]:
    """How many enterprises each looks after now."""
    rows = Binding.objects.filter(
        account__in=[one.account for one in there], until__isnull=True, enterprise__isnull=False
    )
    return Counter(rows.values_list("account_id", flat=True))


def _where(enterprise: int | None, building: int | None, street: int | None) -> int | None:
    if street is not None:
        return street_of(street)
    if enterprise is not None:
        return enterprises(SYSTEM).filter(pk=enterprise).values_list("street_id", flat=True).first()
    found = estate.brief([building]).get(building or 0)
    if found is None:
        raise Invalid("没有这栋楼宇，请重新选择。", {"building": "请重新选择。"})
    return found.street


def _where_of(rows: Sequence[Binding]) -> int | None:
    if not rows:
        raise Missing("没有这位服务专员，请返回列表重新选择。")
    return _where(rows[0].enterprise_id, rows[0].building_id, rows[0].street_id)


def _ended(row: Binding, actor: Actor, now: datetime) -> None:
    row.until = max(now, row.since)
    row.save(update_fields=["until"])
    record(
        actor=actor,
        now=now,
        verb="visits.release",
        stream=f"visits.binding:{row.pk}",
        facts={"account": row.account_id},
    )


def _recorded(row: Binding, actor: Actor, now: datetime) -> None:
    facts = {"account": row.account_id, "enterprise": row.enterprise_id, "building": row.building_id,
             "street": row.street_id, "rule": row.rule}  # fmt: skip
    stream = f"visits.binding:{row.pk}"
    record(actor=actor, now=now, verb="visits.bind", stream=stream, facts=facts, content={"why": row.why})


def _digest(ties: Sequence[Tie]) -> str:
    told = hashlib.sha256()
    for tie in ties:
        told.update(f"{tie.enterprise}:{tie.account}:{tie.rule};".encode())
    return told.hexdigest()
