"""The filters over a list of cases: the everyday ones in sight, the rest folded, those set as chips."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from qifu.domain.appeals.flow import FLOWS, words
from qifu.domain.appeals.queries.catalogue import Catalogue, categories
from qifu.domain.appeals.queries.lists import Filters
from qifu.domain.people import queries as people
from qifu.domain.people.tree import Tree
from qifu.domain.registry import queries as registry
from qifu.entry.theme.needs import Options
from qifu.kernel.actor import Actor, Role

LATE = (("now", "已超期"), ("reply", "回复曾超期"), ("dispatch", "转办曾超期"), ("accept", "接单曾超期"))
ORDERS = (("burns", "先到期在前（只列在办）"), ("newest", "新提交在前"))
UNFILTERED = ("scope", "order")
STATES = tuple({state.name: state.label for flow in FLOWS.values() for state in flow.states.values()}.items())


@dataclass(frozen=True, slots=True)
class Field:
    """One filter as it is shown."""

    name: str
    label: str
    kind: str  # search, select, date
    value: str
    options: Options = ()
    is_folded: bool = True


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set, and the address without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Bar:
    shown: list[Field]
    folded: list[Field]
    chips: list[Chip]
    kept: list[tuple[str, str]]  # what goes along unseen
    clear: str

    @property
    def is_open(self) -> bool:
        return any(field.value for field in self.folded)


def bar(actor: Actor, filters: Filters, now: datetime) -> Bar:
    """The bar of a list, with what is set."""
    values = {name: _text(value) for name, value in asdict(filters).items()}
    fields = _fields(actor, values, now)
    unseen = {name: values[name] for name in ("scope", "enterprise", "building") if values[name]}
    chips = [
        *(_chip(values, f.name, f.label, _said(f)) for f in fields if f.value and f.name != "order"),
        *_fixed(values),
    ]
    return Bar(
        shown=[f for f in fields if not f.is_folded],
        folded=[f for f in fields if f.is_folded],
        chips=chips,
        kept=list(unseen.items()),
        clear="?" + urlencode({"scope": filters.scope}),
    )


def is_set(filters: Filters) -> bool:
    """Whether anything cuts the list."""
    return any(value for name, value in asdict(filters).items() if name not in UNFILTERED)


def unit_choices(*kinds: str) -> Options:
    """Units in use, grouped by kind."""
    return _unit_choices(people.unit_tree(), kinds)


@lru_cache(maxsize=16)
def _unit_choices(tree: Tree, kinds: tuple[str, ...]) -> Options:
    groups: dict[str, list[tuple[str, str]]] = {}
    for unit, _ in tree.walk():
        if unit.is_active and (not kinds or unit.kind in kinds):
            groups.setdefault(unit.kind_label, []).append((str(unit.id), unit.name))
    return tuple((label, tuple(units)) for label, units in groups.items())


def category_choices(value: str = "id") -> Options:
    """Categories of the second level, grouped by the first; by id or by code."""
    return _category_choices(categories(), value)


@lru_cache(maxsize=8)
def _category_choices(catalogue: Catalogue, value: str) -> Options:
    return tuple(
        (top.name, tuple((str(getattr(below, value)), below.name) for below in catalogue.below(top.id)))
        for top in catalogue.tops()
    )


def _fields(actor: Actor, values: dict[str, str], now: datetime) -> list[Field]:
    units, v = unit_choices(), values
    found = [
        Field("q", "搜索", "search", v["q"], is_folded=False),
        Field("state", "状态", "select", v["state"], STATES, is_folded=False),
        Field("category", "分类", "select", v["category"], _both_levels(categories()), is_folded=False),
        Field("unit", "承办单位", "select", v["unit"], units, is_folded=False),
        Field("late", "时限", "select", v["late"], LATE, is_folded=False),
        Field("order", "排序", "select", v["order"], ORDERS, is_folded=False),
        Field("kind", "类型", "select", v["kind"], words.KINDS),
        Field("channel", "渠道", "select", v["channel"], words.CHANNELS),
        Field("urgency", "紧急程度", "select", v["urgency"], words.URGENCIES),
        Field("street", "街道", "select", v["street"], unit_choices("street")),
        Field("outcome", "办理结果", "select", v["outcome"], words.OUTCOMES),
        Field("closed_how", "办结方式", "select", v["closed_how"], words.CLOSINGS),
        Field("since", "提交日期起", "date", v["since"]),
        Field("until", "提交日期止", "date", v["until"]),
    ]
    own = sorted(actor.units(Role.HANDLER))
    if own or v["handler"]:
        staff = tuple((str(p.id), p.name) for unit in own[:3] for p in people.staff_of_unit(unit, now))
        found.append(Field("handler", "经办人", "select", v["handler"], staff))
    return found


@lru_cache(maxsize=4)
def _both_levels(catalogue: Catalogue) -> Options:
    return tuple(
        (top.name, ((str(top.id), f"{top.name}（全部）"), *((str(c.id), c.name) for c in catalogue.below(top.id))))
        for top in catalogue.tops()
    )


def _fixed(values: dict[str, str]) -> list[Chip]:
    """Filters that come with a link from elsewhere and have no field."""
    chips = []
    if values["enterprise"]:
        brief = registry.brief([int(values["enterprise"])]).get(int(values["enterprise"]))
        chips.append(_chip(values, "enterprise", "企业", brief.name if brief else "未知"))
    if values["building"]:
        chips.append(_chip(values, "building", "楼宇", f"编号 {values['building']}"))
    return chips


def _chip(values: dict[str, str], name: str, label: str, said: str) -> Chip:
    rest = {key: value for key, value in values.items() if value and key != name}
    return Chip(label, said, "?" + urlencode(rest))


def _said(field: Field) -> str:
    for value, label in field.options:
        pairs = label if isinstance(label, list | tuple) else [(value, label)]
        for one, spoken in pairs:
            if one == field.value:
                return str(spoken)
    return field.value


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
