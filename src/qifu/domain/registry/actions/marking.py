"""Marks follow what stands: whoever holds one by the sources bears it in every list, and loses it when they say no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.timezone import localdate

from qifu.domain.registry.models import Mark, Profile, Source


@dataclass
class Turned:
    """The marks of an enterprise that begin and that end."""

    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


def follow_marks(profiles: Sequence[Profile], now: datetime) -> dict[int, Turned]:
    """Begin and end marks as the profiles say; of what they say nothing, nothing changes. At most four statements.

    Answers what was turned, by enterprise, inside the caller's transaction.
    """
    held = [profile for profile in profiles if any(kind in profile.values for kind in Mark.Kind.values)]
    if not held:
        return {}
    borne: dict[int, dict[str, int]] = {}
    rows = Mark.objects.filter(enterprise__in=[profile.enterprise_id for profile in held], until__isnull=True)
    for owner, kind, pk in rows.values_list("enterprise_id", "kind", "pk"):
        borne.setdefault(owner, {})[kind] = pk
    found = {profile.enterprise_id: _turned(profile.values, borne.get(profile.enterprise_id, {})) for profile in held}
    found = {owner: one for owner, one in found.items() if one.begun or one.ended}
    ended = [borne[owner][kind] for owner, one in found.items() for kind in one.ended]
    if ended:
        Mark.objects.filter(pk__in=ended).update(until=localdate(now))
    _begin([profile for profile in held if profile.enterprise_id in found], found, now)
    return found


def _turned(values: Mapping[str, object], borne: Mapping[str, int]) -> Turned:
    kinds = [str(kind) for kind in Mark.Kind.values]
    return Turned(
        [kind for kind in kinds if values.get(kind) is True and kind not in borne],
        [kind for kind in kinds if values.get(kind) is False and kind in borne],
    )


def _begin(profiles: Sequence[Profile], found: Mapping[int, Turned], now: datetime) -> None:
    begun = [(profile, kind) for profile in profiles for kind in found[profile.enterprise_id].begun]
    if not begun:
        return
    names = dict(Source.objects.values_list("pk", "name"))
    Mark.objects.bulk_create(
        Mark(
            enterprise_id=profile.enterprise_id,
            kind=kind,
            since=localdate(now),
            source=names.get(profile.stands.get(kind, [0, 0])[1], "系统计算")[:120],
        )
        for profile, kind in begun
    )
