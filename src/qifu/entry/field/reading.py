"""What a device sends, read strictly: every name known, every value of its kind; the room decides what it means."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from qifu.domain.visits.actions.gains import Learnt, Needed
from qifu.domain.visits.actions.reporting import Position, Report
from qifu.kernel import typed
from qifu.kernel.errors import Invalid

LARGEST = 200_000  # bytes
MANY = 50
NAMES = {
    "key", "sent", "number", "seq", "over", "arrived", "left", "form", "answers", "note", "signed_by", "position",
    "photos", "needs", "facts", "follow_up",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report under its key, with the moment of sending by the device's clock."""

    key: UUID
    sent: datetime
    told: Report


def parcel(body: bytes) -> Parcel:
    """:raises Invalid: it is not what a device sends."""
    if len(body) > LARGEST:
        raise Invalid("走访记录过大，请精简文字。", {"body": "过大"})
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("走访记录不是可以读取的 JSON。", {"body": "无法读取"}) from None
    if not isinstance(given, dict) or set(given) - NAMES:
        raise Invalid("走访记录里有不认识的内容，请更新应用后再发送。", {"body": "有不认识的内容"})
    read = _Reader(given)
    told = Report(
        number=read("number", _text(15)),
        seq=read("seq", _whole),
        arrived=read("arrived", _moment),
        left=read("left", _moment),
        form=read("form", _text(12)),
        answers=read("answers", _answers, {}),
        note=read("note", _lines(20_000), ""),
        signed_by=read("signed_by", _text(200), ""),
        position=read("position", _position, None),
        photos=read("photos", _each(_uuid), []),
        needs=read("needs", _each(_need), []),
        facts=read("facts", _each(_fact), []),
        follow_up=read("follow_up", _day, None),
        over=read("over", _flag, False),
    )
    made = Parcel(read("key", _uuid), read("sent", _moment), told)
    if read.problems:
        names = "、".join(sorted(read.problems))
        raise Invalid(f"走访记录里这些内容无法读取：{names}。", dict.fromkeys(read.problems, "无法读取"))
    return made


class _Unreadable(Exception):
    """A value that is not of its kind."""


class _Reader:
    """Reads one value after another and remembers which could not be read."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given, self.problems = given, list[str]()

    def __call__(self, name: str, kind: Callable[[Any], Any], missing: Any = ...) -> Any:
        value = self.given.get(name)
        if value is None and missing is not ...:
            return missing
        try:
            return kind(value)
        except _Unreadable:
            self.problems.append(name)
            return None


def _text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise _Unreadable
        return typed.line(_whole_text(value))

    return read


def _lines(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise _Unreadable
        return typed.lines(_whole_text(value))

    return read


def _whole_text(value: str) -> str:
    """Without what no database takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Unreadable from None
    return value.replace("\x00", "")


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise _Unreadable
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unreadable
    return value


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise _Unreadable from None


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise _Unreadable from None
    if found.tzinfo is None or not 2000 <= found.year <= 2100:
        raise _Unreadable
    return found


def _day(value: Any) -> date | None:
    if value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise _Unreadable from None


def _position(value: Any) -> Position:
    if not isinstance(value, dict) or set(value) - {"latitude", "longitude", "accuracy"}:
        raise _Unreadable
    accuracy = value.get("accuracy")
    return Position(
        _degrees(value.get("latitude")),
        _degrees(value.get("longitude")),
        None if accuracy is None else min(int(_degrees(accuracy)), 1_000_000),
    )


def _degrees(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e9 < value < 1e9:  # NaN is not between
        raise _Unreadable
    return Decimal(str(value)).quantize(Decimal("0.000001"))


def _answers(value: Any) -> dict[str, object]:
    if not isinstance(value, dict) or len(value) > MANY:
        raise _Unreadable
    return {_text(40)(name): _answer(one) for name, one in value.items()}


def _answer(value: Any) -> object:
    if isinstance(value, str):
        return _lines(5_000)(value)
    if isinstance(value, list):
        return [_text(40)(one) for one in value[:MANY]]
    if value is None or isinstance(value, bool | int):
        return value
    raise _Unreadable


def _each(kind: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def read(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > MANY:
            raise _Unreadable
        return [kind(one) for one in value]

    return read


def _need(value: Any) -> Needed:
    names = {"key", "category", "title", "body"}
    if not isinstance(value, dict) or set(value) != names:
        raise _Unreadable
    return Needed(
        _uuid(value["key"]), _text(60)(value["category"]), _text(400)(value["title"]), _lines(20_000)(value["body"])
    )


def _fact(value: Any) -> Learnt:
    names = {"key", "field", "value", "reason"}
    if not isinstance(value, dict) or set(value) != names:
        raise _Unreadable
    return Learnt(
        _uuid(value["key"]), _text(40)(value["field"]), _text(200)(value["value"]), _text(200)(value["reason"])
    )
