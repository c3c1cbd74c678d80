"""What time alone changes: a value that ceased to be fresh makes room for another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.models import Profile
from qifu.kernel.actor import SYSTEM

AT_ONCE = 500


def restand(now: datetime, most: int = 100_000) -> int:
    """Draw anew the profiles whose day has come, five hundred a transaction; return how many."""
    done = 0
    while done < most:
        with transaction.atomic():
            due = Profile.objects.select_for_update().filter(review_on__lte=localdate(now)).order_by("review_on", "pk")
            some = list(due.values_list("pk", flat=True)[:AT_ONCE])
            settle(reckon_profiles(some, now), actor=SYSTEM, now=now, facts={"restand": True})
        done += len(some)
        if len(some) < AT_ONCE:
            break
    return done
