"""The field catalogue: what a condition may ask of an enterprise; name, type, unit, label, definition and source.

Money is in 万元 of the last full year, ratios are written 0.035. `data/fields.csv` and `data/members.csv` hold the
catalogue; organisation forms come from `qifu.engines.codes.legal_forms`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from qifu.engines.codes import legal_forms

NUMERIC = frozenset({"number", "integer"})
ORDERED = frozenset({"number", "integer", "date"})
WORDED = frozenset({"text", "code"})
OPEN = frozenset({"legal_form"})  # a value outside the list is told, and still compared as text


class Change(StrEnum):
    """How a field can change, easiest first; what can `never` change is never proposed."""

    FIGURE = "figure"  # grows or shrinks with business
    STATUS = "status"  # is granted or lifted by an authority
    TIME = "time"  # comes or lapses with time alone
    IDENTITY = "identity"  # the firm would have to become another one
    NEVER = "never"


@dataclass(frozen=True, slots=True, eq=False)  # the catalogue holds each field once: it is equal to itself alone
class Field:
    """One field; `members` of an enumeration by code, `step` the smallest change of a number."""

    name: str
    type: str
    unit: str
    label: str
    definition: str
    supplier: str
    change: Change
    step: Decimal
    source: str
    members: Mapping[str, str]

    @property
    def is_ordered(self) -> bool:
        return self.type in ORDERED

    @property
    def is_open(self) -> bool:
        """Whether a value outside the known ones is told and still compared as text."""
        return self.type == "code" or self.name in OPEN

    def as_json(self) -> dict[str, object]:
        """The line of the catalogue that `qifu policies fields` prints."""
        told: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "unit": self.unit,
            "label": self.label,
            "definition": self.definition,
            "supplier": self.supplier,
            "source": self.source,
        }
        return told | ({"values": dict(self.members)} if self.members else {})


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _members() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"legal_form": {form.code: form.name for form in legal_forms.FORMS}}
    for row in _rows("members.csv"):
        found.setdefault(row["field"], {})[row["code"]] = row["label"]
    return found


@cache
def catalogue() -> Mapping[str, Field]:
    """All fields by name, in the order of the catalogue."""
    members = _members()
    return MappingProxyType({row["name"]: _field(row, members.get(row["name"], {})) for row in _rows("fields.csv")})


def _field(row: Mapping[str, str], members: Mapping[str, str]) -> Field:
    return Field(
        row["name"],
        row["type"],
        row["unit"],
        row["label"],
        row["definition"],
        row["supplier"],
        Change(row["change"]),
        Decimal(row["step"] or 0),
        row["source"],
        MappingProxyType(dict(members)),
    )
