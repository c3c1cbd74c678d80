"""From open rows of sources to what stands of an enterprise. Pure, but for the table of sources handed in.

A field of which a complete list says nothing takes that list's value of absence: who is not on the list of high-tech
enterprises is none. The size class follows from the figures that stand; the R&D ratio too where nobody reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qifu.domain.registry.standing import Believed, Claim, Why, stand
from qifu.engines.codes.sizes import size_class
from qifu.engines.eligibility import catalogue

DERIVED = ("size_class", "rd_ratio")
UNKEPT = frozenset({"enterprise_id", "age_months", "typed_code"})  # follow from others, or say only what was typed
AS_WRITTEN = ("written", "typed_code")  # how one version of a list writes a row: says nothing of the next


@dataclass(frozen=True, slots=True)
class Said:
    """One open row of a source."""

    row: int
    source: int
    as_of: date
    learned: float
    values: Mapping[str, object]
    days: Mapping[str, str] | None = None  # of values that are older than the row
    is_own: bool = True  # of the enterprise itself, not of one merged into it


@dataclass(frozen=True, slots=True)
class Complete:
    """A complete list: what is true of whoever is not on it, as of its day."""

    source: int
    as_of: date
    absent: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What stands: field → value, field → (row, source, why); and when to look again."""

    values: dict[str, object]
    stands: dict[str, list[object]]
    review_on: date | None


Sources = Mapping[int, Believed]


def claims(said: Sequence[Said], complete: Iterable[Complete], sources: Sources) -> dict[str, list[Claim]]:
    """Return all claims by field, those of complete lists that say nothing of the enterprise included."""
    return {
        field: [_claim(field, one, value, sources) for one, value in held]
        for field, held in _gathered(said, complete).items()
    }


_Told = tuple["Said | Complete", object]


def _gathered(said: Sequence[Said], complete: Iterable[Complete]) -> dict[str, list[_Told]]:
    found: dict[str, list[_Told]] = {}
    spoken: dict[int, set[str]] = {}
    for one in said:
        spoken.setdefault(one.source, set()).update(one.values)
        for field, value in one.values.items():
            held = found.get(field)
            if held is None:
                found[field] = [(one, value)]
            else:
                held.append((one, value))
    for listed in complete:
        silent = spoken.get(listed.source, ())
        for field, value in listed.absent.items():
            if field not in silent:
                found.setdefault(field, []).append((listed, value))
    return found


def _claim(field: str, one: Said | Complete, value: object, sources: Sources) -> Claim:
    if isinstance(one, Complete):
        return Claim(value, sources[one.source], one.as_of, 0.0)
    day = date.fromisoformat(one.days[field]) if one.days and field in one.days else one.as_of
    return Claim(value, sources[one.source], day, one.learned, one.row, one.is_own)


def reckon(said: Sequence[Said], complete: Iterable[Complete], sources: Sources, on: date) -> Reckoned:
    """Say what stands on the day."""
    values: dict[str, object] = {}
    stands: dict[str, list[object]] = {}
    review: date | None = None
    for field, held in _gathered(said, complete).items():
        if field in UNKEPT:
            continue
        one, value = held[0]
        if len(held) == 1 and not sources[one.source].is_word:  # four of five: spared the weighing, for speed
            values[field] = value
            stands[field] = [one.row if isinstance(one, Said) else 0, one.source, "only"]
            continue
        chosen = stand(field, [_claim(field, one, value, sources) for one, value in held], on)
        values[field] = chosen.claim.value
        stands[field] = [chosen.claim.row, chosen.claim.source.id, chosen.why.value]
        if chosen.review_on is not None and (review is None or chosen.review_on < review):
            review = chosen.review_on
    _derive(values, stands)
    return Reckoned(values, stands, review)


def _derive(values: dict[str, object], stands: dict[str, list[object]]) -> None:
    size = _size(values)
    if size and stands.get("size_class", ["", "", ""])[2] != Why.WORD:
        values["size_class"], stands["size_class"] = size, [0, 0, Why.COMPUTED.value]
    spent, revenue = values.get("rd_expense"), values.get("revenue")
    if "rd_ratio" not in values and isinstance(spent, int | float) and isinstance(revenue, int | float) and revenue > 0:
        values["rd_ratio"], stands["rd_ratio"] = round(spent / revenue, 4), [0, 0, Why.COMPUTED.value]


def _size(values: Mapping[str, object]) -> str:
    industry, heads = values.get("industry"), values.get("employees")
    if not isinstance(industry, str) or not (heads is None or (isinstance(heads, int) and heads >= 0)):
        return ""
    answer = size_class(industry, heads, _figure(values.get("revenue")), _figure(values.get("assets")))
    return answer.size.value if answer.size else ""


def _figure(value: object) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) else None


def plain(value: object) -> object:
    """A value as rows keep it: figures as numbers, days as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def written(value: object) -> object:
    """A value as evidence keeps it: numbers with fractions as text."""
    return str(Decimal(str(value))) if isinstance(value, float) else value


def typed(field: str, value: object) -> object:
    """A value of the catalogue in its own type: figures as Decimal, counts as int, days as dates."""
    held = catalogue().get(field)
    if held is None or value is None:
        return value
    if held.type == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if held.type == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


def last_year_end(day: date) -> date:
    """The last day of the year before, of which yearly figures speak."""
    return date(day.year, 1, 1) - timedelta(days=1)
