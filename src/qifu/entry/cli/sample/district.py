"""Units of the sample district: centre, sub-station, 25 departments, 14 streets and 65 stations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from qifu.entry.cli.sample.buildings import buildings
from qifu.entry.cli.sample.naming import UNIT_BLOCK, phone
from qifu.entry.cli.sample.places import STREETS
from qifu.entry.cli.sample.streams import SEED, stream

HOURS = "09:00-12:00,14:00-17:30"
CENTRE = "centre"
SUBSTATION = "substation"
STATIONS = 65


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `hours` are spans of a working day, `saturday` says whether Saturdays are served too."""

    code: str
    name: str
    kind: str  # centre, substation, department, street, station
    parent: str | None
    street: str | None = None
    building: str | None = None
    hours: str = HOURS
    saturday: bool = False
    phone: str = ""


_DEPARTMENTS = {
    "fagai": "区发展和改革局",
    "kejing": "区科学技术和经济信息化局",
    "jiaoyu": "区教育局",
    "gongan": "区公安分局",
    "minzheng": "区民政局",
    "sifa": "区司法局",
    "caizheng": "区财政局",
    "renli": "区人力资源局",
    "ziran": "区自然资源和规划分局",
    "huanjing": "区生态环境分局",
    "zhujian": "区住房和城市更新局",
    "chengguan": "区城市管理执法局",
    "jiaojing": "区交通大队",
    "shuihu": "区水务和湖泊局",
    "shangwu": "区商务局",
    "wenlv": "区文化和旅游局",
    "weijian": "区卫生健康局",
    "yingji": "区应急管理局",
    "shichang": "区市场监督管理局",
    "tongji": "区统计局",
    "zhengwu": "区政务服务和大数据管理局",
    "jinrong": "区金融工作局",
    "zhaoshang": "区投资促进局",
    "shuiwu": "区税务局",
    "xiaofang": "区消防救援大队",
}
DEPARTMENT_CODES = tuple(_DEPARTMENTS)
STREET_CODES = tuple(street.code for street in STREETS)

# Units that keep other hours than the district's.
_HOURS = {
    "shuiwu": "08:30-12:00,14:00-17:00",
    "zhengwu": "09:00-17:00",
    "gongan": "08:30-12:00,14:30-17:30",
    "xiaofang": "08:00-12:00,14:30-18:00",
    "yudi": "08:30-12:00,14:00-17:00",
}


@cache
def units(seed: int = SEED) -> tuple[Unit, ...]:
    """Return all units, parents before children."""
    listed = [
        Unit(CENTRE, "江泽区企业服务中心", "centre", None, phone=phone(UNIT_BLOCK, 1)),
        Unit(SUBSTATION, "区企业服务中心澄浦分站", "substation", CENTRE, "chengpu", phone=phone(UNIT_BLOCK, 2)),
    ]
    for number, (code, name) in enumerate(_DEPARTMENTS.items()):
        hours = _HOURS.get(code, HOURS)
        listed.append(Unit(code, name, "department", CENTRE, hours=hours, phone=phone(UNIT_BLOCK, 100 + number)))
    for number, street in enumerate(STREETS):
        hours = _HOURS.get(street.code, HOURS)
        listed.append(
            Unit(
                street.code,
                f"{street.name}道办事处",
                "street",
                CENTRE,
                street.code,
                hours=hours,
                phone=phone(UNIT_BLOCK, 200 + number),
            )
        )
    return (*listed, *_stations(seed))


def _stations(seed: int) -> list[Unit]:
    """One station in each street's office, the rest in buildings and parks; one of them is open on Saturdays."""
    listed = []
    for number, street in enumerate(STREETS):
        code, name = f"st{number + 1:02d}", f"{street.name}企业服务站"
        listed.append(Unit(code, name, "station", street.code, street.code, phone=phone(UNIT_BLOCK, 300 + number)))
    order = stream(seed, "stations").permutation(len(buildings(seed)))
    for number in range(len(STREETS), STATIONS):
        housed = buildings(seed)[int(order[number])]
        hours = "09:00-12:00,13:30-17:30" if number % 9 == 0 else HOURS
        listed.append(
            Unit(
                f"st{number + 1:02d}", f"{housed.name}企业服务站", "station", housed.street, housed.street,
                housed.id, hours, number == len(STREETS), phone(UNIT_BLOCK, 300 + number),
            )
        )  # fmt: skip
    return listed
