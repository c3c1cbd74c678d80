"""What a list must show of a case so that the step can be taken from the list itself. The ids have passed the list's own cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.appeals import access
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Extension, FollowUp, Order
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

CAUSES = {
    "sample": "抽样", "withdrawn": "企业撤回", "low": "评价偏低", "silent": "未回应", "chosen": "主动回访",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallView:
    """A telephone call that is due."""

    cause: str
    drawn_at: datetime
    contact_name: str
    tail: str


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """More time that is asked for."""

    unit_name: str
    workdays: int
    reason: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class OrderView:
    """The last written order."""

    number: str
    level_label: str
    text: str
    issued_at: datetime
    is_answered: bool


def calls(cases: Iterable[int]) -> dict[int, CallView]:
    """The calls due, with whom to call."""
    rows = FollowUp.objects.filter(appeal__in=list(cases), state="due")
    columns = ("appeal_id", "cause", "drawn_at", "appeal__contact_name", "appeal__phone_tail")
    return {
        case: CallView(CAUSES.get(cause, cause), at, name, tail)
        for case, cause, at, name, tail in rows.values_list(*columns)
    }


def extensions(cases: Iterable[int]) -> dict[int, ExtensionView]:
    """The extensions that wait for a decision."""
    units = people.unit_tree().units
    rows = Extension.objects.filter(appeal__in=list(cases), state="asked")
    return {r.appeal_id: ExtensionView(units[r.unit_id].short_name, r.workdays, r.reason, r.asked_at) for r in rows}


def orders(cases: Iterable[int]) -> dict[int, OrderView]:
    """The last written order on each."""
    rows = Order.objects.filter(appeal__in=list(cases)).order_by("pk")
    return {
        r.appeal_id: OrderView(
            r.number, words.label(words.LEVELS, str(r.level)), r.text, r.issued_at, r.answered_at is not None
        )
        for r in rows
    }


def leader_id(actor: Actor, number: str) -> int | None:
    """The id behind a receipt number, for naming the case that another is merged into; None when not for this actor."""
    return access.visible(actor).filter(number=number).values_list("pk", flat=True).first()
