"""Cases by the thousand: stories told, played and written, a stretch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import models, transaction

from qifu.domain.appeals import facts
from qifu.domain.appeals.models import Appeal, Assignment, Clock, Extension, FollowUp, Order, Rating, Words
from qifu.entry.cli.sample.story import Story
from qifu.entry.cli.seed import ledger
from qifu.entry.cli.seed.case import Case
from qifu.entry.cli.seed.player import Player
from qifu.entry.cli.seed.stage import Stage
from qifu.kernel.evidence.models import Content, Record

CHUNK = 4096
SEED = 20261
TABLES: tuple[type[models.Model], ...] = (Appeal, Words, Clock, Assignment, Extension, Rating, FollowUp, Order)
Plain = tuple[object, ...]


@dataclass
class Written:
    """What a stretch of cases comes to, as plain rows with numbers of their own table still to be given."""

    rows: dict[str, list[Plain]] = field(default_factory=lambda: {model.__name__: [] for model in TABLES})
    records: list[Plain] = field(default_factory=list)
    contents: list[tuple[int, Plain]] = field(default_factory=list)  # place of the record, content
    heads: list[Plain] = field(default_factory=list)
    count: int = 0


def stretches(stories: Iterable[Story], size: int = CHUNK) -> Iterator[list[Story]]:
    """Cut the stories into stretches."""
    some = iter(stories)
    while part := list(islice(some, size)):
        yield part


def drawn_up(cases: Sequence[Case], stage: Stage) -> Written:
    """Make everything plain: leaders before followers, evidence in order of time."""
    written = Written(count=len(cases))
    for case in cases:
        _rows(case, stage, written)
    entries = sorted((entry for case in cases for entry in case.entries), key=lambda entry: entry.now)
    ends: dict[str, tuple[int, bytes]] = {}
    for place, (record, kept) in enumerate(ledger.chained(entries, ends)):
        written.records.append(ledger.plain(record)[1:])
        if kept is not None:
            kept.record_id = 0
            written.contents.append((place, ledger.plain(kept)[1:]))
    written.heads = [(stream, seq, value) for stream, (seq, value) in ends.items()]
    return written


@transaction.atomic
def keep(written: Written) -> None:
    """Write a stretch."""
    for model in TABLES:
        rows = written.rows[model.__name__]
        if model in (Appeal, Words):
            ledger.write(model, rows)
        else:
            ledger.write(model, ((pk, *row) for pk, row in enumerate(rows, ledger.next_pk(model))))
    first = ledger.next_pk(Record)
    ledger.write(Record, ((pk, *row) for pk, row in enumerate(written.records, first)))
    ledger.write(Content, ((first + place, *row) for place, row in written.contents))
    from qifu.kernel.evidence.models import Head

    ledger.write(Head, written.heads)
    ledger.settle_numbers([*(model for model in TABLES if model is not Words), Record])


def player(
    stage: Stage, now: datetime, *, seed: int = SEED, short: bool = False, told: datetime | None = None
) -> Player:
    """A player whose cases are numbered behind those in the database."""
    return Player(stage, now, seed, pk=ledger.next_pk(Appeal), short=short, told_since=told)


def _rows(case: Case, stage: Stage, written: Written) -> None:
    rows, sheet = written.rows, case.sheet
    rows["Appeal"].append(ledger.plain(case.appeal))
    rows["Words"].append(ledger.plain(Words(appeal_id=case.appeal.pk, is_open=case.appeal.is_open, tokens=case.tokens)))
    for clock in case.clocks:
        rows["Clock"].append(ledger.plain(facts.fill(Clock(appeal_id=case.appeal.pk), clock, stage.timer))[1:])
    for name, found in (
        ("Assignment", sheet.parts),
        ("Extension", sheet.extensions),
        ("Rating", sheet.ratings),
        ("FollowUp", sheet.calls.values()),
        ("Order", sheet.orders),
    ):
        rows[name] += [ledger.plain(row)[1:] for row in found]
