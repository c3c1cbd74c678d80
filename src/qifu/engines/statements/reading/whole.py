"""Reading a whole disclosure: from lines to a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from qifu.engines.statements.model import Document, Form, Grid, Model, Paragraph, Statement, Unreadable
from qifu.engines.statements.paper import Line, Paper
from qifu.engines.statements.relations import Key
from qifu.engines.statements.words import compact, unnumbered

from .cells import mend_names, parted
from .claims import claims_of, without_unit
from .damage import mend_digits
from .ends import broken_off
from .foreign import without_foreign
from .forms import read_forms
from .leftover import illegible, not_taken
from .letters import settle, stand_in
from .loose import gathered
from .outline import Outline, Table, take_apart
from .proof import prove
from .repairs import fill_fourth, mend, mend_forms
from .tables import Trouble, read_statement
from .targets import read_targets
from .turned import upright
from .twice import joined

_YEAR = re.compile(r"(20\d\d)年")
_DATE = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?")


class NotADisclosure(ValueError):
    """Nothing of a budget or final accounts could be recognised."""


def read(paper: Paper) -> Model:
    """Read a disclosure; what is not understood is named, never guessed.

    :raises NotADisclosure: neither statements nor explanations nor forms of a budget or final accounts were found.
    """
    source = tuple(parted(paper.lines))
    outline = take_apart(source)
    lines, marks = stand_in(source, outline.regions)
    if marks:
        outline = take_apart(lines)
    trouble = Trouble(recognised=paper.recognised)
    tables = _tables(outline, trouble)
    inside = {line.number for region in outline.regions for line in region.lines}
    mended = mend_digits(lines, inside, tables.values())
    if mended.repairs or mended.unreadable:
        outline = take_apart(mended.lines)
        trouble = Trouble(list(mended.repairs), list(mended.unreadable), paper.recognised)
        tables = _tables(outline, trouble)
    forms = (
        *read_targets([gathered(region) for region in outline.regions], trouble),
        *read_forms(outline.tables, trouble),
    )
    text = (*_front(outline), *_without_titles(outline.paragraphs, forms))
    grids = tuple(_grid(table) for table in outline.tables if not table.is_form)
    _name_unread_forms(text, forms, trouble)
    if paper.recognised:
        trouble.unreadable += illegible(lines, (mark.line for mark in marks))
    document = _document(outline, tables, text)
    if not tables and not forms and document.kind == "":
        raise NotADisclosure
    tables, whole = mend_names(tables, text)
    claims = tuple(without_unit(claim, document.unit) for claim in claims_of(_without_unread(text, forms)))
    model = Model(
        document=document,
        tables=tables,
        forms=forms,
        claims=claims,
        text=text,
        grids=grids,
        repairs=(*trouble.repairs, *whole),
        unreadable=tuple(trouble.unreadable),
        pages=paper.pages,
        recognised=paper.recognised,
    )
    model = fill_fourth(prove(model, trouble.assumed))
    blanks: frozenset[Key] = frozenset()
    if marks:
        model, blanks = settle(model, marks)
    model = broken_off(paper, outline, model)
    return mend_forms(mend(model, unclear=blanks, fills=not paper.faithful))


def _tables(outline: Outline, trouble: Trouble) -> dict[str, Statement]:
    found: dict[str, Statement] = {}
    for region in map(gathered, outline.regions):
        if region.layout.shape == "target_form":
            continue
        region = without_foreign(upright(region, trouble), trouble)
        statement = read_statement(region, trouble)
        named = {each.line for each in trouble.unreadable if each.where.startswith(f"{statement.id}.")}
        lost = tuple(each for each in not_taken(region, statement) if each.line not in named)
        if region.layout.shape == "subjects" and len(lost) > len(statement.rows):
            statement = replace(statement, rows=())  # what fell into place did so by chance
        name = statement.id
        if name in found:
            statement = joined(found[name], statement, trouble)
            if statement is found[name]:
                continue
        trouble.unreadable += lost
        found[name] = statement
    return dict(sorted(found.items()))


def _front(outline: Outline) -> list[Paragraph]:
    cover = [_plain("cover", line) for line in outline.cover]
    contents = [_plain("contents", line) for line in outline.contents]
    return cover + contents


def _plain(part: str, line: Line) -> Paragraph:
    return Paragraph(part, "", "text", line.text, "", line.number, ((0, line.number),))


def _document(outline: Outline, tables: dict[str, Statement], text: Sequence[Paragraph]) -> Document:
    kinds = Counter(region.layout.kind for region in outline.regions)
    heads = " ".join(compact(p.text) for p in text if p.part == "cover" or p.kind == "heading")
    kind = kinds.most_common(1)[0][0] if kinds else _kind_of(heads)
    unit = _unit(outline, tables, text)
    years = Counter(found for t in tables.values() for found in _YEAR.findall(compact(t.title)))
    years.update(_YEAR.findall(heads)[:4])
    if not years:
        years.update(_YEAR.findall(" ".join(compact(p.text) for p in text[:3])))
    year = int(years.most_common(1)[0][0]) if years else None
    units = Counter(t.money_unit for t in tables.values() if t.money_unit)
    return Document(
        kind, unit, year, _published(outline, text), units.most_common(1)[0][0] if units else "", _title(outline)
    )


def _kind_of(heads: str) -> str:
    final, budget = heads.count("决算"), heads.count("预算") - heads.count("预算财政拨款")
    if not final and not re.search(r"部门预算|预算公开|单位预算", heads):
        return ""
    return "final_accounts" if final else "budget" if budget else ""


def _title(outline: Outline) -> str:
    return next((line.text for line in outline.cover if re.search("决算|预算", line.text)), "")


def _unit(outline: Outline, tables: dict[str, Statement], text: Sequence[Paragraph]) -> str:
    named = Counter(table.unit for table in tables.values() if table.unit)
    if named:
        return named.most_common(1)[0][0]
    begins = [Line(0, p.text) for p in text[:3] if re.search("(决算|预算)(公开|草案)?$", compact(p.text))]
    cover = Line(0, "".join(line.text for line in outline.cover[:4]))  # year, unit and title each on a line of its own
    for line in [*outline.cover, cover, *begins, *(Line(0, p.text) for p in text if p.kind == "heading")]:
        plain = re.sub(r"^第[一二三四五六七八]部分", "", compact(line.text))
        found = re.search(r"(?:20\d\d年度?)?(\D{4,30}?)(?:20\d\d年|部门|单位概况|概况)", plain)
        if found:
            return found[1]
    return ""


def _published(outline: Outline, text: Sequence[Paragraph]) -> str:
    for line in outline.cover:
        if found := _DATE.fullmatch(line.text.strip().replace(" ", "")) or _DATE.search(line.text):
            day = f"-{int(found[3]):02d}" if found[3] else ""
            return f"{found[1]}-{int(found[2]):02d}{day}"
    return ""


def _name_unread_forms(text: Sequence[Paragraph], forms: Sequence[Form], trouble: Trouble) -> None:
    """Say so when a form stands in the text without columns: it is not understood, and nothing is claimed of it."""
    place = next(filter(_is_unread, text), None)
    if place is not None and not forms:
        trouble.unreadable.append(Unreadable("绩效自评表", place.text[:60], "自评表没有分栏，不能识读", place.line))


def _without_unread(text: Sequence[Paragraph], forms: Sequence[Form]) -> Sequence[Paragraph]:
    """The text without a form that stands in it unread: its figures are no sentences."""
    if forms:
        return text
    kept, inside = [], False
    for each in text:
        inside = each.kind != "heading" and (inside or _is_unread(each))
        if not inside:
            kept.append(each)
    return kept


def _is_unread(each: Paragraph) -> bool:
    return "实际完成值" in each.text and each.part in ("annex", "explanations")


def _grid(table: Table) -> Grid:
    rows = tuple(tuple(line.cells or ()) for line in table.lines)
    used = [i for i in range(max(map(len, rows), default=0)) if any(i < len(row) and row[i] for row in rows)]
    return Grid(
        table.part, tuple(tuple(row[i] if i < len(row) else "" for i in used) for row in rows), table.lines[0].number
    )


def _without_titles(paragraphs: Iterable[Paragraph], forms: Iterable[Form]) -> list[Paragraph]:
    """The text without the lines that are titles of forms."""
    titles = {compact(form.title) for form in forms if form.title}

    def is_title(text: str) -> bool:
        plain = compact(text)
        return (
            plain in titles
            or compact(unnumbered(text)) in titles
            or any(plain.endswith(t) and len(plain) < 80 for t in titles)
        )

    return [each for each in paragraphs if each.part not in ("annex", "explanations") or not is_title(each.text)]
