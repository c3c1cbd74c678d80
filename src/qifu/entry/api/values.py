"""The kinds of values that travel: ids within what the database holds, words from fixed lists, moments in local time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from qifu.domain.appeals.flow import FLOWS, words
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.errors import Invalid

LARGEST = 2**63 - 1  # what a key of the database can be
MOST = 100  # items of a page


class OneOf:
    """A word out of a fixed list, as the domain keeps it: (value, label) pairs."""

    def __init__(self, choices: Iterable[tuple[str, str]]) -> None:
        self.values = [value for value, _ in choices]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self.values)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": self.values}


def _plain_number(value: object) -> object:
    """A number of an address: digits and nothing else."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("digits only")
    return value


def _local(value: object) -> object:
    return value.astimezone(SHANGHAI) if isinstance(value, datetime) else value


def read_day(text: object, name: str) -> date:
    """Read a date as 2026-09-30.

    :raises Invalid: it is none.
    """
    try:
        return date.fromisoformat(str(text)) if len(str(text)) == 10 else date.fromisoformat("")
    except ValueError:
        raise Invalid(f"{name} 应当是日期，例如 2026-09-30。", {name: "应当是日期，例如 2026-09-30。"}) from None


STATES = tuple({state.name: state.label for flow in FLOWS.values() for state in flow.states.values()}.items())
State = Annotated[str, OneOf(STATES)]
Kind = Annotated[str, OneOf(words.KINDS)]
Channel = Annotated[str, OneOf(words.CHANNELS)]
Urgency = Annotated[str, OneOf(words.URGENCIES)]
Id = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_plain_number)]
Size = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_plain_number)]
Number = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$", description="受理编号，如 QS2609301234567")]
StepName = Annotated[str, Field(pattern=r"^[a-z_]{1,30}$", description="步骤名，见 GET /appeals/{number}/steps")]
Place = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.-]{1,32}$", description="编号或代码")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="日期，如 2026-09-30")]
Words = Annotated[str, Field(max_length=100)]
Cursor = Annotated[str, Field(max_length=400, pattern=r"^[0-9A-Za-z_-]*$", description="上一页的 next")]
Moment = Annotated[datetime, BeforeValidator(_local)]


class Out(Schema):
    """Something that is answered."""

    model_config = ConfigDict(extra="ignore")


class In(Schema):
    """Something that is handed in: exact types, no field that is not known."""

    model_config = ConfigDict(strict=True, extra="forbid")
