"""From a figure of the text back to what it says: a cell, a cell of the year before, a sum of the budget, or a quotient of two.

A figure is matched by its section, its sort and its value; where several cells hold the same amount, the one that its words
name is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from qifu.engines.statements.model import Claim, Model
from qifu.engines.statements.money import HUNDRED, ZERO, decimals, rounded
from qifu.engines.statements.relations import Key, cells_of
from qifu.engines.statements.words import compact

from .telling import Given

_TABLES = {
    "overall": ("T01",), "income": ("T02",), "expenditure": ("T03",), "fiscal": ("T04",), "general": ("T05", "T03"),
    "basic": ("T05", "T06"), "fund": ("T07",), "capital": ("T08",), "hospitality": ("T09",), "performance": ("T03",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """What a figure of the text is: one place, or two that it is made of.

    Places: `cell` key · `prior` key of last year · `initial` 项 ('' all) · `purchase` kind · `number` item · `form` place and field ·
    `indicator` form and place · `forms` all of
    projects · `said` place of an officer's words.
    """

    sort: str  # amount, share, change, change_rate, completion, count
    places: tuple[tuple[str, ...], ...]


def origins(model: Model, given: Given) -> dict[int, Origin]:
    """The origin of each claim, by its place; a claim without one is left out."""
    known = _Known(model, given)
    found = {number: known.origin(claim) for number, claim in enumerate(model.claims)}
    return {number: origin for number, origin in found.items() if origin is not None}


Amounts = list[tuple[tuple[str, ...], Decimal, str]]  # place, value, words that name it


class _Known:
    def __init__(self, model: Model, given: Given) -> None:
        self.model, self.given = model, given
        self.cells = {key: value for key, value in cells_of(model).items() if value is not None}
        self.prior = cells_of(given.prior) if given.prior is not None else {}
        self.names = _names(model)

    def origin(self, claim: Claim) -> Origin | None:
        return self._computed(claim) or self._said(claim)

    def _said(self, claim: Claim) -> Origin | None:
        """A figure that an officer wrote."""
        text = self.model.text[claim.paragraph].text
        for place, words in self.given.words.items():
            if claim.raw in words and words.strip("。； ") in text:
                return Origin("count", (("said", place),))
        return None

    def _computed(self, claim: Claim) -> Origin | None:
        if claim.section.startswith("works/"):
            return self._indicator(claim)
        if claim.unit in ("%", "个百分点"):
            return self._quotient(claim)
        if claim.unit != "万元":
            return self._count(claim)
        if claim.topic == "assets":
            return Origin("count", (("number", "equipment"),))  # the threshold from which machines are counted
        if claim.measure == "change":
            return self._change(claim)
        return self._amount(claim)

    def _tables(self, claim: Claim) -> tuple[str, ...]:
        return _TABLES.get(claim.topic, ())

    def _amounts(self, claim: Claim) -> Amounts:
        held: Amounts = []
        if claim.measure != "initial":
            held += [
                (("cell", *key), value, self.names.get(key, ""))
                for table in self._tables(claim)
                for key, value in self.cells.items()
                if key[0] == table
            ]
        if claim.topic == "general":
            held += [
                (("initial", code), value, self.names.get(("T05", code, "total"), ""))
                for code, value in self._initial()
            ]
        if claim.topic == "procurement":
            given = self.given
            kinds = {"goods": given.goods, "works": given.works, "services": given.services, "small": given.small}
            held += [(("purchase", kind), value, kind) for kind, value in kinds.items()]
            held.append((("purchase", ""), given.goods + given.works + given.services, "总额"))
        if claim.topic == "performance":
            held += list(self._forms())
        return held

    def _initial(self) -> Iterator[tuple[str, Decimal]]:
        rows = [key[1] for key in self.cells if key[0] == "T05" and len(key[1]) == 7 and key[2] == "total"]
        values = {code: self.given.initial.get(code, ZERO) for code in rows}
        yield "", sum(values.values(), ZERO)
        yield from values.items()

    def _forms(self) -> Iterator[tuple[tuple[str, ...], Decimal, str]]:
        money = ZERO
        for place, form in enumerate(self.model.forms):
            for name in ("budget", "executed"):
                value = getattr(form, name)
                if value is not None:
                    yield ("form", str(place), name), value, form.name
            money += (form.executed or ZERO) if form.kind == "project" else ZERO
        yield ("form", "", "executed"), money, "项目"

    def _amount(self, claim: Claim) -> Origin | None:
        held = [(place, words) for place, value, words in self._amounts(claim) if value == claim.value]
        if not held and claim.value == 0 and claim.topic == "hospitality":
            return None
        return Origin("amount", (_nearest(held, claim),)) if held else None

    def _pairs(self, claim: Claim) -> Iterator[tuple[Key, Decimal, Decimal]]:
        for table in self._tables(claim):
            for key, value in self.cells.items():
                before = self.prior.get(key)
                if key[0] == table and before is not None:
                    yield key, value, before

    def _change(self, claim: Claim) -> Origin | None:
        pairs = [key for key, now, before in self._pairs(claim) if abs(now - before) == claim.value]
        return _of_two_years("change", _whole(pairs)) if pairs else None

    def _quotient(self, claim: Claim) -> Origin | None:
        if claim.measure == "change_rate":
            pairs = [key for key, now, was in self._pairs(claim) if _is(claim.value, abs(now - was), was)]
            return _of_two_years("change_rate", _whole(pairs)) if pairs else None
        if claim.measure == "completion" and claim.topic == "general":
            initial = dict(self._initial())
            for key, value in self.cells.items():
                if key[0] == "T05" and key[2] == "total" and _is(claim.value, value, initial.get(key[1], ZERO)):
                    return Origin("completion", (("cell", *key), ("initial", key[1])))
            return None
        held = self._amounts(claim)
        found = [
            (part[0], whole[0], part[2])
            for part in held
            for whole in held
            if part[0] != whole[0] and _is(claim.value, part[1], whole[1]) and _fits(part[0], whole[0])
        ]
        if not found:
            return self._indicator(claim)
        named = [each for each in found if each[2] and compact(each[2]) in compact(claim.subject)]
        part, base, _ = min(named or found, key=lambda each: (each[1][2:3] not in (("",), ("income:grand",)), each[0]))
        return Origin("share", (part, base))

    def _count(self, claim: Claim) -> Origin | None:
        if claim.topic == "performance" and claim.unit == "个" and "涉及" in self._near(claim):
            return Origin("count", (("forms",),))
        if claim.topic in ("hospitality", "assets"):
            words = {
                "团组": "trips",
                "出国": "trips",
                "购置": "cars_bought",
                "保有": "cars",
                "车辆": "cars",
                "设备": "equipment",
            }
            units = {
                "批次": "receptions",
                "人次": "guests" if claim.raw and "接待" in self._near(claim) else "travellers",
            }
            item = units.get(claim.unit) or next((name for word, name in words.items() if word in claim.subject), "")
            return Origin("count", (("number", item),)) if item else None
        return self._indicator(claim)

    def _near(self, claim: Claim) -> str:
        return self.model.text[claim.paragraph].text[: claim.offset]

    def _indicator(self, claim: Claim) -> Origin | None:
        """The value of an indicator, repeated: in the review of a project or under the key work of the unit."""
        text, before = self.model.text[claim.paragraph].text, self._near(claim)
        is_work = claim.section.startswith("works/")
        for place, form in enumerate(self.model.forms):
            if form.kind == "unit" if is_work else form.name in text:
                for number, one in enumerate(form.indicators):
                    if before.endswith(one.name) and text.startswith(one.actual, claim.offset):
                        return Origin("count", (("indicator", str(place), str(number)),))
        return None


def _names(model: Model) -> Mapping[Key, str]:
    found: dict[Key, str] = {}
    for name, table in model.tables.items():
        for row in table.rows:
            for column in row.amounts:
                found[name, row.code, column] = row.name
    return found


def _nearest(held: list[tuple[tuple[str, ...], str]], claim: Claim) -> tuple[str, ...]:
    words = compact(claim.item or claim.subject)
    wanted = {"基本支出": "basic", "项目支出": "project"}.get(claim.subject)
    rank = [
        (
            bool(wanted) and wanted != place[-1],
            not (name and compact(name) in words),
            place[0] != "cell",
            len(place),
            place,
        )
        for place, name in held
    ]
    return min(rank)[-1]


def _whole(keys: list[Key]) -> Key:
    """The total where it is among them."""
    return min(keys, key=lambda key: (key[1] not in ("", "income:grand"), key))


def _of_two_years(sort: str, key: Key) -> Origin:
    return Origin(sort, (("cell", *key), ("prior", *key)))


def _is(printed: Decimal, part: Decimal, whole: Decimal) -> bool:
    if whole == 0:
        return printed == 0 and part == 0
    return rounded(part / whole * HUNDRED, decimals(printed)) == printed


def _fits(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether a share may be told of these two: a part of the same kind, against a total."""
    if whole[0] == "cell":
        return whole[2] in ("", "income:grand") or (part[0] == "cell" and part[2] == whole[2])
    return whole in (("purchase", ""), ("form", "", "executed")) or (part[:2] == whole[:2] and part[0] == "form")
