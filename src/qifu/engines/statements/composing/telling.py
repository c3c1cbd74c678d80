"""The text of final accounts from figures and from what officers said; what nobody said yet is a need, and a slot in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qifu.engines.statements.model import Form, Model, Paragraph
from qifu.engines.statements.money import ZERO
from qifu.engines.statements.reading.claims import claims_of, without_unit
from qifu.engines.statements.relations import cells_of
from qifu.engines.statements.writing.explain import (
    SLOT,
    Facts,
    explain,
    full_name,
    grand_total,
    in_change,
    in_percent,
    item_rows,
)

SHARED = (
    "income",
    "expenditure",
    "fiscal",
    "general",
)  # what holds for the whole holds for them, unless said otherwise
TITLES = {
    "overall": "收、支总计增减的主要原因",
    "income": "收入合计增减的主要原因",
    "expenditure": "支出合计增减的主要原因",
    "fiscal": "财政拨款收、支总计增减的主要原因",
    "general": "一般公共预算财政拨款支出增减的主要原因",
}
_MARK = "〖原因〗"
_TOTALS = {  # topic → the cell whose change from the year before its section tells
    "overall": ("T01", "income:grand", "amount"),
    "income": ("T02", "", "total"),
    "expenditure": ("T03", "", "total"),
    "fiscal": ("T04", "income:grand", "total"),
    "general": ("T05", "", "total"),
}


@dataclass(frozen=True)
class Given:
    """What a disclosure tells beyond its statements: 万元, counts by item, words by place."""

    initial: Mapping[str, Decimal] = field(default_factory=dict)  # 项 of the general budget → initial budget
    prior: Model | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int | None] = field(default_factory=dict)
    goods: Decimal = ZERO
    works: Decimal = ZERO
    services: Decimal = ZERO
    small: Decimal = ZERO
    key_work: tuple[tuple[str, str], ...] = ()
    published: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """A place that an officer fills: its name, what is asked, what the figures say, and what is said there now."""

    place: str
    label: str
    hint: str
    said: str = ""
    by_number: bool = False  # a number of the year, said on its own page

    @property
    def is_open(self) -> bool:
        return not self.said


def told(model: Model, given: Given) -> tuple[Model, tuple[Need, ...]]:
    """Give statements and forms their text; every place that officers fill, those still empty among them."""
    needs = tuple(_needs(model, given))
    filled = {one.place: one.said for one in needs}
    text = tuple(_text(model, given, filled))
    claims = tuple(without_unit(claim, model.document.unit) for claim in claims_of(text))
    return replace(model, text=text, claims=claims), needs


def _needs(model: Model, given: Given) -> Iterator[Need]:
    words = given.words
    yield Need("duties", "主要职责（一行一条）", "按“三定”规定填写，每条不带序号和句号。", words.get("duties", ""))
    yield Need("offices", "内设机构", "例如：综合科、企业服务科、信息科", words.get("offices", ""))
    cells, before = cells_of(model), cells_of(given.prior) if given.prior else {}
    for topic, label in TITLES.items():
        now, was = cells.get(_TOTALS[topic]) or ZERO, before.get(_TOTALS[topic])
        shared = words.get("overall", "") if topic in SHARED else ""
        yield Need(topic, label, f"比上年{in_change(now, was)}", words.get(topic, "") or shared)
    for row in item_rows(model.tables.get("T05")):
        spent, planned = row.amounts.get("total") or ZERO, given.initial.get(row.code, ZERO)
        if spent != planned:
            rate = f"，完成年初预算的 {in_percent(spent, planned)}%" if planned else ""
            hint = f"年初预算 {planned:.2f} 万元，决算 {spent:.2f} 万元{rate}"
            place = f"item:{row.code}"
            yield Need(place, f"{row.code} {row.name}：决算与年初预算不同的原因", hint, words.get(place, ""))
    for name, label in NUMBERS.items():
        said = given.numbers.get(name)
        yield Need(f"number:{name}", label, "在“年度数据”里登记，并写明依据。", "" if said is None else str(said), True)


NUMBERS = {
    "trips": "因公出国（境）团组数",
    "travellers": "因公出国（境）人次",
    "cars_bought": "公务用车购置数",
    "cars": "公务用车保有量",
    "receptions": "国内公务接待批次",
    "guests": "国内公务接待人次",
    "equipment": "单价 100 万元以上设备",
}


def _text(model: Model, given: Given, said: Mapping[str, str]) -> Iterator[Paragraph]:
    """The official order; each section is worded with its own year before and its own reason."""
    worded = {topic: explain(model, _facts(model, given, said, topic)) for topic in ("overall", *SHARED)}
    items = {full_name(row, model.document.year or 0): row.code for row in item_rows(model.tables.get("T05"))}
    for places in zip(*worded.values(), strict=True):
        at = dict(zip(worded, places, strict=True))
        one = at.get(places[0].topic, places[0])
        if _MARK in one.text:
            code = next((code for name, code in items.items() if f".{name}。" in one.text), "")
            place = f"item:{code}" if code else one.topic
            one = replace(one, text=one.text.replace(_MARK, said.get(place) or SLOT))
        yield from _own_words(one, model, given)


def _facts(model: Model, given: Given, said: Mapping[str, str], topic: str) -> Facts:
    total = _prior(given.prior, topic)
    return Facts(
        prior_total=total,
        prior_general=_prior(given.prior, "general"),
        initial={row.code: given.initial.get(row.code, ZERO) for row in item_rows(model.tables.get("T05"))},
        reason=_MARK,
        duties=tuple(line.strip("。； ") for line in said["duties"].splitlines() if line.strip()) or (SLOT,),
        offices=said["offices"].strip("。 ") or SLOT,
        goods=given.goods,
        works=given.works,
        services=given.services,
        medium_share=given.small,
        key_work=given.key_work,
        published=given.published,
    )


def _prior(model: Model | None, topic: str) -> Decimal | None:
    if model is None:
        return None
    table, row, column = _TOTALS[topic]
    if row.endswith(":grand"):
        return grand_total(model.tables.get(table), column)
    return cells_of(model).get((table, row, column)) or ZERO


def _own_words(one: Paragraph, model: Model, given: Given) -> Iterator[Paragraph]:
    """What the usual wording cannot know: counts, assets, what projects have brought."""
    year, unit = model.document.year, model.document.unit
    if one.kind == "heading":
        yield one
    elif one.topic == "hospitality" and one.section == "九(二)":
        yield replace(one, text=one.text + _counted(one.text, given, year or 0))
    elif one.topic == "assets":
        cars, machines = _number(given, "cars"), _number(given, "equipment")
        have = f"共有车辆{cars}辆" if cars != "0" else "无车辆"
        more = f"单价100万元（含）以上设备{machines}台（套）" if machines != "0" else "无单价100万元（含）以上设备"
        yield replace(one, text=f"截至{year}年12月31日，{unit}{have}，{more}。")
    elif one.topic == "performance" and "项目绩效自评综述" in one.text:
        form = next((form for form in model.forms if f".{form.name}项目绩效自评综述" in one.text), None)
        yield replace(one, text=one.text.replace("按计划完成年度工作", _brought(form) if form else SLOT))
    else:
        yield one


def _counted(text: str, given: Given, year: int) -> str:
    if "因公出国" in text:
        return f"全年因公出国（境）团组{_number(given, 'trips')}个，{_number(given, 'travellers')}人次。"
    if "公务用车" in text:
        return (
            f"{year}年度公务用车购置{_number(given, 'cars_bought')}辆，年末公务用车保有量{_number(given, 'cars')}辆。"
        )
    return f"{year}年度国内公务接待{_number(given, 'receptions')}批次，{_number(given, 'guests')}人次。"


def _number(given: Given, name: str) -> str:
    value = given.numbers.get(name)
    return SLOT if value is None else str(value)


def _brought(form: Form) -> str:
    """The first three indicators with what came of them."""
    lines: Sequence[str] = [f"{one.name}{one.actual}" for one in form.indicators if one.actual][:3]
    return "、".join(lines) or "按计划完成年度工作"


__all__ = ["NUMBERS", "TITLES", "Given", "Need", "told"]
