"""The leader's board: rates with what they are computed from, the lists behind them, the evaluation list, the public page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from qifu.domain.appeals.queries.figures import board as boards
from qifu.domain.appeals.queries.figures import evaluation as evaluations
from qifu.domain.appeals.queries.figures import pace
from qifu.domain.appeals.queries.figures import public as publics
from qifu.domain.appeals.queries.figures import rows as behind
from qifu.domain.appeals.queries.figures.cuts import Cut, month_of, scope_of
from qifu.domain.appeals.queries.figures.measures import BASES, FIGURES, PARTS, Rate
from qifu.entry.board import shown
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.entry.theme.words import local
from qifu.kernel.errors import Invalid, Missing
from qifu.kernel.measures.access import may_read
from qifu.output.charts.tables import LIMIT, as_csv, as_xlsx
from qifu.output.papers.evaluation import NOTE, workbook

LABELS = {"unit": "承办单位", "street": "街道", "category": "分类", "channel": "渠道", "kind": "类型"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIDES = {"all": "分母（全部）", "met": "分子", "rest": "未计入分子"}
TENTHS = {"all": "全部", "met": "较快的九成", "rest": "最慢的一成"}


@require_safe
def home(incoming: HttpRequest) -> HttpResponse:
    """Show the board."""
    request, cut = _read(incoming)
    board = boards.board(actor=request.actor, now=request.now, cut=cut)
    live = boards.live(board=board, now=request.now)
    sort = request.GET.get("sort", "")
    return render(
        request,
        "board/home.html",
        {
            "board": board,
            "cut": cut,
            "query": cut.query(),
            "may_overview": may_read(request.actor),
            "span": shown.span(cut),
            "basis": BASES[cut.basis][0],
            "periods": shown.periods(cut, local(request.now).date()),
            "bar": _bar(cut, request),
            "drawn": shown.drawn(board, sort if sort.removeprefix("-") in shown.HEADS else ""),
            "week": live.week,
            "before": shown.span(cut.before()),
            "last_year": shown.span(cut.last_year()),
            "tables": [(LABELS[name], body) for name, body in shown.short_tables(board)],
            "short_heads": [shown.HEADS[name] for name in ("total", *shown.SHORT_COLUMNS)],
            "paces": _paces(board),
            "waiting": [(line, shown.case_url(line.number)) for line in live.waiting],
            "total_url": shown.address(cut.query(), "open"),
        },
    )


@require_safe
def rows(incoming: HttpRequest) -> HttpResponse:
    """Show the cases behind a number."""
    request, cut = _read(incoming)
    figure, part = _side(request)
    scope, text = scope_of(request.actor), request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    page = behind.page(figure, part, cut, scope, request.now, before=before)
    base, sides = f"figure={figure}&part={part}&{cut.query()}", TENTHS if figure in pace.TIMES else SIDES
    return render(
        request,
        "board/rows.html",
        {
            "page": page,
            "rate": None if figure in pace.TIMES else _rate(page),
            "is_timed": figure in pace.TIMES,
            "span": shown.span(cut),
            "basis": BASES[cut.basis][0],
            "sides": [(sides[s], page.sides[s], f"?figure={figure}&part={s}&{cut.query()}", s == part) for s in PARTS],
            "bar": _bar(cut, request, {"figure": figure, "part": part}),
            "lines": [(line, shown.case_url(line.number) if line.title else "") for line in page.lines],
            "with_titles": any(line.title for line in page.lines),
            "first": f"?{base}" if before else "",
            "next": f"?{base}&before={page.next}" if page.next else "",
            "csv": f"{reverse('board:download')}?{base}",
            "xlsx": f"{reverse('board:download')}?{base}&as=xlsx",
            "home": f"{reverse('board:home')}?{cut.query()}",
        },
    )


@require_safe
def download(incoming: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Hand out the cases behind a number: CSV of any length, Excel within its bound, with the definitions."""
    request, cut = _read(incoming)
    figure, part = _side(request)
    scope = scope_of(request.actor)
    found = behind.rows(figure, part, cut, scope, request.now)
    heads, name = behind.columns(scope), f"{behind.LISTS[figure].label}-{shown.span(cut)}"
    lines = behind.details(found, scope, request.now)
    if request.GET.get("as") != "xlsx":
        return _csv(name, heads, lines)
    if found.count() > LIMIT:
        raise Invalid(f"超过 {LIMIT:,} 行,Excel 放不下这么多；请改下 CSV,或缩小时间和条件。")
    says = [(f.label, f.says, behind.PARTS_SAID[f.name]) for f in FIGURES.values()]
    body = as_xlsx([("明细", heads, lines), ("口径", ("指标", "定义", "由明细怎样算出"), says)])
    return _file(body, f"{name}.xlsx")


@require_safe
def evaluation(incoming: HttpRequest) -> HttpResponse:
    """Show the evaluation list of units."""
    request, cut = _read(incoming)
    found = evaluations.evaluation(actor=request.actor, now=request.now, cut=cut)
    sort = request.GET.get("sort", "")
    labels = {**evaluations.MEANS, **{name: FIGURES[name].label for name in evaluations.RATES}}
    heads = [
        (label, f"?{cut.query(sort=name)}", "ascending" if sort == name else "none") for name, label in labels.items()
    ]
    lines = sorted(found.lines, key=lambda line: line.cells[sort].rank or 10**6) if sort in labels else found.lines
    return render(
        request,
        "board/evaluation.html",
        {
            "found": found,
            "lines": [(line, *_links(found, line, labels)) for line in lines],
            "heads": heads,
            "span": shown.span(cut),
            "basis": BASES[cut.basis][0],
            "periods": shown.periods(cut, local(request.now).date()),
            "bar": _bar(cut, request, without=("unit",)),
            "note": NOTE,
            "says": [(FIGURES[name].label, FIGURES[name].says) for name in evaluations.RATES],
            "xlsx": f"{reverse('board:evaluation_file')}?{cut.query()}",
            "home": f"{reverse('board:home')}?{cut.query()}",
        },
    )


@require_safe
def evaluation_file(incoming: HttpRequest) -> HttpResponse:
    """Hand out the evaluation list as an Excel file."""
    request, cut = _read(incoming)
    found = evaluations.evaluation(actor=request.actor, now=request.now, cut=cut)
    return _file(workbook(found), f"承办单位考评表-{shown.span(cut)}.xlsx")


@require_safe
def open_figures(incoming: HttpRequest) -> HttpResponse:
    """Show everybody the same rates, with their definitions."""
    request = cast(PersonRequest, incoming)
    text = request.GET.get("year", "")
    year = (
        int(text)
        if text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= local(request.now).year
        else None
    )
    found = publics.public(now=request.now, year=year)
    names = ("accept", "reply", "promise", "confirmed", "satisfied", "reopened", "silent")
    return render(
        request,
        "board/open.html",
        {
            "found": found,
            "span": shown.span(found.cut),
            "rates": [(found.total.rate(name), FIGURES[name].says) for name in publics.SHOWN],
            "heads": [FIGURES[name].label for name in names],
            "months": [
                (month, counts["total"], [counts.rate(name) for name in names], f"{month:%Y-%m}")
                for month, counts in found.months
            ],
            "years": [local(request.now).year - n for n in range(3)],
            "year": year,
        },
    )


@require_safe
def open_rows(incoming: HttpRequest, month: str) -> StreamingHttpResponse:
    """Hand out the month's cases as lines that name nobody."""
    request = cast(PersonRequest, incoming)
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Missing("没有这个月份的数据。") from None
    if not date(2000, 1, 1) <= first <= month_of(request.now):
        raise Missing("没有这个月份的数据。")
    return _csv(f"诉求办理公开明细-{month}", publics.COLUMNS, publics.anonymous(first, request.now))


def _read(incoming: HttpRequest) -> tuple[PersonRequest, Cut]:
    request = cast(PersonRequest, incoming)
    return request, Cut.read(request.GET.dict(), local(request.now).date())


def _side(request: PersonRequest) -> tuple[str, str]:
    figure, part = request.GET.get("figure", ""), request.GET.get("part", "all")
    if figure not in behind.LISTS or part not in PARTS:
        raise Missing("没有这项指标的明细，请从看板点进来。")
    return figure, part


def _rate(page: behind.RowPage) -> Rate:
    """What the list adds up to."""
    return Rate(page.figure, page.sides["met"], page.sides["all"])


def _paces(board: boards.Board) -> list[tuple[str, list[tuple[str, str]], int]]:
    """Each clock with its median and 90th percentile, each of them with the address of the cases behind it."""
    query, found = board.cut.query(), []
    for name, figure in pace.TIMES.items():
        if took := board.paces.get(name.removeprefix("took_")):
            half = (shown.days(took.median, board.day_minutes), shown.address(query, name))
            most = (shown.days(took.p90, board.day_minutes), shown.address(query, name, "rest"))
            found.append((figure.label, [half, most], took.n))
    return found


def _links(
    found: evaluations.Evaluation, line: evaluations.Line, names: Iterable[str]
) -> tuple[str, list[tuple[evaluations.Cell, bool, str]]]:
    """The address behind the cases that a unit was given, and its cells with theirs; none behind what names a rater."""
    query, cells = found.cut.query(unit=line.unit), []
    for name in names:
        figure = "satisfied" if name in evaluations.MEANS else name
        is_hidden = FIGURES[figure].is_opinion and not found.scope.is_whole
        url = "" if is_hidden else shown.address(query, figure)
        cells.append((line.cells[name], name in evaluations.MEANS, url))
    return shown.address(query, "returned"), cells


def _bar(
    cut: Cut, request: PersonRequest, more: dict[str, str] | None = None, without: Iterable[str] = ()
) -> FilterBar:
    """The filters, as the address holds them."""
    scope = scope_of(request.actor)
    fields = [
        Filter("since", "从", "month"),
        Filter("until", "到", "month"),
        Filter("basis", "口径", choices=[Choice(name, label) for name, (label, _) in BASES.items() if name != "all"]),
    ]
    for name, label in LABELS.items():
        choices = boards.choices(name, scope, cut)
        if name not in without and len(choices) > 1:
            fields.append(Filter(name, label, choices=[Choice(value, said) for value, said in choices]))
    values = {name: str(value) for name in LABELS if (value := getattr(cut, name)) not in (None, "")}
    values |= {"since": f"{cut.since:%Y-%m}", "until": f"{cut.until:%Y-%m}"}
    values |= {"basis": cut.basis} if cut.basis != "all" else {}
    values |= {"sort": request.GET.get("sort", "")} | (more or {})
    return FilterBar(fields, values, keep=("sort", *(more or {})))


def _csv(name: str, heads: Iterable[str], lines: Iterable[list[object]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(as_csv(tuple(heads), lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = _attached(f"{name}.csv")
    return response


def _file(body: bytes, name: str) -> HttpResponse:
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": _attached(name)})


def _attached(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"
