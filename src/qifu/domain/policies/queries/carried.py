"""What a room that pays for items asks of them: which can be paid for, and what one says, without its conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qifu.domain.policies import facts, sourcing
from qifu.domain.policies.models import Revision
from qifu.kernel.errors import Missing


@dataclass(frozen=True, slots=True)
class Rests:
    """The revision of an item that a scheme rests on."""

    item: int
    code: str
    revision: int
    title: str
    summary: str
    amount_words: str
    has_formula: bool
    steps: int
    document: str
    number: str
    clause: str  # where its first condition stands
    materials: tuple[str, ...]
    is_sample: bool


def payable(on: date) -> list[Rests]:
    """The items in force on a day that pay money, in the order of their codes."""
    rows = facts.in_force(on).filter(item__kind="money").select_related("item", "document")
    return [_rests(row) for row in rows.defer("tokens", "document__text").order_by("item__code")]


def item(code: str, on: date) -> Rests:
    """One item in force on a day.

    :raises Missing: it is not.
    """
    rows = facts.in_force(on).filter(item__code=code).select_related("item", "document")
    row = rows.order_by("-force_from").first()
    if row is None:
        raise Missing("政策库里没有这项正在执行的政策，请重新选择。")
    return _rests(row)


def revision(number: int) -> Rests:
    """The revision that a scheme rests on, in force or not.

    :raises Missing: there is none.
    """
    row = Revision.objects.select_related("item", "document").filter(pk=number).first()
    if row is None:
        raise Missing("没有这一版政策，请返回重新选择。")
    return _rests(row)


def _rests(row: Revision) -> Rests:
    cites = [one.cite for one in sourcing.sources(row.clauses).values()]
    clause = f"{row.document.title}{f'（{row.document.number}）' if row.document.number else ''}"
    return Rests(
        row.item_id, row.item.code, row.pk, row.title, row.summary, row.amount_words, row.formula is not None, row.steps,
        row.document.title, row.document.number, f"《{clause}》{cites[0] if cites else ''}"[:200], tuple(row.materials),
        row.item.is_sample,
    )  # fmt: skip
