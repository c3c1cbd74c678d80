"""What is answered, field by field."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from qifu.entry.api.values import Kind, Moment, Out, State, Urgency

HIDDEN = "（企业要求保密）"  # what a list says in place of the name; the id is withheld with it


class ReceiptOut(Out):
    """The receipt: number, and what is promised by when."""

    number: str
    state: State
    state_label: str
    kind: Kind
    title: str
    submitted_at: Moment
    accept_due: Moment | None
    dispatch_due: Moment | None
    reply_due: Moment | None
    is_assumed: bool = Field(description="期限超出已公布的放假安排，暂按周末推算")
    rules: dict[str, str] = Field(description="每个期限怎样计算")
    owner: str = Field(description="中心值班人员")
    seq: int
    external: str | None


class AppealLine(Out):
    """A case in a list."""

    number: str
    kind: Kind
    title: str
    state: State
    state_label: str
    urgency: Urgency
    channel: str
    category: str
    enterprise: int | None
    enterprise_name: str
    unit: str
    street: str
    submitted_at: Moment
    due_at: Moment | None
    is_overdue: bool
    is_open: bool
    round: int
    seq: int
    supervised: int
    outcome: str


class AppealPage(Out):
    """A stretch of the list; `next` continues it."""

    items: list[AppealLine]
    next: str | None


class ClockOut(Out):
    """One promise."""

    kind: str
    label: str
    round: int
    started: Moment
    due: Moment
    promised: Moment
    status: str
    is_late: bool
    is_assumed: bool
    met: Moment | None
    rule: str


class FileOut(Out):
    """A file that was handed in."""

    id: int
    name: str
    kind: str
    size: int


class DetailOut(Out):
    """A word and its value."""

    label: str
    value: str


class HappeningOut(Out):
    """A line of the timeline."""

    seq: int
    at: Moment
    step: str
    label: str
    who: str
    text: str
    details: list[DetailOut]
    files: list[FileOut]
    is_internal: bool
    round: int


class PartOut(Out):
    """A unit's part."""

    unit: int
    unit_name: str
    role: str
    state: str
    handler: str
    text: str
    assigned_at: Moment
    signed_at: Moment | None
    ended_at: Moment | None


class OptionOut(Out):
    """A choice."""

    value: str
    label: str


class NeedOut(Out):
    """One thing that a step asks for."""

    name: str
    label: str
    kind: str = Field(description="text line choice number date items unit units account category case files")
    required: bool
    longest: int = Field(description="文字的字数，数字的上限，或列表的项数")
    options: list[OptionOut]
    hint: str


class StepOut(Out):
    """A step that can be taken now."""

    name: str
    label: str
    needs: list[NeedOut]
    confirms: str = Field(description="执行前应当问的话")


class StepsOut(Out):
    """What can be done now."""

    number: str
    state: State
    seq: int
    items: list[StepOut]


class RatingOut(Out):
    """What the enterprise thought of one round."""

    round: int
    speed: int
    result: int
    attitude: int
    comment: str
    at: Moment


class OrderOut(Out):
    """A written order of supervision."""

    number: str
    level: int
    unit: int
    text: str
    issued_at: Moment
    answer: str
    answered_at: Moment | None


class AppealOut(AppealLine):
    """A case with everything that the caller may see of it."""

    body: str
    place: str
    contact_name: str
    phone_masked: str
    prefers: str
    owner: str
    handler: str
    is_confidential: bool
    external: str | None
    accept_due: Moment | None
    reply_due: Moment | None
    question: list[str] = Field(description="待企业补充的内容")
    clocks: list[ClockOut]
    timeline: list[HappeningOut]
    parts: list[PartOut]
    files: list[FileOut]
    ratings: list[RatingOut]
    orders: list[OrderOut]
    steps: list[str] = Field(description="现在可以做的步骤")
    leader: str | None
    previous: str | None


class StandingOut(Out):
    """A case after a step."""

    number: str
    state: State
    state_label: str
    is_open: bool
    round: int
    seq: int
    due_at: Moment | None


class EnterpriseLine(Out):
    """An enterprise in one line."""

    id: int
    uscc: str
    name: str
    street: int | None
    street_name: str
    industry: str
    industry_name: str
    size_class: str
    status: str
    marks: list[str]


class EnterprisePage(Out):
    """A stretch of the list; `next` continues it."""

    items: list[EnterpriseLine]
    next: str | None


class MarkOut(Out):
    """A standing, from then until then."""

    kind: str
    label: str
    since: date
    until: date | None
    source: str


class EnterpriseOut(EnterpriseLine):
    """The identity of an enterprise; the telephone is masked."""

    legal_form: str
    registered_on: date | None
    registered_capital: str | None = Field(description="万元")
    employees: int | None
    address: str
    phone_masked: str
    former_names: list[str]
    held: list[MarkOut]
    updated: Moment


class CategoryOut(Out):
    """A category; those with a parent can be used in a case."""

    id: int
    code: str
    name: str
    parent: str | None
    unit: int | None


class CategoryList(Out):
    """All categories in use."""

    items: list[CategoryOut]
    next: str | None


class UnitOut(Out):
    """A unit."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    parent: int | None
    phone: str


class UnitList(Out):
    """All units in use."""

    items: list[UnitOut]
    next: str | None


class PostOut(Out):
    """A role held in a unit."""

    unit: int
    role: str
    label: str
    for_account: int | None = Field(description="代办：原岗位人员")


class AgencyOut(Out):
    """An enterprise that one speaks for."""

    enterprise: int
    role: str


class MeOut(Out):
    """Who calls."""

    id: int
    kind: str
    name: str
    scopes: list[str] = Field(description="空：账号能做的都可以")
    posts: list[PostOut]
    enterprises: list[AgencyOut]


def line(row: Any) -> dict[str, Any]:
    """A case of a list, in the words of the API."""
    return {
        "number": row.number,
        "kind": row.kind,
        "title": row.title,
        "state": row.state,
        "state_label": row.state_label,
        "urgency": row.urgency,
        "channel": row.channel_label,
        "category": row.category,
        "enterprise": row.enterprise if row.enterprise_name != HIDDEN else None,
        "enterprise_name": row.enterprise_name,
        "unit": row.unit_name,
        "street": row.street_name,
        "submitted_at": row.submitted_at,
        "due_at": row.due_at,
        "is_overdue": row.is_overdue,
        "is_open": row.is_open,
        "round": row.round,
        "seq": row.seq,
        "supervised": row.supervised,
        "outcome": row.outcome_label,
    }
