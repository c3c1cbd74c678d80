"""Who fits what: all against all, one item against all, one enterprise against all. Only what changed is written.

The first match of an item is its beginning; from then on each enterprise that begins or ceases to fit leaves a line, also
where a later revision took over: it is held against what was matched of the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.fields.json import KT
from numpy.typing import NDArray

from qifu.domain.policies import costing, facts, planes
from qifu.domain.policies.models import Claim, Match, MatchChange, Revision
from qifu.domain.registry import facts as registry
from qifu.engines import eligibility as law
from qifu.engines.eligibility.columns import padded
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.evidence.actions import record

STREAM = "policies.matching"
BATCH = 2_000
SELF_REPORTED = "企业自报"  # the source of a claim that the enterprise noted itself
MOST_CHANGES = 200_000  # of one revision in one run; a list that turns the district over is a new beginning


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to."""

    enterprises: int
    items: int
    eligible: int
    unknown: int
    changes: int


def match_all(*, now: datetime, actor: Actor = SYSTEM, city: facts.City | None = None) -> Done:
    """Match every item in force against every open enterprise, and forget matches of what is over.

    `city` is what was read of the enterprises a moment ago, where somebody has read it.
    """
    on = facts.day(now)
    shelf = facts.shelf(on)
    return _match(actor, now, shelf, range(len(shelf.revisions)), whole=True, city=city)


def match_item(*, now: datetime, code: str, actor: Actor = SYSTEM) -> Done:
    """Match one item against every open enterprise."""
    shelf = facts.shelf(facts.day(now))
    place = shelf.places.get(code)
    if place is None:
        with transaction.atomic():
            Match.objects.filter(revision__item__code=code).delete()
        return Done(0, 0, 0, 0, 0)
    return _match(actor, now, shelf, [place], whole=False)


def recount(*, now: datetime, actor: Actor = SYSTEM) -> int:
    """Match all against all if anything has moved since the figures were counted; return how many answers changed."""
    on = facts.day(now)
    is_old = Match.objects.filter(Q(at__gt=F("counted_at")) | Q(on__lt=on)).exists() or _claims_moved(on.year)
    return match_all(now=now, actor=actor).changes if is_old else 0


def _claims_moved(year: int) -> bool:
    """Whether somebody has claimed something that the figures do not know of."""
    kept = Match.objects.annotate(claims=KT("unclaimed__claims")).values_list("revision__item_id", "claims")
    counted = {item: int(n or 0) for item, n in kept}
    claims = Claim.objects.filter(year=year, item__in=list(counted)).values_list("item").annotate(n=Count("pk"))
    now = dict(claims)
    return any(now.get(item, 0) != n for item, n in counted.items())


@transaction.atomic
def match_enterprise(*, now: datetime, enterprise: int) -> int:
    """Match one enterprise against every item in force; return how many answers changed.

    One that closed or was merged fits nothing any more. Sums over all enterprises (what is lacking, what is unclaimed,
    how many were asked about) stay those of the last run over all.
    """
    on = facts.day(now)
    shelf = facts.shelf(on)
    if registry.is_counted(enterprise):
        results = law.judge(shelf.library, facts.of(registry.held(enterprise), on), on)
    else:
        results = ["ineligible"] * len(shelf.revisions)
    rows = Match.objects.select_for_update().filter(revision__in=[r.pk for r in shelf.revisions])
    answers = dict(zip((r.pk for r in shelf.revisions), results, strict=True))
    changed: list[MatchChange] = []
    for row in rows:
        became = answers[row.revision_id]
        before = _told(row, enterprise)
        if became == before:
            continue
        _turn(row, enterprise, before, became, now)
        changed.append(MatchChange(enterprise_id=enterprise, revision_id=row.revision_id, became=became, on=on))
    MatchChange.objects.bulk_create(changed, batch_size=BATCH)
    return len(changed)


def _match(
    actor: Actor,
    now: datetime,
    shelf: facts.Shelf,
    places: Sequence[int],
    *,
    whole: bool,
    city: facts.City | None = None,
) -> Done:
    """Answer outside the transaction, write inside."""
    city = city or facts.city(shelf.on, without=facts.identities_unasked(shelf))
    chosen = shelf.library if whole else law.compile_policies([shelf.library.policies[p] for p in places])
    told = law.match(chosen, city.table, shelf.on)
    finder = Lacking.of(chosen, city.table, shelf.on)
    ids = city.ids
    unclaimed = Unclaimed(city, ids, shelf.on.year)
    done = [len(city.ids), len(places), 0, 0, 0]
    with transaction.atomic():
        kept, former = _kept([shelf.revisions[p] for p in places])
        for number, place in enumerate(places):
            revision = shelf.revisions[place]
            yes, unknown = told.eligible(number), told.unknown(number)
            row = kept.get(revision.pk)
            before = row or former.get(revision.item_id)
            changes = _changes(before, revision, ids, yes, unknown, shelf.on) if before else []
            MatchChange.objects.bulk_create(changes, batch_size=BATCH)
            row = row or Match(revision=revision, since=before.since if before else shelf.on)
            row.on, row.at, row.counted_at, row.enterprises = shelf.on, now, now, len(city.ids)
            row.eligible, row.unknown = int(yes.sum()), int(unknown.sum())
            row.eligible_bits, row.unknown_bits = planes.packed(ids, yes), planes.packed(ids, unknown)
            row.lacking = finder.get(number, {})
            row.unclaimed = unclaimed.of(revision, yes)
            row.save()
            for at, more in ((2, row.eligible), (3, row.unknown), (4, len(changes))):
                done[at] += more
        Match.objects.filter(pk__in=[row.pk for row in former.values()]).delete()
        if whole:
            Match.objects.exclude(revision__in=[r.pk for r in shelf.revisions]).delete()
        result = Done(*done)
        record(actor=actor, now=now, verb="policies.match", stream=STREAM, facts={
            "on": shelf.on.isoformat(), "enterprises": result.enterprises, "items": result.items,
            "eligible": result.eligible, "unknown": result.unknown, "changes": result.changes,
        })  # fmt: skip
    return result


def _kept(revisions: Sequence[Revision]) -> tuple[dict[int, Match], dict[int, Match]]:
    """What was matched of these revisions, by revision; and of others of the same items, by item: the one before."""
    rows = Match.objects.select_for_update(of=("self",)).select_related("revision")
    own = {r.pk for r in revisions}
    held = list(rows.filter(revision__item__in={r.item_id for r in revisions}).order_by("revision__force_from"))
    kept = {m.revision_id: m for m in held if m.revision_id in own}
    return kept, {m.revision.item_id: m for m in held if m.revision_id not in own}


def _told(row: Match, enterprise: int) -> str:
    if planes.holds(row.eligible_bits, enterprise):
        return "eligible"
    return "unknown" if planes.holds(row.unknown_bits, enterprise) else "ineligible"


def _turn(row: Match, enterprise: int, before: str, became: str, now: datetime) -> None:
    row.eligible_bits = planes.with_bit(row.eligible_bits, enterprise, became == "eligible")
    row.unknown_bits = planes.with_bit(row.unknown_bits, enterprise, became == "unknown")
    row.eligible += (became == "eligible") - (before == "eligible")
    row.unknown += (became == "unknown") - (before == "unknown")
    row.at = now
    row.enterprises = max(row.enterprises, row.eligible + row.unknown)
    row.save(update_fields=["eligible_bits", "unknown_bits", "eligible", "unknown", "at", "enterprises"])


Mask = NDArray[np.bool_]


def _changes(
    row: Match, revision: Revision, ids: NDArray[np.int64], yes: Mask, unknown: Mask, on: date
) -> list[MatchChange]:
    """A line for each enterprise whose answer is another than before."""
    found: list[MatchChange] = []
    was_yes, was_unknown = planes.mask(row.eligible_bits, ids), planes.mask(row.unknown_bits, ids)
    for became, now_mask, was in (
        ("eligible", yes, was_yes),
        ("unknown", unknown, was_unknown),
        ("ineligible", ~yes & ~unknown, ~was_yes & ~was_unknown),
    ):
        for number in ids[now_mask & ~was][:MOST_CHANGES]:
            found.append(MatchChange(enterprise_id=int(number), revision=revision, became=became, on=on))
    return found


class Lacking:
    """For each policy the fields that keep its unknown answers unknown, and of how many enterprises."""

    @staticmethod
    def of(library: law.Library, table: law.Table, on: date) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = {}
        worker = law.Worker(library, table, law.plan(library, on))
        finder = law.Finder(worker)
        for start in range(0, table.rows, padded(law.CHUNK)):
            for task, pair in worker.run(start):
                told = finder.find(task, pair, start)
                counts = np.bincount(told.missing, minlength=len(finder.sets)) if len(told.missing) else ()
                own = found.setdefault(task.policy, {})
                for place, count in enumerate(counts):
                    for name in finder.sets[place] if count else ():
                        own[name] = own.get(name, 0) + int(count)
        return {policy: dict(sorted(own.items(), key=lambda pair: -pair[1])) for policy, own in found.items()}


class Unclaimed:
    """Who is eligible and has not claimed this year, by street and section, in firms and yuan.

    A relief that is taken in the tax return itself is not asked for anywhere: while no list says who took it, nobody is
    counted as having left it, and `filed` says how many fit it.
    """

    def __init__(self, city: facts.City, ids: NDArray[np.int64], year: int) -> None:
        self.city, self.ids = city, ids
        self.claimed: dict[int, list[int]] = {}
        self.listed: set[int] = set()  # items of which an office has handed in who took them
        rows = Claim.objects.filter(year=year).values_list("item_id", "enterprise_id", "source")
        for item, firm, source in rows:
            self.claimed.setdefault(item, []).append(firm)
            self.listed |= {item} if source != SELF_REPORTED else set()
        self.cuts = {"street": _coded(city.streets), "section": _coded(city.sections)}

    def of(self, revision: Revision, yes: Mask) -> dict[str, object]:
        """Totals, and by cut: key → firms, least yuan."""
        taken = self.claimed.get(revision.item_id)
        if revision.is_by_filing and revision.item_id not in self.listed:
            return {"firms": 0, "yuan": 0, "claims": len(taken or ()), "filed": int(yes.sum())}
        open_ = yes & ~np.isin(self.ids, np.array(taken, dtype=np.int64)) if taken else yes
        places = np.flatnonzero(open_)
        yuan = np.zeros(len(places))
        if revision.formula is not None and len(places):
            yuan = costing.amounts(law.read_formula(revision.formula), self.city.table).low[places]
        yuan = np.where(np.isfinite(yuan), yuan, 0.0)
        told: dict[str, object] = {
            "firms": len(places), "yuan": round(float(yuan.sum())), "claims": len(taken or ()), "filed": 0
        }  # fmt: skip
        for name, (codes, labels) in self.cuts.items():
            firms = np.bincount(codes[places], minlength=len(labels))
            sums = np.bincount(codes[places], weights=yuan, minlength=len(labels))
            told[name] = {
                label: [int(n), round(float(total))] for label, n, total in zip(labels, firms, sums, strict=True) if n
            }
        return told


def _coded(words: Iterable[str]) -> tuple[NDArray[np.int64], list[str]]:
    labels, codes = np.unique(np.array(list(words), dtype=np.str_), return_inverse=True)
    return codes.astype(np.int64), [str(label) for label in labels]
