"""What stands of enterprises, drawn anew from the open rows of all sources: inside the transaction of whoever changed them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.timezone import localdate

from qifu.domain.registry.models import Enterprise, Profile, Source, SourceRow
from qifu.domain.registry.profiles import Complete, Said, Sources, reckon
from qifu.domain.registry.standing import Believed

BATCH = 500


def reckon_profiles(enterprises: Iterable[int], now: datetime) -> list[Profile]:
    """Draw the profiles of the enterprises anew; four statements for five hundred."""
    wanted = sorted(set(enterprises))
    sources, complete = believed()
    done: list[Profile] = []
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        said: dict[int, list[Said]] = {pk: [] for pk in some}
        lead = leads_of(some)
        rows = SourceRow.objects.filter(enterprise__in=lead, gone_at=None, source__is_active=True).order_by("pk")
        for pk, owner, source, as_of, learned, values, days in rows.values_list(
            "pk", "enterprise_id", "source_id", "as_of", "learned_at", "values", "days"
        ):
            is_own = lead[owner] == owner
            said[lead[owner]].append(Said(pk, source, as_of, learned.timestamp(), values, days, is_own))
        done += [drawn(pk, held, complete, sources, now) for pk, held in said.items()]
    Profile.objects.bulk_create(
        done,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["enterprise"],
        update_fields=["values", "stands", "reckoned_at", "review_on"],
    )
    return done


def leads_of(enterprises: Sequence[int]) -> dict[int, int]:
    """Each of the enterprises, and each that was merged into one of them, → the one where its rows count."""
    merged = Enterprise.objects.filter(merged_into__in=enterprises).values_list("pk", "merged_into_id")
    return {pk: pk for pk in enterprises} | {pk: int(into or 0) for pk, into in merged}


def drawn(
    enterprise: int, said: Sequence[Said], complete: Sequence[Complete], sources: Sources, now: datetime
) -> Profile:
    """The profile of one, not yet kept."""
    found = reckon(said, complete, sources, localdate(now))
    return Profile(
        enterprise_id=enterprise,
        values=found.values,
        stands=found.stands,
        reckoned_at=now,
        review_on=found.review_on,
    )


def believed() -> tuple[Sources, tuple[Complete, ...]]:
    """The sources in use, and those of them that are complete lists."""
    rows = list(Source.objects.filter(is_active=True))
    sources = {
        s.pk: Believed(s.pk, s.name, s.authority, s.freshness, s.kind == "word", s.strengths or None) for s in rows
    }
    complete = tuple(Complete(s.pk, s.complete_on, s.absent) for s in rows if s.absent and s.complete_on)
    return sources, complete
