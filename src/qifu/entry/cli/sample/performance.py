"""What the sample centre promises for a year: the whole unit and one project, with indicators of the sort that centres publish."""

from __future__ import annotations

from decimal import Decimal

from qifu.domain.performance.actions import Promised

_SERVE, _REACH = "及时办好企业诉求，企业满意", "摸清企业和楼宇，政策送到企业"
_OUT, _GAIN, _GLAD = "产出指标", "效益指标", "满意度指标"


def _line(goal: str, level1: str, level2: str, name: str, target: str, points: int, measure: str = "") -> Promised:
    return Promised(goal, level1, level2, name, target, Decimal(points), basis="年度工作计划", measure=measure)


UNIT = (
    _line(_SERVE, _OUT, "数量指标", "回复企业诉求", "≥300件", 10, "appeals.replied_count"),
    _line(_SERVE, _OUT, "时效指标", "按时接单率", "≥95%", 8, "appeals.accept"),
    _line(_SERVE, _OUT, "时效指标", "按时回复率", "≥95%", 8, "appeals.reply"),
    _line(_SERVE, _OUT, "质量指标", "一次办结率", "≥40%", 8, "appeals.first_time"),
    _line(_SERVE, _GLAD, "服务对象满意度指标", "企业满意率", "≥90%", 10, "appeals.satisfied"),
    _line(_REACH, _OUT, "数量指标", "在库政策事项", "≥300项", 8, "policies.items"),
    _line(_REACH, _OUT, "数量指标", "服务站", "≥60个", 6, "people.stations"),
    _line(_REACH, _OUT, "质量指标", "入驻企业掌握率", "≥95%", 8, "estate.tenants_known"),
    _line(_REACH, _OUT, "质量指标", "四上企业认证率", "≥95%", 6, "registry.above_scale_certified"),
    _line(_REACH, _GAIN, "社会效益指标", "营商环境", "有效提升", 8),
)
EVENTS = (
    _line("办好惠企活动", _OUT, "数量指标", "举办活动场次", "≥20场", 30),
    _line("办好惠企活动", _OUT, "成本指标", "场均成本", "≤2万元/场", 20),
    _line("办好惠企活动", _GLAD, "服务对象满意度指标", "参会企业满意度", "≥90%", 30),
)
