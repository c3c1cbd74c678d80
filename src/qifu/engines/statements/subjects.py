"""Names of budget subjects by year: functional 类/款/项 (3, 5, 7 digits) and economic 类/款 (3, 5 digits).

`data/functional.csv` and `data/economic.csv` hold what the yearly 《政府收支分类科目》 names; `complete` marks a subject
whose children are all listed, so that a code missing below it is known to be unknown. Elsewhere nothing is claimed.
`source` says what a row was compared with: `notice` (a notice of the ministry that amends the subjects), `subjects` (the text
of the subjects of a year), `allotment` (a notice that passes money on and names its subject), `published` (a published budget,
account or form); empty: written down from professional knowledge and compared with nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .words import compact

SOURCE = "《政府收支分类科目》"
BORNE_OUT = {
    "notice": "财政部增设科目的通知",
    "subjects": "2024年科目的原文",
    "allotment": "下达资金的通知",
    "published": "已公开的预决算",
}
ECONOMIC_SINCE = 2018  # the two economic classifications in force replaced the earlier one in this year


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject under the name it bears in a span of years."""

    code: str
    name: str
    since: int
    until: int
    complete: bool
    source: str = ""


def rows(name: str) -> list[dict[str, str]]:
    """Read a table of this package's data."""
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def functional() -> dict[str, tuple[Subject, ...]]:
    """Code → the subject under each name it has borne, latest first."""
    found: dict[str, list[Subject]] = {}
    for row in rows("functional.csv"):
        since, until = int(row["from"] or 0), int(row["until"] or 9999)
        found.setdefault(row["code"], []).append(
            Subject(row["code"], row["name"], since, until, row["complete"] == "1", row["source"])
        )
    return {code: tuple(sorted(each, key=lambda subject: -subject.until)) for code, each in found.items()}


@cache
def economic() -> dict[str, str]:
    """Economic subjects of departments (3xx) and of government (5xx): code → name."""
    return {row["code"]: row["name"] for row in rows("economic.csv")}


def name_of(code: str, year: int = 0) -> str:
    """The official name of a functional subject in a year (0: the latest); empty when the table does not hold it."""
    known = functional().get(code, ())
    in_year = [subject for subject in known if subject.since <= year <= subject.until] if year else []
    chosen = in_year or list(known)
    return chosen[0].name if chosen else ""


def names_of(code: str) -> tuple[str, ...]:
    """All names that a functional or economic subject has borne."""
    if code in economic() and len(code) in (3, 5) and code[0] in "35":
        return (economic()[code],)
    return tuple(subject.name for subject in functional().get(code, ()))


@cache
def _complete_economic() -> frozenset[str]:
    return frozenset(row["code"] for row in rows("economic.csv") if row["complete"] == "1")


def is_unknown_economic(code: str, year: int) -> bool:
    """Whether an economic code is known not to exist in a year; nothing is claimed of years before the classification."""
    if year < ECONOMIC_SINCE or code in economic():
        return False
    of_class = code[:3] in _complete_economic() or code[:3] not in economic()
    return len(code) == 3 or (len(code) == 5 and of_class)


def is_unknown(code: str, year: int = 0) -> bool:
    """Whether a code is known not to exist: its parent's children are all listed and it is not one."""
    if code[:1] in ("3", "5"):
        return is_unknown_economic(code, year)
    if code in functional():
        return False
    parent = code[:-2]
    if len(code) not in (3, 5, 7):
        return False
    if len(code) == 3:
        return True
    if parent not in functional():
        return is_unknown(parent)
    return any(subject.complete for subject in functional()[parent])


def out_of_force(code: str, year: int) -> Subject | None:
    """The subject nearest to a year in which its code was not in force; `None` where it was, or nothing is known of it.

    That a code began is held only where a notice introduced it: other years of beginning are those of a name.
    """
    known = functional().get(code, ())
    if not year or not known:
        return None
    last, first = known[0], known[-1]
    if year > last.until:
        return last
    return first if year < first.since and first.source == "notice" else None


def borne_out(code: str, name: str = "") -> str:
    """What the row of a code (under a name; empty: any) was compared with, in words; empty where with nothing."""
    if len(code) in (3, 5) and code[:1] in ("3", "5"):
        return BORNE_OUT.get(_economic_sources().get(code, ""), "")
    found = (each.source for each in functional().get(code, ()) if each.source and name in ("", each.name))
    return BORNE_OUT.get(next(found, ""), "")


def siblings(code: str) -> list[str]:
    """The codes that the table holds beside a code: those below the same parent; for three digits, the 类 of its kind."""
    known = economic() if code[:1] in ("3", "5") else functional()
    parent = code[:-2] if len(code) > 3 else code[:1]
    return [each for each in known if len(each) == len(code) and each.startswith(parent)]


@cache
def _economic_sources() -> dict[str, str]:
    return {row["code"]: row["source"] for row in rows("economic.csv")}


@cache
def classes_by_name() -> dict[str, str]:
    """Compact name of a 类 in any year → its code."""
    return {compact(subject.name): code for code, each in functional().items() if len(code) == 3 for subject in each}


@cache
def codes_by_name() -> dict[str, tuple[str, ...]]:
    """Compact name → functional codes that bear or bore it."""
    found: dict[str, list[str]] = {}
    for code, each in functional().items():
        for subject in each:
            found.setdefault(compact(subject.name), []).append(code)
    return {name: tuple(dict.fromkeys(codes)) for name, codes in found.items()}


@cache
def economic_by_name() -> dict[str, tuple[str, ...]]:
    """Compact name → economic codes of departments."""
    found: dict[str, list[str]] = {}
    for code, name in economic().items():
        if code[0] == "3":
            found.setdefault(compact(name), []).append(code)
    return {name: tuple(codes) for name, codes in found.items()}


def class_of(name: str) -> str:
    """The code of the 类 whose name this is (in any year, with or without 支出); empty when none."""
    plain = compact(name)
    known = classes_by_name()
    return known.get(plain) or known.get(plain + "支出") or ""
