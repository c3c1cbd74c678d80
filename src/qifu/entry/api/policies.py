"""Whether an enterprise fits an item on a day, with every reason."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from qifu.domain.policies import facts
from qifu.domain.policies.queries import answers
from qifu.entry.api.bearers import ApiRequest
from qifu.entry.api.contract import only_known, told
from qifu.entry.api.values import Day, Id, In, OneOf, Out, read_day

router = Router()
Code = Annotated[str, Field(pattern=r"^[-A-Za-z0-9_]{1,24}$", description="政策事项的编号，如 N-CIT-001")]


class AnswerFilters(In):
    """Of which day, and from which facts."""

    on: Day | None = Field(None, description="哪一天；缺省为今天。用当日生效的版本和当日的事实作答。")
    known: Annotated[str, OneOf(answers.KNOWN.items())] = Field(
        "now", description="now：当日有效、按今天掌握的资料；then：只用截至当日已收到的资料"
    )


class RevisionOut(Out):
    """The revision that answers."""

    number: int
    title: str
    force_from: date
    force_to: date | None
    document: str
    document_number: str
    is_later: bool = Field(description="在所查的那一天之后才发布")


class ClauseOut(Out):
    """A part of the condition as it was answered."""

    depth: int
    text: str
    result: str
    field: str
    value: str
    as_of: date | None
    source: str
    why: str
    cite: str


class SinceOut(Out):
    """Since when without a break."""

    day: date
    is_sure: bool = Field(description="否：更早的资料不全，可能更早")


class AnswerOut(Out):
    """The answer of one day."""

    enterprise: int
    code: str
    title: str
    on: date
    known: str
    result: Annotated[str, OneOf(answers.RESULTS.items())]
    revision: RevisionOut | None
    reasons: list[ClauseOut]
    missing: list[str] = Field(description="还缺的字段")
    nearest: list[str]
    amount: str
    since: SinceOut | None


@router.get(
    "/enterprises/{number}/policies/{code}",
    **told("enterprises:read", {200: AnswerOut}),
    summary="一家企业在某一天是否符合一项政策",
    tags=["企业"],
)
def answer_of_a_day(request: HttpRequest, number: Path[Id], code: Path[Code], filters: Query[AnswerFilters]) -> Any:
    """Return the answer by the revision in force on the day and the facts of that day, with every reason."""
    asked = cast(ApiRequest, request)
    only_known(request, AnswerFilters.model_fields)
    today = facts.day(asked.now)
    on = read_day(filters.on, "on") if filters.on else today
    found = answers.answer(actor=asked.actor, enterprise=number, code=code, on=on, today=today, known=filters.known)
    return {
        "enterprise": found.enterprise, "code": found.code, "title": found.title, "on": found.on, "known": found.known,
        "result": found.result, "revision": found.revision, "reasons": found.reasons, "missing": found.lacking,
        "nearest": found.nearest, "amount": found.amount, "since": found.since,
    }  # fmt: skip
