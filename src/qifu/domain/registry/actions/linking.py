"""Rows without a credit code beside the registry: found, not found, or to be looked at by a person.

Only enterprises that a piece of the trade name finds are compared, with some hundreds of others beside them, so that the
engine can tell a rare name from a common one. What a person decided about a row and an enterprise is kept whatever the
evidence says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qifu.domain.registry.models import Enterprise, FormerName, Pairing, Source, SourceRow
from qifu.domain.registry.queries import matching
from qifu.domain.registry.reading import Row
from qifu.engines.linkage import Decision, Linked, Lists, Weighed, link
from qifu.engines.linkage.weights import Weights

BESIDE = 400  # enterprises that only show how common names are
WEIGHTS = Weights(review_from=-7.0)
"""A row that a person is not asked about makes an enterprise, perhaps a second time: so more is asked than in bulk."""
WHOLE = 15  # characters from which a mistyped code is held beside others; a torn-off piece would only speak against
MOST = 40  # candidates a piece of a name
SAID = {"name": "名称", "code": "代码", "place": "地址", "phone": "电话", "person": "负责人", "region": "地区",
        "form": "组织形式", "branch": "分支", "shared": "同处多户"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """An enterprise that a row may speak of: bits above even odds, and what they consist of."""

    enterprise: int
    score: Decimal
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a row: `sure` is the enterprise, else `doubts` go to a person; neither: nobody in the registry."""

    sure: Match | None
    doubts: tuple[Match, ...]


def link_rows(rows: Sequence[Row], source: Source) -> dict[int, Found]:
    """Return what became of each row, by its number in the file."""
    if not rows:
        return {}
    parsed = link(_lists(rows, []), ())
    candidates = _candidates(parsed)
    if not candidates:
        return {row.number: Found(None, ()) for row in rows}
    beside = Enterprise.objects.filter(status="open", merged_into=None).exclude(pk__in=candidates).order_by("-pk")
    firms = [*Enterprise.objects.filter(pk__in=candidates), *beside[:BESIDE]]
    decided = list(_decided(rows, source))
    linked = link(_lists(rows, firms), (), decided, weights=WEIGHTS)
    return {row.number: found for row, found in zip(rows, _found(rows, firms, linked, decided), strict=True)}


def among(found: Found, namesakes: Iterable[int]) -> Found:
    """The same of a row whose very name several enterprises bear: a person says which of them, whatever else was found."""
    told = {one.enterprise: one for one in (*found.doubts, *([found.sure] if found.sure else []))}
    doubts = (told.get(pk, Match(pk, Decimal(0), ())) for pk in namesakes)
    return Found(None, tuple(sorted(doubts, key=lambda one: -one.score)))


def linked_before(keys: Sequence[str], source: Source) -> dict[str, int]:
    """Rows whose enterprise is known from the list before."""
    rows = SourceRow.objects.filter(source=source, row_key__in=keys, gone_at=None, enterprise__isnull=False)
    return {key: pk for key, pk in rows.values_list("row_key", "enterprise_id") if pk is not None}


def _candidates(parsed: Linked) -> set[int]:
    pieces = {piece for name in parsed.names for piece in _pieces(name.trade)}
    open_rows = Enterprise.objects.filter(status="open", merged_into=None)
    return {
        pk
        for piece in sorted(pieces)
        for pk in matching(open_rows, piece).order_by("-pk").values_list("pk", flat=True)[:MOST]
    }


def _pieces(trade: str) -> set[str]:
    """The trade name, and each half of a longer one: a slip spoils one of them at most."""
    return {trade, trade[:2], trade[-2:]} if len(trade) > 2 else {trade} if len(trade) == 2 else set()


def _lists(rows: Sequence[Row], firms: Sequence[Enterprise]) -> Lists:
    former: dict[int, str] = {}
    for owner, name in FormerName.objects.filter(enterprise__in=[f.pk for f in firms]).values_list(
        "enterprise_id", "name"
    ):
        former[owner] = f"{former[owner]};{name}" if owner in former else name
    count = len(rows) + len(firms)
    return Lists(
        ids=[f"r{row.number}" for row in rows] + [f"e{firm.pk}" for firm in firms],
        names=[row.name for row in rows] + [firm.name for firm in firms],
        codes=[row.typed_code if len(row.typed_code) >= WHOLE else "" for row in rows]
        + [firm.uscc or "" for firm in firms],
        addresses=[str(row.values.get("address", "")) for row in rows] + [firm.address for firm in firms],
        rooms=[""] * count,
        phones=[str(row.values.get("phone", "")) for row in rows] + [firm.phone for firm in firms],
        persons=[""] * count,
        formers=[";".join(row.former) for row in rows] + [former.get(firm.pk, "") for firm in firms],
    )


def _decided(rows: Sequence[Row], source: Source) -> Iterable[Decision]:
    keys = {row.name: row.number for row in rows}
    known = Pairing.objects.filter(source=source, row_key__in=list(keys), state__in=["same", "different"])
    for key, enterprise, state in known.values_list("row_key", "enterprise_id", "state"):
        yield Decision(f"r{keys[key]}", f"e{enterprise}", state == "same")


def _found(
    rows: Sequence[Row], firms: Sequence[Enterprise], linked: Linked, decided: Sequence[Decision]
) -> Iterable[Found]:
    told: dict[int, dict[int, Weighed]] = {}
    for pair in (*linked.review, *linked.links):
        one, other = sorted((pair.one, pair.other))
        if one < len(rows) <= other:
            told.setdefault(one, {})[other] = pair
    grouped: dict[int, list[int]] = {}
    for k in range(len(rows), len(rows) + len(firms)):
        grouped.setdefault(linked.cluster[k], []).append(k)
    refused = {(each.one, each.other) for each in decided if not each.is_same}
    for place, row in enumerate(rows):
        mine, same = told.get(place, {}), grouped.get(linked.cluster[place], [])
        matches = [_match(firms[k - len(rows)], pair) for k, pair in mine.items()]
        matches = [m for m in matches if (f"r{row.number}", f"e{m.enterprise}") not in refused]
        if len(same) == 1 and not _is_weak(mine.get(same[0])):
            pk = firms[same[0] - len(rows)].pk
            yield Found(next((m for m in matches if m.enterprise == pk), Match(pk, Decimal(0), ())), ())
        else:
            members = {firms[k - len(rows)].pk for k in same}
            doubts = [m for m in matches if m.score >= Decimal(str(WEIGHTS.review_from)) or m.enterprise in members]
            yield Found(None, tuple(sorted(doubts, key=lambda m: -m.score)[:3]))


def _is_weak(pair: Weighed | None) -> bool:
    """Whether the evidence is too near to even odds to do without a person."""
    return pair is not None and pair.score < WEIGHTS.review_to


def _match(firm: Enterprise, pair: Weighed) -> Match:
    pieces = sorted(pair.pieces.items(), key=lambda each: -abs(each[1]))
    reasons = tuple((SAID[name], f"{bits:+.1f}") for name, bits in pieces if name in SAID)
    return Match(firm.pk, Decimal(str(pair.score)), reasons)
