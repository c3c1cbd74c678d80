"""One calm page for leaders: promises against what was kept, money against plan, who waits longest, what lies idle, what is at risk."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qifu.domain.appeals.queries.figures import board as boards
from qifu.domain.appeals.queries.figures.cuts import Cut
from qifu.domain.appeals.queries.figures.rows import waiting
from qifu.domain.disclosure import access as disclosure
from qifu.domain.estate.moments import Moment
from qifu.domain.estate.queries import directory
from qifu.domain.estate.queries import figures as estate
from qifu.domain.grants import access as money
from qifu.domain.grants.queries import board as grants
from qifu.domain.registry import watching
from qifu.entry.board import shown
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.entry.theme.words import local, number, pct, wan
from qifu.kernel.measures import Ask, Value, access, evaluation, measure

PROMISES = ("reply", "promise", "confirmed", "satisfied", "first_time", "overdue")
BEHIND = Decimal("0.1")  # so far may execution lie behind the year before it is coloured
REFRESH = 60  # seconds for which figures are kept, and between two looks of a screen on the wall


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: what it is, what it was made of, and the page that it opens."""

    label: str
    figure: str
    unit: str
    note: str
    url: str = ""
    tone: str = ""
    part: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that belong together."""

    label: str
    tiles: tuple[Tile, ...]


@require_safe
def overview(incoming: HttpRequest) -> HttpResponse:
    """Show it for a span and perhaps one street; `wall=1`: large, without controls, looking again each minute."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    today = local(request.now).date()
    cut = Cut.read({name: request.GET.get(name, "") for name in ("since", "until", "street")}, today)
    board = boards.board(actor=request.actor, now=request.now, cut=cut)
    is_wall = request.GET.get("wall") == "1"
    context = {
        "groups": (Group("承诺", tuple(_promises(board))), *_kept(request, cut, today)),
        "board": board,
        "span": shown.span(cut),
        "street": dict(boards.choices("street", board.scope, cut)).get(str(cut.street), ""),
        "waiting": [(line, shown.case_url(line.number)) for line in waiting(cut, board.scope, request.now)],
        "periods": shown.periods(cut, today),
        "bar": _bar(cut, boards.choices("street", board.scope, cut)),
        "query": cut.query(),
        "is_wall": is_wall,
    }
    answer = render(request, "board/overview.html", context)
    if is_wall:
        answer["Refresh"] = str(REFRESH)
    return answer


def _kept(request: PersonRequest, cut: Cut, today: date) -> tuple[Group, ...]:
    """What the other rooms tell, asked at most once a minute for one person and cut."""

    def asked() -> tuple[Group, ...]:
        district = Group("楼宇、风险和走访", tuple(_district(request, cut, today)))
        return Group("资金", tuple(_money(request, cut, today))), district

    key = f"board.overview:{request.actor.account}:{cut.query()}"
    return cast(tuple[Group, ...], cache.get_or_set(key, asked, REFRESH))


def _promises(board: boards.Board) -> Iterator[Tile]:
    base = f"{reverse('board:home')}?{board.cut.query()}"
    yield Tile("收到诉求", number(board.now["total"]), "件", "期间内提交的", base)
    for name in PROMISES:
        rate = board.now.rate(name)
        note = f"{rate.numerator:,} / {rate.denominator:,} 件"
        yield _share(rate.figure.label, rate.share if rate.is_shown else None, note, base)


def _money(request: PersonRequest, cut: Cut, today: date) -> Iterator[Tile]:
    actor = request.actor
    if disclosure.may_look(actor):
        yield _execution(request, cut.until.year, today)
    if money.sees_money(actor):
        told = grants.board(actor=actor, now=request.now, year=cut.until.year)
        note = f"{wan(told.paid / 10_000)} / {wan(told.budget / 10_000)}"
        share = told.paid / told.budget if told.budget else None
        yield _share("政策资金拨付率", share, note, f"{reverse('board:grants')}?year={told.year}")
    unclaimed, yuan = (_value(request, cut, f"policies.{name}") for name in ("unclaimed", "unclaimed_yuan"))
    note = f"{number(unclaimed.amount or 0)} 户次，只计算得出金额的"
    yield Tile(
        "应享未享",
        wan((yuan.amount or Decimal(0)) / 10_000).removesuffix(" 万元"),
        "万元",
        note,
        reverse("board:policies"),
    )


def _execution(request: PersonRequest, year: int, today: date) -> Tile:
    """What is spent of the year's budget, beside how much of the year is over."""
    whole = Cut(date(year, 1, 1), date(year, 12, 1))
    spent, budget = (_value(request, whole, f"disclosure.{name}").amount for name in ("spent", "budget"))
    share = spent / budget if spent is not None and budget else None
    over = _over(year, today)
    note = f"{wan((spent or 0) / 10_000)} / {wan((budget or 0) / 10_000)}，{year} 年已过 {pct(over, 0)}"
    tone = "amber" if share is not None and share < over - BEHIND else ""
    return _share("预算执行率", share, note, f"{reverse('desk_budget')}?year={year}", tone)


def _over(year: int, today: date) -> Decimal:
    if today.year != year:
        return Decimal(today.year > year)
    days = 366 if monthrange(year, 2)[1] == 29 else 365
    return Decimal(today.timetuple().tm_yday) / days


def _district(request: PersonRequest, cut: Cut, today: date) -> Iterator[Tile]:
    street = {"street": str(cut.street)} if cut.street is not None else {}
    found = estate.total(estate.measures(Moment(today), _buildings(request, cut)).values())
    buildings = f"{reverse('desk_buildings')}?{urlencode(street)}"
    occupancy, note = found.occupancy, f"{number(round(found.let_area))} / {number(round(found.area))} 平方米"
    share = Decimal(str(occupancy.value)) if occupancy.value is not None else None
    yield _share("楼宇出租率", share, note, buildings)
    yield Tile("空置面积", number(round(found.vacant_area)), "平方米", f"{number(found.vacant_rooms)} 间", buildings)
    unit = {"unit": str(cut.street)} if cut.street is not None else {}
    open_alerts, late = (
        watching.alerts(request.actor, request.now, watching.Filters(unit=cut.street, late=is_late), size=1).count
        for is_late in (False, True)
    )
    url = f"{reverse('desk_alerts')}?{urlencode(unit)}"
    yield Tile("待处置预警", number(open_alerts), "条", f"其中超期 {number(late)} 条", url, "red" if late else "")
    for name in ("visits.fresh", "visits.done", "events.held", "events.satisfied"):
        one = measure(name)
        value = _value(request, cut, name)
        url = f"{reverse('desk_measure', args=[name])}?since={cut.since:%Y-%m}&until={cut.until:%Y-%m}"
        if one.is_rate:
            note = f"{number(value.numerator or 0)} / {number(value.denominator or 0)}"
            yield _share(one.label, value.amount, note, url)
        else:
            yield Tile(one.label, number(value.amount or 0), one.unit, shown.span(cut), url)


def _buildings(request: PersonRequest, cut: Cut) -> list[int] | None:
    if cut.street is None:
        return None
    return [one.id for one in directory.buildings(request.actor, street=cut.street)]


def _value(request: PersonRequest, cut: Cut, name: str) -> Value:
    """A measure over the cut; where it is not divided by street, of the whole district."""
    one = measure(name)
    is_cut = cut.street is not None and any(each.name == "street" for each in one.dimensions)
    where = (("street", str(cut.street)),) if is_cut else ()
    until = cut.until.replace(day=monthrange(cut.until.year, cut.until.month)[1])
    return evaluation.told(one, Ask(cut.since, until, request.now, where))


def _share(label: str, share: Decimal | None, note: str, url: str, tone: str = "") -> Tile:
    if share is None:
        return Tile(label, "—", "", note, url)
    return Tile(label, pct(share).removesuffix(" %"), "%", note, url, tone, min(share, Decimal(1)))


def _bar(cut: Cut, streets: list[tuple[str, str]]) -> FilterBar:
    fields = [
        Filter("since", "从", "month"),
        Filter("until", "到", "month"),
        Filter("street", "街道", choices=[Choice(key, label) for key, label in streets]),
    ]
    values = {"since": f"{cut.since:%Y-%m}", "until": f"{cut.until:%Y-%m}", "street": str(cut.street or "")}
    return FilterBar(fields, values, keep=())
