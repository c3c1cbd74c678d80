"""What the enterprise file reads of the registry: who speaks for an enterprise, masked; whom it is related to; yearly figures.

The caller has passed the enterprise's door; what is told of other enterprises is cut to those that the actor sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.utils.timezone import localdate

from qifu.domain.registry import facts, persons
from qifu.domain.registry.access import visible
from qifu.domain.registry.courses import told
from qifu.domain.registry.models import Agency, Certification, Enterprise, Profile, Source
from qifu.domain.registry.saying import label, said
from qifu.domain.registry.signals import Seen
from qifu.kernel.actor import Actor

FIGURES: Mapping[str, tuple[str, str]] = {
    "revenue": ("营业收入", "万元"), "tax_paid": ("实缴税收", "万元"), "profit": ("利润总额", "万元"), "assets": ("资产总额", "万元"),
    "rd_expense": ("研发费用", "万元"), "employees": ("从业人员", "人"), "insured_staff": ("参保职工", "人"),
}  # fmt: skip
WHYS = {
    "母公司": "名称去掉分支部分后相同", "分支机构": "名称以本企业名称开头", "同一联系人": "同一人经认证代表两家企业",
    "同一电话": "登记的联系电话相同", "已并入": "经人工确认为同一家企业", "同一房号": "楼宇租约登记在同一房号",
}  # fmt: skip
Among = QuerySet[Any, Any] | Sequence[int]
MOST = 60  # related enterprises
BRANCHES = ("分公司", "分店", "分行", "支行", "分所", "营业部", "门店")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who speaks for the enterprise, by surname."""

    person: str
    role_label: str
    since: date


@dataclass(frozen=True, slots=True)
class Standing:
    """A field with what stands of it; `row` leads to the row of the source, 0: it follows from a complete list."""

    field: str
    label: str
    value: object
    text: str
    source: str
    as_of: date | None
    row: int


@dataclass(frozen=True, slots=True)
class Related:
    """Another enterprise, and how it is known to be related."""

    id: int
    name: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Yearly:
    """A figure by year: the strongest source of each year, with what it said."""

    field: str
    label: str
    unit: str
    years: Mapping[int, Seen]


def standings(enterprise: int, fields: Sequence[str]) -> tuple[Standing, ...]:
    """What stands of the fields that somebody spoke of, each with whose it is. Three statements."""
    profile = Profile.objects.filter(pk=enterprise).first()
    if profile is None:
        return ()
    told = [(name, profile.values[name], profile.stands[name]) for name in fields if name in profile.values]
    days = facts.days_of([int(stand[0]) for _, _, stand in told if stand[0]])
    sources = {source.pk: source for source in Source.objects.only("name", "complete_on")}
    found = []
    for name, value, (row, number, _) in told:
        source = sources.get(number)
        day = facts.day_of(days, row, name) if row else source.complete_on if source else None
        found.append(Standing(name, label(name), value, said(name, value), source.name if source else "", day, row))
    return tuple(found)


def speakers(enterprise: int) -> tuple[Speaker, ...]:
    """Who speaks for it now. One statement."""
    rows = Agency.objects.filter(enterprise=enterprise, until=None).order_by("-role", "since", "pk")
    return tuple(
        Speaker(persons.masked(person), str(Certification.Role(role).label), localdate(since))
        for person, role, since in rows.values_list("person", "role", "since")
    )


def relations(actor: Actor, enterprise: int, name: str, neighbours: Among) -> tuple[Related, ...]:
    """Parent, branches, the same person or telephone, the same room (handed in, as a subquery of ids), merged ones. One statement."""
    rows = visible(actor).exclude(pk=enterprise)
    others = Agency.objects.filter(enterprise=enterprise, until=None).values("account")
    shared = Agency.objects.filter(account__in=others, until=None).values("enterprise")
    lookup = Enterprise.objects.filter(pk=enterprise).exclude(phone_lookup="").values("phone_lookup")
    branches = [
        _kind(rows.filter(name__in=_stems(name)), "母公司"),
        _kind(rows.filter(_begins(name)), "分支机构"),
        _kind(rows.filter(pk__in=shared), "同一联系人"),
        _kind(rows.filter(phone_lookup__in=lookup).exclude(phone_lookup=""), "同一电话"),
        _kind(rows.filter(merged_into=enterprise), "已并入"),
        _kind(rows.filter(pk__in=neighbours), "同一房号"),
    ]
    found = {(kind, name, pk) for pk, name, kind in branches[0].union(*branches[1:], all=True)[:MOST]}
    order = list(WHYS)
    return tuple(
        Related(pk, name, kind, WHYS[kind])
        for kind, name, pk in sorted(found, key=lambda one: (order.index(one[0]), one))
    )


def yearly(enterprise: int) -> tuple[Yearly, ...]:
    """Figures of the last five years of which anything was said. One statement."""
    found = []
    for field, seen in told(enterprise, FIGURES).items():
        years: dict[int, Seen] = {}
        for one in seen:  # of each year the strongest first
            if isinstance(one.value, int | float) and not isinstance(one.value, bool):
                years.setdefault(one.day.year, one)
        if years:
            last = dict(sorted(years.items())[-5:])
            found.append(Yearly(field, *FIGURES[field], last))
    return tuple(found)


def _kind(rows: QuerySet[Enterprise], kind: str) -> QuerySet[Enterprise, tuple[int, str, str]]:
    told: QuerySet[Enterprise, tuple[int, str, str]] = (
        rows.order_by().annotate(kind=Value(kind, CharField())).values_list("pk", "name", "kind")
    )
    return told


def _stems(name: str) -> list[str]:
    """The names that a parent of a branch of this name may bear."""
    if not name.endswith(BRANCHES):
        return []
    ends = [
        place + len(word)
        for word in ("有限公司", "股份公司", "集团", "银行", "事务所")
        if (place := name.find(word)) > 0
    ]
    return sorted({name[:end] for end in ends if end < len(name)})


def _begins(name: str) -> Q:
    return Q(name__gt=name, name__lt=name + "\uffff") & Q(name__startswith=name)
