"""Streets and roads of the sample district: invented names on an invented map of an invented district."""

from __future__ import annotations

from dataclasses import dataclass

DISTRICT = "江泽区"
CITY = "武汉市"
DIVISION_CODE = "420198"
"""Administrative division of credit codes: an unassigned number under 420100, so that no real firm can hold one."""


@dataclass(frozen=True, slots=True)
class Street:
    code: str
    name: str
    roads: tuple[str, ...]
    weight: float  # share of enterprises


STREETS = (
    Street("yunze", "云泽街", ("云泽大道", "澄辉路", "望岚路", "双榉街"), 1.6),
    Street("wangting", "望汀街", ("望汀路", "泊月路", "银渚街", "折桂巷"), 1.5),
    Street("linlan", "临澜街", ("临澜大道", "听澜路", "石矶横路", "晚棹街"), 1.4),
    Street("hewan", "鹤湾街", ("鹤湾路", "鸣皋路", "栖羽街", "长汀巷"), 1.2),
    Street("qingli", "青篱街", ("青篱路", "采芹路", "豆棚街", "竹扉巷"), 0.9),
    Street("guizhao", "归棹街", ("归棹路", "橹声路", "渡口横街", "帆影巷"), 1.1),
    Street("mulan", "沐岚街", ("沐岚大道", "云岫路", "松涧街", "半山横路"), 0.8),
    Street("yudi", "玉堤街", ("玉堤大道", "金柳路", "堤角横街", "闸东巷"), 1.3),
    Street("changdi", "长荻街", ("长荻路", "芦汀路", "秋荻街", "苇滩巷"), 0.7),
    Street("qingzhu", "晴渚街", ("晴渚路", "鸥汀路", "沙洲横街", "浅渡巷"), 1.0),
    Street("zhiyuan", "芷园街", ("芷园大道", "兰皋路", "蕙圃街", "杜若巷"), 1.0),
    Street("songdun", "松墩街", ("松墩路", "古砧路", "铁坊街", "窑前巷"), 0.8),
    Street("chengpu", "澄浦街", ("澄浦大道", "汇川东路", "智澄路", "创浦街"), 1.4),
    Street("huaidu", "槐渡街", ("槐渡路", "旧埠路", "茶码头横街", "灯市巷"), 0.9),
)
