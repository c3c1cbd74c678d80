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


_WORK = "按计划完成年度任务，发挥项目效益"
PAST_UNIT = (  # level 1, level 2, name, target, points, what came of it, where it is proved; the goal that it stands under
    (_SERVE, _OUT, "数量指标", "回复企业诉求", "≥300件", 12, "352件", "诉求办理台账"),
    (_SERVE, _OUT, "时效指标", "按时回复率", "≥95%", 12, "97.4%", "诉求办理台账"),
    (_SERVE, _GLAD, "服务对象满意度指标", "企业满意率", "≥90%", 16, "93.6%", "第三方满意度调查报告"),
    (_REACH, _OUT, "数量指标", "走访企业", "≥800家", 12, "846家", "走访登记表"),
    (_REACH, _OUT, "数量指标", "建成服务站", "≥60个", 12, "63个", "服务站验收单"),
    (_REACH, _GAIN, "社会效益指标", "政策知晓率", "≥85%", 16, "88.2%", "第三方满意度调查报告"),
)
PAST_PROJECTS = {  # code of the project → its indicators; all under one goal
    "QF01": (("数量指标", "稳定运行平台", "3个", 30, "3个"), ("质量指标", "平台可用率", "≥99%", 50, "99.7%")),
    "QF02": (("数量指标", "核验楼宇", "≥110栋", 40, "117栋"), ("质量指标", "房源信息准确率", "≥95%", 40, "96.8%")),
    "QF03": (("数量指标", "举办活动场次", "≥20场", 40, "22场"), ("质量指标", "参会企业满意率", "≥90%", 40, "94.1%")),
    "QF04": (("数量指标", "印制服务手册", "≥5000册", 40, "5200册"), ("数量指标", "公众号推文", "≥150篇", 40, "163篇")),
    "QF05": (("数量指标", "培训服务专员", "≥60人", 40, "64人"), ("质量指标", "培训考核合格率", "≥95%", 40, "96.9%")),
    "QF06": (("数量指标", "完成分析报告", "2份", 40, "2份"), ("时效指标", "报告按期提交率", "100%", 40, "100%")),
}
PAST_REASONS = "部分款项按合同约定跨年支付，个别培训由集中授课改为线上。"
PAST_REMEDIES = "合同签订时约定分期付款节点，按季核对支付进度。"


def past(code: str) -> list[tuple[Promised, str, str]]:
    """The indicators of a year that is over, of the unit ("") or a project, each with its value and proof."""
    if not code:
        return [
            (_line(goal, one, two, name, target, points), value, proof)
            for goal, one, two, name, target, points, value, proof in PAST_UNIT
        ]
    return [
        (_line(_WORK, _OUT, two, name, target, points), value, "项目验收资料")
        for two, name, target, points, value in PAST_PROJECTS[code]
    ]
