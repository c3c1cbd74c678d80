"""A printed figure opened: how it is defined, what it is made of, the rows that add up to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from qifu.domain.disclosure.composing import Composed
from qifu.domain.disclosure.models.budgets import ITEMS
from qifu.domain.disclosure.rows import Rowed, behind
from qifu.engines.statements.composing import Term
from qifu.engines.statements.composing.books import in_wan
from qifu.engines.statements.layouts import column_name, keyed, layout
from qifu.engines.statements.model import Form
from qifu.engines.statements.money import HUNDRED, ZERO, rounded
from qifu.engines.statements.relations import cells_of
from qifu.kernel.errors import Missing

Place = tuple[str, ...]
Prior = Callable[[], Composed | None]
BOOKS = {
    "income": "已登记凭证的预算收入科目贷方减借方",
    "spent": "已登记凭证的预算支出科目借方减贷方，含冲销，不含年末结转",
    "initial": "已批准的年初预算",
    "adjusted": "已批准的年初预算、上年结转和预算调整之和",
    "opening_income": "以前年度的预算收入",
    "opening_spent": "以前年度的预算支出（相减）",
    "purchase": "当年签订并登记的政府采购合同",
    "number": "财务绩效人员登记的年度数据",
}
_PURCHASES = {
    "": "政府采购支出总额",
    "goods": "货物",
    "works": "工程",
    "services": "服务",
    "small": "授予中小企业合同金额",
}
_FORMS = {"budget": "预算数", "executed": "执行数", "basic": "基本支出总额", "project": "项目支出总额", "rate": "执行率",
          "score": "预算执行得分", "total_score": "总分"}  # fmt: skip
_SORTS = {
    "share": "{0} ÷ {1}",
    "change": "｜{0} － {1}｜",
    "change_rate": "｜{0} － {1}｜ ÷ {1}",
    "completion": "{0} ÷ {1}",
}


@dataclass(frozen=True)
class Figure:
    """One figure. Either rows add up to it, or it is made of two others, or a record proves it."""

    place: Place
    title: str
    printed: str
    definition: str
    value: Decimal | None = None
    unit: str = "万元"
    rows: Sequence[tuple[Rowed, Decimal]] = ()
    parts: Sequence[Figure] = ()
    formula: str = ""
    proof: str = ""  # snapshot:number, or where it is proved
    table: str = ""  # of which statement it is a cell
    key: Place = field(default=())  # of the cell, for its course over years

    @property
    def sum(self) -> Decimal:
        """What the rows add up to; of money in 元."""
        return sum((amount for _, amount in self.rows), ZERO)

    @property
    def is_whole(self) -> bool:
        """Whether what is printed is what rows, parts or proof give."""
        if self.parts:
            return all(part.is_whole for part in self.parts) and self._follows()
        if self.proof:
            return True
        given = in_wan(self.sum) if self.unit == "万元" else self.sum
        return self.value is not None and given == self.value

    def _follows(self) -> bool:
        values = [part.value or ZERO for part in self.parts]
        return self.value is None or self.value in (_made(self.formula, values, places) for places in (0, 1, 2))


def _made(formula: str, values: Sequence[Decimal], places: int) -> Decimal | None:
    one, two = values[0], values[1] if len(values) > 1 else ZERO
    if formula == "sum":
        return sum(values, ZERO)
    if formula == "change":
        return abs(one - two)
    if formula == "score":
        return rounded(one * two / HUNDRED, 2)
    above = abs(one - two) if formula == "change_rate" else one
    return rounded(above / two * HUNDRED, places) if two else ZERO


def places(made: Composed) -> Iterator[Place]:
    """Every figure that the disclosure prints."""
    yield from (("cell", *key) for key, value in cells_of(made.model).items() if value is not None)
    yield from (("claim", str(number)) for number in range(len(made.model.claims)))
    for place, form in enumerate(made.model.forms):
        for name in _FORMS:
            if getattr(form, name) not in (None, ""):
                yield "form", str(place), name
        yield from (("indicator", str(place), str(number)) for number, one in enumerate(form.indicators) if one.actual)


def opened(made: Composed, place: Place, prior: Prior) -> Figure:
    """Open a figure.

    :raises Missing: the disclosure prints none there, or nothing stands behind it.
    """
    try:
        return _OPENED[place[0]](made, place, prior)
    except (KeyError, IndexError, ValueError):
        raise Missing("没有这个数据，可能已随草稿变化。请从公开文本重新选择。") from None


def _cell(made: Composed, place: Place, prior: Prior) -> Figure:
    table, row, column = place[1:]
    key = (table, row, column)
    value, terms = cells_of(made.model)[key], made.terms[key]
    printed = "" if value is None else f"{value:f}"
    title = f"{layout(table).name} · {_row_name(made, table, row)} · {_column(table, column)}"
    return Figure(
        place, title, printed, _definition(terms), value if value is not None else ZERO,
        rows=behind(made.rows, terms), table=table, key=key,
    )  # fmt: skip


def _prior(made: Composed, place: Place, prior: Prior) -> Figure:
    before = prior()
    if before is None:
        raise KeyError
    found = _cell(before, ("cell", *place[1:]), prior)
    year = before.model.document.year
    return Figure(
        place, f"{year} 年度{found.title}", found.printed, found.definition, found.value, rows=found.rows,
        table=found.table, key=found.key,
    )  # fmt: skip


def _initial(made: Composed, place: Place, prior: Prior) -> Figure:
    code = place[1]
    general = made.model.tables["T05"]
    codes = [code] if code else [row.code for row in general.rows if len(row.code) == 7 and row.amounts.get("total")]
    terms = tuple(Term("initial", functional=each, moneys=("general",)) for each in codes)
    row = general.row(code)
    title = f"年初预算 · {row.name if row and code else '所列科目合计'}"
    if code:
        value = made.given.initial.get(code, ZERO)
        return Figure(place, title, f"{value:f}", _definition(terms), value, rows=behind(made.rows, terms))
    parts = [_initial(made, ("initial", each), prior) for each in codes]
    value = sum((part.value or ZERO for part in parts), ZERO)
    return Figure(place, title, f"{value:f}", _definition(terms), value, parts=parts, formula="sum")


def _purchase(made: Composed, place: Place, prior: Prior) -> Figure:
    kind, given = place[1], made.given
    values = {"goods": given.goods, "works": given.works, "services": given.services, "small": given.small}
    title = f"政府采购 · {_PURCHASES[kind]}"
    if not kind:
        parts = [_purchase(made, ("purchase", each), prior) for each in ("goods", "works", "services")]
        value = sum((part.value or ZERO for part in parts), ZERO)
        return Figure(place, title, f"{value:f}", BOOKS["purchase"] + "。", value, parts=parts, formula="sum")
    term = Term("purchase", moneys=("small",)) if kind == "small" else Term("purchase", column=kind)
    value = values[kind]
    return Figure(place, title, f"{value:f}", _definition((term,)), value, rows=behind(made.rows, (term,)))


def _number(made: Composed, place: Place, prior: Prior) -> Figure:
    item = place[1]
    label, unit = ITEMS[item]
    value = made.given.numbers.get(item)
    rows = behind(made.rows, (Term("number", column=item),))
    return Figure(
        place, label, str(value), BOOKS["number"] + "。", Decimal(value) if value is not None else None, unit, rows
    )


def _form(made: Composed, place: Place, prior: Prior) -> Figure:
    if not place[1]:
        parts = [
            _form(made, ("form", str(at), place[2]), prior)
            for at, form in enumerate(made.model.forms)
            if form.kind == "project"
        ]
        value = sum((part.value or ZERO for part in parts), ZERO)
        return Figure(
            place, "各项目自评表执行数合计", f"{value:f}", "各项目自评表执行数之和。", value, parts=parts, formula="sum"
        )
    form, name = made.model.forms[int(place[1])], place[2]
    title = f"{form.title} · {_FORMS[name]}"
    if name in ("rate", "score", "total_score"):
        return _of_form(made, form, place, title, prior)
    column = name if name in ("basic", "project") else ""
    term = Term("adjusted" if name == "budget" else "spent", column=column, project=made.projects.get(place[1], ""))
    value = getattr(form, name)
    return Figure(place, title, f"{value:f}", _definition((term,)), value, rows=behind(made.rows, (term,)))


def _of_form(made: Composed, form: Form, place: Place, title: str, prior: Prior) -> Figure:
    at, name = place[1], place[2]
    if name == "rate":
        parts = [_form(made, ("form", at, each), prior) for each in ("executed", "budget")]
        return Figure(
            place,
            title,
            form.rate,
            "执行数 ÷ 预算数。",
            Decimal(form.rate.rstrip("%")),
            "%",
            parts=parts,
            formula="share",
        )
    if name == "score":
        full = Figure(
            ("full",), "预算执行满分", f"{form.full}", "自评表计分办法。", form.full, "分", proof="自评表计分办法"
        )
        rate = _form(made, ("form", at, "rate"), prior)
        return Figure(
            place, title, f"{form.score}", "满分 × 执行率。", form.score, "分", parts=[full, rate], formula="score"
        )
    points = [
        Figure(
            ("indicator", at, str(number)),
            one.name,
            one.score,
            "自评表计分办法。",
            Decimal(one.score),
            "分",
            proof=_proof(made, at, number),
        )
        for number, one in enumerate(form.indicators)
        if one.score
    ]
    parts = [_form(made, ("form", at, "score"), prior), *points]
    return Figure(
        place,
        title,
        f"{form.total_score}",
        "预算执行得分与各指标得分之和。",
        form.total_score,
        "分",
        parts=parts,
        formula="sum",
    )


def _indicator(made: Composed, place: Place, prior: Prior) -> Figure:
    form, number = made.model.forms[int(place[1])], int(place[2])
    one = form.indicators[number]
    return Figure(
        place, f"{form.title} · {one.name}", one.actual, f"目标值 {one.target}，{one.level1}／{one.level2}。", None, "",
        proof=_proof(made, place[1], number),
    )  # fmt: skip


def _proof(made: Composed, at: str, number: int) -> str:
    return made.proofs[f"{at}:{number}"]


def _forms(made: Composed, place: Place, prior: Prior) -> Figure:
    names = [form.title for form in made.model.forms if form.kind == "project"]
    return Figure(
        place, "绩效自评的项目个数", str(len(names)), "已复核通过的项目自评表份数。", None, "个", proof="；".join(names)
    )


def _said(made: Composed, place: Place, prior: Prior) -> Figure:
    return Figure(
        place, "编制人填写的文字", "", "由编制人写明，不由系统计算。", None, "", proof=made.given.words[place[1]]
    )


def _claim(made: Composed, place: Place, prior: Prior) -> Figure:
    number = int(place[1])
    claim, origin = made.model.claims[number], made.origins[number]
    if len(origin.places) == 1:
        return opened(made, origin.places[0], prior)
    parts = [opened(made, each, prior) for each in origin.places]
    said = _SORTS[origin.sort].format(*(part.title for part in parts))
    return Figure(
        place, f"{claim.subject or claim.raw}", claim.raw, f"{said}。", claim.value, claim.unit, parts=parts,
        formula=origin.sort,
    )  # fmt: skip


_OPENED: dict[str, Callable[[Composed, Place, Prior], Figure]] = {
    "cell": _cell,
    "prior": _prior,
    "initial": _initial,
    "purchase": _purchase,
    "number": _number,
    "form": _form,
    "indicator": _indicator,
    "forms": _forms,
    "said": _said,
    "claim": _claim,
}


def _definition(terms: Sequence[Term]) -> str:
    """What the terms say, in a sentence."""
    if not terms:
        return "当年没有发生。"
    said = []
    for term in terms:
        held = [
            f"科目 {term.functional}" if term.functional else "",
            f"经济分类 {'、'.join(term.economic)}" if term.economic else "",
        ]
        held.append({"basic": "基本支出", "project": "项目支出"}.get(term.column, ""))
        cut = "，".join(each for each in held if each)
        said.append(BOOKS[term.book] + (f"（{cut}）" if cut else ""))
    return "；".join(dict.fromkeys(said)) + "。以元合计后折算为万元，保留两位小数。"


def _row_name(made: Composed, table: str, row: str) -> str:
    statement = made.model.tables[table]
    side, _, key = row.rpartition(":")
    if side:
        return keyed(getattr(statement, side))[key].name
    names = {"": "合计", "budget": "预算数", "actual": "决算数", "personnel": "人员经费合计", "public": "公用经费合计"}
    found = statement.row(row)
    return names.get(row) or (f"{row} {found.name}" if found else row)


def _column(table: str, column: str) -> str:
    return column_name(table, column)
