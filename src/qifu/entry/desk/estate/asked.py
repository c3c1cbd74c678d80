"""What the address of a page asks for: search, filters, order, page, and the day that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import QueryDict

from qifu.domain.estate.moments import Moment, today
from qifu.domain.estate.queries import SORTS, Wanted
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

LONGEST = 60
BANDS = (("low", "出租率 70% 以下"), ("middle", "70%—90%"), ("high", "90% 以上"), ("none", "没有登记房间"))
CONFIRMED = (("no", "本半年未确认"), ("yes", "本半年已确认"))
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as asked for, on a day, as known on a day."""

    wanted: Wanted
    day: date
    known: date | None
    values: dict[str, str]

    @property
    def moment(self) -> Moment:
        return moment_of(self.day, self.known)


def read(query: QueryDict, now: datetime) -> Asked:
    """Read the address; values that are none of ours count as not set."""
    street = number(query.get("street", ""))
    wanted = Wanted(
        q=query.get("q", "").strip()[:LONGEST],
        street=street,
        band=one_of(query.get("band", ""), dict(BANDS)),
        confirmed=one_of(query.get("confirmed", ""), dict(CONFIRMED)),
        sort=one_of(query.get("sort", ""), SORTS) or "code",
        page=number(query.get("page", "")) or 1,
    )
    on, known = day_of(query.get("on", "")), known_of(query.get("known", ""), now)
    values = {
        "q": wanted.q,
        "street": str(street or ""),
        "band": wanted.band,
        "confirmed": wanted.confirmed,
        "sort": wanted.sort if wanted.sort != "code" else "",
        "on": on.isoformat() if on else "",
        "known": known.isoformat() if known else "",
    }
    return Asked(wanted, on or today(now), known, values)


def bar(asked: Asked) -> FilterBar:
    """The filters over the list of buildings."""
    return FilterBar(
        (
            Filter("q", "楼宇", "search", placeholder="名称、别名、道路、编码"),
            Filter("street", "街道", choices=streets()),
            Filter("band", "出租率", choices=[Choice(*pair) for pair in BANDS]),
            Filter("confirmed", "租户确认", choices=[Choice(*pair) for pair in CONFIRMED]),
            Filter("on", "哪一天", "date"),
            Filter("known", "按当时所知", "date"),
        ),
        asked.values,
    )


def streets() -> list[Choice]:
    """The streets to choose from."""
    return [Choice(str(unit.id), unit.short_name) for unit in people.units("street")]


def moment_of(day: date, known: date | None) -> Moment:
    """A day as it was known at the end of another."""
    if known is None:
        return Moment(day)
    return Moment(day, datetime.combine(known + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1))


def day_of(text: str) -> date | None:
    """A day of the address; None when it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def known_of(text: str, now: datetime) -> date | None:
    """A day on which something was known; None for today and later, when it is as known now."""
    day = day_of(text)
    return day if day is not None and day < today(now) else None


def number(text: str) -> int | None:
    """A number of the address; None when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def one_of(value: str, known: object) -> str:
    """The value, if it is one of these."""
    return value if value in known else ""  # type: ignore[operator]
