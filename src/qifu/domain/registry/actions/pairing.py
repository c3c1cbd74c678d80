"""Rows of which nobody knows whose they are: asked once, decided by a person, never asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from qifu.domain.registry.access import pairing_to_decide
from qifu.domain.registry.actions.linking import Found
from qifu.domain.registry.actions.planning import Plan, plan, plan_apart
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.actions.weighing import Weighing, key_of
from qifu.domain.registry.actions.writing import write
from qifu.domain.registry.models import Enterprise, Load, Pairing, SourceRow
from qifu.domain.registry.reading import Row
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

WORDS = ("same", "different", "later")


def ask(load: Load, how: Weighing, doubtful: Mapping[int, Found], rows: Mapping[int, Row], now: datetime) -> None:
    """Put the doubtful rows of a load into the queue; a pair that waits already keeps its place."""
    if load.is_dry or not doubtful:
        return
    keys = {key_of(rows[number]): found for number, found in doubtful.items()}
    open_rows = SourceRow.objects.filter(source=how.source, row_key__in=list(keys), gone_at=None)
    for row in open_rows:
        for match in keys[row.row_key].doubts:
            Pairing.objects.update_or_create(
                source=how.source,
                row_key=row.row_key,
                enterprise_id=match.enterprise,
                defaults={"row": row, "score": match.score, "reasons": [list(one) for one in match.reasons]},
                create_defaults={
                    "row": row,
                    "score": match.score,
                    "reasons": [list(one) for one in match.reasons],
                    "found_at": now,
                },
            )


def decide_pairing(*, actor: Actor, now: datetime, pairing: int, word: str) -> Pairing:
    """Say whether a row speaks of an enterprise: same, different or later.

    The same: the row counts there, and other doubts about it are settled. The last doubt answered with different
    enters the row as an enterprise of its own.

    :raises Invalid: another word. :raises Conflict: it was decided already.
    """
    if word not in WORDS:
        raise Invalid("请选择“同一家”“不是同一家”或“稍后再看”。", {"word": "请选择"})
    with transaction.atomic():
        pair = pairing_to_decide(actor, pairing)
        if pair.state not in ("waiting", "later"):
            raise Conflict(f"这一对已经判断为“{Pairing.State(pair.state).label}”，请刷新页面。", state=pair.state)
        pair.state, pair.decided_at = word, now
        pair.decided_by_id = actor.account
        pair.save()
        facts = {"enterprise": pair.enterprise_id, "row": pair.row_id, "word": word, "score": str(pair.score)}
        record(actor=actor, now=now, verb="pairing.decide", stream=f"registry.pairing:{pair.pk}", facts=facts)
        if word == "same":
            _same(pair, actor, now)
        elif word == "different":
            _different(pair, actor, now)
    return pair


def reopen_pairing(*, actor: Actor, now: datetime, pairing: int) -> Pairing:
    """Take a decision back: the row belongs to nobody again, and is asked anew.

    :raises Conflict: nothing was decided, or the row has changed since.
    """
    with transaction.atomic():
        pair = pairing_to_decide(actor, pairing)
        if pair.state not in ("same", "different") or pair.row.gone_at is not None:
            raise Conflict("这一对没有可以撤回的判断，请刷新页面。", state=pair.state)
        if pair.state == "different" and pair.row.enterprise_id is not None:
            raise Conflict("这一行已经登记为新的企业；如需合并，请在企业页上操作。", state=pair.state)
        if pair.state == "same":
            _bind(pair.row, None, actor, now)
        facts = {"enterprise": pair.enterprise_id, "row": pair.row_id, "word": pair.state}
        pair.state, pair.decided_at, pair.decided_by = "waiting", None, None
        pair.save()
        record(actor=actor, now=now, verb="pairing.reopen", stream=f"registry.pairing:{pair.pk}", facts=facts)
        siblings(pair).filter(state="gone").update(state="waiting", decided_at=None)
    return pair


def siblings(pair: Pairing) -> QuerySet[Pairing]:
    """The other doubts about the same row."""
    return Pairing.objects.filter(source=pair.source_id, row_key=pair.row_key).exclude(pk=pair.pk)


def _same(pair: Pairing, actor: Actor, now: datetime) -> None:
    siblings(pair).filter(state__in=["waiting", "later"]).update(state="gone", decided_at=now)
    _bind(pair.row, pair.enterprise_id, actor, now)


def _bind(row: SourceRow, enterprise: int | None, actor: Actor, now: datetime) -> None:
    touched = {number for number in (row.enterprise_id, enterprise) if number is not None}
    silent = {row.enterprise_id: set(row.values)} if row.enterprise_id and enterprise is None else {}
    SourceRow.objects.filter(source=row.source_id, row_key=row.row_key, gone_at=None).update(enterprise=enterprise)
    settle(
        reckon_profiles(touched, now),
        actor=actor,
        now=now,
        facts={"source_row": row.pk},
        silent=silent,
        is_back=enterprise is None,
    )


def _different(pair: Pairing, actor: Actor, now: datetime) -> None:
    if siblings(pair).filter(state__in=["waiting", "later", "same"]).exists():
        return
    row = pair.row
    name = str(row.values.get("written") or row.values.get("name") or row.row_key)
    bare = Row(row.row_number or 0, name, None, {}, {}, ())
    (made,) = plan([bare])
    if pair.enterprise_id in made.namesakes or (made.enterprise and made.enterprise.pk == pair.enterprise_id):
        made = plan_apart(bare)
    _require_room_for(made)
    if made.enterprise is None and not made.problem:
        write([made], actor=actor, now=now, source=row.source.name, facts={"source_row": row.pk})
    target = made.target
    if target is None:
        raise Conflict(made.problem, state=pair.state)
    _bind(row, Enterprise.objects.get(pk=target.pk).pk, actor, now)


def _require_room_for(made: Plan) -> None:
    """:raises Conflict: there would be two of one name without a code, which nobody could tell apart."""
    if made.enterprise is None and Enterprise.objects.filter(name=made.row.name, uscc=None).exists():
        raise Conflict(
            "名录里已有一家没有代码的同名企业，请先为其中一家补上统一社会信用代码，再作判断；可先选“稍后再看”。"
        )
