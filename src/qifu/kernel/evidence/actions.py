"""The only writes of evidence: append, seal, erase personal content."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError, connection, transaction

from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict
from qifu.kernel.evidence import chain
from qifu.kernel.evidence.models import ZERO, Content, Head, Record, Seal
from qifu.kernel.prepared import Prepared
from qifu.kernel.reading import forget
from qifu.kernel.writing import insert, update

Facts = Mapping[str, object]
PATIENCE = 1000  # milliseconds that a seal waits for writes under way


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to be written, before it has its place in the chain."""

    actor: Actor
    now: datetime
    verb: str
    stream: str
    facts: Facts = field(default_factory=dict)
    content: Facts | None = None  # personal or free text: kept outside the chain, erasable
    before: Facts | None = None  # the changed fields, digested with the content's salt
    after: Facts | None = None
    for_whom: int | None = None
    keeps_values: bool = True  # whether before and after stay readable beside their digests


def record(
    *,
    actor: Actor,
    now: datetime,
    verb: str,
    stream: str,
    facts: Facts | None = None,
    content: Facts | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
    for_whom: int | None = None,
    keeps_values: bool = True,
) -> Record:
    """Append one record to the object's chain, inside the caller's transaction.

    :raises transaction.TransactionManagementError: there is no transaction to share with the write.
    """
    return record_entry(Entry(actor, now, verb, stream, facts or {}, content, before, after, for_whom, keeps_values))


def record_entry(entry: Entry, *, is_first: bool = False) -> Record:
    """Append one record that has been drawn up already, inside the caller's transaction.

    :param is_first: the object was made in this transaction, so that nobody else can have begun its chain.
    :raises transaction.TransactionManagementError: there is no transaction to share with the write.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("evidence is written in the transaction of the write itself")
    forget()
    seq, prev = (0, ZERO) if is_first else _locked_head(entry.stream)
    made, kept = linked(entry, seq + 1, prev)
    insert(made)
    if kept is not None:
        kept.record = made
        insert(kept)
    head = Head(stream=entry.stream, seq=made.seq, hash=made.hash)
    if is_first:
        insert(head)
    else:
        update(head, "seq", "hash")
    return made


def record_many(entries: Sequence[Entry]) -> None:
    """Append many records in few statements, for imports. Entries of one object are chained in the order given."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("evidence is written in the transaction of the write itself")
    forget()
    streams = sorted({entry.stream for entry in entries})
    heads = {h.stream: h for h in Head.objects.select_for_update().filter(stream__in=streams).order_by("stream")}
    fresh = [Head(stream=s, seq=0, hash=ZERO) for s in streams if s not in heads]
    known = list(heads.values())
    heads.update((h.stream, h) for h in fresh)
    pairs = []
    for entry in entries:
        head = heads[entry.stream]
        made, kept = linked(entry, head.seq + 1, bytes(head.hash))
        head.seq, head.hash = made.seq, made.hash
        pairs.append((made, kept))
    Head.objects.bulk_create(fresh, batch_size=1000)
    Head.objects.bulk_update(known, ["seq", "hash"], batch_size=300)
    Record.objects.bulk_create([made for made, _ in pairs], batch_size=1000)
    for made, kept in pairs:
        if kept is not None:
            kept.record = made
    Content.objects.bulk_create([kept for _, kept in pairs if kept is not None], batch_size=1000)


def seal_up(*, now: datetime) -> Seal | None:
    """Join all records since the last seal; None when there are none.

    :raises Conflict: a long write is under way; try again later.
    """
    with transaction.atomic():
        _hold_writers()
        last = Seal.objects.order_by("-number").first()
        since = last.last_id if last else 0
        links = Record.objects.filter(pk__gt=since).order_by("pk").values_list("pk", "hash").iterator(5000)
        digest, first_id, last_id, count = chain.joined((pk, bytes(value)) for pk, value in links)
        if not count:
            return None
        number, prev = (last.number + 1, bytes(last.hash)) if last else (1, ZERO)
        value = chain.seal_link(
            prev=prev, number=number, at=now, first=first_id, last=last_id, count=count, digest=digest
        )
        return Seal.objects.create(
            number=number,
            at=now,
            first_id=first_id,
            last_id=last_id,
            count=count,
            digest=digest,
            prev=prev,
            hash=value,
        )


def _hold_writers() -> None:
    """Wait for writes under way, so that no smaller id can appear later; new writers wait for the moment a seal takes.

    The lock also shuts out a second sealer. Writers queue behind one who waits for it, so a long import must not be
    waited for: it would hold up everybody.
    """
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
            cursor.execute("LOCK TABLE evidence_record IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError:
        raise Conflict("有较长的写入正在进行，这次没有封存，请稍后再试。") from None


def erase(*, actor: Actor, now: datetime, records: Iterable[int], reason: str, stream: str) -> int:
    """Erase the personal content of records for good; the chain stays whole and says that it was done."""
    with transaction.atomic():
        count = Content.objects.filter(record__in=list(records), body__isnull=False).update(body=None, salt=None)
        record(
            actor=actor,
            now=now,
            verb="evidence.erase",
            stream=stream,
            facts={"erased": count, "reason": reason},
        )
        return count


_HEAD = Prepared(
    lambda stream: Head.objects.select_for_update().filter(pk=stream).values_list("seq", "hash"), texts=["stream"]
)


def _locked_head(stream: str) -> tuple[int, bytes]:
    """How long the chain is and its last hash; nobody else writes to it until the transaction ends."""
    found = _HEAD(stream=stream)
    if not found:
        Head.objects.bulk_create([Head(stream=stream, seq=0, hash=ZERO)], ignore_conflicts=True)
        found = _HEAD(stream=stream)
    ((seq, value),) = found
    return seq, bytes(value)


def linked(entry: Entry, seq: int, prev: bytes) -> tuple[Record, Content | None]:
    """Return the record in its place, and its content (not yet bound to it)."""
    kept = digest = before = after = None
    if entry.content is not None or entry.before is not None or entry.after is not None:
        body = dict(entry.content or {})
        salt = os.urandom(16)
        if entry.before is not None:
            before = chain.content_digest(salt, entry.before)
        if entry.after is not None:
            after = chain.content_digest(salt, entry.after)
        if entry.keeps_values:
            body |= {k: v for k, v in (("before", entry.before), ("after", entry.after)) if v is not None}
        digest = chain.content_digest(salt, body)
        kept = Content(salt=salt, body=body)
    for_whom = f"staff:{entry.for_whom}" if entry.for_whom is not None else ""
    value = chain.link(
        prev=prev,
        stream=entry.stream,
        seq=seq,
        at=entry.now,
        actor=entry.actor.mark,
        for_whom=for_whom,
        verb=entry.verb,
        facts=entry.facts,
        before=before,
        after=after,
        content=digest,
    )
    made = Record(
        stream=entry.stream,
        seq=seq,
        at=entry.now,
        actor=entry.actor.mark,
        for_whom=for_whom,
        verb=entry.verb,
        facts=entry.facts,
        before=before,
        after=after,
        content_digest=digest,
        prev=prev,
        hash=value,
    )
    return made, kept
