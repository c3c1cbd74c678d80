"""Cases in number: some thousands played through the real flow, the rest copied from them inside the database.

A copy has its own number, row, clocks, parts, ratings, calls, orders and history; only the hashes of a copied history are
those of the case it was copied from, so a database filled like this is for measuring and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connection, models, transaction

from qifu.domain.appeals import numbers
from qifu.domain.appeals.models import Appeal, Assignment, Category, Clock, Extension, FollowUp, Order, Rating, Words
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample import appeals
from qifu.entry.cli.sample.corpus import categories
from qifu.entry.cli.seed import cases, firms, house, ledger
from qifu.entry.cli.seed.case import Case
from qifu.entry.cli.seed.player import Player
from qifu.entry.cli.seed.stage import set_stage
from qifu.kernel.errors import Refusal
from qifu.kernel.evidence.models import Content, Head, Record

BASE = 6000  # played one by one
FIRMS = 4000
BLOCK = 64  # neighbours in the base that stay near each other among the copies, so that a page shows different cases
PARTS = (Clock, Assignment, Extension, Rating, FollowUp, Order)
STREAM = "appeals.appeal:"


def found(now: datetime) -> None:
    """A district with its people, firms and the first thousands of cases."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    if Appeal.objects.exists():
        return
    opened, first = now - timedelta(days=900), (now - timedelta(days=730)).astimezone(SHANGHAI).date()
    house.build_units(opened)
    house.admit_staff(opened)
    house.write_rota(opened, now)
    _categories()
    firms.put_buildings(opened)
    firms.read_in(FIRMS, opened)
    stage = set_stage(now, first)
    house.admit_owners(stage, firms.people_of(FIRMS), opened)
    player = cases.player(stage, now)
    for part in cases.stretches(appeals.stories(BASE, first, now, firm_count=FIRMS)):
        cases.keep(cases.drawn_up(list(_lived(player, part)), stage))


def _lived(player: Player, part: list[appeals.Story]) -> Iterator[Case]:
    """The stories that can be lived to their end; the few that the flow refuses are left out."""
    for story in part:
        try:
            yield player.one(story)
        except Refusal:
            continue


def _categories() -> None:
    if Category.objects.exists():
        return
    codes, tops = {u.code: u.id for u in people.units()}, dict[str, Category]()
    for order, one in enumerate(categories()):
        if one.parent not in tops:
            tops[one.parent] = Category.objects.create(code=one.parent, name=one.parent_name, order=order)
        Category.objects.create(
            code=one.code, name=one.name, parent=tops[one.parent], unit_id=codes.get(one.units[0][0]), order=order
        )


def grow(target: int) -> int:
    """Copy cases until there are `target`; return how many there are."""
    base = list(
        Appeal.objects.filter(pk__lte=BASE).order_by("pk").values_list("pk", "kind", "submitted_at").iterator(5000)
    )
    have, top = Appeal.objects.count(), ledger.next_pk(Appeal)
    if target <= have:
        return have
    with transaction.atomic():
        _plan(base, target - have, top)
        _copy(Appeal, "a.id <= %s", {"id": "c.new", "number": "c.number", "leader_id": "NULL"})
        _copy(Words, "a.appeal_id <= %s", {"appeal_id": "c.new", "tokens": _tokens()}, "appeal_id")
        for part in PARTS:
            extra = {"number": "'B' || c.new || '.' || a.id"} if part is Order else {}
            _copy(part, "a.appeal_id <= %s", {"appeal_id": "c.new"} | extra, "appeal_id")
        _histories()
        ledger.settle_numbers([Appeal, Record])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_copy")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
    return Appeal.objects.count()


def _plan(base: list[tuple[int, str, datetime]], wanted: int, top: int) -> None:
    """Which case is copied under which id and number; in the order of the base, a block at a time."""
    rows = list(_copies(base, wanted, top))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_copy (old bigint, new bigint PRIMARY KEY, number varchar(20), head varchar(140))"
        )
        if connection.vendor == "postgresql":
            with cursor.copy("COPY bench_copy FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany("INSERT INTO bench_copy VALUES (%s, %s, %s, %s)", rows)
        cursor.execute("CREATE INDEX bench_copy_old ON bench_copy (old)")
        cursor.execute("ANALYZE bench_copy")


def _copies(base: list[tuple[int, str, datetime]], wanted: int, top: int) -> Iterator[tuple[int, int, str, str]]:
    drawn, taken = random.Random(top), set(Appeal.objects.values_list("number", flat=True).iterator(20_000))
    each, rest = divmod(wanted, len(base))
    more = set(drawn.sample(range(len(base)), rest))
    new = top
    for start in range(0, len(base), BLOCK):
        block = [(place, *row) for place, row in enumerate(base[start : start + BLOCK], start)]
        for turn in range(each + 1):
            for place, old, kind, at in block:
                if turn == each and place not in more:
                    continue
                number = numbers.made(kind, at, drawn.randrange(10**6))
                while number in taken:
                    number = numbers.made(kind, at, drawn.randrange(10**6))
                taken.add(number)
                low = number.lower()
                yield old, new, number, " ".join(low[:size] for size in range(1, len(low) + 1))
                new += 1


def _tokens() -> str:
    """The words of the base behind the fifteen beginnings of its number."""
    return "c.head || substr(a.tokens, length(c.head) + 1)"


def _copy(model: type[models.Model], where: str, given: dict[str, str], by: str = "id") -> None:
    table = model._meta.db_table
    columns = [f.column for f in model._meta.concrete_fields if f.column != "id" or "id" in given]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(given.get(name, f'a."{name}"') for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} a JOIN bench_copy c ON c.old = a.{by} "
            f"WHERE {where} ORDER BY c.new",
            (BASE,),
        )


def _histories() -> None:
    """Records in order of their case; the content beside each."""
    first, record, content, head = ledger.next_pk(Record), *(m._meta.db_table for m in (Record, Content, Head))
    columns = [f.column for f in Record._meta.concrete_fields if f.column not in ("id", "stream")]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'a."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_record AS SELECT row_number() OVER (ORDER BY c.new, a.seq) + %s AS id, "
            f"a.id AS old, c.new AS case_id FROM {record} a JOIN bench_copy c ON a.stream = '{STREAM}' || c.old",
            (first - 1,),
        )
        cursor.execute(
            f"INSERT INTO {record} (id, stream, {names}) SELECT b.id, '{STREAM}' || b.case_id, {values} "
            f"FROM bench_record b JOIN {record} a ON a.id = b.old ORDER BY b.id"
        )
        cursor.execute(
            f"INSERT INTO {content} (record_id, salt, body) SELECT b.id, a.salt, a.body "
            f"FROM bench_record b JOIN {content} a ON a.record_id = b.old ORDER BY b.id"
        )
        cursor.execute(
            f"INSERT INTO {head} (stream, seq, hash) SELECT '{STREAM}' || c.new, a.seq, a.hash "
            f"FROM bench_copy c JOIN {head} a ON a.stream = '{STREAM}' || c.old"
        )
        cursor.execute("DROP TABLE bench_record")
