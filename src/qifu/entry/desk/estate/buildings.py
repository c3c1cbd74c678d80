"""The list of buildings, the same as a workbook and as a map, and one building floor by floor."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qifu.domain.estate import access, actions, queries
from qifu.domain.estate.moments import today
from qifu.domain.people import queries as people
from qifu.entry.desk.estate import asked, sheets
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Role
from qifu.kernel.files.kinds import MEDIA
from qifu.output.charts.district import Spot, district
from qifu.output.charts.stacking import MODES, stacking

MEASURES = {
    "occupancy": ("出租率", "%"), "rent": ("平均租金", "元/平方米·月"), "vacant": ("空置面积", "平方米"), "tenants": ("入驻企业", "家"),
    "ending": ("一年内到期", "份"), "elsewhere": ("异地纳税", "%"), "tax": ("每平方米税收", "元"),
}  # fmt: skip


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    wanted = asked.read(request.GET, request.now)
    table = queries.table(request.actor, wanted.moment, wanted.wanted)
    context = {
        "table": table,
        "notes": _notes(table.total),
        "bar": asked.bar(wanted),
        "asked": wanted,
        "sorts": queries.SORTS,
        "is_clerk": access.is_clerk(request.actor),
        "is_today": wanted.day == today(request.now) and wanted.known is None,
    }
    return render(request, "estate/buildings.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The list as asked for, all of it, as a workbook; who took it is kept."""
    request = cast(PersonRequest, incoming)
    wanted = asked.read(request.GET, request.now)
    found = queries.table(request.actor, wanted.moment, wanted.wanted, size=None)
    actions.note_export(actor=request.actor, now=request.now, rows=found.count, filters=dict(wanted.values))
    content = sheets.buildings(found, wanted.day)
    return _file(content, f"楼宇{wanted.day:%Y%m%d}.xlsx")


@require_GET
def drawn(incoming: HttpRequest) -> HttpResponse:
    """The district with its buildings, coloured by a measure; the same figures as a table beside it."""
    request = cast(PersonRequest, incoming)
    wanted = asked.read(request.GET, request.now)
    measure = asked.one_of(request.GET.get("measure", ""), MEASURES) or "occupancy"
    found = queries.table(request.actor, wanted.moment, wanted.wanted, size=None)
    taxes = queries.taxes(wanted.moment) if measure == "tax" else {}
    label, unit = MEASURES[measure]
    rows = [(line, _value(line, measure, taxes)) for line in found.lines]
    spots = [
        Spot(line.brief.code, line.brief.name, line.brief.street, value,
             f"{line.brief.name}，{label} {_said(value, unit)}", reverse("desk_building", args=[line.brief.id]))
        for line, value in rows
    ]  # fmt: skip
    streets = [(one.id, one.short_name) for one in people.units("street")]
    picture = district(streets, spots, label, "全区楼宇分布示意图")
    rows.sort(key=lambda row: (row[1] is None, -(row[1] or 0), row[0].brief.code))
    context = {
        "picture": picture,
        "bands": [(b.name, _said(b.low, unit), _said(b.high, unit), b.count) for b in picture.bands],
        "rows": [(line, _said(value, unit)) for line, value in rows],
        "measure": measure,
        "measures": MEASURES,
        "label": label,
        "bar": asked.bar(wanted),
        "asked": wanted,
    }
    return render(request, "estate/map.html", context)


def _value(line: queries.Line, measure: str, taxes: dict[int, queries.Tax]) -> float | None:
    told = line.measures
    if measure == "tax":
        per_metre = taxes[line.brief.id].per_metre if line.brief.id in taxes else None
        return None if per_metre is None else float(per_metre)
    shares = {"occupancy": told.occupancy, "elsewhere": told.taxed_share}
    if measure in shares:
        value = shares[measure].value
        return None if value is None else value * 100
    figures: dict[str, Decimal | int | None] = {
        "rent": told.rent, "vacant": told.vacant_area, "tenants": told.tenants, "ending": told.ending
    }  # fmt: skip
    figure = figures[measure] if told.rooms else None
    return None if figure is None else float(figure)


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "不详"
    if unit == "%":
        return f"{value:.1f}%"
    return f"{value:,.2f} {unit}" if unit.startswith("元") else f"{value:,.0f} {unit}"


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    """One building on the day, floor by floor: as a drawing and as a table."""
    request = cast(PersonRequest, incoming)
    wanted = asked.read(request.GET, request.now)
    told = queries.building(request.actor, number, wanted.moment)
    mode = asked.one_of(request.GET.get("by", ""), MODES) or "state"
    towers = {tower.name: tower for tower in told.towers}
    tower = towers.get(request.GET.get("tower", "")) or next(iter(told.towers), None)
    is_clerk = access.is_clerk(request.actor)
    holders = people.holders(Role.BUILDING_MANAGER, request.now) if is_clerk else ()
    context = {
        "told": told,
        "notes": _notes(told.measures),
        "is_table": request.GET.get("view") == "table",
        "tower": tower,
        "stack": stacking(tower, mode, wanted.day, _room, told.brief.name) if tower else None,
        "mode": mode,
        "modes": MODES,
        "asked": wanted,
        "is_today": wanted.day == today(request.now) and wanted.known is None,
        "mandates": queries.mandates(request.actor, number),
        "rounds": queries.spots(request.actor, number),
        "holders": holders,
        "is_clerk": is_clerk,
    }
    return render(request, "estate/building.html", context)


def _notes(m: queries.Measures) -> dict[str, str]:
    """What each share is of."""
    area = f"{m.let_area:,.0f} / {m.area:,.0f} 平方米" if m.area else f"{m.let_rooms:,} / {m.rooms:,} 间"
    return {
        "occupancy": area,
        "known": f"{m.known:,} / {m.tenancies:,} 户",
        "ending": f"{m.ending:,} / {m.leases:,} 份已知到期日",
    }


def _room(number: int) -> str:
    return reverse("desk_room", args=[number])


@require_GET
def tenants(incoming: HttpRequest, number: int) -> FileResponse:
    """The rooms and tenants of a building as a workbook; names as far as the actor sees them."""
    request = cast(PersonRequest, incoming)
    wanted = asked.read(request.GET, request.now)
    told = queries.building(request.actor, number, wanted.moment)
    content, rows = sheets.tenants(told)
    filters: dict[str, object] = {"building": told.brief.code, "on": wanted.day.isoformat()}
    actions.note_export(actor=request.actor, now=request.now, rows=rows, filters=filters)
    return _file(content, f"{told.brief.name}租户{wanted.day:%Y%m%d}.xlsx")


def _file(content: bytes, name: str) -> FileResponse:
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=MEDIA["xlsx"])
