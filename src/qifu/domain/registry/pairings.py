"""Reads of the queue of doubts: a row of a source beside an enterprise, with what speaks for and against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from qifu.domain.people import queries as people
from qifu.domain.registry.access import require_loader
from qifu.domain.registry.models import Pairing
from qifu.domain.registry.naming import written
from qifu.domain.registry.saying import label, said
from qifu.engines.codes import credit
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid, Missing

SHOWN = 25
OPEN = ("waiting", "later")
_BESIDE = ("address", "industry", "legal_form", "employees", "registered_on", "registered_capital", "status")


@dataclass(frozen=True, slots=True)
class Side:
    """One line of the comparison: what, on the row, in the registry."""

    label: str
    row: str
    enterprise: str

    @property
    def is_same(self) -> bool:
        return self.row == self.enterprise and self.row != "—"


@dataclass(frozen=True, slots=True)
class PairingView:
    """A doubt: what is written, whose it may be, why, and what was decided."""

    id: int
    source: str
    written: str
    row: int
    load: int | None
    row_number: int | None
    enterprise: int
    enterprise_name: str
    score: Decimal
    reasons: tuple[tuple[str, str], ...]
    state: str
    decided_by: str
    decided_at: datetime | None
    sides: tuple[Side, ...] = ()
    others: tuple[tuple[int, str], ...] = ()  # further enterprises that the row may speak of

    @property
    def start(self) -> Decimal:
        """What the score is without the evidence named: two rows picked at random are seldom the same."""
        return self.score - sum((Decimal(bits) for _, bits in self.reasons), Decimal(0)).quantize(Decimal("0.1"))

    @property
    def chance(self) -> Decimal:
        """How likely both are the same, as a share of one: the score is the binary logarithm of the odds."""
        return Decimal(1 / (1 + 2 ** -float(self.score))).quantize(Decimal("0.01"))

    @property
    def grounds(self) -> tuple[tuple[str, str], ...]:
        """What speaks for and against, each with its weight in a word; four bits are odds of sixteen to one."""
        return tuple((what, _weight(Decimal(bits))) for what, bits in self.reasons)

    @property
    def leaning(self) -> str:
        """The score in words."""
        if abs(self.score) < 1:
            return "一半对一半"
        return "偏向同一家" if self.score > 0 else "偏向不是同一家"

    @property
    def state_label(self) -> str:
        return str(Pairing.State(self.state).label)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def _weight(bits: Decimal) -> str:
    strength = "有力" if abs(bits) >= 4 else "" if abs(bits) >= 2 else "略为"
    return f"{strength}{'支持' if bits > 0 else '反对'}"


@dataclass(frozen=True, slots=True)
class Queue:
    """A stretch of doubts; `next` continues it."""

    items: tuple[PairingView, ...]
    next: str


def count(actor: Actor) -> dict[str, int]:
    """How many wait, and how many were put off.

    :raises Forbidden: not for this actor.
    """
    require_loader(actor)
    return {state: Pairing.objects.filter(state=state).count() for state in OPEN}


def queue(actor: Actor, state: str = "waiting", cursor: str = "", size: int = SHOWN, q: str = "") -> Queue:
    """Doubts in one state, the oldest first; decided ones, the newest first; `q`: a piece of either name.

    :raises Forbidden: not for this actor. :raises Invalid: the cursor is none of ours.
    """
    require_loader(actor)
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise Invalid("页码无效，请从第一页重新开始。", {"cursor": "无效"})
    rows = Pairing.objects.filter(state=state).select_related("source", "row", "enterprise", "enterprise__street")
    if q:
        rows = rows.filter(Q(row_key__contains=written(q)) | Q(enterprise__name__contains=written(q)))
    if state in OPEN:
        rows = rows.filter(pk__gt=int(cursor or 0)).order_by("pk")
    else:
        rows = (rows.filter(pk__lt=int(cursor)) if cursor else rows).order_by("-pk")
    page = list(rows[: size + 1])
    names = people.names(row.decided_by_id for row in page)
    return Queue(
        tuple(_view(row, names, ()) for row in page[:size]), str(page[size - 1].pk) if len(page) > size else ""
    )


def every(actor: Actor, state: str, q: str = "") -> Iterator[PairingView]:
    """The whole of a queue, for a workbook."""
    cursor = ""
    while True:
        found = queue(actor, state, cursor, 500, q)
        yield from found.items
        if not (cursor := found.next):
            return


def pairing(actor: Actor, number: int) -> PairingView:
    """One doubt, side by side.

    :raises Forbidden: not for this actor. :raises Missing: there is none.
    """
    require_loader(actor)
    rows = Pairing.objects.select_related("source", "row", "enterprise", "enterprise__street")
    row = rows.filter(pk=number).first()
    if row is None:
        raise Missing("没有这一对，请返回列表重新选择。")
    beside = Pairing.objects.filter(source=row.source_id, row_key=row.row_key, state__in=OPEN).exclude(pk=number)
    others = beside.order_by("-score").values_list("pk", "enterprise__name")
    return _view(row, people.names([row.decided_by_id]), _sides(row), tuple(others))


def undoable(actor: Actor, number: int) -> PairingView | None:
    """The doubt that was decided just before, if its decision can be taken back.

    :raises Forbidden: not for this actor.
    """
    require_loader(actor)
    rows = Pairing.objects.select_related("source", "row", "enterprise", "enterprise__street")
    row = rows.filter(pk=number, state__in=["same", "different"], row__gone_at=None).first()
    if row is None or (row.state == "different" and row.row.enterprise_id is not None):
        return None
    return _view(row, {}, ())


def following(actor: Actor, number: int) -> int | None:
    """The next doubt that waits, after this one or from the beginning."""
    require_loader(actor)
    waiting = Pairing.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True)
    return waiting.filter(pk__gt=number).first() or waiting.exclude(pk=number).first()


def _sides(row: Pairing) -> tuple[Side, ...]:
    firm, values = row.enterprise, row.row.values
    own = {name: getattr(firm, name) for name in _BESIDE} | {
        "street": firm.street.short_name if firm.street else "", "uscc": firm.uscc
    }  # fmt: skip
    names = ("uscc", "street", *_BESIDE)
    named = str(values.get("written") or values.get("name") or row.row_key)
    first = Side("名称", named, firm.name)
    typed = {"uscc": _mistyped(str(values["typed_code"]), firm.uscc or "")} if "typed_code" in values else {}
    told = {**values, **typed}
    others = (Side(label(name), said(name, told.get(name)), said(name, own.get(name))) for name in names)
    return (first, *(side for side in others if side.row != "—" or side.enterprise != "—"))


def _mistyped(typed: str, code: str) -> str:
    """A code that is none, and how far it is from the enterprise's."""
    typed = credit.normalise(typed)
    if len(typed) != len(code):
        return f"{typed}（有误）"
    return f"{typed}（有误，与名录相差 {sum(a != b for a, b in zip(typed, code, strict=True))} 位）"


def _view(
    row: Pairing, names: dict[int, str], sides: tuple[Side, ...], others: tuple[tuple[int, str], ...] = ()
) -> PairingView:
    return PairingView(
        id=row.pk,
        source=row.source.name,
        written=str(row.row.values.get("written") or row.row_key),
        row=row.row_id,
        load=row.row.load_id,
        row_number=row.row.row_number,
        enterprise=row.enterprise_id,
        enterprise_name=row.enterprise.name,
        score=row.score,
        reasons=tuple((str(what), str(bits)) for what, bits in row.reasons),
        state=row.state,
        decided_by=names.get(row.decided_by_id or 0, ""),
        decided_at=row.decided_at,
        sides=sides,
        others=others,
    )
