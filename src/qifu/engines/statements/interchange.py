"""The model as JSON and back: names and formats are a contract (amounts are decimal strings, null is blank)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, DecimalException
from typing import Any

from .layouts import layout
from .model import (
    Amounts,
    Claim,
    Document,
    Entry,
    Form,
    Goal,
    Grid,
    Indicator,
    Json,
    Model,
    Paragraph,
    Repair,
    Row,
    Statement,
    Unreadable,
)
from .reading.claims import claims_of, without_unit


class BadModel(ValueError):
    """The JSON is not a model; the message names the place."""


def to_json(model: Model) -> Json:
    """Write a model as plain values."""
    document = model.document
    return {
        "document": {
            "kind": document.kind or None,
            "unit": document.unit,
            "year": document.year,
            "published": document.published or None,
            "money_unit": document.money_unit or None,
            "title": document.title,
        },
        "tables": {name: _table(table) for name, table in model.tables.items()},
        "forms": [_form(form) for form in model.forms],
        "claims": [_claim(claim) for claim in model.claims],
        "repairs": [_place(each) | {"raw": each.raw, "value": each.value, "why": each.why} for each in model.repairs],
        "unreadable": [_place(each) | {"raw": each.raw, "why": each.why} for each in model.unreadable],
        "text": [_paragraph(each) for each in model.text],
        "grids": [{"part": g.part, "rows": [list(row) for row in g.rows], "line": g.at} for g in model.grids],
        "pages": model.pages or None,
        "recognised": model.recognised or None,
        "places": _places(model),
    }


def _places(model: Model) -> Json:
    """Where tables and forms stood in the source; apart from them, because it is nothing that the document states."""
    return {
        "tables": {
            name: {
                "from": table.at,
                "to": table.until,
                "rows": [row.at for row in table.rows],
                "income": [entry.at for entry in table.income],
                "expenditure": [entry.at for entry in table.expenditure],
            }
            for name, table in model.tables.items()
        },
        "forms": [
            {"from": form.at, "to": form.until, "indicators": [each.at for each in form.indicators]}
            for form in model.forms
        ],
    }


def _place(each: Repair | Unreadable) -> Json:
    return {"where": each.where, "line": each.line}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _amounts(amounts: Amounts) -> Json:
    return {column: _number(value) for column, value in amounts.items()}


def _table(table: Statement) -> Json:
    shape = layout(table.id).shape
    head: Json = {"title": table.title, "unit": table.unit, "money_unit": table.money_unit, "notes": list(table.notes)}
    if shape == "ledger":
        for side in ("income", "expenditure"):
            head[side] = [_entry(entry, table.id, side) for entry in getattr(table, side)]
    elif shape == "hospitality":
        head["budget"] = _amounts(table.budget or {})
        if table.actual is not None or layout(table.id).kind == "final_accounts":
            head["actual"] = _amounts(table.actual or {})
    else:
        head["rows"] = [{"code": row.code, "name": row.name, "amounts": _amounts(row.amounts)} for row in table.rows]
    if shape == "economic":
        head["personnel_total"] = _number(table.personnel_total)
        head["public_total"] = _number(table.public_total)
    return head


def _entry(entry: Entry, statement: str, side: str) -> Json:
    amounts = _amounts(entry.amounts)
    if statement == "T04" and side == "income":  # one column, which readers of both statements know as `amount`
        amounts = {"amount": amounts.get("total"), **amounts}
    return {"line": entry.line, "name": entry.name, "amounts": amounts}


def _form(form: Form) -> Json:
    return {
        "title": form.title,
        "kind": form.kind,
        "name": form.name,
        "budget": _number(form.budget),
        "executed": _number(form.executed),
        "rate": form.rate or None,
        "score": _number(form.score),
        "total_score": _number(form.total_score),
        "full": _number(form.full),
        "basic": _number(form.basic),
        "project": _number(form.project),
        "goals": [
            {
                "text": goal.text,
                "points": goal.points or None,
                "indicators": [_indicator(each) for each in goal.indicators],
            }
            for goal in form.goals
        ],
        "reasons": form.reasons,
        "measures": form.measures,
        "details": dict(form.details),
    }


def _indicator(each: Indicator) -> Json:
    found: Json = {
        "level1": each.level1,
        "level2": each.level2,
        "name": each.name,
        "target": each.target,
        "actual": each.actual or None,
        "score": each.score or None,
    }
    if each.points:
        found["points"] = each.points
    if each.basis:
        found["basis"] = each.basis
    if each.past:
        found["past"] = list(each.past)
    return found


def _claim(claim: Claim) -> Json:
    return {
        "section": claim.section,
        "subject": claim.subject,
        "measure": claim.measure,
        "value": f"{claim.value:f}",
        "unit": claim.unit,
        "line": claim.line,
        "direction": claim.direction or None,
        "period": claim.period or None,
        "topic": claim.topic or None,
        "item": claim.item or None,
    }


def _paragraph(each: Paragraph) -> Json:
    return {
        "part": each.part,
        "section": each.section,
        "kind": each.kind,
        "text": each.text,
        "topic": each.topic,
        "line": each.line,
    }


# ---- reading back ----------------------------------------------------------------------------------------------------


def from_json(value: Any) -> Model:
    """Read a model back.

    :raises BadModel: it is not of the agreed form; the message says where.
    """
    whole = _mapping(value, "模型")
    document = _mapping(whole.get("document"), "document")
    year = document.get("year")
    if year is not None and (not isinstance(year, int) or isinstance(year, bool)):
        raise BadModel("document.year 应为整数年份")
    model = Model(
        Document(
            kind=_text(document.get("kind"), "document.kind"),
            unit=_text(document.get("unit"), "document.unit"),
            year=year,
            published=_text(document.get("published"), "document.published"),
            money_unit=_text(document.get("money_unit"), "document.money_unit"),
            title=_text(document.get("title"), "document.title"),
        ),
        {name: _read_table(name, table) for name, table in _mapping(whole.get("tables", {}), "tables").items()},
        tuple(_read_form(form, f"forms[{i}]") for i, form in enumerate(_list(whole.get("forms"), "forms"))),
        tuple(_read_claim(claim, f"claims[{i}]") for i, claim in enumerate(_list(whole.get("claims"), "claims"))),
        tuple(_read_paragraph(each, f"text[{i}]") for i, each in enumerate(_list(whole.get("text"), "text"))),
        tuple(_read_grid(each, f"grids[{i}]") for i, each in enumerate(_list(whole.get("grids"), "grids"))),
        tuple(_read_repair(each) for each in _list(whole.get("repairs"), "repairs")),
        tuple(_read_unreadable(each) for each in _list(whole.get("unreadable"), "unreadable")),
        whole.get("pages") or 0,
        whole.get("recognised") is True,
    )
    return _placed(model)


def _placed(model: Model) -> Model:
    """Give claims their places in the text again, when they are the claims of that text."""
    derived = tuple(without_unit(claim, model.document.unit) for claim in claims_of(model.text))
    if derived != model.claims:
        return model
    lines = [claim.line for claim in model.claims]
    return replace(model, claims=tuple(replace(d, line=line) for d, line in zip(derived, lines, strict=True)))


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadModel(f"{where} 应为 JSON 对象")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadModel(f"{where} 应为 JSON 数组")
    return value


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadModel(f"{where} 应为文字")
    return value


def _decimal(value: Any, where: str) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadModel(f'{where} 应为十进制数的文字，如 "12.30"')
    try:
        found = Decimal(str(value))
    except DecimalException:
        raise BadModel(f"{where} 的“{str(value)[:20]}”不是数字") from None
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise BadModel(f"{where} 的“{str(value)[:20]}”超出范围")
    return found


def _read_amounts(value: Any, where: str) -> Amounts:
    return {column: _decimal(each, f"{where}.{column}") for column, each in _mapping(value, where).items()}


def _read_table(name: str, value: Any) -> Statement:
    where = f"tables.{name}"
    table = _mapping(value, where)
    try:
        columns = layout(name).columns
        shape = layout(name).shape
    except KeyError:
        raise BadModel(f"{where}：没有编号为 {name} 的报表") from None

    def entries(side: str) -> tuple[Entry, ...]:
        return tuple(
            _read_entry(each, f"{where}.{side}[{i}]", name, side) for i, each in enumerate(_list(table.get(side), side))
        )

    rows = tuple(
        _read_row(each, f"{where}.rows[{i}]", columns) for i, each in enumerate(_list(table.get("rows"), "rows"))
    )
    halves = shape == "hospitality"
    return Statement(
        id=name,
        title=_text(table.get("title"), f"{where}.title"),
        unit=_text(table.get("unit"), f"{where}.unit"),
        money_unit=_text(table.get("money_unit"), f"{where}.money_unit"),
        notes=tuple(_text(note, f"{where}.notes") for note in _list(table.get("notes"), f"{where}.notes")),
        rows=rows,
        income=entries("income"),
        expenditure=entries("expenditure"),
        budget=_half(table.get("budget"), f"{where}.budget", columns) if halves else None,
        actual=_half(table.get("actual"), f"{where}.actual", columns) if halves and "actual" in table else None,
        personnel_total=_decimal(table.get("personnel_total"), f"{where}.personnel_total"),
        public_total=_decimal(table.get("public_total"), f"{where}.public_total"),
        at=_line(table.get("line")),
    )


def _half(value: Any, where: str, columns: tuple[str, ...]) -> Amounts:
    return dict.fromkeys(columns) | _read_amounts(value or {}, where)


def _line(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _read_entry(value: Any, where: str, statement: str, side: str) -> Entry:
    entry = _mapping(value, where)
    amounts = _read_amounts(entry.get("amounts", {}), f"{where}.amounts")
    if statement == "T04" and side == "income":
        amounts = {"total": amounts.get("total", amounts.get("amount"))}
    line = entry.get("line")
    if line is not None and not isinstance(line, int):
        raise BadModel(f"{where}.line 应为行次")
    return Entry(line, _text(entry.get("name"), f"{where}.name"), amounts, _line(entry.get("at")))


def _read_row(value: Any, where: str, columns: tuple[str, ...]) -> Row:
    row = _mapping(value, where)
    amounts = dict.fromkeys(columns) | _read_amounts(row.get("amounts", {}), f"{where}.amounts")
    return Row(
        _text(row.get("code"), f"{where}.code"),
        _text(row.get("name"), f"{where}.name"),
        amounts,
        _line(row.get("line")),
    )


def _read_form(value: Any, where: str) -> Form:
    form = _mapping(value, where)
    figures: dict[str, Any] = {
        key: _decimal(form.get(key), f"{where}.{key}")
        for key in ("budget", "executed", "score", "total_score", "full", "basic", "project")
    }
    kind = form.get("kind")
    if kind not in ("unit", "project"):
        raise BadModel(f"{where}.kind 应为 unit 或 project")
    details = {str(k): str(v) for k, v in _mapping(form.get("details") or {}, f"{where}.details").items()}
    goals = tuple(_read_goal(goal, f"{where}.goals[{i}]") for i, goal in enumerate(_list(form.get("goals"), where)))
    texts: dict[str, Any] = {
        key: _text(form.get(key), f"{where}.{key}") for key in ("title", "name", "rate", "reasons", "measures")
    }
    return Form(
        kind=kind,
        goals=goals,
        details=details,
        at=_line(form.get("line")),
        until=_line(form.get("until")),
        **figures,
        **texts,
    )


def _read_goal(value: Any, where: str) -> Goal:
    goal = _mapping(value, where)
    indicators = tuple(
        _read_indicator(each, f"{where}.indicators[{i}]") for i, each in enumerate(_list(goal.get("indicators"), where))
    )
    return Goal(
        _text(goal.get("text"), where),
        _text(goal.get("points"), f"{where}.points"),
        indicators,
        _line(goal.get("line")),
    )


def _read_indicator(value: Any, where: str) -> Indicator:
    each = _mapping(value, where)
    texts: dict[str, Any] = {
        key: _text(each.get(key), f"{where}.{key}")
        for key in ("level1", "level2", "name", "target", "actual", "score", "points", "basis")
    }
    past = tuple(_text(one, f"{where}.past") for one in _list(each.get("past"), f"{where}.past"))
    return Indicator(**texts, past=past, at=_line(each.get("line")))


def _read_claim(value: Any, where: str) -> Claim:
    claim = _mapping(value, where)
    number = _decimal(claim.get("value"), f"{where}.value")
    if number is None:
        raise BadModel(f"{where}.value 不能空缺")
    texts: dict[str, Any] = {
        key: _text(claim.get(key), f"{where}.{key}")
        for key in ("section", "subject", "measure", "unit", "direction", "period", "topic", "item")
    }
    return Claim(value=number, line=_line(claim.get("line")), **texts)


def _read_paragraph(value: Any, where: str) -> Paragraph:
    each = _mapping(value, where)
    texts: dict[str, Any] = {
        key: _text(each.get(key), f"{where}.{key}") for key in ("part", "section", "kind", "text", "topic")
    }
    line = _line(each.get("line"))
    return Paragraph(**texts, line=line, lines=((0, line),))


def _read_grid(value: Any, where: str) -> Grid:
    each = _mapping(value, where)
    rows = tuple(
        tuple(_text(cell, f"{where}.rows") for cell in _list(row, where)) for row in _list(each.get("rows"), where)
    )
    return Grid(_text(each.get("part"), f"{where}.part"), rows, _line(each.get("line")))


def _read_repair(value: Any) -> Repair:
    each = _mapping(value, "repairs")
    texts: dict[str, Any] = {key: _text(each.get(key), f"repairs.{key}") for key in ("where", "raw", "value", "why")}
    return Repair(**texts, line=_line(each.get("line")))


def _read_unreadable(value: Any) -> Unreadable:
    each = _mapping(value, "unreadable")
    texts: dict[str, Any] = {key: _text(each.get(key), f"unreadable.{key}") for key in ("where", "raw", "why")}
    return Unreadable(**texts, line=_line(each.get("line")))
