"""Two claims side by side: who asks, for what, for when; each thing shared weighs so many points."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from .model import Claim, Tie
from .texts import likeness, phases, plain

COMMON = 8  # firms: what more of them share is an agency's telephone or an incubator's address and ties nobody
SAME, NEAR = 0.9, 0.7  # likeness of texts
LONG = 80  # characters: a shorter text may be alike by chance
Shared = Mapping[tuple[str, str], int]  # (kind, value) to the number of firms
_LISTED = 3


def ties(left: Claim, right: Claim, shared: Shared, stacking: Collection[frozenset[str]] = ()) -> tuple[Tie, ...]:
    """What two claims have in common, in points; nothing where a later time of a recurring item is meant.

    `stacking`: pairs of items that may be had together for one project.
    """
    proofs = tuple(_proofs(left, right, stacking))
    is_later = left.item == right.item and left.is_recurring and not left.months & right.months
    is_stacked = frozenset((left.item, right.item)) in stacking
    if is_later or is_stacked:
        return proofs
    parties = tuple(_parties(left, right, shared))
    things = tuple(_things(left, right, shared))
    if things and parties:
        return (*proofs, *things, *parties)
    return (*proofs, *parties) if proofs else ()


def _proofs(left: Claim, right: Claim, stacking: Collection[frozenset[str]]) -> Iterator[Tie]:
    """What is enough by itself."""
    if invoices := left.invoices & right.invoices:
        yield Tie("same-invoice", 100, f"同一张发票出现在两件申报里：{_some(invoices)}。")
    months = left.months & right.months
    if left.firm == right.firm and left.item == right.item and months:
        yield Tie("same-month", 100, f"同一企业就同一事项重复申报了 {_some(months)}。")
    if left.firm == right.firm and left.item == right.item and not left.is_recurring and not months:
        yield Tie("same-item", 100, "同一企业就同一个一次性事项申报了两次。")
    people = left.people & right.people
    if people and frozenset((left.item, right.item)) not in stacking and _overlapping(left, right):
        yield Tie("same-person", 100, f"有 {len(people)} 人在同一时段被列入两件申报。")


def _overlapping(left: Claim, right: Claim) -> bool:
    """Whether both may be for the same time; a claim without months is for any time, unless both are of one recurring item."""
    if left.months and right.months:
        return bool(left.months & right.months)
    return not (left.item == right.item and left.is_recurring)


def _parties(left: Claim, right: Claim, shared: Shared) -> Iterator[Tie]:
    """How those who ask belong together."""
    if left.firm == right.firm:
        yield Tie("same-firm", 50, "申报企业相同。")
        return
    for kind, weight, why in (
        ("account", 50, "两家企业的收款账户相同。"),
        ("legal_person", 30, "两家企业的法定代表人相同。"),
        ("phone", 20, "两家企业的联系电话相同。"),
        ("address", 20, "两家企业的注册地址相同。"),
    ):
        value = getattr(left, kind)
        if value and value == getattr(right, kind) and shared.get((kind, value), 0) <= COMMON:
            yield Tie(f"same-{kind.replace('_', '-')}", weight, why)
    holders = [one for one in left.holders & right.holders if shared.get(("holders", one), 0) <= COMMON]
    if holders:
        is_owner = bool(left.legal_person) and left.legal_person == right.legal_person  # who is most often a holder too
        yield Tie("same-holder", 10 if is_owner else 30, f"两家企业有 {len(holders)} 名相同的股东。")


def _things(left: Claim, right: Claim, shared: Shared) -> Iterator[Tie]:
    """How what is asked for is the same."""
    if left.item == right.item and left.firm != right.firm:
        yield Tie("related-item", 20, "关联企业申报同一事项。")
    told = max((_title(left, right, shared), _text(left, right)), key=lambda one: one.weight if one else 0)
    if told and phases(f"{left.title} {left.text[:LONG]}") == phases(f"{right.title} {right.text[:LONG]}"):
        yield told


def _title(left: Claim, right: Claim, shared: Shared) -> Tie | None:
    names = plain(left.title), plain(right.title)
    if not all(names) or any(shared.get(("title", name), 0) > COMMON for name in names):
        return None
    same = 1.0 if names[0] == names[1] else likeness(left.title, right.title)
    if same >= NEAR:
        weight = 50 if same >= SAME else 30
        return Tie("same-title", weight, f"项目名称{_degree(same)}：“{left.title}”与“{right.title}”。")
    return None


def _text(left: Claim, right: Claim) -> Tie | None:
    if min(len(left.text), len(right.text)) < LONG or (same := likeness(left.text, right.text)) < NEAR:
        return None
    return Tie("same-text", 50 if same >= SAME else 30, f"项目内容{_degree(same)}。")


def _degree(same: float) -> str:
    return "相同" if same == 1 else f"相近（{same:.0%}）"


def _some(values: Collection[str]) -> str:
    held = sorted(values)
    more = f"等 {len(held)} 个" if len(held) > _LISTED else ""
    return "、".join(held[:_LISTED]) + more
