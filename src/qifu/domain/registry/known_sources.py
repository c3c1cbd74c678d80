"""The sources every district has, and how far each is believed: what a new installation begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

YEAR = 400  # days: a yearly list stays fresh until the next has had time to come
FIGURES = 700  # yearly figures are those of the year before, and come in summer


@dataclass(frozen=True, slots=True)
class Known:
    """A source as it is entered at first; an administrator may change it."""

    code: str
    name: str
    authority: int
    freshness: int
    kind: str = "list"
    strengths: Mapping[str, int] = field(default_factory=dict)
    absent: Mapping[str, object] = field(default_factory=dict)
    may_tell: bool = False  # whether the law lets its telephones be used to tell enterprises something


KNOWN = (
    Known("word", "人工核定", 100, 730, "word"),
    Known(
        "market",
        "市场监管登记",
        90,
        3650,
        strengths={"employees": 45, "size_class": 30, "above_scale": 60},
        may_tell=True,
    ),
    Known("statistics", "统计联网直报", 88, FIGURES, absent={"above_scale": False}),
    Known("tax", "税务申报", 85, FIGURES, strengths={"employees": 55, "rd_expense": 70}),
    Known("social", "社保参保", 80, FIGURES),
    Known("science", "科技部门名录", 85, YEAR, absent={"high_tech": False, "tech_sme": False}),
    Known("industry", "经信部门名录", 85, YEAR, absent={"specialised": False, "little_giant": False}),
    Known("patents", "知识产权部门", 85, YEAR, absent={"patents": 0, "inventions": 0}),
    Known("credit", "信用信息", 90, 100, absent={"dishonest": False, "penalised": False, "abnormal": False}),
    Known("finance", "地方金融部门", 70, FIGURES, absent={"listing": "none"}),
    Known("disabled", "残联", 75, FIGURES),
    Known("building", "楼宇租户名单", 60, 270, strengths={"building_id": 85}),
    Known("street", "街道上报", 55, 200),
    Known("self", "企业自报", 50, FIGURES, "self"),
    Known("list", "其他名单", 40, YEAR),
    Known("registry", "原有名录", 35, 3650),
)
BY_CODE = {known.code: known for known in KNOWN}
