"""Whom an event is for: the enterprises of a segment, those that fit a policy, or all; and who of them can be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qifu.domain.events.models import Event, Invitation
from qifu.domain.policies.queries import claims, figures
from qifu.domain.registry import agencies
from qifu.domain.registry import queries as registry
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """What an invitation would reach."""

    total: int  # enterprises of the audience
    reachable: int  # of them with somebody who speaks for them here, not told yet
    invited: int  # told already
    some: tuple[registry.Brief, ...]  # the first that would be told
    label: str


def preview(actor: Actor, event: Event, now: datetime) -> Preview:
    """Count the audience and who would be told. A fixed number of queries."""
    firms = ids(actor, event, now)
    told = reachable(actor, event, now, firms)
    some = registry.brief(firm for firm, _ in told[:SHOWN])
    return Preview(
        len(firms),
        len(told),
        Invitation.objects.filter(event=event).count(),
        tuple(some[firm] for firm, _ in told[:SHOWN] if firm in some),
        event.audience_label or "全部企业",
    )


def reachable(
    actor: Actor, event: Event, now: datetime, firms: list[int] | None = None
) -> list[tuple[int, tuple[int, ...]]]:
    """The enterprises that can be told and were not, with the accounts that speak for them."""
    wanted = ids(actor, event, now) if firms is None else firms
    speak = agencies.contacts()
    invited = set(Invitation.objects.filter(event=event).values_list("enterprise_id", flat=True))
    return [(firm, speak[firm]) for firm in wanted if firm in speak and firm not in invited]


def ids(actor: Actor, event: Event, now: datetime) -> list[int]:
    """The enterprises of the audience that the actor sees."""
    if event.audience == Event.Audience.POLICY:
        today = now.astimezone(SHANGHAI).date()
        return [one.id for one in figures.every_behind(actor=actor, on=today, code=event.audience_of.get("code", ""))]
    asked = event.audience_of if event.audience == Event.Audience.SEGMENT else {}
    street = str(asked.get("street", "") or "")
    filters = registry.Filters(
        street=int(street) if street.isdecimal() else None,
        section=asked.get("section", ""),
        size=asked.get("size", ""),
        mark=asked.get("mark", ""),
        status=asked.get("status", "") or "open",
    )
    return list(registry.found(actor, asked.get("q", ""), filters).order_by("pk").values_list("pk", flat=True))


def policy_choices(actor: Actor) -> list[tuple[str, str]]:
    """The policies that an audience can be drawn from."""
    return claims.item_choices(actor)
