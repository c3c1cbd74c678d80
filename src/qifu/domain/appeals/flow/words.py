"""The choices that appear in cases: kinds, channels, urgencies, outcomes, reasons. One list each; value first, label second."""

from __future__ import annotations

from typing import Final

Choices = tuple[tuple[str, str], ...]

KINDS: Final[Choices] = (
    ("appeal", "诉求"),
    ("complaint", "投诉"),
    ("petition", "信访"),
    ("assistance", "帮代办"),
)
CHANNELS: Final[Choices] = (
    ("portal", "网上提交"),
    ("hotline", "电话"),
    ("visit", "走访"),
    ("meeting", "政企座谈"),
    ("station", "服务站"),
    ("city", "市级平台"),
)
URGENCIES: Final[Choices] = (
    ("normal", "一般"),
    ("urgent", "紧急"),
    ("inquiry", "需调查"),
)
OUTCOMES: Final[Choices] = (
    ("solved", "已解决"),
    ("partly", "部分解决"),
    ("explained", "已解释，暂未解决"),
    ("beyond", "超出职权"),
    ("withdrawn", "企业撤回"),
)
CLOSINGS: Final[Choices] = (
    ("confirmed", "企业确认"),
    ("silent", "未回应"),
    ("withdrawn", "企业撤回"),
    ("declined", "不予受理"),
    ("concluded", "办结"),
)
DECLINES: Final[Choices] = (
    ("scope", "不属于本区职责范围"),
    ("court", "已进入诉讼、仲裁或行政复议"),
    ("settled", "同一事项已依法办结"),
    ("subject", "不是企业或经营主体的事项"),
    ("unclear", "内容不清且联系不上"),
)
RETURNS: Final[Choices] = (
    ("duty", "不属于本单位职责"),
    ("another", "应由其他单位牵头"),
    ("facts", "诉求事实不清"),
    ("repeat", "重复转办"),
)
CALLS: Final[Choices] = (
    ("solved", "已解决"),
    ("partly", "部分解决"),
    ("unsolved", "未解决"),
    ("unreachable", "未接通"),
)
LEVELS: Final[Choices] = (("1", "一级督办"), ("2", "二级督办"), ("3", "三级督办"))
PREFERS: Final[Choices] = (("phone", "电话"), ("sms", "短信"), ("wechat", "微信"), ("portal", "站内消息"))
CLOCKS: Final[Choices] = (
    ("accept", "接单"),
    ("dispatch", "转办"),
    ("sign", "签收"),
    ("reply", "回复"),
    ("confirm", "企业确认"),
)
PARTIES: Final[Choices] = (("group", "集体访"), ("single", "个人访"))


def label(choices: Choices, value: str) -> str:
    """Return the label of a value; the value itself when it is none of the list."""
    return dict(choices).get(value, value)
