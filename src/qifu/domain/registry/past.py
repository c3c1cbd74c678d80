"""What was true of an enterprise on an earlier day: drawn from all versions that sources ever gave, each with its day.

Two questions may be asked of a day. *What held then, as we know now*: later corrections count, and a list of last year that
came this spring speaks of last year. *What was known then*: only what had arrived by the end of that day, which is what an
answer given on it rested on. Nothing is kept for this beside the rows themselves; which of several values stood is
decided by the same rules as today, on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from qifu.domain.registry.actions.reckoning import leads_of
from qifu.domain.registry.facts import COLUMNS, REGISTERED, Held
from qifu.domain.registry.models import Enterprise, Load, Source, SourceRow
from qifu.domain.registry.profiles import Complete, Said, reckon, typed
from qifu.domain.registry.standing import WHYS, Believed, Why
from qifu.engines.calendar import SHANGHAI
from qifu.engines.eligibility import catalogue

LASTING = ("name", "uscc", "industry", "legal_form", "ownership", "registered_on")
"""What an enterprise is rather than what it does: where a day knows nothing of it, the first that was heard later counts."""
CARRIED = "当日没有记录，按其后最早的一次记录"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of what a source said in one row."""

    row: int
    key: tuple[int, str]
    as_of: date
    learned: datetime
    gone: datetime | None
    gone_on: date | None  # of which day the list spoke that no longer held it
    values: Mapping[str, object]
    days: Mapping[str, str]
    is_undone: bool  # it came with a list that was taken back
    owner: int = 0

    @property
    def order(self) -> tuple[date, datetime, int]:
        return (self.as_of, self.learned, self.row)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """One enterprise through time; `on` answers for a day."""

    enterprise: Enterprise
    street: str
    versions: tuple[Version, ...]
    lists: Mapping[int, tuple[date, ...]]  # source → the days of its complete lists
    sources: Mapping[int, Source]

    def on(self, day: date, *, as_known_then: bool = False) -> dict[str, Held]:
        """The values that stood on a day, each with its day, whose it is and why."""
        kept = self._open(day) if as_known_then else self._valid(day)
        lasting = {} if as_known_then else self._lasting()
        return lasting | self._columns(day) | self._standing(kept, day)

    def is_begun(self, day: date) -> bool:
        """Whether the enterprise was registered by then, as far as is known."""
        registered = self._lasting().get("registered_on")
        first = registered.value if registered else self.enterprise.registered_on
        return not isinstance(first, date) or first <= day

    def days(self) -> list[date]:
        """The days on which something of what held may have become different, ascending."""
        found = {day for days in self.lists.values() for day in days}
        for one in self._counted():
            freshness = timedelta(days=self.sources[one.key[0]].freshness + 1)
            of = {one.as_of, *(date.fromisoformat(text) for text in one.days.values())}
            found |= of | {day + freshness for day in of}
            if one.gone_on is not None:
                found.add(one.gone_on)
        found.add(_day(self.enterprise.created))
        found.add(_day(self.enterprise.updated))
        return sorted(found)

    def _counted(self) -> list[Version]:
        return [one for one in self.versions if one.key[0] in self.sources and not one.is_undone]

    def _open(self, day: date) -> list[Version]:
        """What had arrived by the end of the day and had not been replaced."""
        end = datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)
        found: dict[tuple[int, str], Version] = {}
        for one in self.versions:
            is_open = one.learned < end and (one.gone is None or one.gone >= end)
            is_last = one.key not in found or found[one.key].learned <= one.learned
            if is_open and is_last and one.as_of <= day and one.key[0] in self.sources:
                found[one.key] = one
        return list(found.values())

    def _valid(self, day: date) -> list[Version]:
        """Of each row the last version that speaks of no later day, unless it had left its list by then."""
        found: dict[tuple[int, str], Version] = {}
        replaced = {(one.key, one.learned) for one in self.versions}  # what is closed by its successor closes with it
        for one in self._counted():
            if one.as_of <= day and (one.key not in found or found[one.key].order < one.order):
                found[one.key] = one
        return [
            one
            for one in found.values()
            if one.gone_on is None or one.gone_on > day or (one.key, one.gone) in replaced
        ]  # fmt: skip

    def _standing(self, kept: Iterable[Version], day: date) -> dict[str, Held]:
        said = [
            Said(v.row, v.key[0], v.as_of, v.learned.timestamp(), v.values, v.days, v.owner == self.enterprise.pk)
            for v in kept
        ]
        believed = {
            s.pk: Believed(s.pk, s.name, s.authority, s.freshness, s.kind == "word", s.strengths or None)
            for s in self.sources.values()
        }
        complete = []
        for number, days in self.lists.items():
            last = max((each for each in days if each <= day), default=None)
            if last is not None:
                complete.append(Complete(number, last, self.sources[number].absent))
        found = reckon(said, complete, believed, day)
        of = {v.row: v for v in self.versions}
        told = {}
        for field, value in found.values.items():
            if field in catalogue():
                place, source, why = (str(part) for part in found.stands[field])
                told[field] = self._held(field, value, of.get(int(place)), int(source), why, day)
        return told

    def _held(self, field: str, value: object, row: Version | None, source: int, why: str, day: date) -> Held:
        if row is not None:
            as_of: date | None = _of(row, field)
        elif source:
            as_of = max(each for each in self.lists[source] if each <= day)
        else:
            as_of = day
        name = self.sources[source].name if source else "系统计算"
        return Held(typed(field, value), as_of, name, WHYS[Why(why)])

    def _lasting(self) -> dict[str, Held]:
        """What was first heard of each lasting field, whenever that was."""
        found: dict[str, Held] = {}
        for one in sorted(self._counted(), key=lambda each: (each.owner != self.enterprise.pk, *each.order)):
            for field in LASTING:
                if field in one.values and field not in found:
                    source = self.sources[one.key[0]].name
                    found[field] = Held(typed(field, one.values[field]), _of(one, field), source, CARRIED)
        for field in LASTING:
            value = getattr(self.enterprise, field, None)
            if field not in found and value not in (None, ""):
                day = self.enterprise.registered_on if field == "registered_on" else _day(self.enterprise.updated)
                found[field] = Held(value, day, REGISTERED, CARRIED)
        return found

    def _columns(self, day: date) -> dict[str, Held]:
        """What the registry's own line says, where it has said the same since that day."""
        found = {"enterprise_id": Held(str(self.enterprise.pk), None, REGISTERED, WHYS[Why.ONLY])}
        if _day(self.enterprise.updated) > day:
            return found
        said: dict[str, object] = {name: getattr(self.enterprise, name) for name in COLUMNS} | {"street": self.street}
        return found | {
            name: Held(value, None, REGISTERED, WHYS[Why.ONLY])
            for name, value in said.items()
            if value not in (None, "")
        }


def read(enterprise: int) -> Past | None:
    """Everything that was ever said of an enterprise and of those merged into it; None: there is none. Five statements."""
    row = Enterprise.objects.select_related("street").defer("tokens", "phone").filter(pk=enterprise).first()
    if row is None:
        return None
    sources = {source.pk: source for source in Source.objects.filter(is_active=True)}
    rows = SourceRow.objects.filter(enterprise__in=leads_of([enterprise])).select_related("load", "gone_load")
    versions = tuple(_version(each) for each in rows.only(*_READ).order_by("pk"))
    return Past(row, row.street.short_name if row.street else "", versions, _lists(sources), sources)


_READ = (
    "source_id", "enterprise_id", "row_key", "as_of", "days", "values", "learned_at", "gone_at", "load__state", "gone_load__as_of",
    "gone_load__state",
)  # fmt: skip


def _version(row: SourceRow) -> Version:
    gone_on = None
    if row.gone_at is not None:
        listed = row.gone_load.as_of if row.gone_load else None
        gone_on = listed or _day(row.gone_at)
    is_undone = row.load is not None and row.load.state == Load.State.UNDONE
    return Version(
        row.pk, (row.source_id, row.row_key), row.as_of, row.learned_at, row.gone_at, gone_on, row.values, row.days,
        is_undone, row.enterprise_id or 0,
    )  # fmt: skip


def _lists(sources: Mapping[int, Source]) -> dict[int, tuple[date, ...]]:
    """The days of the complete lists of those sources of whose absence something follows."""
    found: dict[int, set[date]] = {
        number: {source.complete_on}
        for number, source in sources.items()
        if source.absent and source.complete_on is not None
    }
    loads = Load.objects.filter(Q(state="done", is_dry=False, is_complete=True), source__in=found, as_of__isnull=False)
    for number, day in loads.values_list("source_id", "as_of"):
        if number is not None and day is not None:
            found[number].add(day)
    return {number: tuple(sorted(days)) for number, days in found.items()}


def _of(row: Version, field: str) -> date:
    """The day of one value of a version."""
    return date.fromisoformat(row.days[field]) if field in row.days else row.as_of


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
