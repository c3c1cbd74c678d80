"""What is handed in, field by field: bodies and filters."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, WithJsonSchema

from qifu.domain.appeals.flow import words
from qifu.domain.registry import queries as registry
from qifu.entry.api.values import (
    LARGEST,
    Channel,
    Cursor,
    Day,
    Id,
    In,
    Kind,
    Number,
    OneOf,
    Place,
    Size,
    State,
    Urgency,
    Words,
)

LATE = (("now", "已超期"), ("accept", ""), ("dispatch", ""), ("reply", ""))
ORDERS = (("newest", "最新在前"), ("burns", "最先到期在前"))
SCOPES = tuple((name, "") for name in ("all", "accept", "dispatch", "dispute", "extension", "call", "unit", "joint",
                                       "mine", "open", "supervised", "area"))  # fmt: skip
Key = Annotated[int, Field(ge=1, le=LARGEST)]


class ContactIn(In):
    """Whom to call about the case."""

    name: Annotated[str, Field(max_length=40)] = ""
    phone: Annotated[str, Field(max_length=20)] = ""
    prefers: Annotated[str, OneOf(words.PREFERS)] = "phone"


class BatchIn(In):
    """A petition's party."""

    party: Annotated[str, OneOf(words.PARTIES)]
    persons: Annotated[int, Field(ge=1, le=9999)]
    batch: Annotated[str, Field(max_length=40)] = ""
    agreed: Day | None = None


class AppealIn(In):
    """A case handed in."""

    title: Annotated[str, Field(min_length=1, max_length=100)]
    body: Annotated[str, Field(min_length=1, max_length=5000)]
    category: Annotated[str, Field(min_length=1, max_length=20, description="二级分类的代码，见 GET /categories")]
    enterprise: Key | Annotated[str, Field(min_length=1, max_length=30)] | None = Field(
        None, description="企业编号，或统一社会信用代码"
    )
    channel: Channel | None = Field(None, description="缺省：企业 portal，外部系统 city（总是），工作人员 hotline")
    contact: ContactIn | Annotated[str, Field(max_length=20)] | None = Field(
        None, description="联系人；只写一个字符串时即电话"
    )
    kind: Kind = "appeal"
    urgency: Urgency = "normal"
    confidential: bool = False
    place: Annotated[str, Field(max_length=200)] = ""
    building: Key | None = None
    previous: Number | None = Field(None, description="同一问题以前的受理编号")
    files: Annotated[list[Key], Field(max_length=9)] = Field([], description="POST /files 返回的编号")
    batch: BatchIn | None = Field(None, description="信访：来访情况")
    external: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        None, description="来源系统自己的编号；同一系统同一编号只产生一件"
    )


StepIn = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "这一步需要的各项，见 GET /appeals/{number}/steps；日期写作 2026-09-30",
            "properties": {
                "seq": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "读到的 seq；期间若有新进展则返回 409",
                }
            },
            "additionalProperties": True,
        }
    ),
]


class AppealFilters(Schema):
    """What the list is cut by."""

    q: Words | None = Field(None, description="编号、完整电话，或标题、内容、企业名、信用代码、电话后四位中的词")
    state: State | None = None
    kind: Kind | None = None
    channel: Channel | None = None
    urgency: Urgency | None = None
    category: Annotated[str, Field(max_length=20)] | None = Field(None, description="分类代码；一级分类含其下各类")
    unit: Place | None = Field(None, description="承办单位的编号或代码")
    street: Place | None = Field(None, description="街道的编号或代码")
    enterprise: Id | None = None
    since: Day | None = Field(None, description="提交日期，起")
    until: Day | None = Field(None, description="提交日期，止（含）")
    late: Annotated[str, OneOf(LATE)] | None = None
    scope: Annotated[str, OneOf(SCOPES)] | None = Field(None, description="工作清单，如 unit：本单位待办")
    order: Annotated[str, OneOf(ORDERS)] = "newest"
    size: Size = 25
    cursor: Cursor | None = None


class EnterpriseFilters(Schema):
    """What the list of enterprises is cut by."""

    q: Words | None = Field(None, description="名称、首字母，或信用代码的开头、后六位")
    street: Place | None = None
    section: Annotated[str, Field(pattern="^[A-T]$")] | None = Field(None, description="行业门类")
    size_class: Annotated[str, OneOf(registry.sizes())] | None = None
    mark: Annotated[str, OneOf(registry.mark_kinds())] | None = None
    status: Annotated[str, OneOf(registry.statuses())] | None = None
    size: Size = 25
    cursor: Cursor | None = None
