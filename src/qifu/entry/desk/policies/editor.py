"""The editor: a condition composed line by line without code, in words beside the document, with its counts as one writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from qifu.domain.policies import access, composing, facts
from qifu.domain.policies.actions import drafting
from qifu.domain.policies.composing import Composed, Line
from qifu.domain.policies.queries import desk, trial
from qifu.engines.eligibility import Field, Refused, catalogue
from qifu.entry.desk.policies.documents import put_errors
from qifu.entry.desk.policies.forms import AboutForm, WordsForm, formula_of, initial_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid

PARTS = ("depth", "kind", "field", "comparison", "value", "cite", "says")
START = [Line(0, "and"), Line(1, "clause")]
RESULTS = {"eligible": "符合", "unknown": "缺信息", "ineligible": "不符合"}
GROUP_CHOICES = [*composing.GROUPS.items()]
TYPES = {
    "number": "数值",
    "integer": "整数",
    "date": "日期",
    "text": "文字",
    "code": "代码",
    "enum": "选项",
    "boolean": "是非",
}


@require_http_methods(["GET", "POST"])
def begin(incoming: HttpRequest, document: int) -> HttpResponse:
    """Take an item out of a document."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    paper = access.document(request.actor, document)
    about = AboutForm(request.POST or None)
    start = paper.effective_from or facts.day(request.now)
    known = {"force_from": start, "force_to": paper.effective_to, "steps": 2, "amount_mode": "none"}
    form = WordsForm(request.POST or None, initial=known)
    given = read_lines(request.POST) if request.method == "POST" else START
    if request.method == "POST" and _is_saving(request) and about.is_valid() and form.is_valid():
        done = composing.composed(given)
        words = _words(form, done)
        if words is not None:
            try:
                made = drafting.begin(
                    actor=request.actor, now=request.now, about=about.about, document=document, words=words
                )
            except (Invalid, Conflict) as refusal:
                put_errors(form, refusal)
            else:
                messages.success(request, "草稿已保存，请补上算例，再请另一位同事审读。")
                return redirect("desk_policy", code=made.item.code)
        given = done.lines
    return _page(request, paper, form, _acted(given, request), about=about)


@require_http_methods(["GET", "POST"])
def edit(incoming: HttpRequest, code: str, revision: int) -> HttpResponse:
    """Change a draft."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    row = desk.revision(actor=request.actor, code=code, number=revision)
    if row.state not in ("draft", "reviewed"):
        raise Conflict("已发布或撤回的版本不能再改，请另起一版。", state=row.state)
    form = WordsForm(request.POST or None, initial=initial_of(row))
    given = read_lines(request.POST) if request.method == "POST" else composing.lines(row.condition, row.clauses)
    if request.method == "POST" and _is_saving(request) and form.is_valid():
        done = composing.composed(given)
        words = _words(form, done)
        if words is not None:
            seen = form.cleaned_data["seen"] or 0
            try:
                drafting.edit(actor=request.actor, now=request.now, code=code, number=revision, words=words, seen=seen)
            except (Invalid, Conflict) as refusal:
                put_errors(form, refusal)
            else:
                messages.success(request, "已保存；改过的内容需要重新审读。")
                return redirect("desk_policy", code=code)
        given = done.lines
    return _page(request, row.document, form, _acted(given, request), code=code, number=revision)


@require_POST
def compose(incoming: HttpRequest) -> HttpResponse:
    """The lines after one of them was changed, put in, taken out or moved."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    return render(request, "library/_compose.html", _composing(_acted(read_lines(request.POST), request)))


@require_POST
def preview(incoming: HttpRequest) -> HttpResponse:
    """The condition in words, and what it would do: who fits, what is missing, what stands in the way, what it costs."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    given = read_lines(request.POST)
    places = composing.begun(given)
    kept = [given[place] for place in places]
    if all(line.is_group for line in kept):
        trial.prepare(actor=request.actor, on=facts.day(request.now))  # while the first line is being written
        return render(request, "library/_preview.html", {"is_blank": True})
    done = composing.composed(kept)
    problems = [f"第 {places[n] + 1} 行：{line.problem}" for n, line in enumerate(done.lines) if line.problem]
    context: dict[str, Any] = {"problems": problems, "waiting": len(given) - len(kept)}
    try:
        context["words"] = composing.said(done.condition, done.clauses)
        formula = formula_of(request.POST)
    except (Refused, ValueError) as refusal:
        context["problems"] = [*problems, getattr(refusal, "zh", str(refusal))]
        formula = None
    if not context["problems"]:
        try:
            context |= _tried(request, done.condition, formula)
        except Refused as refusal:
            context["problems"] = [refusal.zh]
    return render(request, "library/_preview.html", context)


def _tried(request: PersonRequest, condition: object, formula: object) -> dict[str, Any]:
    """The counts; of a draft that was saved before, also what would change."""
    on, code, number = facts.day(request.now), request.POST.get("of_code", ""), request.POST.get("of_number", "")
    if not code or not number.isdecimal() or len(number) > 6:
        return {"told": trial.trial(actor=request.actor, on=on, condition=condition, formula=formula)}
    told, shift = trial.shift(
        actor=request.actor, on=on, condition=condition, formula=formula, code=code, number=int(number)
    )
    moved = [(RESULTS[a], RESULTS[b], n) for a, b, n in shift.moved if n]
    is_other = bool(moved) or (told.least, told.most) != (shift.before.least, shift.before.most)
    more = told.least - shift.before.least
    return {"told": told, "shift": shift if is_other else None, "moved": moved, "more": more, "less": -more}


def read_lines(given: QueryDict) -> list[Line]:
    """The lines of a form; what is no line is left out."""
    columns = {name: given.getlist(f"line_{name}") for name in PARTS}
    count = min(len(columns["kind"]), composing.MOST_LINES)
    found = []
    for n in range(count):
        told = {name: values[n][: composing.LONGEST + 1] if n < len(values) else "" for name, values in columns.items()}
        depth = int(told["depth"]) if told["depth"].isdecimal() and len(told["depth"]) < 3 else 0
        kind = told["kind"] if told["kind"] in (*composing.GROUPS, "clause", composing.RAW) else "clause"
        line = Line(depth, kind, told["field"], told["comparison"], told["value"], told["cite"], told["says"])
        found.append(_fitted(line))
    return found


def _fitted(line: Line) -> Line:
    """A comparison that its field does not know becomes the first that it knows."""
    known = [code for code, _ in line.comparisons]
    return replace(line, comparison=known[0]) if known and line.comparison not in known else line


def _acted(given: list[Line], request: PersonRequest) -> list[Line]:
    """The lines after what was pressed: add a clause or a group behind a line, take it out, move it in or out."""
    act, _, place = request.POST.get("act", "").partition(":")
    if not place.isdecimal() or len(place) > 4 or int(place) >= len(given):
        return given
    n, lines = int(place), list(given)
    line = lines[n]
    end = _end(lines, n)
    if act in ("clause", "group"):
        depth = line.depth + 1 if line.is_group else line.depth
        fresh = [Line(depth, "clause")] if act == "clause" else [Line(depth, "or"), Line(depth + 1, "clause")]
        lines[end:end] = fresh
    elif act == "drop" and n:
        del lines[n:end]
    elif act == "up" and n > 1:
        before = _before(lines, n)
        if before is not None:
            moved = lines[n:end]
            del lines[n:end]
            lines[before:before] = moved
    return lines


def _end(lines: list[Line], n: int) -> int:
    """Where what a line holds ends."""
    end = n + 1
    while lines[n].is_group and end < len(lines) and lines[end].depth > lines[n].depth:
        end += 1
    return end


def _before(lines: list[Line], n: int) -> int | None:
    """The part before a line in its group; None when it is the first."""
    for place in range(n - 1, -1, -1):
        if lines[place].depth == lines[n].depth:
            return place
        if lines[place].depth < lines[n].depth:
            return None
    return None


def _is_saving(request: PersonRequest) -> bool:
    return not request.POST.get("act")


def _words(form: WordsForm, done: Composed) -> drafting.Words | None:
    """The revision; None with the reason on the form where a line or the formula cannot be used."""
    if done.problems:
        form.add_error(None, "条件有几行需要修改，见下方标红的行。")
        return None
    try:
        return form.words(done.condition, done.clauses)
    except ValueError as refusal:
        form.add_error("amount_mode", str(refusal))
        return None


def _composing(given: list[Line]) -> dict[str, Any]:
    fields = [
        (
            TYPES[kind],
            [(f.name, _named(f)) for f in catalogue().values() if f.type == kind and f.name != "enterprise_id"],
        )
        for kind in TYPES
    ]
    return {"lines": list(enumerate(given)), "fields": fields, "groups": GROUP_CHOICES, "known": catalogue()}


def _named(field: Field) -> str:
    return f"{field.label}（{'%' if field.unit == '比例' else field.unit}）" if field.unit else field.label


def _page(
    request: PersonRequest, paper: desk.DocumentRow, form: WordsForm, given: list[Line], *, about: AboutForm | None = None,
    code: str = "", number: int = 0,
) -> HttpResponse:  # fmt: skip
    is_wrong = bool(form.errors or (about is not None and about.errors)) and _is_saving(request)
    context = _composing(given) | {"form": form, "about": about, "paper": paper, "code": code, "number": number}
    if paper.text:
        from qifu.entry.desk.policies import pasting  # readers of texts, some megabytes that only an editor needs

        context["told"] = pasting.told(paper.text)
    status = 422 if request.method == "POST" and is_wrong else 200
    return render(request, "library/editor.html", context, status=status)
