"""A disclosure put together: rows become books, books statements; forms and words join, and the auditor reads the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from qifu.domain.disclosure.models import Project
from qifu.domain.disclosure.rows import Rowed, books_of, rows_of
from qifu.domain.performance import queries as performance
from qifu.engines.calendar import SHANGHAI
from qifu.engines.statements import Model, audit
from qifu.engines.statements.audit import Report
from qifu.engines.statements.composing import Given, Need, Origin, Term, origins, statements, told
from qifu.engines.statements.composing.books import in_wan
from qifu.engines.statements.model import Document, Form, Goal, Indicator
from qifu.engines.statements.money import ZERO, rounded
from qifu.engines.statements.relations import Key
from qifu.kernel.actor import Actor

KIND = "final_accounts"


@dataclass(frozen=True)
class Composed:
    """A disclosure as it stands, with what each figure is made of."""

    model: Model
    terms: Mapping[Key, tuple[Term, ...]]
    given: Given
    rows: Sequence[Rowed]
    needs: tuple[Need, ...] = ()
    missing: tuple[tuple[str, int], ...] = ()  # names of plans whose self-evaluation is not accepted, with their key
    proofs: Mapping[str, str] = field(default_factory=dict)  # form:indicator → snapshot:number, or where it is proved
    projects: Mapping[str, str] = field(
        default_factory=dict
    )  # place of a form → code of its project; none: the whole unit

    @cached_property
    def origins(self) -> dict[int, Origin]:
        """Where each figure of the text comes from."""
        return origins(self.model, self.given)

    @cached_property
    def report(self) -> Report:
        """What the auditor says of it, held against last year's."""
        return audit(self.model, self.given.prior)

    @property
    def unclassed(self) -> list[Rowed]:
        """Income that names no subject or no source, so that no statement can place it."""
        return [
            row
            for row in self.rows
            if row.held.book == "income"
            and (not row.held.functional or (row.held.column == "fiscal" and not row.held.money))
        ]


def computed(year: int, unit: str) -> Composed | None:
    """The statements of a year alone, without forms and text; None where nothing was booked."""
    rows = rows_of(year)
    if not any(row.held.book in ("income", "spent") for row in rows):
        return None
    made = statements(books_of(year, rows), unit)
    return Composed(Model(_document(year, unit, ""), made.tables), made.terms, Given(), rows)


def composed(
    *, actor: Actor, year: int, unit: str, words: Mapping[str, str], prior: Model | None, published: datetime | None
) -> Composed:
    """The whole disclosure from what is booked, planned, evaluated and said."""
    rows = rows_of(year)
    books = books_of(year, rows)
    made = statements(books, unit)
    forms = _forms(actor, year, unit, books.sum([Term("spent", column="basic")]))
    day = f"{published.astimezone(SHANGHAI):%Y-%m-%d}" if published else ""
    given = Given(
        initial=_initial(rows),
        prior=prior,
        words=words,
        numbers=_numbers(rows),
        **{kind: in_wan(books.sum([Term("purchase", column=kind)])) for kind in ("goods", "works", "services")},
        small=in_wan(books.sum([Term("purchase", moneys=("small",))])),
        key_work=_works(forms.found, words),
        published=_in_words(day),
    )
    model, needs = told(Model(_document(year, unit, day), made.tables, tuple(forms.found)), given)
    return Composed(model, made.terms, given, rows, needs, tuple(forms.missing), forms.proofs, forms.projects)


def _document(year: int, unit: str, day: str) -> Document:
    return Document(KIND, unit, year, day, "万元", f"{year}年度{unit}部门决算公开")


def _in_words(day: str) -> str:
    return f"{day[:4]}年{int(day[5:7])}月{int(day[8:])}日" if day else ""


def _initial(rows: Sequence[Rowed]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.held.book == "initial" and row.held.money == "general":
            sums[row.held.functional] = sums.get(row.held.functional, ZERO) + row.held.amount
    return {code: in_wan(value) for code, value in sums.items()}


def _numbers(rows: Sequence[Rowed]) -> dict[str, int | None]:
    return {row.held.column: int(row.held.amount) for row in rows if row.held.book == "number"}


def _works(forms: Sequence[Form], words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The goals of the whole unit with what came of them, then what officers add."""
    found = []
    for form in forms:
        for place, goal in enumerate(form.goals if form.kind == "unit" else ()):
            lines = "，".join(f"{one.name}{one.actual}" for one in goal.indicators if one.actual)
            more = words.get(f"work:{place}", "").strip("。 ")
            found.append((goal.text.rstrip("。").replace("，", "、"), f"{lines}。{more}。" if more else f"{lines}。"))
    return tuple(found)


# ---- self-evaluation forms -------------------------------------------------------------------------------------------


@dataclass
class _Forms:
    found: list[Form] = field(default_factory=list)
    missing: list[tuple[str, int]] = field(default_factory=list)
    proofs: dict[str, str] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)


def _forms(actor: Actor, year: int, unit: str, basic: Decimal) -> _Forms:
    """The forms of all accepted self-evaluations, and which are not accepted yet."""
    made = _Forms()
    codes = {str(pk): code for pk, code in Project.objects.filter(year=year).values_list("pk", "code")}
    for line in performance.plans(actor=actor, year=year):
        sheet = performance.plan(actor=actor, number=line.row.pk)
        if sheet.state != "accepted":
            made.missing.append((line.row.name, line.row.pk))
            continue
        place = len(made.found)
        made.projects[str(place)] = codes.get(line.row.project, "")
        for number, one in enumerate(one for goal in sheet.goals for one in goal.lines):
            if one.actual is not None:
                frozen = one.actual.frozen_id
                made.proofs[f"{place}:{number}"] = f"snapshot:{frozen}" if frozen else one.actual.proof
        made.found.append(_form(sheet, unit, basic))
    return made


def _form(sheet: performance.Sheet, unit: str, basic: Decimal) -> Form:
    held, row = sheet.evaluation, sheet.row
    budget = in_wan(held.budget or ZERO) if held else ZERO
    executed = in_wan(held.executed or ZERO) if held else ZERO
    rate = rounded(executed / budget * 100, 2) if budget else None
    is_unit = row.kind == "unit"
    goals = tuple(
        Goal(
            goal.row.text.rstrip("。") + "。",
            f"{sum((one.row.points for one in goal.lines), ZERO).normalize():f}",
            tuple(
                Indicator(
                    one.row.level1, one.row.level2, one.row.name, one.row.target,
                    one.actual.value if one.actual else "", _plain(one.result.score),
                )
                for one in goal.lines
            ),
        )
        for goal in sheet.goals
    )  # fmt: skip
    full = Decimal(sheet.scheme.execution)
    return Form(
        f"{row.year}年度{unit if is_unit else row.name + '项目'}{'整体' if is_unit else ''}绩效自评表",
        row.kind,
        unit if is_unit else row.name,
        budget,
        executed,
        f"{rate:f}%" if rate is not None else "",
        score=rounded(sheet.scored.execution, 2) if sheet.scored.execution is not None else None,
        total_score=sheet.scored.total,
        full=full,
        basic=in_wan(basic) if is_unit else None,
        project=executed - in_wan(basic) if is_unit else None,
        goals=goals,
        reasons=held.reasons if held else "",
        measures=held.remedies if held else "",
        details={"score_full": f"{full:f}"} | ({"unit": unit} if is_unit else {}),
    )


def _plain(score: Decimal | None) -> str:
    return "" if score is None else f"{score.normalize():f}"
