"""Files of the library → documents; what is written otherwise than agreed is refused with file, item and path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from .shapes import Case, Clause, Document, Faulty, Item, Relation, Window

T = TypeVar("T")
LEVELS = ("national", "provincial", "city", "district")
RELATIONS = ("amends", "repeals", "implements", "extends")
KINDS = ("money", "service", "recognition", "tax")
THEMES = ("税费", "研发", "认定", "就业", "融资", "社保", "市场", "统计", "知识产权")
WINDOWS = ("always", "yearly", "once")
CASES = ("eligible", "not", "boundary", "unknown")
RESULTS = ("eligible", "ineligible", "unknown")
_PAPER = (
    "title",
    "level",
    "issuer",
    "number",
    "issued_on",
    "effective_from",
    "effective_to",
    "relations",
    "checked",
    "gist",
)
_ITEM = tuple(field.name for field in fields(Item))


def file(path: Path) -> Document:
    """Read one file. :raises Faulty: with file, item and path."""
    try:
        with path.open(encoding="utf-8") as given:
            raw = json.load(given, object_pairs_hook=_once)
        return _document(raw, path.stem)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Faulty(f"不是可用的 JSON：{error}", file=path.name) from None
    except Faulty as fault:
        fault.file = path.name
        raise


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """:raises Faulty: a key is written twice, so what was meant cannot be known."""
    names = [name for name, _ in pairs]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Faulty(f"“{min(twice)}”写了两次。")
    return dict(pairs)


def _document(raw: object, stem: str) -> Document:
    whole = _keys(raw, ("document", "items"), "")
    paper = _keys(whole["document"], _PAPER, "/document", ("url",))
    at = "/document"
    return Document(
        file=stem,
        title=_text(paper, "title", at, most=200),
        level=_one_of(paper, "level", LEVELS, at),
        issuer=_text(paper, "issuer", at, most=200),
        number=_text(paper, "number", at, most=80, blank=True),
        issued_on=_day(paper, "issued_on", at),
        effective_from=_day(paper, "effective_from", at),
        effective_to=_day(paper, "effective_to", at),
        url=_text(paper, "url", at, most=500, blank=True) if "url" in paper else "",
        relations=_list(paper, "relations", _relation, at),
        checked=_text(paper, "checked", at, most=500),
        gist=_text(paper, "gist", at, most=1000),
        items=_list(whole, "items", _item, ""),
    )


def _relation(raw: object, at: str) -> Relation:
    given = _keys(raw, ("kind", "number"), at)
    return Relation(_one_of(given, "kind", RELATIONS, at), _text(given, "number", at, most=120))


def _item(raw: object, at: str) -> Item:
    code = raw.get("code") if isinstance(raw, dict) else None
    try:
        return _whole_item(_keys(raw, _ITEM, at), at)
    except Faulty as fault:
        fault.item = code if isinstance(code, str) else ""
        raise


def _whole_item(given: Mapping[str, object], at: str) -> Item:
    starts = _day(given, "effective_from", at)
    if starts is None:
        raise Faulty("没有写从哪天起执行。", path=f"{at}/effective_from")
    return Item(
        code=_text(given, "code", at, most=24),
        title=_text(given, "title", at, most=120),
        summary=_text(given, "summary", at, most=120),
        kind=_one_of(given, "kind", KINDS, at),
        theme=_one_of(given, "theme", THEMES, at),
        effective_from=starts,
        effective_to=_day(given, "effective_to", at),
        when=given["when"],
        clauses=_list(given, "clauses", _clause, at),
        amount=given["amount"],
        amount_words=_text(given, "amount_words", at, most=300),
        materials=_list(given, "materials", _words, at),
        window=_window(given["window"], f"{at}/window"),
        unit=_text(given, "unit", at, most=80),
        steps=_steps(given["steps"], f"{at}/steps"),
        how=_text(given, "how", at, most=600),
        beyond=_list(given, "beyond", _words, at),
        excludes=_list(given, "excludes", _words, at),
        cases=_list(given, "cases", _case, at),
    )


def _clause(raw: object, at: str) -> Clause:
    given = _keys(raw, ("path", "cite", "says"), at)
    return Clause(
        _text(given, "path", at, most=80, blank=True),
        _text(given, "cite", at, most=120),
        _text(given, "says", at, most=300),
    )


def _window(raw: object, at: str) -> Window:
    given = _keys(raw, ("kind", "from", "to", "note"), at)
    ends = [_text(given, name, at, most=10) if given[name] is not None else None for name in ("from", "to")]
    return Window(_one_of(given, "kind", WINDOWS, at), ends[0], ends[1], _text(given, "note", at, most=200))


def _case(raw: object, at: str) -> Case:
    given = _keys(raw, ("name", "kind", "on", "facts", "result"), at, ("yuan",))
    on, facts = _day(given, "on", at), given["facts"]
    if on is None or not isinstance(facts, dict):
        raise Faulty("算例要写明是哪一天、企业情况如何。", path=at)
    return Case(
        _text(given, "name", at, most=120),
        _one_of(given, "kind", CASES, at),
        on,
        facts,
        _one_of(given, "result", RESULTS, at),
        _yuan(given["yuan"], f"{at}/yuan") if "yuan" in given else None,
    )


def _yuan(raw: object, at: str) -> Decimal:
    try:
        return Decimal(str(raw)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Faulty(f"“{raw}”不是金额。", path=at) from None


def _keys(raw: object, needed: Iterable[str], at: str, allowed: Iterable[str] = ()) -> Mapping[str, object]:
    """An object that has all that is needed and, besides, nothing but what is allowed."""
    if not isinstance(raw, dict):
        raise Faulty("这里应是一个对象。", path=at)
    for name in needed:
        if name not in raw:
            raise Faulty(f"缺少“{name}”。", path=f"{at}/{name}")
    if extra := sorted(set(raw) - {*needed, *allowed}):
        raise Faulty(f"不认识“{extra[0]}”。", path=f"{at}/{extra[0]}")
    return raw


def _text(given: Mapping[str, object], name: str, at: str, *, most: int, blank: bool = False) -> str:
    return _words(given[name], f"{at}/{name}", most=most, blank=blank)


def _words(raw: object, at: str, *, most: int = 200, blank: bool = False) -> str:
    if not isinstance(raw, str) or raw != raw.strip() or not (raw or blank):
        raise Faulty("这里应是文字，前后不留空格。", path=at)
    if len(raw) > most:
        raise Faulty(f"最多 {most} 个字，这里有 {len(raw)} 个。", path=at)
    return raw


def _one_of(given: Mapping[str, object], name: str, known: tuple[str, ...], at: str) -> str:
    value = given[name]
    if isinstance(value, str) and value in known:
        return value
    raise Faulty(f"“{value}”不在 {' '.join(known)} 之中。", path=f"{at}/{name}")


def _day(given: Mapping[str, object], name: str, at: str) -> date | None:
    value = given[name]
    if value is None:
        return None
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Faulty(f"“{value}”不是日期（如 2026-01-01）。", path=f"{at}/{name}")


def _steps(raw: object, at: str) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 20:
        return raw
    raise Faulty("办理步数应是 0 到 20 的整数。", path=at)


def _list(given: Mapping[str, object], name: str, each: Callable[[object, str], T], at: str) -> tuple[T, ...]:
    raw = given[name]
    if not isinstance(raw, list):
        raise Faulty("这里应是列表。", path=f"{at}/{name}")
    return tuple(each(one, f"{at}/{name}/{place}") for place, one in enumerate(raw))
