"""What is known of the firms of a day, and what is worth asking there: read for all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from qifu.domain.appeals.queries.watched import heard
from qifu.domain.estate.leases import ends
from qifu.domain.registry import facts, saying, watching
from qifu.domain.registry import queries as registry
from qifu.domain.registry.access import visible
from qifu.domain.registry.facts import Held
from qifu.domain.registry.signals import BY_CODE
from qifu.domain.visits import forms
from qifu.domain.visits.models import Visit
from qifu.engines.calendar import SHANGHAI
from qifu.engines.eligibility import catalogue
from qifu.kernel.actor import SYSTEM, Actor

SHOWN = ("employees", "insured_staff", "revenue", "tax_paid", "registered_on", "tax_credit")
ASKED = ("employees", "revenue", "rd_expense", "profit")  # worth asking where nobody has said
LEARNT = (
    "address",
    "employees",
    "insured_staff",
    "revenue",
    "rd_expense",
    "profit",
    "patents",
)  # a specialist may tell
LEASE_SOON = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Known:
    """One firm as it is known before the visit."""

    name: str
    street: str
    industry: str
    size: str
    marks: tuple[str, ...]
    address: str
    room: str
    lines: tuple[tuple[str, str], ...]  # label, value with its source and day
    asking: tuple[str, ...]
    last: str = ""  # what was said there last


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the firms, by enterprise."""

    briefs: Mapping[int, registry.Brief]
    held: Mapping[int, Mapping[str, Held]]
    places: Mapping[int, tuple[str, str, str]]
    leases: Mapping[int, date]
    alerts: Mapping[int, list[str]]
    cases: Mapping[int, datetime]
    last: Mapping[int, Visit] = field(default_factory=dict)


def known(actor: Actor, now: datetime, ids: Sequence[int]) -> dict[int, Known]:
    """What the actor may know of these firms. A fixed number of queries, however many they are."""
    seen = list(visible(actor).filter(pk__in=set(ids)).values_list("pk", flat=True))
    around = _around(actor, now, seen)
    return {pk: _known(pk, around, now) for pk in seen}


def _around(actor: Actor, now: datetime, ids: list[int]) -> _Around:
    alerts: dict[int, list[str]] = {}
    rows = watching.visible(actor).filter(enterprise__in=ids, state="open").order_by("pk")
    for enterprise, rule, why in rows.values_list("enterprise_id", "rule", "why"):
        label = BY_CODE[rule].label if rule in BY_CODE else "预警"
        alerts.setdefault(enterprise, []).append(f"{label}：{why}")
    last: dict[int, Visit] = {}
    for row in Visit.objects.filter(enterprise__in=ids, state="done").order_by("day", "pk"):
        last[row.enterprise_id or 0] = row
    cases = heard(ids, now)
    return _Around(
        briefs=registry.brief(ids),
        held=facts.many(ids),
        places=_places(ids, now),
        leases=ends(ids, now.astimezone(SHANGHAI).date()),
        alerts=alerts,
        cases={pk: one.last_at for pk, one in cases.items() if one.last_at},
        last=last,
    )


def _places(ids: list[int], now: datetime) -> dict[int, tuple[str, str, str]]:
    """Address, building and room, as they are believed now."""
    day = now.astimezone(SHANGHAI).date()
    rows = visible(SYSTEM).filter(pk__in=ids)  # the caller has cut to the actor
    found = {pk: (address, "", "") for pk, address in rows.values_list("pk", "address")}
    sitting = rows.filter(
        Q(tenancies__until=None) | Q(tenancies__until__gte=day),
        tenancies__dropped_at=None,
        tenancies__building__isnull=False,
    )
    for pk, building, room in sitting.values_list("pk", "tenancies__building__name", "tenancies__room__number"):
        found[pk] = (found[pk][0], building, f"{room} 室" if room else "")
    return found


def _known(pk: int, around: _Around, now: datetime) -> Known:
    brief, held = around.briefs[pk], around.held.get(pk, {})
    address, building, room = around.places.get(pk, ("", "", ""))
    lines = [
        (saying.label(name), f"{saying.said(name, one.value)}（{one.source}{f'，{one.as_of}' if one.as_of else ''}）")
        for name in SHOWN
        if (one := held.get(name)) is not None
    ]
    last = around.last.get(pk)
    return Known(
        name=brief.name,
        street=brief.street_name,
        industry=brief.industry_name,
        size=brief.size_label,
        marks=brief.mark_labels,
        address=address,
        room=f"{building}{room}",
        lines=tuple(lines),
        asking=tuple(_asking(pk, around, held, last, now)),
        last=_last(last),
    )


def _last(row: Visit | None) -> str:
    if row is None:
        return ""
    told = "；".join(f"{label}：{text}" for label, text in forms.said(row.form, row.answers))
    return f"{row.day} {told}{'。' if told else ''}{row.note}"[:600]


def _asking(pk: int, around: _Around, held: Mapping[str, Held], last: Visit | None, now: datetime) -> list[str]:
    """What is worth asking, each by one rule."""
    today = now.astimezone(SHANGHAI).date()
    asked = [f"核实预警——{one}" for one in around.alerts.get(pk, ())]
    lease = around.leases.get(pk)
    if lease is not None and lease <= today + LEASE_SOON:
        asked.append(f"租约 {lease} 到期：续租、扩大还是搬迁？需要帮忙找场地吗？")
    if last is not None and (troubles := last.answers.get("troubles")) not in (None, [], ["none"]):
        form = forms.BY_VERSION.get(last.form)
        question = next((one for one in form.questions if one.key == "troubles"), None) if form else None
        asked.append(f"{last.day} 走访时说困难是{question.says(troubles) if question else ''}，现在好转了吗？")
    if last is not None and last.answers.get("policies") == "unknown":
        asked.append("上次说不了解惠企政策，这次是否看过推送？有没有想申报的？")
    if pk in around.cases:
        asked.append(f"最近一次提交诉求是 {around.cases[pk].astimezone(SHANGHAI):%Y-%m-%d}，办得怎么样，满意吗？")
    if lacking := [catalogue()[name].label for name in ASKED if name not in held]:
        asked.append(f"名录里还没有：{'、'.join(lacking)}，可以顺便了解。")
    return asked
