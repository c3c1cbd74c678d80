"""What the address of a list asks for: search, filters, order and page; anything else in it is passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.http import QueryDict

from qifu.domain.people import queries as people
from qifu.domain.registry import queries
from qifu.domain.registry.queries import Filters
from qifu.engines.codes import industries
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as asked for."""

    q: str
    filters: Filters
    sort: str
    cursor: str

    @property
    def values(self) -> dict[str, str]:
        """What stands in the address, for the filter bar."""
        told = {name: str(value) if value is not None else "" for name, value in asdict(self.filters).items()}
        return {**told, "q": self.q, "sort": self.sort if self.sort != "recent" else ""}


def as_query(values: Mapping[str, str]) -> QueryDict:
    """What was kept of an address, as an address."""
    query = QueryDict(mutable=True)
    query.update(dict(values))
    return query


def read(query: QueryDict) -> Asked:
    """Read the address; values that are none of ours count as not set."""
    street = query.get("street", "")
    sections = {each.code for each in industries.sections()}
    filters = Filters(
        street=int(street) if street.isascii() and street.isdecimal() and len(street) < 18 else None,
        section=_one_of(query.get("section", ""), sections),
        size=_one_of(query.get("size", ""), {value for value, _ in queries.sizes()}),
        mark=_one_of(query.get("mark", ""), {value for value, _ in queries.mark_kinds()}),
        status=_one_of(query.get("status", ""), {value for value, _ in queries.statuses()}),
    )
    sort = _one_of(query.get("sort", ""), set(queries.SORTS)) or "recent"
    return Asked(query.get("q", "").strip()[:LONGEST], filters, sort, query.get("cursor", "")[:150])


def bar(asked: Asked) -> FilterBar:
    """The filters over the list of enterprises."""
    streets = [Choice(str(unit.id), unit.short_name) for unit in people.units("street")]
    sections = [Choice(each.code, f"{each.code} {each.name}") for each in industries.sections()]
    return FilterBar(
        fields=(
            Filter("q", "企业", "search", placeholder="名称片段、拼音首字母（whjz）、信用代码"),
            Filter("street", "街道", choices=streets),
            Filter("section", "行业门类", choices=sections),
            Filter("size", "规模", choices=_choices(queries.sizes())),
            Filter("mark", "标识", choices=_choices(queries.mark_kinds())),
            Filter("status", "状态", choices=_choices(queries.statuses())),
        ),
        values=asked.values,
    )


def _choices(pairs: tuple[tuple[str, str], ...]) -> list[Choice]:
    return [Choice(value, label) for value, label in pairs]


def _one_of(value: str, known: set[str]) -> str:
    return value if value in known else ""


def searched(q: str, state: str, usual: str, placeholder: str) -> FilterBar:
    """A search box over a queue whose state stands in the address."""
    values = {"q": q, "state": state if state != usual else ""}
    return FilterBar(fields=(Filter("q", "查找", "search", placeholder=placeholder),), values=values, keep=("state",))
