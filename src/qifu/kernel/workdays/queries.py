from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db.models import Func

from qifu.engines.calendar import Calendar, Day, published, with_days
from qifu.kernel.prepared import Prepared
from qifu.kernel.reading import once
from qifu.kernel.workdays.models import Notice


def calendar() -> Calendar:
    """The calendar in force; one small query a request says whether a notice has come in."""
    return once("workdays.calendar", _present)


_LAST = Prepared(lambda: Notice.objects.values_list(Func("pk", function="MAX")))


def _present() -> Calendar:
    ((last,),) = _LAST()
    return _loaded(last or 0)


def notices() -> list[Notice]:
    """The notices entered, latest first."""
    return list(Notice.objects.order_by("-pk"))


@lru_cache(maxsize=4)
def _loaded(last: int) -> Calendar:
    """The published calendar with all notices entered up to this one laid over it."""
    found = published()
    for notice in Notice.objects.filter(pk__lte=last).order_by("pk"):
        changes = [Day(date.fromisoformat(on), works, holiday, notice.document) for on, works, holiday in notice.days]
        until = max(notice.known_until, found.known_until)
        found = with_days(found, changes, f"{found.version}+{notice.pk}", known_until=until)
    return found
