"""What the sources of the sample district say, written row by row in bulk, and what stands of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from qifu.domain.registry.actions import enter_known_sources
from qifu.domain.registry.actions.reckoning import believed, drawn
from qifu.domain.registry.models import Enterprise, Profile, Source, SourceRow
from qifu.domain.registry.profiles import Said, last_year_end
from qifu.engines.codes.legal_forms import legal_form
from qifu.entry.cli.sample.enterprises import enterprises
from qifu.entry.cli.sample.figures import Told, told
from qifu.entry.cli.sample.places import STREETS
from qifu.entry.cli.seed import ledger
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import Entry, record_many

LAGS = {"credit": 12, "science": 80, "industry": 90, "patents": 40, "building": 60, "street": 35}
"""Days since each list that is not yearly was drawn up."""


@transaction.atomic
def write(count: int, opened: datetime, now: datetime) -> int:
    """Write what every source says of the first `count` enterprises; return the number of rows."""
    enter_known_sources(actor=SYSTEM, now=opened)
    sources = {source.code: source for source in Source.objects.all()}
    codes = [uscc for (uscc,) in enterprises(count).select("uscc").iter_rows()]
    numbers = dict(Enterprise.objects.exclude(uscc=None).values_list("uscc", "pk"))
    pks = [numbers[code] for code in codes]
    said: dict[int, list[Said]] = {pk: [] for pk in pks}
    number, entries = ledger.next_pk(SourceRow), []
    for one in (_market(count), *told(count)):
        source, day = sources[one.source], _day(one, now)
        learned = min(now - timedelta(hours=30), datetime.combine(day, opened.timetz()) + timedelta(days=20))
        learned = max(learned, opened)
        rows = list(_rows(one, source, codes, pks, day, learned, number))
        ledger.write(SourceRow, (ledger.plain(row) for row in rows))
        number += len(rows)
        for row in rows:
            said[row.enterprise_id or 0].append(Said(row.pk, source.pk, day, learned.timestamp(), row.values))
        source.complete_on = day
        entries.append(_told(source, len(rows), day, learned))
    Source.objects.bulk_update([s for s in sources.values() if s.complete_on], ["complete_on"])
    record_many(entries)
    _write_profiles(said, now)
    return sum(map(len, said.values()))


def _write_profiles(said: Mapping[int, list[Said]], now: datetime) -> None:
    listed, complete = believed()
    Profile.objects.filter(pk__in=Enterprise.objects.values("pk")).delete()
    rows = (drawn(pk, held, complete, listed, now) for pk, held in said.items())
    ledger.write(Profile, map(ledger.plain, rows))


def _day(one: Told, now: datetime) -> date:
    today = localdate(now)
    return last_year_end(today) if one.is_yearly else today - timedelta(days=LAGS.get(one.source, 20))


def _rows(
    one: Told, source: Source, codes: list[str], pks: list[int], day: date, learned: datetime, number: int
) -> Iterator[SourceRow]:
    names = list(one.columns)
    for line, (place, cells) in enumerate(zip(one.places, zip(*one.columns.values(), strict=True), strict=True)):
        yield SourceRow(
            pk=number + line,
            source_id=source.pk,
            row_key=codes[place],
            enterprise_id=pks[place],
            row_number=line + 2,
            values={name: cell for name, cell in zip(names, cells, strict=True) if cell is not None},
            as_of=day,
            learned_at=learned,
        )


def _market(count: int) -> Told:
    """What the register of enterprises says: the very list that was read in."""
    table = enterprises(count)
    streets = {one.code: one.name for one in STREETS}
    forms = table["legal_form"].to_list()
    return Told(
        "market",
        range(count),
        {
            "name": table["name"].to_list(),
            "uscc": table["uscc"].to_list(),
            "industry": table["industry"].to_list(),
            "street": [streets[code] for code in table["street"].to_list()],
            "legal_form": [legal_form(form).code for form in forms],
            "ownership": ["individual" if form == "individual" else "private" for form in forms],
            "registered_on": [day.isoformat() for day in table["registered_on"].to_list()],
            "registered_capital": table["registered_capital"].to_list(),
            "employees": table["employees"].to_list(),
            "address": table["address"].to_list(),
        },
    )


def _told(source: Source, rows: int, day: date, learned: datetime) -> Entry:
    facts = {"rows": rows, "as_of": day.isoformat()}
    return Entry(SYSTEM, learned, "source.load", f"registry.source:{source.pk}", facts)
