"""Buildings and tenants as workbooks; nothing in them can run as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from qifu.domain.estate.queries import BuildingPage, RoomLine, Sitting, Table
from qifu.output.charts.tables import as_xlsx

BUILDINGS = (
    "编码", "楼宇", "街道", "地址", "房间（间）", "登记面积（平方米）", "已出租面积（平方米）", "空置面积（平方米）", "出租率",
    "平均租金（元/平方米·月）", "在租户数", "对应到企业库", "入驻企业（家）", "异地注册", "异地注册已知数", "异地纳税", "异地纳税已知数",
    "一年内到期（份）", "到期日已知（份）", "本半年已确认", "哪一天",
)  # fmt: skip
TENANTS = (
    "塔楼", "楼层", "房号", "面积（平方米）", "状态", "租户", "行业", "入驻日期", "租约到期", "租金（元/平方米·月）", "注册地", "纳税地",
)  # fmt: skip


ROOMS = (
    "楼宇编码", "楼宇", "街道", "地址", "塔楼", "楼层", "房号", "面积（平方米）", "用途", "状态",
    "招租报价（元/平方米·月）", "租户", "最早到期的租约",
)  # fmt: skip


def rooms(lines: Iterable[RoomLine]) -> tuple[bytes, int]:
    """Rooms with their tenants, and how many rows there are."""
    rows = [
        (
            one.building.code, one.building.name, one.building.street_name, one.building.address, one.tower, one.floor,
            one.cell.number, _figure(one.cell.area), one.use, one.cell.state_label, _figure(one.asking),
            "；".join(sitting.name for sitting in one.cell.sitting), _day(one.cell.lease_until),
        )
        for one in lines
    ]  # fmt: skip
    return as_xlsx([("房间", ROOMS, rows)]), len(rows)


def buildings(table: Table, day: date) -> bytes:
    """The list of buildings."""
    return as_xlsx([("楼宇", BUILDINGS, _lines(table, day))])


def _lines(table: Table, day: date) -> Iterator[tuple[object, ...]]:
    for line in table.lines:
        m = line.measures
        share = m.occupancy.value
        yield (
            line.brief.code, line.brief.name, line.brief.street_name, line.brief.address, m.rooms, _figure(m.area),
            _figure(m.let_area), _figure(m.vacant_area), "" if share is None else round(share, 4),
            "" if m.rent is None else _figure(m.rent), m.tenancies, m.known, m.tenants, m.registered_elsewhere,
            m.registered_told, m.taxed_elsewhere, m.taxed_told, m.ending, m.leases, "是" if line.is_confirmed else "否",
            day.isoformat(),
        )  # fmt: skip


def tenants(told: BuildingPage) -> tuple[bytes, int]:
    """The rooms of a building with their tenants, and how many rows there are."""
    rows = list(_rows(told))
    return as_xlsx([("租户", TENANTS, rows)]), len(rows)


def _rows(told: BuildingPage) -> Iterator[tuple[object, ...]]:
    for tower in told.towers:
        for floor in tower.floors:
            for cell in floor.cells:
                place = (tower.name, floor.label, cell.number, _figure(cell.area), cell.state_label)
                for one in cell.sitting or (None,):
                    yield (*place, *(_tenant(one) if one else ("",) * 7))
            for one in floor.loose:
                yield (tower.name, floor.label, "", "", "房号未登记", *_tenant(one))


def _tenant(one: Sitting) -> tuple[object, ...]:
    return (
        one.name, one.industry, _day(one.since), _day(one.lease_until), "" if one.rent is None else _figure(one.rent),
        one.registered_label, one.taxed_label,
    )  # fmt: skip


def _figure(value: Decimal | None) -> float | str:
    return "" if value is None else float(value)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
