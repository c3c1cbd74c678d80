"""Values of enterprises as people and programs write them, read into what conditions compare; blank is unknown.

Numbers become floats, days their ordinals, flags booleans, words text. A value that cannot be read says why; whoever
reads a table reports it and leaves the field unknown, never zero or false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from qifu.engines.codes import industries
from qifu.engines.codes.letters import compact

from .conditions import Literal, shown
from .fields import NUMERIC, Field, catalogue

Facts = Mapping[str, Literal | None]
_FLAGS = {"true": True, "1": True, "是": True, "有": True, "yes": True, "y": True, "t": True, "√": True} | {
    "false": False, "0": False, "否": False, "无": False, "no": False, "n": False, "f": False, "×": False,
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][+-]?\d{1,2})?(%)?", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
LARGEST = 1e15


class Unreadable(ValueError):
    """A value that does not fit its field; the message says why, `english` says it in English."""

    def __init__(self, zh: str, english: str) -> None:
        super().__init__(zh)
        self.english = english


def read(field: Field, raw: object) -> Literal | None:
    """Read one value; blank is None. :raises Unreadable: it does not fit the field."""
    if raw is None or (isinstance(raw, float) and raw != raw):
        return None
    if isinstance(raw, str):
        raw = raw.strip()
        if not raw:
            return None
    if field.type in NUMERIC:
        return _number(field, raw)
    if field.type == "date":
        return _day(field, raw)
    if field.type == "boolean":
        return _flag(field, raw)
    return _word(field, str(raw))


def _number(field: Field, raw: object) -> float:
    value = _as_float(field, raw)
    if value is None or not abs(value) < LARGEST:
        raise Unreadable(
            f"{field.label}应是数字，写的是“{shown(raw)}”。", f"{field.name} is a number, not “{shown(raw)}”"
        )
    if field.type == "integer" and not value.is_integer():
        raise Unreadable(
            f"{field.label}应是整数，写的是“{shown(raw)}”。", f"{field.name} is a whole number, not “{shown(raw)}”"
        )
    return value


def _as_float(field: Field, raw: object) -> float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float | Decimal):
        return float(raw) if -LARGEST < raw < LARGEST else None
    text = str(raw)
    found = _NUMBER.fullmatch(text)
    if found is None or not any(letter.isdigit() for letter in text):
        return None
    if found[5]:  # 3.5% says itself what it is, but only a ratio can be written so
        return float(Decimal(text[:-1].replace(",", "")) / 100) if field.unit == "比例" else None
    return float(text.replace(",", ""))


def _day(field: Field, raw: object) -> float:
    if isinstance(raw, datetime):
        return float(raw.date().toordinal())
    if isinstance(raw, date):
        return float(raw.toordinal())
    found = _DAY.fullmatch(str(raw)) if isinstance(raw, str) else None
    try:
        if found:
            return float(date(int(found[1]), int(found[2]), int(found[3])).toordinal())
    except ValueError:
        pass
    raise Unreadable(
        f"{field.label}应是日期（如 2026-09-30），写的是“{shown(raw)}”。",
        f"{field.name} is a date (2026-09-30), not “{shown(raw)}”",
    )


def _flag(field: Field, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
    known = _FLAGS.get(text.lower())
    if known is None:
        raise Unreadable(
            f"{field.label}应是 true 或 false（是或否），写的是“{shown(raw)}”。",
            f"{field.name} is true or false, not “{shown(raw)}”",
        )
    return known


def _word(field: Field, text: str) -> str:
    if field.type == "code":
        return industry(text)
    if field.type != "enum":
        return text
    known = _choices(field).get(text.lower())
    if known is None and not field.is_open:
        raise Unreadable(
            f"{field.label}没有“{shown(text)}”这个取值，可用的有 {' '.join(field.members)}。",
            f"{field.name} has no value “{shown(text)}”",
        )
    return known or text


@lru_cache
def _choices(field: Field) -> dict[str, str]:
    """Codes of an enumeration by code and by label, in small letters."""
    return {label.lower(): code for code, label in field.members.items()} | {
        code.lower(): code for code in field.members
    }


@lru_cache(maxsize=4096)
def industry(text: str) -> str:
    """Write an industry code with its section letter, in half-width capitals; an unknown one stays as typed."""
    typed = compact(text)
    section = industries.section_of(typed) if typed[:1].isdigit() else None
    return f"{section or ''}{typed}"


def is_listed(field: Field, value: Literal) -> bool:
    """Whether a word of an open field stands in its table; true for every other field."""
    if field.type == "code":
        return industries.is_known(str(value))
    return not field.is_open or value in field.members


def facts(
    record: Mapping[str, object], on: date, fields: Mapping[str, Field] | None = None
) -> dict[str, Literal | None]:
    """Read one enterprise; the age is counted from the day of registration where it is not given.

    :raises Unreadable: a value does not fit its field.
    """
    known = catalogue() if fields is None else fields
    found = {name: read(field, record.get(name)) for name, field in known.items()}
    return with_age(found, on)


def with_age(found: dict[str, Literal | None], on: date) -> dict[str, Literal | None]:
    """Count full months since registration where no age is given."""
    registered = found.get("registered_on")
    if found.get("age_months") is None and isinstance(registered, float):
        found["age_months"] = months_between(date.fromordinal(int(registered)), on)
    return found


def months_between(first: date, on: date) -> float | None:
    """Count full months; None when `on` lies before. Without a corresponding day the last of the month counts
    (Civil Code, article 202)."""
    if on < first:
        return None
    is_last = (date.fromordinal(on.toordinal() + 1)).month != on.month
    return float((on.year - first.year) * 12 + on.month - first.month - (first.day > on.day and not is_last))
