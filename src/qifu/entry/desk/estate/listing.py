"""The rooms of the district as a list and as a workbook, and names of tenants for somebody who is typing."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.estate import actions, queries
from qifu.domain.estate.access import require_staff
from qifu.domain.estate.moments import Moment, today
from qifu.domain.registry import queries as registry
from qifu.entry.desk.estate import asked, sheets
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.files.kinds import MEDIA

STATES = {
    "let": "已出租", "empty": "空置（全部）", "to_let": "可租：招租、有面积、无人预定", "offered": "空置：招租", "fitting": "空置：装修中",
    "own": "空置：自用", "held": "空置：暂不出租",
}  # fmt: skip
FEWEST = 2  # letters typed before names are looked for


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    wish, values = _read(request.GET)
    context = {
        "found": queries.room_list(request.actor, Moment(today(request.now)), wish),
        "bar": _bar(values),
        "sorts": queries.ROOM_SORTS,
        "sort": wish.sort,
    }
    return render(request, "estate/rooms.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The list as asked for, all of it, as a workbook; who took it is kept."""
    request = cast(PersonRequest, incoming)
    wish, values = _read(request.GET)
    day = today(request.now)
    content, rows = sheets.rooms(queries.all_rooms(request.actor, Moment(day), wish))
    actions.note_export(actor=request.actor, now=request.now, rows=rows, filters={"list": "rooms", **values})
    name = f"{'可租房间' if wish.state == 'to_let' else '房间'}{day:%Y%m%d}.xlsx"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=MEDIA["xlsx"])


@require_GET
def names(incoming: HttpRequest) -> HttpResponse:
    """Enterprises of the registry as options of a field in which a tenant is typed."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    q = request.GET.get("tenant", "").strip()[: asked.LONGEST]
    found = registry.suggest(request.actor, q) if len(q) >= FEWEST else ()
    return render(request, "estate/_names.html", {"firms": found})


def _read(query: QueryDict) -> tuple[queries.RoomWish, dict[str, str]]:
    """Read the address; values that are none of ours count as not set."""
    least, most = _metres(query.get("least", "")), _metres(query.get("most", ""))
    wish = queries.RoomWish(
        q=query.get("q", "").strip()[: asked.LONGEST],
        street=asked.number(query.get("street", "")),
        use=asked.one_of(query.get("use", ""), dict(queries.choices("use"))),
        state=asked.one_of(query.get("state", ""), STATES),
        least=least,
        most=most,
        sort=asked.one_of(query.get("sort", ""), queries.ROOM_SORTS) or "place",
        page=asked.number(query.get("page", "")) or 1,
    )
    values = {
        "q": wish.q, "street": str(wish.street or ""), "use": wish.use, "state": wish.state,
        "least": "" if least is None else f"{least:f}", "most": "" if most is None else f"{most:f}",
        "sort": wish.sort if wish.sort != "place" else "",
    }  # fmt: skip
    return wish, values


def _metres(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 1_000_000 else None


def _bar(values: dict[str, str]) -> FilterBar:
    return FilterBar(
        (
            Filter("q", "楼宇", "search", placeholder="名称、别名、道路、编码"),
            Filter("street", "街道", choices=asked.streets()),
            Filter("state", "状态", choices=[Choice(*pair) for pair in STATES.items()]),
            Filter("use", "用途", choices=[Choice(*pair) for pair in queries.choices("use")]),
            Filter("least", "面积不小于", "number"),
            Filter("most", "面积不大于", "number"),
        ),
        values,
    )
