"""The only write of measures: a figure is frozen with its rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.db.models import BooleanField, Case, Value, When

from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import record
from qifu.kernel.measures import Ask, Measure, evaluation
from qifu.kernel.measures.digests import digest_of
from qifu.kernel.measures.models import Snapshot
from qifu.kernel.measures.packing import pack

BATCH = 20_000
PLACES = Decimal("0.00000001")  # of a share that is kept


def freeze(*, actor: Actor, now: datetime, measure: Measure, ask: Ask, purpose: str = "") -> Snapshot:
    """Keep the figure as it stands, with the digest of each row behind it. The caller has passed its own door.

    Figure and digests are drawn from the same rows, read by one statement: whoever writes meanwhile is not seen half.
    """
    with transaction.atomic():
        sums = Sums()
        packed, count = pack(_summed(said(measure, ask), sums))
        counted = evaluation.made(measure, sums.below, sums.above)
        row = Snapshot(
            name=measure.name,
            label=measure.label,
            unit=measure.unit,
            definition=measure.definition,
            since=ask.since,
            until=ask.until,
            at=ask.at,
            where=[list(pair) for pair in ask.where],
            amount=counted.amount.quantize(PLACES) if counted.amount is not None else None,
            numerator=counted.numerator,
            denominator=counted.denominator,
            table=measure.source.table,
            count=count,
            packed=packed,
            purpose=purpose[:200],
            by=actor.account,
        )
        row.digest = digest(row)
        row.save()
        facts: Mapping[str, object] = {"name": row.name, "rows": count, "digest": bytes(row.digest).hex()}
        record(actor=actor, now=now, verb="measures.freeze", stream=row.stream, facts=facts)
    return row


@dataclass
class Sums:
    """What the rows of a figure add up to while they are read."""

    below: Decimal = Decimal(0)
    above: Decimal = Decimal(0)


Said = tuple[int, bytes, bool, Decimal | int]


def _summed(rows: Iterable[Said], sums: Sums) -> Iterator[tuple[int, bytes, bool]]:
    for key, digest, is_met, amount in rows:
        sums.below += amount
        if is_met:
            sums.above += amount
        yield key, digest, is_met


def said(measure: Measure, ask: Ask) -> Iterator[Said]:
    """Every row behind the figure: key, digest, whether it counts above, what it adds; by ascending key, in small batches."""
    above = Case(
        When(measure.met(ask), then=Value(True))
        if measure.met is not None
        else When(pk__isnull=False, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    found = (
        evaluation.rows(measure, ask).order_by("pk").annotate(is_met=above, content=digest_of(measure.source.columns))
    )
    adds = [measure.amount] if measure.amount else []
    for key, is_met, content, *rest in found.values_list("pk", "is_met", "content", *adds).iterator(BATCH):
        yield key, bytes.fromhex(content), bool(is_met), rest[0] if rest else 1


def digest(row: Snapshot) -> bytes:
    """The digest of all that a snapshot says; evidence keeps it, so that a touched snapshot is noticed."""
    plain = [
        row.name, row.label, row.unit, row.definition, row.since.isoformat(), row.until.isoformat(), row.at.astimezone(UTC).isoformat(),
        row.where, row.table, row.count,
        *(None if each is None else f"{each:.8f}" for each in (row.amount, row.numerator, row.denominator)),
    ]  # fmt: skip
    return sha256(json.dumps(plain, ensure_ascii=False).encode() + bytes(row.packed)).digest()
