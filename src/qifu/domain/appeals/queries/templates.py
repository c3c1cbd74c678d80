"""Replies that a unit uses often: its own and those of the whole district."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from qifu.domain.appeals.models import ReplyTemplate
from qifu.domain.appeals.queries.catalogue import Catalogue, categories
from qifu.domain.people import queries as people
from qifu.kernel import search
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Missing

WRITERS = (Role.HANDLER, Role.DISPATCHER, Role.SUPERVISOR)
MOST = 200  # of one list
SHOWN = 30  # beside one reply


@dataclass(frozen=True, slots=True)
class TemplateView:
    id: int
    unit: int | None
    unit_name: str
    category: int | None
    category_path: str
    title: str
    body: str
    used: int
    is_own: bool  # whether the actor may change it


def may_write(actor: Actor, unit: int | None) -> bool:
    """A unit's templates are its own people's; those of the whole district the administrator's and the dispatchers'."""
    if unit is not None:
        return unit in actor.units(*WRITERS)
    return any(
        p.role == Role.ADMINISTRATOR or (p.role == Role.DISPATCHER and p.unit_kind == "centre") for p in actor.posts
    )


def visible(actor: Actor) -> QuerySet[ReplyTemplate]:
    """The templates of the actor's units, and the district's."""
    if not actor.is_staff:
        return ReplyTemplate.objects.none()
    return ReplyTemplate.objects.filter(Q(unit=None) | Q(unit__in=actor.units()))


def door(actor: Actor, template: int) -> TemplateView:
    """:raises Missing: no such template for this actor."""
    row = visible(actor).filter(pk=template).first()
    if row is None:
        raise Missing("没有这条常用回复，可能已被删除。")
    return _view(actor, row, categories())


def templates(actor: Actor, q: str = "") -> list[TemplateView]:
    """All that the actor may use, the most used first."""
    rows = visible(actor).order_by("-used", "-pk")
    catalogue, wanted = categories(), search.normal(q.strip())
    found = [_view(actor, row, catalogue) for row in rows[:MOST]]
    return [t for t in found if not wanted or wanted in search.normal(t.title + t.body)]


def for_case(actor: Actor, category: int) -> list[TemplateView]:
    """What fits a case: those of its category first, then the general ones."""
    rows = visible(actor).filter(Q(category=None) | Q(category=category))
    catalogue = categories()
    fitting = rows.order_by(F("category").asc(nulls_last=True), "-used", "-pk")
    return [_view(actor, row, catalogue) for row in fitting[:SHOWN]]


def _view(actor: Actor, row: ReplyTemplate, catalogue: Catalogue) -> TemplateView:
    unit = people.unit_tree().units.get(row.unit_id or 0)
    return TemplateView(
        id=row.pk,
        unit=row.unit_id,
        unit_name=unit.short_name if unit else "全区通用",
        category=row.category_id,
        category_path=catalogue.path(row.category_id) if row.category_id else "",
        title=row.title,
        body=row.body,
        used=row.used,
        is_own=may_write(actor, row.unit_id),
    )
