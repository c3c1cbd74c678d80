"""What the sources of the sample district say, written row by row in bulk, and what stands of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from qifu.domain.registry.actions import enter_known_sources
from qifu.domain.registry.actions.reckoning import believed
from qifu.domain.registry.models import Enterprise, Mark, Profile, Source, SourceRow
from qifu.domain.registry.profiles import Said, last_year_end, reckon
from qifu.engines.codes.legal_forms import legal_form
from qifu.entry.cli.sample.enterprises import enterprises
from qifu.entry.cli.sample.figures import Told, told
from qifu.entry.cli.sample.holders import holders
from qifu.entry.cli.sample.places import STREETS
from qifu.entry.cli.seed import ledger
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import Entry, record_many

LAGS = {"credit": 12, "science": 80, "industry": 90, "patents": 40, "building": 60, "street": 35}
"""Days since each list that is not yearly was drawn up."""

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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
    for one in (_market(count), *told(enterprises(count))):
        source, day = sources[one.source], _day(one, now)
        learned = min(now - timedelta(hours=30), datetime.combine(day, opened.timetz()) + timedelta(days=20))
        learned = max(learned, opened)
        _write_rows(one, source, day, learned, number, codes, pks, said)
        number += len(one.places)
        source.complete_on = day
        entries.append(_told(source, len(one.places), day, learned))
    ledger.settle_numbers([SourceRow])
    Source.objects.bulk_update([s for s in sources.values() if s.complete_on], ["complete_on"])
    record_many(entries)
    _write_profiles(said, now)
    return sum(map(len, said.values()))


def _write_rows(
    one: Told,
    source: Source,
    day: date,
    learned: datetime,
    number: int,
    codes: Sequence[str],
    pks: Sequence[int],
    said: Mapping[int, list[Said]],
) -> None:
    """Write the rows as plain values after the pattern of one: making a quarter of a million objects costs too much."""
    pattern = ledger.plain(SourceRow(pk=0, source=source, values={}, as_of=day, learned_at=learned))
    key, owner, line, content = (
        _place(SourceRow, name) for name in ("row_key", "enterprise_id", "row_number", "values")
    )
    names, seconds, rows = list(one.columns), learned.timestamp(), []
    for row, (place, cells) in enumerate(zip(one.places, zip(*one.columns.values(), strict=True), strict=True)):
        values = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        made = list(pattern)
        made[0], made[key], made[owner], made[line] = number + row, codes[place], pks[place], row + 2
        made[content] = _JSON.encode(values)
        rows.append(made)
        said[pks[place]].append(Said(number + row, source.pk, day, seconds, values))
    ledger.write(SourceRow, rows)


def _write_profiles(said: Mapping[int, list[Said]], now: datetime) -> None:
    listed, complete = believed()
    Profile.objects.all().delete()
    pattern = ledger.plain(Profile(enterprise_id=0, values={}, stands={}, reckoned_at=now))
    values, stands, review = (_place(Profile, name) for name in ("values", "stands", "review_on"))
    rows, borne = [], dict[int, list[tuple[str, int]]]()
    for pk, held in said.items():
        found = reckon(held, complete, listed, localdate(now))
        made = list(pattern)
        made[0], made[review] = pk, found.review_on
        made[values], made[stands] = _JSON.encode(found.values), _JSON.encode(found.stands)
        rows.append(made)
        borne[pk] = [
            (str(kind), int(str(found.stands[kind][1]))) for kind in Mark.Kind.values if found.values.get(kind) is True
        ]
    ledger.write(Profile, rows)
    _write_marks(borne, now)


def _write_marks(borne: Mapping[int, Sequence[tuple[str, int]]], now: datetime) -> None:
    """The marks that the sources tell and the list of enterprises did not carry."""
    sources = {source.pk: source for source in Source.objects.all()}
    known = set(Mark.objects.filter(until__isnull=True).values_list("enterprise_id", "kind"))
    Mark.objects.bulk_create(
        [
            Mark(
                enterprise_id=pk,
                kind=kind,
                since=sources[number].complete_on or localdate(now),
                source=sources[number].name,
            )
            for pk, told in borne.items()
            for kind, number in told
            if (pk, kind) not in known
        ],
        batch_size=500,
    )


def _place(model: type[SourceRow | Profile], name: str) -> int:
    return [field.attname for field in model._meta.concrete_fields].index(name)


def _day(one: Told, now: datetime) -> date:
    today = localdate(now)
    return last_year_end(today) if one.is_yearly else today - timedelta(days=LAGS.get(one.source, 20))


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
            **holders(table["name"].to_list(), table["index"].to_list(), forms),
        },
    )


def _told(source: Source, rows: int, day: date, learned: datetime) -> Entry:
    facts = {"rows": rows, "as_of": day.isoformat()}
    return Entry(SYSTEM, learned, "source.load", f"registry.source:{source.pk}", facts)
