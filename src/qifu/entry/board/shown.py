"""How the board says numbers: cells with their parts and their links, tables as rows of cells. Built in Python, because a page
has several hundred cells and a template would take longer over them than the database over the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from qifu.domain.appeals.queries.figures.board import HELD, Board, Slice
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope, shifted
from qifu.domain.appeals.queries.figures.measures import FIGURES, Counts, Rate
from qifu.domain.appeals.queries.figures.pace import Took
from qifu.entry.theme import words
from qifu.entry.theme.language import speaks_english
from qifu.output.charts.trend import trend

TILES = ("reply", "promise", "confirmed", "satisfied", "first_time", "reopened", "silent", "overdue")
STOCKS = ("open", "overdue")  # what stands now says nothing about how it stood a period ago
UNIT_COLUMNS = ("reply", "promise", "confirmed", "satisfied", "first_time", "reopened", "silent", "overdue")
SHORT_COLUMNS = ("reply", "confirmed", "satisfied", "reopened")
HEADS = {
    "total": "收到", "reply": "按时回复", "promise": "按首次承诺", "confirmed": "企业确认解决", "satisfied": "满意",
    "first_time": "一次办结", "reopened": "重新办理", "silent": "未回应", "overdue": "在办超期", "pace": "回复用时",
}  # fmt: skip
CASE_PAGES = ("desk:case", "desk:appeal", "desk_case", "desk:sheet")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: what it is, where a click sorts, how it is sorted now."""

    label: str
    url: str
    sorted: str  # ascending, descending, none


@dataclass(frozen=True, slots=True)
class Table:
    heads: list[Head]
    body: SafeString
    is_empty: bool


def rate_cell(rate: Rate, url: str, scope: Scope) -> str:
    """A share with its parts beneath; few opinions show no share, and to a unit nothing that names a rater."""
    if rate.denominator == 0:
        return '<td class="num muted">—</td>'
    hidden = rate.figure.is_opinion and not scope.is_whole
    if hidden and not rate.is_shown:
        return '<td class="num muted"><span class="small">评价不足 5 份</span></td>'
    parts = f"{rate.numerator:,}/{rate.denominator:,}"
    said = words.pct(rate.share) if rate.is_shown else parts
    link = said if hidden else f'<a href="{url}">{said}</a>'
    under = f'<span class="under">{parts}</span>' if rate.is_shown else '<span class="under">不足 5 份</span>'
    return f'<td class="num">{link}{under}</td>'


def address(query: str, figure: str, part: str = "all") -> str:
    """The address of the list behind a number."""
    return f"{reverse('board:rows')}?figure={figure}&part={part}&{query}"


def listing(query: str, figure: str, part: str = "all") -> str:
    """The same, ready to stand in an attribute."""
    return address(query, figure, part).replace("&", "&amp;")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The parts of the page that stay the same until the tallies move on."""

    tiles: list[Tile]
    figures: list[tuple[str, SafeString, str]]
    chart: dict[str, object]
    months: SafeString
    units: Table


@lru_cache(maxsize=HELD)
def drawn(board: Board, sort: str) -> Drawn:
    """Draw what of the page needs nothing but the board; kept while the board itself is."""

    def month_url(month: date) -> str:
        query = board.cut.query(since=f"{month:%Y-%m}", until=f"{month:%Y-%m}")
        return address(query, "open")

    return Drawn(
        tiles(board, TILES),
        all_figures(board),
        trend(board.months, month_url),
        month_rows(board.months, board.cut, board.scope),
        unit_table(board, sort),
    )


@lru_cache(maxsize=HELD)
def short_tables(board: Board) -> list[tuple[str, SafeString]]:
    """The tables of the other dimensions that have cases."""
    parts = (
        ("street", board.streets),
        ("category", board.categories),
        ("channel", board.channels),
        ("kind", board.kinds),
    )
    return [(name, short_table(board, name, lines)) for name, lines in parts if lines]


def unit_table(board: Board, sort: str) -> Table:
    """The table of units, sorted as the address says."""
    lines = _sorted(board.units, sort, board.unit_paces)
    body = "".join(_unit_line(board, line) for line in lines)
    names = ("total", *UNIT_COLUMNS, "pace")
    return Table([_head(board.cut, name, sort) for name in names], mark_safe(body), not lines)  # noqa: S308 (escaped part by part)


def _unit_line(board: Board, line: Slice) -> str:
    took = board.unit_paces.get(int(str(line.key)))
    pace = '<td class="num muted">—</td>'
    if took:
        url = listing(board.cut.query(unit=line.key), "took_reply")
        pace = f'<td class="num"><a href="{url}">{days(took.median, board.day_minutes)}</a></td>'
    return _line(board, "unit", line, UNIT_COLUMNS, pace)


def short_table(board: Board, dimension: str, lines: Sequence[Slice]) -> SafeString:
    """A table of another dimension, in its own order."""
    return mark_safe("".join(_line(board, dimension, line, SHORT_COLUMNS, "") for line in lines))  # noqa: S308 (escaped part by part)


def _line(board: Board, dimension: str, line: Slice, columns: Sequence[str], more: str) -> str:
    known = not (dimension == "category" and line.key == 0)
    query = board.cut.query(**{dimension: line.key}) if known else board.cut.query()
    name = conditional_escape(line.label)
    head = f'<a href="?{query.replace("&", "&amp;")}">{name}</a>' if known else name
    total = f'<td class="num"><a href="{listing(query, "open")}">{line.counts["total"]:,}</a></td>'
    cells = "".join(rate_cell(line.counts.rate(c), listing(query, c), board.scope) for c in columns)
    return f'<tr><th scope="row">{head}</th>{total}{cells}{more}</tr>'


def _sorted(lines: Iterable[Slice], sort: str, paces: dict[int, Took]) -> list[Slice]:
    """By one column; what has no value stands last either way."""
    name = sort.removeprefix("-")
    if name not in HEADS:
        return list(lines)
    valued = [(line, _value(line, name, paces)) for line in lines]
    known = sorted((p for p in valued if p[1] is not None), key=lambda p: p[1] or 0, reverse=sort.startswith("-"))
    return [line for line, _ in known] + [line for line, value in valued if value is None]


def _value(line: Slice, name: str, paces: dict[int, Took]) -> Decimal | int | None:
    if name == "total":
        return line.counts["total"]
    if name == "pace":
        took = paces.get(int(str(line.key)))
        return took.median if took else None
    return line.counts.rate(name).share


def _head(cut: Cut, name: str, sort: str) -> Head:
    now = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
    following = f"-{name}" if now != "descending" else name
    return Head(HEADS[name], f"?{cut.query(sort=following)}#units", now)


def days(minutes: int, day_minutes: int) -> str:
    """Working time as people say it: hours below one working day, working days above."""
    if minutes < day_minutes:
        return f"{minutes} 分钟" if minutes < 60 else f"{Decimal(minutes) / 60:.1f} 小时"
    return f"{Decimal(minutes) / day_minutes:.1f} 个工作日"


@dataclass(frozen=True, slots=True)
class Tile:
    rate: Rate
    url: str
    note: str
    tone: str


def tiles(board: Board, names: Sequence[str]) -> list[Tile]:
    """The rates at the top, each with its parts and the change against the period before."""
    query = board.cut.query()
    found = []
    for name in names:
        rate, before = board.now.rate(name), board.before.rate(name)
        if not board.scope.is_whole and rate.figure.is_opinion:
            found.append(Tile(rate, "", "已评价的汇总" if rate.is_shown else "评价不足 5 份，不公布", ""))
            continue
        note = f"{rate.numerator:,} / {rate.denominator:,} 件{'' if name in STOCKS else change(rate, before)}"
        url = address(query, name, "rest" if rate.figure.better > 0 else "met")
        found.append(Tile(rate, url, note, ""))
    return found


def change(rate: Rate, before: Rate) -> str:
    """、比上期 +1.2 个百分点; empty where one of the two has no share."""
    if rate.share is None or before.share is None:
        return ""
    gap = (rate.share - before.share) * 100
    return f"，比上期 {gap:+.1f} 点" if abs(gap) >= Decimal("0.05") else "，与上期持平"


def all_figures(board: Board) -> list[tuple[str, SafeString, str]]:
    """Every figure with its definition, now and in both periods it is compared with."""
    query, found = board.cut.query(), []
    for name, figure in FIGURES.items():
        cells = "".join(
            rate_cell(counts.rate(name), listing(cut_query, name), board.scope)
            for counts, cut_query in (
                (board.now, query),
                (board.before, board.cut.before().query()),
                (board.last_year, board.cut.last_year().query()),
            )
        )
        found.append((figure.label, mark_safe(cells), figure.says))  # noqa: S308 (our own words and numbers)
    return found


def month_rows(months: Sequence[tuple[date, Counts]], cut: Cut, scope: Scope) -> SafeString:
    """The table that says the same as the chart."""
    lines = []
    for month, counts in months:
        query = cut.query(since=f"{month:%Y-%m}", until=f"{month:%Y-%m}")
        cells = "".join(rate_cell(counts.rate(c), listing(query, c), scope) for c in ("accept", *SHORT_COLUMNS))
        href = listing(query, "open")
        total = f'<td class="num"><a href="{href}">{counts["total"]:,}</a></td>'
        lines.append(f'<tr><th scope="row">{month.year}年{month.month}月</th>{total}{cells}</tr>')
    return mark_safe("".join(lines))  # noqa: S308 (our own words and numbers)


def periods(cut: Cut, today: date) -> list[tuple[str, str, bool]]:
    """The usual periods, as links that keep the rest of the cut."""
    month, quarter = today.replace(day=1), today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    spans = [
        ("本月", month, month),
        ("上月", shifted(month, -1), shifted(month, -1)),
        ("本季度", quarter, month),
        ("今年", date(today.year, 1, 1), month),
        ("去年", date(today.year - 1, 1, 1), date(today.year - 1, 12, 1)),
        ("近 12 个月", shifted(month, -11), month),
    ]
    return [
        (label, cut.query(since=f"{a:%Y-%m}", until=f"{b:%Y-%m}"), (a, b) == (cut.since, cut.until))
        for label, a, b in spans
    ]


def span(cut: Cut) -> str:
    """2026年1月—9月."""
    if speaks_english():
        since, until = words.cn_month(cut.since), words.cn_month(cut.until)
        return since if cut.since == cut.until else f"{since} – {until}"
    if cut.since == cut.until:
        return f"{cut.since.year}年{cut.since.month}月"
    end = f"{cut.until.month}月" if cut.since.year == cut.until.year else f"{cut.until.year}年{cut.until.month}月"
    return f"{cut.since.year}年{cut.since.month}月—{end}"


def case_url(number: str) -> str:
    """The page of a case, where one is installed."""
    for name in CASE_PAGES:
        try:
            return reverse(name, args=[number])
        except NoReverseMatch:
            continue
    return ""
