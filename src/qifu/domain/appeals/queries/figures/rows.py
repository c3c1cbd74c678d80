"""The cases behind a number: a page of them, how many, and all of them for a download that recomputes every rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, QuerySet, Value, When

from qifu.domain.appeals.flow import FLOWS, words
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope
from qifu.domain.appeals.queries.figures.measures import FIGURES, MARKS, MEASURES, Figure, behind
from qifu.domain.appeals.queries.figures.pace import TIMES, timed
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.errors import Forbidden, Missing

PAGE = 50
LISTS: dict[str, Figure] = FIGURES | TIMES  # whatever number has a list behind it
BLIND = "企业的评价对承办单位只公布汇总数，不公布是哪一件。"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case behind a number. Title and enterprise stay empty for those who read figures only."""

    id: int
    number: str
    title: str
    enterprise: str
    kind: str
    channel: str
    category: str
    unit: str
    street: str
    state: str
    submitted_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None
    round: int
    returns: int
    outcome: str
    closing: str
    due_at: datetime | None
    is_open: bool
    is_late: bool
    took: int | None = None  # working minutes, in a list behind a percentile


@dataclass(frozen=True, slots=True)
class RowPage:
    figure: Figure
    part: str
    count: int
    sides: dict[str, int]  # how many stand in the denominator, the numerator, and between the two
    lines: list[CaseLine]
    next: int | None


def rows(figure: str, part: str, cut: Cut, scope: Scope, at: datetime) -> QuerySet[Appeal]:
    """The cases behind one side of a figure under a cut. Their number is the figure, by construction.

    :raises Missing: there is no such figure.
    :raises Forbidden: opinions, for somebody who sees one unit or street only.
    """
    found = LISTS.get(figure)
    if found is None:
        raise Missing("没有这项指标，请从看板进入。")
    if not scope.is_whole and (found.is_opinion or cut.basis == "rated" or found.name == "rated"):
        raise Forbidden(BLIND)
    if figure in TIMES:
        return timed(figure, part, cut, scope)
    return behind(found, part, cut.basis, at).filter(cut.rows(scope))


def page(
    figure: str, part: str, cut: Cut, scope: Scope, at: datetime, *, before: int | None = None, size: int = PAGE
) -> RowPage:
    """Return one page of the cases behind a figure, newest first."""
    found = rows(figure, part, cut, scope, at)
    sides = {side: rows(figure, side, cut, scope, at).count() for side in ("all", "met")}
    sides["rest"] = sides["all"] - sides["met"]
    below = found.filter(pk__lt=before) if before else found
    cases = list(below.defer("body", "phone").order_by("-pk")[: size + 1])
    more, cases = len(cases) > size, cases[:size]
    told = lines(cases, scope, at)
    if figure in TIMES:
        column = f"{figure.removeprefix('took_')}_minutes"
        told = [replace(line, took=getattr(case, column)) for line, case in zip(told, cases, strict=True)]
    return RowPage(
        LISTS[figure],
        part,
        sides.get(part, sides["all"]),
        sides,
        told,
        cases[-1].pk if more else None,
    )


def lines(cases: Iterable[Appeal], scope: Scope, at: datetime) -> list[CaseLine]:
    """Dress cases for showing, as far as the scope reads them."""
    cases = list(cases)
    named = [case for case in cases if _reads(case, scope)]
    briefs = registry.brief([case.enterprise_id for case in named if case.enterprise_id and not _hides(case, scope)])
    catalogue, tree = categories(), people.unit_tree()

    def unit(pk: int | None) -> str:
        view = tree.units.get(pk or 0)
        return view.short_name if view else ""

    def line(case: Appeal) -> CaseLine:
        brief = briefs.get(case.enterprise_id or 0)
        due = case.burns_at if case.burns_at.year < 9999 else None
        return CaseLine(
            id=case.pk,
            number=case.number,
            title=case.title if _reads(case, scope) else "",
            enterprise=brief.name if brief and _reads(case, scope) and not _hides(case, scope) else "",
            kind=words.label(words.KINDS, case.kind),
            channel=words.label(words.CHANNELS, case.channel),
            category=catalogue.path(case.category_id),
            unit=unit(case.unit_id),
            street=unit(case.street_id),
            state=FLOWS[case.kind].states[case.state].label,
            submitted_at=case.submitted_at,
            replied_at=case.replied_at,
            closed_at=case.closed_at,
            round=case.round,
            returns=case.returns,
            outcome=words.label(words.OUTCOMES, case.outcome),
            closing=words.label(words.CLOSINGS, case.closed_how),
            due_at=due,
            is_open=case.is_open,
            is_late=case.is_open and due is not None and due < at,
        )

    return [line(case) for case in cases]


def waiting(cut: Cut, scope: Scope, at: datetime, size: int = 5) -> list[CaseLine]:
    """The open cases that have waited longest, of all months."""
    found = Appeal.objects.filter(cut.held(scope), is_open=True, leader__isnull=True)
    return lines(found.defer("body", "phone").order_by("submitted_at", "pk")[:size], scope, at)


COLUMNS = (
    "受理编号", "类型", "渠道", "一级分类", "二级分类", "承办单位", "街道", "提交时间", "接单时间", "转办时间", "首次回复时间",
    "办结时间", "状态", "在办", "轮次", "退回次数", "督办级别", "办理结果", "办结方式", "已并案", "接单超时", "转办超时", "回复超时",
    "超过首次承诺", "接单用时（工作分钟）", "转办用时（工作分钟）", "回复用时（工作分钟）", "在办超期",
)  # fmt: skip
OPINIONS = ("速度评分", "结果评分", "态度评分")
_VALUES = (
    "number", "kind", "channel", "category_id", "unit_id", "street_id", "submitted_at", "accepted_at", "dispatched_at",
    "replied_at", "closed_at", "state", "is_open", "round", "returns", "supervised", "outcome", "closed_how", "leader_id",
    "accept_late", "dispatch_late", "reply_late", "first_reply_late", "accept_minutes", "dispatch_minutes", "reply_minutes",
    *(f"mark_{m}" for m in MARKS),
)  # fmt: skip
PARTS_SAID = {
    "accept": "接单超时=0 的行数 ÷ 接单超时不为空的行数",
    "dispatch": "转办超时=0 的行数 ÷ 转办超时不为空的行数",
    "reply": "回复超时=0 的行数 ÷ 回复超时不为空的行数",
    "promise": "超过首次承诺=0 的行数 ÷ 超过首次承诺不为空的行数",
    "solved": "首次回复时间不为空且办理结果为“已解决” ÷ 首次回复时间不为空",
    "confirmed": "首次回复时间不为空、办理结果为“已解决”且办结方式为“企业确认” ÷ 首次回复时间不为空",
    "satisfied": "三项评分都不低于 4 ÷ 有评分（首次回复时间不为空）",
    "satisfied_all": "三项评分都不低于 4 ÷ 首次回复时间不为空",
    "rated": "有评分 ÷ 首次回复时间不为空",
    "first_time": "办结方式为“企业确认”、轮次=1、退回次数=0 ÷ 在办=0 且办结方式为企业确认、未回应或办结",
    "reopened": "首次回复时间不为空且轮次≥2 ÷ 首次回复时间不为空",
    "silent": "在办=0 且办结方式为“未回应” ÷ 在办=0 且办结方式为企业确认、未回应或办结",
    "returned": "转办时间不为空且退回次数≥1 ÷ 转办时间不为空",
    "supervised": "督办级别≥1 ÷ 总行数",
    "withdrawn": "办结方式为“企业撤回” ÷ 总行数",
    "declined": "办结方式为“不予受理” ÷ 总行数",
    "merged": "已并案=1 ÷ 总行数",
    "open": "在办=1 ÷ 总行数",
    "overdue": "在办超期=1 ÷ 在办=1",
}
_BROKEN = (
    "accept",
    "dispatch",
    "reply",
    "promise",
)  # late already, or by now: what the promise says, not only the flag


def columns(scope: Scope) -> tuple[str, ...]:
    """The heads of a download; marks only for those who see the whole."""
    return (*COLUMNS, *OPINIONS) if scope.is_whole else COLUMNS


def details(found: QuerySet[Appeal], scope: Scope, at: datetime) -> Iterator[list[object]]:
    """Every case as one line of a download, read in small batches. Nothing personal, no enterprise, no wording.

    "接单超时" and its like: 1 broken, by then too; 0 kept; blank not known yet.
    """
    flags = {
        f"x_{name}": Case(
            When(MEASURES[f"{name}_ok"](at), then=Value(False)),
            When(MEASURES[f"{name}_known"](at), then=Value(True)),
            default=Value(None),
            output_field=BooleanField(null=True),
        )
        for name in _BROKEN
    }
    over = Case(When(MEASURES["overdue"](at), then=Value(True)), default=Value(False), output_field=BooleanField())
    shown = found.order_by("pk").annotate(**flags, x_overdue=over).values(*_VALUES, *flags, "x_overdue")
    catalogue, tree = categories(), people.unit_tree()

    def name_of(pk: int | None) -> str:
        view = tree.units.get(pk or 0)
        return view.name if view else ""

    for row in shown.iterator(chunk_size=2000):
        first, _, second = catalogue.path(row["category_id"]).partition(" / ")
        yield [*_known(row, first, second, name_of(row["unit_id"]), name_of(row["street_id"])), *_marks(row, scope)]


def _known(row: dict[str, Any], first: str, second: str, unit: str, street: str) -> list[object]:
    return [
        row["number"],
        words.label(words.KINDS, row["kind"]),
        words.label(words.CHANNELS, row["channel"]),
        first,
        second,
        unit,
        street,
        *(_time(row[f"{name}_at"]) for name in ("submitted", "accepted", "dispatched", "replied", "closed")),
        FLOWS[row["kind"]].states[row["state"]].label,
        int(row["is_open"]),
        row["round"],
        row["returns"],
        row["supervised"],
        words.label(words.OUTCOMES, row["outcome"]),
        words.label(words.CLOSINGS, row["closed_how"]),
        int(row["leader_id"] is not None),
        *("" if row[f"x_{name}"] is None else int(row[f"x_{name}"]) for name in _BROKEN),
        *("" if row[f"{name}_minutes"] is None else row[f"{name}_minutes"] for name in ("accept", "dispatch", "reply")),
        int(row["x_overdue"]),
    ]


def _marks(row: dict[str, Any], scope: Scope) -> list[object]:
    return ["" if row[f"mark_{m}"] is None else row[f"mark_{m}"] for m in MARKS] if scope.is_whole else []


def _time(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def _reads(case: Appeal, scope: Scope) -> bool:
    """Whether the person may read what the case says: the centre's caseworkers, the unit, the street but for confidential ones."""
    if scope.is_whole:
        return scope.reads_cases
    return scope.units is not None or not case.is_confidential


def _hides(case: Appeal, scope: Scope) -> bool:
    """Whether the enterprise of a confidential case stays hidden from this person."""
    return case.is_confidential and not scope.reads_cases
